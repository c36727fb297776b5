#include "write.h"

enum { REPLACEMENT = 0xFFFD };

static uint32_t continued(const unsigned char *bytes, size_t count, uint32_t code) {
  for (size_t i = 0; i < count; i++) code = code << 6 | (bytes[i] & 0x3Fu);
  return code;
}

/* The next code point at *at, which is advanced (RFC 3629); REPLACEMENT and one byte for what is none. */
static uint32_t next(notis_str text, size_t *at) {
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  const unsigned char *bytes = (const unsigned char *)text.ptr + *at;
  size_t left = text.len - *at, more = bytes[0] < 0x80 ? 0 : bytes[0] < 0xE0 ? 1 : bytes[0] < 0xF0 ? 2 : 3;
  (*at)++;
  if (!more) return bytes[0];
  if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || more >= left) return REPLACEMENT;
  for (size_t i = 1; i <= more; i++)
    if ((bytes[i] & 0xC0) != 0x80) return REPLACEMENT;
  uint32_t code = continued(bytes + 1, more, bytes[0] & (0x3Fu >> more));
  if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return REPLACEMENT;
  *at += more;
  return code;
}

static void put_between(const feed_writer *w, notis_str text, size_t from, size_t to) {
  if (to > from) w->host->append(w->out, (notis_str){text.ptr + from, to - from});
}

typedef enum place { TEXT, ATTRIBUTE, JSON } place;

/* What stands for a character in XML; NULL for itself, "" for nothing. Line ends that are no LF, and white space in
 * attributes, would be changed by whoever reads them (2.11, 3.3.3). */
static const char *in_xml(uint32_t c, place in) {
  switch (c) {
  case '&': return "&amp;";
  case '<': return "&lt;";
  case '>': return "&gt;";
  case '"': return "&quot;";
  case '\r': return "&#13;";
  case '\t': return in == ATTRIBUTE ? "&#9;" : NULL;
  case '\n': return in == ATTRIBUTE ? "&#10;" : NULL;
  default: return c < 0x20 || c == 0xFFFE || c == 0xFFFF ? "" : NULL;
  }
}

static const char *in_json(uint32_t c, char escape[8]) {
  static const char digits[] = "0123456789abcdef";
  switch (c) {
  case '"': return "\\\"";
  case '\\': return "\\\\";
  case '\n': return "\\n";
  case '\t': return "\\t";
  default: break;
  }
  if (c >= 0x20 && c != 0x7F && c != 0x2028 && c != 0x2029) return NULL;
  memcpy(escape, "\\u", 2);
  for (int i = 0; i < 4; i++) escape[2 + i] = digits[c >> (12 - 4 * i) & 15];
  escape[6] = '\0';
  return escape;
}

/* Past what stands for itself everywhere, as most of a text does. */
static size_t skip_plain(notis_str text, size_t at) {
  static const bool marked[0x80] = {
      ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\\'] = true, [0x7F] = true};
  while (at < text.len) {
    unsigned char c = (unsigned char)text.ptr[at];
    if (c < ' ' || c > 0x7F || marked[c]) break;
    at++;
  }
  return at;
}

static void put_escaped(const feed_writer *w, notis_str text, place in) {
  char escape[8];
  size_t copied = 0, at = 0;
  while ((at = skip_plain(text, at)) < text.len) {
    size_t start = at;
    uint32_t c = next(text, &at);
    const char *instead = in == JSON ? in_json(c, escape) : in_xml(c, in);
    if (!instead && c == REPLACEMENT && at == start + 1) instead = "\xEF\xBF\xBD";
    if (!instead) continue;
    put_between(w, text, copied, start);
    feed_put(w, instead);
    copied = at;
  }
  put_between(w, text, copied, text.len);
}

void feed_put_xml(const feed_writer *w, notis_str text) {
  put_escaped(w, text, TEXT);
}

void feed_put_json(const feed_writer *w, notis_str text) {
  feed_put(w, "\"");
  put_escaped(w, text, JSON);
  feed_put(w, "\"");
}

void feed_put_element(const feed_writer *w, int indent, const char *name, notis_str text) {
  w->host->append(w->out, (notis_str){"          ", indent < 10 ? (size_t)indent : 10});
  feed_put(w, "<");
  feed_put(w, name);
  feed_put(w, ">");
  feed_put_xml(w, text);
  feed_put(w, "</");
  feed_put(w, name);
  feed_put(w, ">\n");
}

void feed_put_attribute(const feed_writer *w, const char *name, notis_str text) {
  feed_put(w, " ");
  feed_put(w, name);
  feed_put(w, "=\"");
  put_escaped(w, text, ATTRIBUTE);
  feed_put(w, "\"");
}
