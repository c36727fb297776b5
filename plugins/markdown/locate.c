#include "locate.h"

#include "definitions.h"

#include <stdlib.h>
#include <string.h>

enum { FARTHEST_SEARCH = 4096 };

/* What a link's user data says while the walk is below it: how it must end, and which place is waiting. */
enum { LINK_BRACKET = 1, LINK_ANGLE = 2 };

typedef struct locator {
  scan_text text;
  notis_place at; /* of the text in its file */
  size_t *lines;  /* where each begins */
  size_t line_count;
  size_t row;         /* the line of the last offset that was placed */
  size_t cursor, end; /* in the block that is open */
  bool fresh;         /* the cursor is at the beginning of a line, before its markers */
  size_t budget;      /* bytes that searching may still look at */
  markdown_definitions definitions;
  markdown_places *out;
} locator;

/* ---- lines ---- */

static bool read_lines(locator *l) {
  size_t cap = 64;
  l->lines = malloc(cap * sizeof *l->lines);
  if (!l->lines) return false;
  l->lines[l->line_count++] = 0;
  bool carriages = l->text.len && memchr(l->text.ptr, '\r', l->text.len);
  for (size_t i = 0; i < l->text.len;) {
    if (carriages) {
      while (i < l->text.len && !scan_newline(l->text.ptr[i])) i++;
    } else {
      const char *newline = memchr(l->text.ptr + i, '\n', l->text.len - i);
      i = newline ? (size_t)(newline - l->text.ptr) : l->text.len;
    }
    if (!scan_line_end(&l->text, l->text.len, &i)) break;
    if (l->line_count == cap) {
      size_t *grown = realloc(l->lines, (cap *= 2) * sizeof *grown);
      if (!grown) return false;
      l->lines = grown;
    }
    l->lines[l->line_count++] = i;
  }
  return true;
}

static void find_row(locator *l, size_t offset) {
  enum { NEAR = 8 };
  size_t row = l->row;
  for (int i = 0; i < NEAR && row + 1 < l->line_count && l->lines[row + 1] <= offset; i++) row++;
  if (l->lines[row] > offset || (row + 1 < l->line_count && l->lines[row + 1] <= offset)) {
    size_t low = 0, high = l->line_count;
    while (high - low > 1) {
      size_t middle = low + (high - low) / 2;
      if (l->lines[middle] <= offset)
        low = middle;
      else
        high = middle;
    }
    row = low;
  }
  l->row = row;
}

static void place_of(locator *l, size_t offset, uint32_t *line, uint32_t *column) {
  find_row(l, offset);
  *line = l->at.line + (uint32_t)l->row;
  *column = (uint32_t)(offset - l->lines[l->row]) + (l->row == 0 ? l->at.column : 1);
}

static size_t line_start(const locator *l, int line) {
  if (line < 1) return 0;
  return (size_t)line <= l->line_count ? l->lines[line - 1] : l->text.len;
}

static bool add_place(locator *l, size_t offset) {
  markdown_places *out = l->out;
  if (out->len == out->cap) {
    size_t cap = out->cap ? 2 * out->cap : 128;
    markdown_place *grown = realloc(out->items, cap * sizeof *grown);
    if (!grown) return false;
    out->items = grown;
    out->cap = cap;
  }
  markdown_place *place = &out->items[out->len++];
  *place = (markdown_place){0};
  place_of(l, offset, &place->line, &place->column);
  return true;
}

static void set_text_place(locator *l, size_t index, size_t offset) {
  markdown_place *place = &l->out->items[index];
  place_of(l, offset, &place->text_line, &place->text_column);
}

/* ---- blocks ---- */

static size_t block_offset(const locator *l, cmark_node *node) {
  int line = cmark_node_get_start_line(node), column = cmark_node_get_start_column(node);
  if (line < 1) return l->cursor;
  size_t offset = line_start(l, line) + (column > 0 ? (size_t)column - 1 : 0), limit = line_start(l, line + 1);
  return offset < limit ? offset : limit;
}

/* Definitions that a paragraph began with are no longer in it, but the parser still has it begin there. */
static size_t past_definitions(locator *l, size_t at) {
  markdown_definition unused;
  for (;;) {
    size_t i = at;
    scan_prefix(&l->text, l->end, &i);
    if (i >= l->end || l->text.ptr[i] != '[' || !definition_scan(&l->text, l->end, &i, &unused)) return at;
    at = i;
    scan_prefix(&l->text, l->end, &at);
  }
}

