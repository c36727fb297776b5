#include "base/str.h"

#include <endian.h>

size_t nt_str_find(nt_str s, char byte) {
  const char *at = s.len ? memchr(s.ptr, byte, s.len) : NULL;
  return at ? (size_t)(at - s.ptr) : s.len;
}

size_t nt_str_find_last(nt_str s, char byte) {
  const char *at = s.len ? memrchr(s.ptr, byte, s.len) : NULL;
  return at ? (size_t)(at - s.ptr) : s.len;
}

size_t nt_str_search(nt_str s, nt_str part) {
  if (part.len == 0) return 0;
  const char *at = s.len >= part.len ? memmem(s.ptr, s.len, part.ptr, part.len) : NULL;
  return at ? (size_t)(at - s.ptr) : s.len;
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

nt_str nt_str_trim(nt_str s) {
  while (s.len && is_space(s.ptr[0])) s.ptr++, s.len--;
  while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
  return s;
}

/* Table 3-7 of the Unicode standard: the length of the well-formed sequence at p, or 0. */
static size_t well_formed(const unsigned char *p, size_t left) {
  unsigned char a = p[0];
  if (a < 0x80) return 1;
  if (a < 0xC2 || a > 0xF4) return 0;
  size_t length = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
  if (left < length) return 0;
  unsigned char low = a == 0xE0 ? 0xA0 : a == 0xF0 ? 0x90 : 0x80;
  unsigned char high = a == 0xED ? 0x9F : a == 0xF4 ? 0x8F : 0xBF;
  if (p[1] < low || p[1] > high) return 0;
  for (size_t i = 2; i < length; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  return length;
}

uint32_t nt_utf8_next(nt_str s, size_t *at) {
  const unsigned char *p = (const unsigned char *)s.ptr + *at;
  size_t length = well_formed(p, s.len - *at);
  *at += length ? length : 1;
  switch (length) {
  case 1: return p[0];
  case 2: return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
  case 3: return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
  case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
  default: return 0xFFFD;
  }
}

size_t nt_utf8_check(nt_str s) {
  size_t at = 0;
  while (at < s.len) {
    if (s.len - at >= 8) { /* the ASCII bytes at the head of the next eight at once */
      uint64_t eight;
      memcpy(&eight, s.ptr + at, 8);
      uint64_t high = le64toh(eight) & 0x8080808080808080u;
      at += high ? (size_t)__builtin_ctzll(high) / 8 : 8;
      if (!high) continue;
    }
    size_t length = well_formed((const unsigned char *)s.ptr + at, s.len - at);
    if (!length) return at;
    at += length;
  }
  return s.len;
}

size_t nt_utf8_put(char out[4], uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xC0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3F));
    return 2;
  }
  if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
  if (c < 0x10000) {
    out[0] = (char)(0xE0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3F));
    out[2] = (char)(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3F));
  out[2] = (char)(0x80 | (c >> 6 & 0x3F));
  out[3] = (char)(0x80 | (c & 0x3F));
  return 4;
}

size_t nt_utf8_count(nt_str s) {
  size_t count = 0;
  for (size_t at = 0; at < s.len; count++) nt_utf8_next(s, &at);
  return count;
}

size_t nt_str_distance(nt_str a, nt_str b, size_t limit) {
  enum { LONGEST = 64 };
  size_t rows[3][LONGEST + 1];
  if (a.len > LONGEST || b.len > LONGEST) return limit + 1;
  for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t best = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
      if (above[j] + 1 < best) best = above[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] && above2[j - 2] + 1 < best)
        best = above2[j - 2] + 1;
      row[j] = best;
    }
  }
  size_t distance = rows[a.len % 3][b.len];
  return distance > limit ? limit + 1 : distance;
}
