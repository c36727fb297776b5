#include "scan.h"

#include <string.h>

enum { LONGEST_ENTITY = 40, LONGEST_LABEL = 1000, LONGEST_TITLE = 4096, DEEPEST_PARENTHESES = 32 };

bool scan_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

static bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scan_line_end(const scan_text *t, size_t end, size_t *at) {
  if (*at >= end || !scan_newline(t->ptr[*at])) return false;
  bool carriage = t->ptr[(*at)++] == '\r';
  if (carriage && *at < end && t->ptr[*at] == '\n') (*at)++;
  return true;
}

void scan_prefix(const scan_text *t, size_t end, size_t *at) {
  while (*at < end && (scan_blank(t->ptr[*at]) || t->ptr[*at] == '>')) (*at)++;
}

void scan_space(const scan_text *t, size_t end, size_t *at) {
  while (*at < end && scan_blank(t->ptr[*at])) (*at)++;
  if (scan_line_end(t, end, at)) scan_prefix(t, end, at);
}

/* ---- the parts of a link ---- */

static bool bracketed_destination(const scan_text *t, size_t end, size_t *at, size_t *from, size_t *to) {
  size_t i = *at + 1;
  *from = i;
  for (; i < end && !scan_newline(t->ptr[i]) && t->ptr[i] != '<'; i++) {
    if (t->ptr[i] == '\\' && i + 1 < end && scan_punctuation(t->ptr[i + 1])) {
      i++;
    } else if (t->ptr[i] == '>') {
      *to = i;
      *at = i + 1;
      return true;
    }
  }
  return false;
}

bool scan_destination(const scan_text *t, size_t end, size_t *at, size_t *from, size_t *to) {
  if (*at < end && t->ptr[*at] == '<') return bracketed_destination(t, end, at, from, to);
  size_t i = *at;
  int open = 0;
  for (; i < end; i++) {
    unsigned char c = (unsigned char)t->ptr[i];
    if (c <= ' ' || c == 127) break;
    if (c == '\\' && i + 1 < end && scan_punctuation(t->ptr[i + 1])) i++;
    if (c == '(' && ++open > DEEPEST_PARENTHESES) return false;
    if (c == ')' && --open < 0) break;
  }
  if (open > 0) return false;
  *from = *at;
  *to = *at = i;
  return true;
}

bool scan_title(const scan_text *t, size_t end, size_t *at) {
  if (*at >= end) return false;
  char open = t->ptr[*at], close = open == '(' ? ')' : open;
  if (end > *at + LONGEST_TITLE) end = *at + LONGEST_TITLE;
  if (open != '"' && open != '\'' && open != '(') return false;
  for (size_t i = *at + 1; i < end; i++) {
    if (t->ptr[i] == '\\') {
      i++;
    } else if (t->ptr[i] == close) {
      *at = i + 1;
      return true;
    } else if (t->ptr[i] == '(' && open == '(') {
      return false;
    }
  }
  return false;
}

bool scan_label(const scan_text *t, size_t end, size_t *at) {
  if (end > *at + LONGEST_LABEL) end = *at + LONGEST_LABEL;
  for (size_t i = *at + 1; i < end && t->ptr[i] != '['; i++) {
    if (t->ptr[i] == '\\') {
      i++;
    } else if (t->ptr[i] == ']') {
      *at = i + 1;
      return true;
    }
  }
  return false;
}

bool scan_inline_tail(const scan_text *t, size_t end, size_t *at, size_t *from, size_t *to) {
  size_t i = *at + 1;
  scan_space(t, end, &i);
  if (!scan_destination(t, end, &i, from, to)) return false;
  size_t after = i;
  scan_space(t, end, &i);
  if (i > after) {
    scan_title(t, end, &i);
    scan_space(t, end, &i);
  }
  if (i >= end || t->ptr[i] != ')') return false;
  *at = i + 1;
  return true;
}

/* ---- literals ---- */

static size_t character(const char *literal, size_t len) {
  size_t n = 1;
  while (n < len && ((unsigned char)literal[n] & 0xC0) == 0x80) n++;
  return len ? n : 0;
}

/* The length of "&name;" at `at`, 0 if there is none. */
static size_t entity(const scan_text *t, size_t end, size_t at) {
  size_t i = at + 1;
  if (end > at + LONGEST_ENTITY) end = at + LONGEST_ENTITY;
  if (i < end && t->ptr[i] == '#') i++;
  while (i < end && is_alphanumeric(t->ptr[i])) i++;
  return i < end && i > at + 1 && t->ptr[i] == ';' ? i + 1 - at : 0;
}

/* How many bytes of the literal came of what stands at *at, which is moved past it; 0 if it cannot have. */
static size_t typographic(const scan_text *t, size_t end, size_t *at, const char *literal, size_t len) {
  static const struct {
    const char *made, *written;
  } pairs[] = {{"“", "\""}, {"”", "\""}, {"‘", "'"}, {"’", "'"}, {"…", "..."}, {"—", "---"}, {"–", "--"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    size_t made = strlen(pairs[i].made), written = strlen(pairs[i].written);
    if (len < made || end - *at < written || memcmp(literal, pairs[i].made, made) != 0) continue;
    if (memcmp(t->ptr + *at, pairs[i].written, written) != 0) continue;
    *at += written;
    return made;
  }
  return 0;
}

static size_t one(const scan_text *t, size_t end, size_t *at, const char *literal, size_t len) {
  char c = t->ptr[*at];
  if (c == '\\' && *at + 1 < end && scan_punctuation(t->ptr[*at + 1]) && literal[0] == t->ptr[*at + 1]) {
    *at += 2;
    return 1;
  }
  size_t length = c == '&' ? entity(t, end, *at) : 0;
  if (length && !(length <= len && memcmp(literal, t->ptr + *at, length) == 0)) {
    *at += length;
    return character(literal, len);
  }
  if (c == literal[0]) {
    (*at)++;
    return 1;
  }
  if (c == '\0' && len >= 3 && memcmp(literal, "\xEF\xBF\xBD", 3) == 0) {
    (*at)++;
    return 3;
  }
  return t->smart ? typographic(t, end, at, literal, len) : 0;
}

static bool written_otherwise(const scan_text *t, size_t end, size_t *at, const char *literal, size_t len) {
  size_t i = *at;
  bool after_entity = false;
  while (len) {
    if (i >= end) return false;
    bool is_entity = t->ptr[i] == '&';
    size_t used = one(t, end, &i, literal, len);
    if (!used && after_entity) used = character(literal, len); /* a few entities are two characters */
    if (!used) return false;
    after_entity = is_entity && used != 1;
    literal += used;
    len -= used;
  }
  *at = i;
  return true;
}

bool scan_literal(const scan_text *t, size_t end, size_t *at, const char *literal, size_t len) {
  if (end - *at >= len && memcmp(t->ptr + *at, literal, len) == 0 && !memchr(literal, '\\', len) &&
      !memchr(literal, '&', len)) {
    *at += len;
    return true;
  }
  return written_otherwise(t, end, at, literal, len);
}
