/* Markdown's small grammars over the bytes of a text: what stands between a link's parts, and how a parsed literal was
 * written. Every function moves an offset forward only when it finds what it looks for, and never past `end`. */
#ifndef MARKDOWN_SCAN_H
#define MARKDOWN_SCAN_H

#include "parser.h"

typedef struct scan_text {
  const char *ptr;
  size_t len;
  bool smart; /* quotes and dashes were made typographic */
} scan_text;

static inline bool scan_blank(char c) {
  return c == ' ' || c == '\t';
}
static inline bool scan_newline(char c) {
  return c == '\n' || c == '\r';
}
bool scan_punctuation(char c);

/* Past a line end; true if there was one. */
bool scan_line_end(const scan_text *t, size_t end, size_t *at);
/* Blanks, and at most one line end with the container markers of the line after it. */
void scan_space(const scan_text *t, size_t end, size_t *at);
/* What stands before the content of a paragraph's later line: blanks and quote markers. */
void scan_prefix(const scan_text *t, size_t end, size_t *at);

/* "<a b>" or "a(b)"; [from, to) is the destination without its brackets (CommonMark 0.31, 6.3). */
bool scan_destination(const scan_text *t, size_t end, size_t *at, size_t *from, size_t *to);
bool scan_title(const scan_text *t, size_t end, size_t *at);
/* From "[": past the matching "]" of a link label, which holds no bracket that is not escaped. */
bool scan_label(const scan_text *t, size_t end, size_t *at);
/* From "(": past the ")" that closes an inline link. */
bool scan_inline_tail(const scan_text *t, size_t end, size_t *at, size_t *from, size_t *to);

/* Was `literal` written at *at, with escapes and entities? Then *at is moved past it. */
bool scan_literal(const scan_text *t, size_t end, size_t *at, const char *literal, size_t len);

#endif