static size_t past_heading_marker(locator *l, size_t at, int level) {
  size_t i = at;
  while (i < l->end && l->text.ptr[i] == '#') i++;
  if (i - at != (size_t)level || (i < l->end && !scan_blank(l->text.ptr[i]) && !scan_newline(l->text.ptr[i])))
    return at;
  while (i < l->end && scan_blank(l->text.ptr[i])) i++;
  return i;
}

static bool enter_text_block(locator *l, cmark_node *node, notis_node_type type) {
  size_t at = block_offset(l, node);
  int last = cmark_node_get_end_line(node);
  l->end = last >= cmark_node_get_start_line(node) ? line_start(l, last + 1) : l->text.len;
  if (type == NOTIS_NODE_PARAGRAPH && at < l->end && l->text.ptr[at] == '[') at = past_definitions(l, at);
  l->cursor = at;
  l->fresh = false;
  if (type == NOTIS_NODE_HEADING) l->cursor = past_heading_marker(l, at, cmark_node_get_heading_level(node));
  return add_place(l, at);
}

/* From "[^": the label, and where the content may begin. */
static size_t past_label(const locator *l, size_t at, size_t end, size_t *label_end) {
  size_t i = at + 2;
  while (i < end && l->text.ptr[i] != ']' && !scan_blank(l->text.ptr[i]) && !scan_newline(l->text.ptr[i])) i++;
  *label_end = i;
  if (i == at + 2 || i + 1 >= end || l->text.ptr[i] != ']' || l->text.ptr[i + 1] != ':') return 0;
  for (i += 2; i < end && scan_blank(l->text.ptr[i]);) i++;
  return i;
}

/* The parser lets a footnote begin after its label. */
static bool enter_definition(locator *l, cmark_node *node) {
  size_t content = block_offset(l, node), at = line_start(l, cmark_node_get_start_line(node)), label_end = 0;
  while (at + 1 < content && !(l->text.ptr[at] == '[' && l->text.ptr[at + 1] == '^' &&
                               past_label(l, at, l->text.len, &label_end) == content))
    at++;
  if (!add_place(l, at)) return false;
  if (at + 1 >= content) return true;
  markdown_place *place = &l->out->items[l->out->len - 1];
  place->label = at + 2;
  place->label_len = label_end - place->label;
  set_text_place(l, l->out->len - 1, place->label);
  return true;
}

static bool enter_row(locator *l, cmark_node *node) {
  size_t at = block_offset(l, node);
  l->cursor = at;
  l->end = line_start(l, cmark_node_get_start_line(node) + 1);
  l->fresh = false;
  return add_place(l, at);
}

static bool enter_cell(locator *l) {
  while (l->cursor < l->end && scan_blank(l->text.ptr[l->cursor])) l->cursor++;
  if (l->cursor < l->end && l->text.ptr[l->cursor] == '|') l->cursor++;
  while (l->cursor < l->end && scan_blank(l->text.ptr[l->cursor])) l->cursor++;
  return add_place(l, l->cursor);
}

static void leave_cell(locator *l) {
  for (; l->cursor < l->end && l->text.ptr[l->cursor] != '|'; l->cursor++)
    if (l->text.ptr[l->cursor] == '\\' && l->cursor + 1 < l->end) l->cursor++;
}

/* ---- inlines ---- */

/* The cursor past what a later line of a block begins with. */
static void settle(locator *l) {
  if (l->fresh) scan_prefix(&l->text, l->end, &l->cursor);
  l->fresh = false;
}

static char here(const locator *l) {
  return l->cursor < l->end ? l->text.ptr[l->cursor] : '\0';
}

/* The next place from `from` on where the literal is written; false within the search's limits if there is none. */
static bool search(locator *l, size_t from, const char *literal, size_t len, size_t *start, size_t *after) {
  size_t limit = l->end > from + FARTHEST_SEARCH ? from + FARTHEST_SEARCH : l->end;
  for (size_t at = from; at < limit && l->budget; at++) {
    l->budget--;
    size_t i = at;
    char c = l->text.ptr[at];
    if (c != literal[0] && c != '\\' && c != '&' && c && !l->text.smart) continue;
    if (!scan_literal(&l->text, l->end, &i, literal, len)) continue;
    l->budget -= l->budget < i - at ? l->budget : i - at;
    *start = at;
    *after = i;
    return true;
  }
  return false;
}

