#include "guard.h"

#include <string.h>

/* One unit is about 15 ns; measured with 0.29.0.gfm.6. */
enum { CELL_COST = 200, PARENTHESES_PER_UNIT = 20, FEW_PIPES = 128, SHORT_TEXT = 64 * 1024 };
static const double LIMIT = 2e8;

typedef struct guard {
  double cost;    /* of the paragraphs that have ended */
  double markers; /* in this paragraph: * _ ~ and typographic quotes */
  double pairs;   /* of a marker and a "]" after it */
  double pipes;   /* in this paragraph */
  double most;    /* in one line of it */
  double line_pipes;
  double lines;
  double word, closing; /* bytes, and parentheses that close, since the last blank */
} guard;

static bool has_pipes(notis_str text) {
  const char *at = text.ptr, *end = text.ptr + text.len;
  for (int count = 0; count < FEW_PIPES; count++, at++)
    if (at >= end || !(at = memchr(at, '|', (size_t)(end - at)))) return false;
  return true;
}

static void end_word(guard *g) {
  g->cost += g->word * g->closing / PARENTHESES_PER_UNIT;
  g->word = g->closing = 0;
}

static void end_line(guard *g) {
  end_word(g);
  if (g->line_pipes > g->most) g->most = g->line_pipes;
  g->pipes += g->line_pipes;
  g->line_pipes = 0;
  g->lines++;
}

static double paragraph_cost(const guard *g) {
  double filled = g->most * g->lines - g->pipes;
  return g->pairs + (filled > 0 && g->most > 1 ? filled * CELL_COST : 0);
}

static void end_paragraph(guard *g) {
  double cost = g->cost + paragraph_cost(g);
  *g = (guard){.cost = cost};
}

static void take(guard *g, char c) {
  g->word++;
  switch (c) {
  case ' ':
  case '\t': end_word(g); break;
  case '*':
  case '_':
  case '~':
  case '"':
  case '\'': g->markers++; break;
  case ']': g->pairs += g->markers; break;
  case ')': g->closing++; break;
  case '|': g->line_pipes++; break;
  default: break;
  }
}

uint32_t markdown_costly_line(notis_str text) {
  guard g = {0};
  uint32_t line = 1;
  bool blank = true;
  if (text.len <= SHORT_TEXT && !has_pipes(text)) return 0;
  for (size_t i = 0; i <= text.len; i++) {
    char c = i < text.len ? text.ptr[i] : '\n';
    if (c != '\n' && c != '\r') {
      blank = blank && (c == ' ' || c == '\t');
      take(&g, c);
      continue;
    }
    if (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n') continue;
    end_line(&g);
    if (g.cost + paragraph_cost(&g) > LIMIT) return line;
    if (blank) end_paragraph(&g);
    blank = true;
    line++;
  }
  return 0;
}
