/* Letters of Europe's Latin alphabets, Swedish and Sámi among them, compared without regard to case. */
#include "text.h"

/* The text is valid UTF-8: it was decoded. */
uint32_t text_next(notis_str s, size_t *at) {
  unsigned char first = (unsigned char)s.ptr[*at];
  size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  uint32_t c = len == 1 ? first : first & (0x7Fu >> len);
  size_t end = *at + len < s.len ? *at + len : s.len;
  for (++*at; *at < end; ++*at) c = c << 6 | ((unsigned char)s.ptr[*at] & 0x3F);
  return c;
}

uint32_t text_fold(uint32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 32;
  if (c == 0x178) return 0xFF;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
  if (c >= 0x100 && c <= 0x177 && c != 0x138 && c != 0x149) return c | 1;
  return c;
}

bool text_is_upper(uint32_t c) {
  return text_fold(c) != c;
}

bool text_is_letter(uint32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7);
}

bool text_is_space(uint32_t c) {
  return c == ' ' || c == '\t' || c == '\f' || c == '\v' || c == 0xA0 || c == 0x202F || (c >= 0x2000 && c <= 0x200B);
}

static size_t last_of(notis_str s) {
  size_t at = s.len - 1;
  while (at && ((unsigned char)s.ptr[at] & 0xC0) == 0x80) at--;
  return at;
}

notis_str text_trim(notis_str s) {
  while (s.len) {
    size_t at = 0;
    if (!text_is_space(text_next(s, &at))) break;
    s = text_from(s, at);
  }
  while (s.len) {
    size_t last = last_of(s), at = last;
    if (!text_is_space(text_next(s, &at))) break;
    s.len = last;
  }
  return s;
}

static bool skip_spaces(notis_str s, size_t *at) {
  size_t start = *at;
  for (size_t next = *at; next < s.len; *at = next)
    if (!text_is_space(text_next(s, &next))) break;
  return *at > start;
}

size_t text_match(notis_str phrase, notis_str s) {
  size_t p = 0, at = 0;
  while (p < phrase.len) {
    if (skip_spaces(phrase, &p)) {
      if (!skip_spaces(s, &at)) return 0;
      continue;
    }
    if (at == s.len || text_fold(text_next(phrase, &p)) != text_fold(text_next(s, &at))) return 0;
  }
  return at;
}

static bool goes_on(notis_str s, size_t at) {
  if (at >= s.len) return false;
  uint32_t c = text_next(s, &at);
  return text_is_letter(c) || (c >= '0' && c <= '9');
}

size_t text_match_any(const text_phrases *list, notis_str s, bool whole) {
  size_t longest = 0;
  for (size_t i = 0; i < list->count; i++) {
    size_t len = text_match(list->items[i], s);
    if (len > longest && !(whole && goes_on(s, len))) longest = len;
  }
  return longest;
}