/* At the beginning of a line a ">" may be a quote's marker or, seldom, the text's own. */
static size_t find_text(locator *l, const char *literal, size_t len) {
  size_t at = l->cursor, i = at;
  while (l->fresh && i < l->end) {
    while (i < l->end && scan_blank(l->text.ptr[i])) i++;
    at = i;
    if (scan_literal(&l->text, l->end, &i, literal, len)) break;
    if (i >= l->end || l->text.ptr[i] != '>') break;
    i = at + 1;
  }
  l->fresh = false;
  i = at;
  if (scan_literal(&l->text, l->end, &i, literal, len) || search(l, at, literal, len, &at, &i)) {
    l->cursor = i;
    return at;
  }
  l->cursor = l->cursor > at ? l->cursor : at;
  return l->cursor;
}

static bool enter_text(locator *l, cmark_node *node) {
  const char *literal = cmark_node_get_literal(node);
  size_t len = literal ? strlen(literal) : 0;
  return add_place(l, len ? find_text(l, literal, len) : l->cursor);
}

static void past_run(locator *l, const char *markers, size_t most) {
  char marker = here(l);
  if (!marker || !strchr(markers, marker)) return;
  for (; most && here(l) == marker; most--) l->cursor++;
}

static bool enter_marked(locator *l, const char *markers, size_t most) {
  settle(l);
  bool placed = add_place(l, l->cursor);
  past_run(l, markers, most);
  return placed;
}

static size_t run_length(const locator *l, size_t at) {
  size_t n = 0;
  while (at + n < l->end && l->text.ptr[at + n] == '`') n++;
  return n;
}

static bool enter_code(locator *l) {
  settle(l);
  bool placed = add_place(l, l->cursor);
  size_t ticks = run_length(l, l->cursor);
  for (size_t i = l->cursor + ticks; ticks && i < l->end;) {
    size_t run = run_length(l, i);
    i += run ? run : 1;
    if (run == ticks) {
      l->cursor = i;
      break;
    }
  }
  return placed;
}

static void to_next_line(locator *l) {
  while (l->cursor < l->end && !scan_newline(l->text.ptr[l->cursor])) l->cursor++;
  scan_line_end(&l->text, l->end, &l->cursor);
  l->fresh = true;
}

static bool enter_break(locator *l) {
  bool placed = add_place(l, l->cursor);
  to_next_line(l);
  return placed;
}

static bool enter_raw(locator *l, cmark_node *node) {
  settle(l);
  bool placed = add_place(l, l->cursor);
  const char *rest = cmark_node_get_literal(node);
  for (const char *newline; (newline = strchr(rest, '\n')); rest = newline + 1) {
    to_next_line(l);
    settle(l);
  }
  if (rest != cmark_node_get_literal(node)) rest += strspn(rest, " \t");
  size_t len = strlen(rest);
  l->cursor = l->end - l->cursor > len ? l->cursor + len : l->end;
  return placed;
}

static bool enter_reference(locator *l) {
  settle(l);
  bool placed = add_place(l, l->cursor);
  if (here(l) == '[') scan_label(&l->text, l->end, &l->cursor);
  return placed;
}

/* ---- links ---- */

static void remember(cmark_node *node, size_t index, uintptr_t how) {
  cmark_node_set_user_data(node, (void *)((uintptr_t)index << 2 | how));
}

/* A link that stands bare in the text, as GFM finds them, begins where its text does. */
static bool enter_bare_link(locator *l, cmark_node *node) {
  cmark_node *child = cmark_node_first_child(node);
  const char *literal = child ? cmark_node_get_literal(child) : NULL;
  if (literal && *literal) {
    size_t at = find_text(l, literal, strlen(literal));
    l->cursor = at;
  }
  if (!add_place(l, l->cursor)) return false;
  set_text_place(l, l->out->len - 1, l->cursor);
  return true;
}

static bool enter_link(locator *l, cmark_node *node, notis_node_type type) {
  size_t before = l->cursor;
  bool fresh = l->fresh;
  settle(l);
  bool image = type == NOTIS_NODE_IMAGE;
  if (image ? here(l) == '!' : here(l) == '[') {
    remember(node, l->out->len, LINK_BRACKET);
    if (!add_place(l, l->cursor)) return false;
    l->cursor += image ? 2 : 1;
    return true;
  }
  if (here(l) == '<') {
    remember(node, l->out->len, LINK_ANGLE);
    if (!add_place(l, l->cursor)) return false;
    l->cursor++;
    set_text_place(l, l->out->len - 1, l->cursor);
    return true;
  }
  l->cursor = before;
  l->fresh = fresh;
  return image ? add_place(l, l->cursor) : enter_bare_link(l, node);
}

static size_t offset_of(const locator *l, const markdown_place *place) {
  size_t row = place->line - l->at.line;
  return l->lines[row] + place->column - (row == 0 ? l->at.column : 1);
}

