/* Bytes to lines. A text without anything but UTF-8 is that. One that holds no character of several bytes in UTF-8, and
 * whose other bytes all stand for something in Windows-1252, is taken for that, and this is said. A mixture is neither.
 */
#include "text.h"

/* U+0080 .. U+009F of Windows-1252; 0 where there is no character. */
static const uint16_t upper_half[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                        0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static uint32_t of_1252(unsigned char byte) {
  return byte >= 0x80 && byte < 0xA0 ? upper_half[byte - 0x80] : byte;
}

/* The length of the character at `at`, 0 if it is not one (RFC 3629). */
static size_t utf8_at(notis_str s, size_t at) {
  const unsigned char *p = (const unsigned char *)s.ptr + at;
  size_t left = s.len - at, len = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
  if (p[0] > 0xF4 || len > left) return 0;
  for (size_t i = 1; i < len; i++)
    if ((p[i] & 0xC0) != 0x80) return 0;
  if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
      (p[0] == 0xF4 && p[1] > 0x8F))
    return 0;
  return len;
}

typedef struct survey {
  size_t wide;    /* characters of several bytes in UTF-8 */
  size_t bad;     /* the first byte that is not UTF-8, or the length */
  size_t unknown; /* the first that stands for nothing in Windows-1252, or the length */
  size_t nul;     /* the first NUL, or the length */
} survey;

static survey look_over(notis_str s) {
  survey found = {0, s.len, s.len, s.len};
  for (size_t at = 0; at < s.len;) {
    size_t len = utf8_at(s, at);
    found.wide += len > 1;
    if (!len && found.bad == s.len) found.bad = at;
    for (size_t end = at + (len ? len : 1); at < end; at++) {
      if (found.unknown == s.len && s.ptr[at] && !of_1252((unsigned char)s.ptr[at])) found.unknown = at;
      if (found.nul == s.len && !s.ptr[at]) found.nul = at;
    }
  }
  return found;
}

static notis_place place_of_byte(notis_str s, size_t at) {
  notis_place place = {1, 1, 1};
  for (size_t i = 0; i < at; i++) {
    bool end = s.ptr[i] == '\n' || (s.ptr[i] == '\r' && !(i + 1 < s.len && s.ptr[i + 1] == '\n'));
    place.line += end;
    place.column = end ? 1 : place.column + 1;
  }
  return place;
}

static size_t put(char *out, uint32_t c) {
  if (c < 0x80) return out[0] = (char)c, 1;
  if (c < 0x800) return out[0] = (char)(0xC0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3F)), 2;
  return out[0] = (char)(0xE0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 0x3F)), out[2] = (char)(0x80 | (c & 0x3F)),
         3;
}

bool text_widen(text_reading *r, notis_str bytes, notis_str *out) {
  char *wide = r->host->allocate(r->call, 3 * bytes.len + 1);
  if (!wide) return false;
  size_t len = 0;
  for (size_t i = 0; i < bytes.len; i++) len += put(wide + len, of_1252((unsigned char)bytes.ptr[i]));
  *out = (notis_str){wide, len};
  return true;
}

static notis_status refuse(text_reading *r, notis_str bytes, size_t at, const char *code) {
  r->host->report_code(r->call, place_of_byte(bytes, at), code, NULL, 0);
  return NOTIS_ERROR;
}

/* Looks at all of the item, front matter too, and decodes the part. */
notis_status text_decode(text_reading *r, notis_str bytes, notis_str *out) {
  survey found = look_over(bytes);
  text_encoding wanted = r->source->encoding;
  bool utf8 = found.bad == bytes.len;
  *out = bytes;
  if (found.nul < bytes.len) return refuse(r, bytes, found.nul, "item_nul");
  if (utf8) {
    if (wanted == TEXT_1252 && found.wide) r->host->report_code(r->call, (notis_place){0}, "text_is_utf8", NULL, 0);
    return NOTIS_OK;
  }
  if (wanted == TEXT_UTF8 || (wanted == TEXT_ANY && found.wide))
    return refuse(r, bytes, found.bad, "item_invalid_utf8");
  if (found.unknown < bytes.len) return refuse(r, bytes, found.unknown, "text_not_1252");
  if (wanted == TEXT_ANY) r->host->report_code(r->call, place_of_byte(bytes, found.bad), "text_read_as_1252", NULL, 0);
  r->narrow = true;
  return NOTIS_OK;
}

/* ---- lines ---- */

static size_t line_end(notis_str s, size_t at, size_t *next) {
  size_t end = at;
  while (end < s.len && s.ptr[end] != '\n' && s.ptr[end] != '\r') end++;
  *next = end + (end < s.len) + (end + 1 < s.len && s.ptr[end] == '\r' && s.ptr[end + 1] == '\n');
  return end;
}

bool text_split(text_reading *r, notis_str text, uint32_t first_line) {
  enum { MOST_LINES = 1 << 18 };
  uint32_t mark = text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
  text = text_from(text, mark);
  size_t count = 0, next = 0;
  for (size_t at = 0; at < text.len; at = next, count++) line_end(text, at, &next);
  if (count > MOST_LINES) return false;
  r->lines = r->host->allocate(r->call, (count + 1) * sizeof *r->lines);
  r->images = r->host->allocate(r->call, (count + 1) * sizeof *r->images);
  if (!r->lines || !r->images) return false;
  for (size_t at = 0; at < text.len; at = next) {
    size_t end = line_end(text, at, &next);
    notis_str whole = {text.ptr + at, end - at}, trimmed = text_trim(whole);
    r->lines[r->count++] = (text_line){.text = trimmed,
                                       .start = whole.ptr,
                                       .number = first_line++,
                                       .before = at ? 0 : mark,
                                       .role = trimmed.len ? TEXT_ORDINARY : TEXT_BLANK};
  }
  return true;
}

static uint32_t characters_in(notis_str s) {
  uint32_t count = 0;
  for (size_t i = 0; i < s.len; i++) count += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
  return count;
}

static uint32_t offset_of(text_reading *r, const text_line *line, const char *at) {
  if (!r->narrow) return (uint32_t)(at - line->start);
  bool before = r->counted.line != line->start || r->counted.at > at;
  const char *from = before ? line->start : r->counted.at;
  uint32_t characters = (before ? 0 : r->counted.characters) + characters_in((notis_str){from, (size_t)(at - from)});
  r->counted.line = line->start;
  r->counted.at = at;
  r->counted.characters = characters;
  return characters;
}

notis_place text_place(text_reading *r, const text_line *line, notis_str part) {
  return (notis_place){.line = line->number,
                       .column = line->before + offset_of(r, line, part.ptr) + 1,
                       .length = r->narrow ? characters_in(part) : (uint32_t)part.len};
}

void text_ask(text_reading *r, notis_place at, const char *code, notis_str part, notis_str other) {
  enum { MOST = 50 };
  notis_str args[2] = {part, other};
  if (r->asked++ < MOST) r->host->report_code(r->call, at, code, args, 2);
}
