#include "definitions.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_TRIED = 64 };

static bool at_line_end(const scan_text *t, size_t end, size_t at) {
  return at >= end || scan_newline(t->ptr[at]);
}

static void skip_blanks(const scan_text *t, size_t end, size_t *at) {
  while (*at < end && scan_blank(t->ptr[*at])) (*at)++;
}

/* After the destination: a title on the same line or the next, or nothing (CommonMark 0.31, 4.7). */
static bool definition_end(const scan_text *t, size_t end, size_t *at) {
  size_t same = *at;
  skip_blanks(t, end, &same);
  bool bare = at_line_end(t, end, same);
  size_t titled = *at;
  scan_space(t, end, &titled);
  if (titled > *at && scan_title(t, end, &titled)) {
    skip_blanks(t, end, &titled);
    if (at_line_end(t, end, titled)) {
      *at = titled;
      return true;
    }
  }
  *at = same;
  return bare;
}

bool definition_scan(const scan_text *t, size_t end, size_t *at, markdown_definition *out) {
  size_t i = *at;
  out->label = i + 1;
  if (!scan_label(t, end, &i) || i >= end || t->ptr[i] != ':') return false;
  out->label_end = i++ - 1;
  scan_space(t, end, &i);
  size_t begin = i;
  if (!scan_destination(t, end, &i, &out->from, &out->to) || i == begin || !definition_end(t, end, &i)) return false;
  scan_line_end(t, end, &i);
  *at = i;
  return true;
}

/* ---- labels ---- */

/* Labels are compared without case and with each white space as one blank; here case is that of ASCII and Latin-1. */
typedef struct label_reader {
  const char *ptr;
  size_t at, end;
} label_reader;

static bool is_space(char c) {
  return scan_blank(c) || scan_newline(c);
}

static int next_byte(label_reader *r) {
  if (r->at >= r->end) return -1;
  unsigned char c = (unsigned char)r->ptr[r->at++];
  if (is_space((char)c)) {
    while (r->at < r->end && is_space(r->ptr[r->at])) r->at++;
    return r->at < r->end ? ' ' : -1;
  }
  bool after_c3 = r->at >= 2 && (unsigned char)r->ptr[r->at - 2] == 0xC3;
  if ((c >= 'A' && c <= 'Z') || (after_c3 && c >= 0x80 && c <= 0x9E && c != 0x97)) c += 32;
  return c;
}

static label_reader reader(const scan_text *t, size_t from, size_t end) {
  while (from < end && is_space(t->ptr[from])) from++;
  return (label_reader){t->ptr, from, end};
}

static uint32_t label_hash(const scan_text *t, size_t from, size_t end) {
  uint32_t hash = 2166136261u;
  label_reader r = reader(t, from, end);
  for (int c; (c = next_byte(&r)) >= 0;) hash = (hash ^ (uint32_t)c) * 16777619u;
  return hash;
}

static bool same_label(const scan_text *t, const markdown_definition *d, size_t from, size_t end) {
  label_reader a = reader(t, d->label, d->label_end), b = reader(t, from, end);
  for (;;) {
    int x = next_byte(&a), y = next_byte(&b);
    if (x != y) return false;
    if (x < 0) return true;
  }
}

/* ---- the search ---- */

/* The markers of quotes and lists that may stand before a definition. */
static void skip_markers(const scan_text *t, size_t end, size_t *at) {
  for (;;) {
    scan_prefix(t, end, at);
    size_t i = *at;
    while (i < end && i < *at + 9 && t->ptr[i] >= '0' && t->ptr[i] <= '9') i++;
    bool numbered = i > *at && i < end && (t->ptr[i] == '.' || t->ptr[i] == ')');
    bool bullet = i == *at && i < end && strchr("-+*", t->ptr[i]) && t->ptr[i];
    if (!(numbered || bullet) || i + 1 >= end || !scan_blank(t->ptr[i + 1])) return;
    *at = i + 1;
  }
}

static int by_hash(const void *a, const void *b) {
  const markdown_definition *x = a, *y = b;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

static bool add(markdown_definitions *d, markdown_definition definition) {
  if (d->len == d->cap) {
    size_t cap = d->cap ? 2 * d->cap : 16;
    markdown_definition *grown = realloc(d->items, cap * sizeof *grown);
    if (!grown) return false;
    d->items = grown;
    d->cap = cap;
  }
  definition.order = d->len;
  d->items[d->len++] = definition;
  return true;
}

static void read_all(markdown_definitions *d, const scan_text *t) {
  d->read = true;
  for (size_t line = 0, bracket = 0; line < t->len;) {
    if (bracket <= line) { /* no definition without one */
      const char *next = memchr(t->ptr + line, ']', t->len - line);
      if (!next) break;
      bracket = (size_t)(next - t->ptr) + 1;
    }
    size_t at = line;
    markdown_definition found;
    skip_markers(t, t->len, &at);
    if (at < t->len && t->ptr[at] == '[' && definition_scan(t, t->len, &at, &found)) {
      found.hash = label_hash(t, found.label, found.label_end);
      if (!add(d, found)) break;
      line = at;
      continue;
    }
    while (line < t->len && !scan_newline(t->ptr[line])) line++;
    scan_line_end(t, t->len, &line);
  }
  if (d->len) qsort(d->items, d->len, sizeof *d->items, by_hash);
}

static bool leads_to(const scan_text *t, const markdown_definition *d, const char *url) {
  size_t at = d->from;
  return scan_literal(t, d->to, &at, url, strlen(url)) && at == d->to;
}

static size_t first_with(const markdown_definitions *d, uint32_t hash) {
  size_t low = 0, high = d->len;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (d->items[middle].hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool definition_find(markdown_definitions *d, const scan_text *t, size_t label, size_t label_end, const char *url,
                     size_t *from) {
  if (!d->read) read_all(d, t);
  uint32_t hash = label_hash(t, label, label_end);
  size_t first = first_with(d, hash);
  for (size_t i = first; i < d->len && i < first + MOST_TRIED && d->items[i].hash == hash; i++)
    if (same_label(t, &d->items[i], label, label_end) && leads_to(t, &d->items[i], url)) {
      *from = d->items[i].from;
      return true;
    }
  return false;
}