/* The cursor is on the "]" that ends the link's text. */
static void leave_bracket(locator *l, cmark_node *node, size_t index, bool image) {
  const char *url = cmark_node_get_url(node);
  size_t text = offset_of(l, &l->out->items[index]) + (image ? 2 : 1), text_end = l->cursor, from = 0, to = 0;
  size_t after = ++l->cursor;
  if (here(l) == '(' && scan_inline_tail(&l->text, l->end, &after, &from, &to)) {
    l->cursor = after;
    set_text_place(l, index, from);
    return;
  }
  size_t label = after + 1;
  if (here(l) == '[' && scan_label(&l->text, l->end, &after)) {
    if (after - 1 == label) {
      l->cursor = after;
    } else if (definition_find(&l->definitions, &l->text, label, after - 1, url, &from)) {
      l->cursor = after;
      set_text_place(l, index, from);
      return;
    }
  }
  if (definition_find(&l->definitions, &l->text, text, text_end, url, &from)) set_text_place(l, index, from);
}

static void leave_link(locator *l, cmark_node *node, notis_node_type type) {
  uintptr_t data = (uintptr_t)cmark_node_get_user_data(node);
  settle(l);
  if ((data & 3) == LINK_ANGLE && here(l) == '>') l->cursor++;
  if ((data & 3) == LINK_BRACKET && here(l) == ']') leave_bracket(l, node, data >> 2, type == NOTIS_NODE_IMAGE);
}

/* ---- the walk ---- */

static bool enter(locator *l, cmark_node *node, notis_node_type type) {
  switch (type) {
  case NOTIS_NODE_TEXT: return enter_text(l, node);
  case NOTIS_NODE_PARAGRAPH:
  case NOTIS_NODE_HEADING: return enter_text_block(l, node, type);
  case NOTIS_NODE_FOOTNOTE_DEFINITION: return enter_definition(l, node);
  case NOTIS_NODE_TABLE_ROW: return enter_row(l, node);
  case NOTIS_NODE_TABLE_CELL: return enter_cell(l);
  case NOTIS_NODE_EMPHASIS: return enter_marked(l, "*_", 1);
  case NOTIS_NODE_STRONG: return enter_marked(l, "*_", 2);
  case NOTIS_NODE_STRIKETHROUGH: return enter_marked(l, "~", 2);
  case NOTIS_NODE_CODE: return enter_code(l);
  case NOTIS_NODE_SOFT_BREAK:
  case NOTIS_NODE_LINE_BREAK: return enter_break(l);
  case NOTIS_NODE_RAW_INLINE: return enter_raw(l, node);
  case NOTIS_NODE_FOOTNOTE_REFERENCE: return enter_reference(l);
  case NOTIS_NODE_LINK:
  case NOTIS_NODE_IMAGE: return enter_link(l, node, type);
  default: return add_place(l, block_offset(l, node));
  }
}

static void leave(locator *l, cmark_node *node, notis_node_type type) {
  switch (type) {
  case NOTIS_NODE_TABLE_CELL: leave_cell(l); break;
  case NOTIS_NODE_EMPHASIS: past_run(l, "*_", 1); break;
  case NOTIS_NODE_STRONG: past_run(l, "*_", 2); break;
  case NOTIS_NODE_STRIKETHROUGH: past_run(l, "~", 2); break;
  case NOTIS_NODE_LINK:
  case NOTIS_NODE_IMAGE: leave_link(l, node, type); break;
  default: break;
  }
}

static bool walk(locator *l, cmark_node *root) {
  for (cmark_node *node = root;;) {
    notis_node_type type = markdown_type(node);
    if (!enter(l, node, type)) return false;
    cmark_node *next = cmark_node_first_child(node);
    if (next) {
      node = next;
      continue;
    }
    leave(l, node, type);
    while (node != root && !(next = cmark_node_next(node))) {
      node = cmark_node_parent(node);
      leave(l, node, markdown_type(node));
    }
    if (node == root) return true;
    node = next;
  }
}

bool markdown_locate(cmark_node *root, notis_str text, notis_place at, bool smart, markdown_places *out) {
  locator l = {.text = {text.ptr, text.len, smart}, .at = at, .end = text.len, .budget = 4 * text.len, .out = out};
  if (!l.at.line) l.at = (notis_place){1, 1, 0};
  if (!l.at.column) l.at.column = 1;
  bool good = read_lines(&l) && walk(&l, root);
  free(l.lines);
  free(l.definitions.items);
  return good;
}
