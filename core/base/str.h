/* A string: borrowed bytes with a length, UTF-8 unless said otherwise, never assumed to be terminated. */
#ifndef NT_BASE_STR_H
#define NT_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct nt_str {
  const char *ptr;
  size_t len;
} nt_str;

#define NT_STR(literal) nt_str_n("" literal, sizeof(literal) - 1)
/* For printf's "%.*s". */
#define NT_FMT(s) (int)(s).len, ((s).ptr ? (s).ptr : "")

static inline nt_str nt_str_n(const char *ptr, size_t len) {
  nt_str s;
  s.ptr = ptr;
  s.len = len;
  return s;
}

static inline nt_str nt_str_c(const char *terminated) {
  return nt_str_n(terminated, terminated ? strlen(terminated) : 0);
}

static inline bool nt_str_eq(nt_str a, nt_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order of bytes, which for UTF-8 is order of code points. */
static inline int nt_str_cmp(nt_str a, nt_str b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

static inline bool nt_str_starts(nt_str s, nt_str prefix) {
  return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool nt_str_ends(nt_str s, nt_str suffix) {
  return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* Bytes [from, to), clipped to the string. */
static inline nt_str nt_str_sub(nt_str s, size_t from, size_t to) {
  if (to > s.len) to = s.len;
  if (from > to) from = to;
  return nt_str_n(s.ptr ? s.ptr + from : NULL, to - from);
}

/* The index of the first or last such byte, or s.len. */
size_t nt_str_find(nt_str s, char byte);
size_t nt_str_find_last(nt_str s, char byte);
/* The index where `part` first stands, or s.len. */
size_t nt_str_search(nt_str s, nt_str part);
/* Without ASCII white space at both ends. */
nt_str nt_str_trim(nt_str s);

/* The next code point at *at, which is advanced; an invalid sequence gives U+FFFD and one byte. */
uint32_t nt_utf8_next(nt_str s, size_t *at);
/* The offset of the first byte that is not valid UTF-8 (RFC 3629), or s.len. */
size_t nt_utf8_check(nt_str s);
/* Writes at most 4 bytes; returns how many. */
size_t nt_utf8_put(char out[4], uint32_t code_point);
/* Code points in s. */
size_t nt_utf8_count(nt_str s);

/* How far two words are from each other (Damerau's distance, restricted), at most `limit` + 1. For "did you mean". */
size_t nt_str_distance(nt_str a, nt_str b, size_t limit);

#endif
