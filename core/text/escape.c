#include "text/escape.h"

enum { HTML = 1, QUOTE = 2, HREF = 4, UNRESERVED = 8 };

/* For each byte the sets it is in: HTML needs an entity in text; QUOTE only in attributes of templates; HREF may stand
 * in an URL as it is; UNRESERVED is RFC 3986's set of that name. */
static const uint8_t class_of[256] = {
    ['"'] = HTML,
    ['&'] = HTML | HREF,
    ['<'] = HTML,
    ['>'] = HTML,
    ['\''] = QUOTE | HREF,
    ['%'] = HREF,
    ['!'] = HREF,
    ['#'] = HREF,
    ['$'] = HREF,
    ['('] = HREF,
    [')'] = HREF,
    ['*'] = HREF,
    ['+'] = HREF,
    [','] = HREF,
    ['/'] = HREF,
    [':'] = HREF,
    [';'] = HREF,
    ['='] = HREF,
    ['?'] = HREF,
    ['@'] = HREF,
    ['-'] = HREF | UNRESERVED,
    ['.'] = HREF | UNRESERVED,
    ['_'] = HREF | UNRESERVED,
    ['~'] = HREF | UNRESERVED,
#define LETTERS(c) [c] = HREF | UNRESERVED, [(c) - 'a' + 'A'] = HREF | UNRESERVED
    LETTERS('a'),
    LETTERS('b'),
    LETTERS('c'),
    LETTERS('d'),
    LETTERS('e'),
    LETTERS('f'),
    LETTERS('g'),
    LETTERS('h'),
    LETTERS('i'),
    LETTERS('j'),
    LETTERS('k'),
    LETTERS('l'),
    LETTERS('m'),
    LETTERS('n'),
    LETTERS('o'),
    LETTERS('p'),
    LETTERS('q'),
    LETTERS('r'),
    LETTERS('s'),
    LETTERS('t'),
    LETTERS('u'),
    LETTERS('v'),
    LETTERS('w'),
    LETTERS('x'),
    LETTERS('y'),
    LETTERS('z'),
#undef LETTERS
#define DIGIT(c) [c] = HREF | UNRESERVED
    DIGIT('0'),
    DIGIT('1'),
    DIGIT('2'),
    DIGIT('3'),
    DIGIT('4'),
    DIGIT('5'),
    DIGIT('6'),
    DIGIT('7'),
    DIGIT('8'),
    DIGIT('9'),
#undef DIGIT
};

static void put_entity(char c, nt_buf *out) {
  switch (c) {
  case '&': nt_buf_put(out, NT_STR("&amp;")); break;
  case '<': nt_buf_put(out, NT_STR("&lt;")); break;
  case '>': nt_buf_put(out, NT_STR("&gt;")); break;
  case '"': nt_buf_put(out, NT_STR("&quot;")); break;
  default: nt_buf_put(out, NT_STR("&#39;"));
  }
}

static void put_percent(unsigned char c, nt_buf *out) {
  static const char digits[] = "0123456789ABCDEF";
  nt_buf_put(out, nt_str_n((const char[]){'%', digits[c >> 4], digits[c & 15]}, 3));
}

typedef uint8_t lanes __attribute__((vector_size(16)));

/* Does any of sixteen bytes need an entity? */
static bool has_special(const char *bytes) {
  lanes v;
  uint64_t halves[2];
  memcpy(&v, bytes, sizeof v);
  lanes hit = (lanes)((v == '"') | (v == '&') | (v == '<') | (v == '>') | (v == '\''));
  memcpy(halves, &hit, sizeof hit);
  return (halves[0] | halves[1]) != 0;
}

/* Where the next byte of the set stands at or after `at`; most of a text has none, and is passed in lanes. */
static size_t find_special(nt_str text, size_t at, uint8_t set) {
  while (at < text.len) {
    if (text.len - at >= sizeof(lanes) && !has_special(text.ptr + at))
      at += sizeof(lanes);
    else if (class_of[(unsigned char)text.ptr[at]] & set)
      break;
    else
      at++;
  }
  return at;
}

static void put_entities(nt_str text, uint8_t set, nt_buf *out) {
  size_t from = 0;
  for (size_t at; (at = find_special(text, from, set)) < text.len; from = at + 1) {
    nt_buf_put(out, nt_str_sub(text, from, at));
    put_entity(text.ptr[at], out);
  }
  nt_buf_put(out, nt_str_sub(text, from, text.len));
}

void nt_escape_html(nt_str text, nt_buf *out) {
  put_entities(text, HTML, out);
}

void nt_escape_attribute(nt_str text, nt_buf *out) {
  put_entities(text, HTML | QUOTE, out);
}

void nt_escape_href(nt_str url, nt_buf *out) {
  for (size_t i = 0; i < url.len; i++) {
    unsigned char c = (unsigned char)url.ptr[i];
    if (c == '&')
      nt_buf_put(out, NT_STR("&amp;"));
    else if (c == '\'')
      nt_buf_put(out, NT_STR("&#x27;"));
    else if (class_of[c] & HREF)
      nt_buf_byte(out, (char)c);
    else
      put_percent(c, out);
  }
}

void nt_escape_component(nt_str text, nt_buf *out) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (class_of[c] & UNRESERVED)
      nt_buf_byte(out, (char)c);
    else
      put_percent(c, out);
  }
}
