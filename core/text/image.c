#include "text/image.h"

#include <stdlib.h>

typedef struct source {
  nt_image_read read;
  void *ud;
} source;

static bool get(const source *s, uint64_t offset, void *out, size_t len) {
  return s->read(s->ud, offset, out, len) == len;
}

static uint32_t be16(const uint8_t *p) {
  return (uint32_t)p[0] << 8 | p[1];
}
static uint32_t be32(const uint8_t *p) {
  return be16(p) << 16 | be16(p + 2);
}
static uint32_t le16(const uint8_t *p) {
  return (uint32_t)p[1] << 8 | p[0];
}
static uint32_t le24(const uint8_t *p) {
  return le16(p) | (uint32_t)p[2] << 16;
}
static uint32_t le32(const uint8_t *p) {
  return le16(p) | le16(p + 2) << 16;
}

static bool sized(nt_image *out, const char *format, uint32_t width, uint32_t height) {
  *out = (nt_image){format, width, height};
  return width && height;
}

/* ---- PNG and GIF ---- */

static bool look_png(const source *s, nt_image *out) {
  uint8_t head[24];
  return get(s, 0, head, sizeof head) && memcmp(head + 12, "IHDR", 4) == 0 &&
         sized(out, "png", be32(head + 16), be32(head + 20));
}

static bool look_gif(const source *s, nt_image *out) {
  uint8_t head[10];
  return get(s, 0, head, sizeof head) && sized(out, "gif", le16(head + 6), le16(head + 8));
}

/* ---- WebP ---- */

static bool look_webp(const source *s, nt_image *out) {
  uint8_t h[30];
  if (!get(s, 0, h, 25)) return false; /* VP8L says all in the first 25 */
  if (memcmp(h + 12, "VP8L", 4) == 0) {
    uint32_t bits = le32(h + 21);
    return h[20] == 0x2F && sized(out, "webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
  }
  if (!get(s, 0, h, sizeof h)) return false;
  if (memcmp(h + 12, "VP8X", 4) == 0) return sized(out, "webp", le24(h + 24) + 1, le24(h + 27) + 1);
  bool key_frame = memcmp(h + 12, "VP8 ", 4) == 0 && !(h[20] & 1) && memcmp(h + 23, "\x9d\x01\x2a", 3) == 0;
  return key_frame && sized(out, "webp", le16(h + 26) & 0x3FFF, le16(h + 28) & 0x3FFF);
}

/* ---- JPEG ---- */

enum { MOST_SEGMENTS = 1000, EXIF_READ = 4096, ORIENTATION = 0x0112, MOST_TAGS = 200 };

/* The orientation in an Exif segment's TIFF, 1 when it says nothing. */
static uint32_t tiff_orientation(const uint8_t *tiff, size_t len) {
  if (len < 8) return 1;
  bool big = tiff[0] == 'M';
  if (memcmp(tiff, big ? "MM\0*" : "II*\0", 4) != 0) return 1;
  uint32_t at = big ? be32(tiff + 4) : le32(tiff + 4);
  if (at > len || len - at < 2) return 1;
  uint32_t count = big ? be16(tiff + at) : le16(tiff + at);
  for (uint32_t i = 0; i < count && i < MOST_TAGS && len - at - 2 >= 12 * ((size_t)i + 1); i++) {
    const uint8_t *tag = tiff + at + 2 + 12 * (size_t)i;
    if ((big ? be16(tag) : le16(tag)) == ORIENTATION) return big ? be16(tag + 8) : le16(tag + 8);
  }
  return 1;
}

static uint32_t read_orientation(const source *s, uint64_t at, uint32_t len) {
  uint8_t bytes[EXIF_READ];
  if (len > sizeof bytes) len = sizeof bytes;
  if (len < 14 || !get(s, at, bytes, len) || memcmp(bytes, "Exif\0", 6) != 0) return 1;
  return tiff_orientation(bytes + 6, len - 6);
}

/* A frame header carries the size; C4, C8 and CC in its range are tables. */
static bool is_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static bool look_jpeg(const source *s, nt_image *out) {
  uint32_t orientation = 1;
  uint64_t at = 2;
  for (int i = 0; i < MOST_SEGMENTS; i++) {
    uint8_t h[9];
    if (!get(s, at, h, 4) || h[0] != 0xFF) return false;
    if (h[1] == 0xFF) { /* a fill byte */
      at++;
      continue;
    }
    if (h[1] == 0xD9 || h[1] == 0xDA) return false; /* the picture itself, without a frame header before it */
    uint32_t len = be16(h + 2);
    if (len < 2) return false;
    if (is_frame(h[1])) {
      if (!get(s, at, h, sizeof h)) return false;
      bool turned = orientation >= 5 && orientation <= 8;
      uint32_t height = be16(h + 5), width = be16(h + 7);
      return sized(out, "jpeg", turned ? height : width, turned ? width : height);
    }
    if (h[1] == 0xE1 && orientation == 1) orientation = read_orientation(s, at + 4, len - 2);
    at += 2 + (uint64_t)len;
  }
  return false;
}

/* ---- SVG ---- */

enum { SVG_READ = 65536, LARGEST_SVG = 1000000 };

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static nt_str after(nt_str text, const char *mark) {
  nt_str part = nt_str_c(mark);
  size_t at = nt_str_search(text, part);
  return nt_str_sub(text, at == text.len ? at : at + part.len, text.len);
}

static nt_str skip_space(nt_str text) {
  size_t i = 0;
  while (i < text.len && is_space(text.ptr[i])) i++;
  return nt_str_sub(text, i, text.len);
}

/* What stands after "<svg" when that is the first element: before it only the declaration, comments and a doctype. */
static bool find_root(nt_str text, nt_str *rest) {
  if (nt_str_starts(text, NT_STR("\xEF\xBB\xBF"))) text = nt_str_sub(text, 3, text.len);
  for (;;) {
    text = skip_space(text);
    if (nt_str_starts(text, NT_STR("<?")))
      text = after(text, "?>");
    else if (nt_str_starts(text, NT_STR("<!--")))
      text = after(text, "-->");
    else if (nt_str_starts(text, NT_STR("<!DOCTYPE"))) {
      size_t subset = nt_str_find(text, '['), end = nt_str_find(text, '>');
      text = subset < end ? after(after(text, "]"), ">") : after(text, ">");
    } else {
      break;
    }
  }
  *rest = nt_str_sub(text, 4, text.len);
  return nt_str_starts(text, NT_STR("<svg")) && rest->len && (is_space(rest->ptr[0]) || rest->ptr[0] == '>');
}

/* The next attribute of a start tag; false at its end. */
static bool next_attribute(nt_str *rest, nt_str *name, nt_str *value) {
  nt_str text = skip_space(*rest);
  size_t n = 0;
  while (n < text.len && !is_space(text.ptr[n]) && text.ptr[n] != '=' && text.ptr[n] != '>' && text.ptr[n] != '/') n++;
  *name = nt_str_sub(text, 0, n);
  text = skip_space(nt_str_sub(text, n, text.len));
  if (!n || text.len < 2 || text.ptr[0] != '=') return false;
  text = skip_space(nt_str_sub(text, 1, text.len));
  if (!text.len || (text.ptr[0] != '"' && text.ptr[0] != '\'')) return false;
  char quote = text.ptr[0];
  text = nt_str_sub(text, 1, text.len);
  size_t end = nt_str_find(text, quote);
  if (end == text.len) return false;
  *value = nt_str_sub(text, 0, end);
  *rest = nt_str_sub(text, end + 1, text.len);
  return true;
}

/* A number at the start, which is taken off; 0 if there is none. No exponents, no signs: sizes are positive. */
static double take_number(nt_str *text) {
  double number = 0, scale = 1;
  size_t i = 0;
  for (; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9' && i < 9; i++)
    number = number * 10 + (text->ptr[i] - '0');
  if (i < text->len && text->ptr[i] == '.')
    for (i++; i < text->len && text->ptr[i] >= '0' && text->ptr[i] <= '9' && i < 20; i++)
      number += (text->ptr[i] - '0') * (scale /= 10);
  *text = nt_str_sub(*text, i, text->len);
  return number;
}

/* A length in CSS pixels (CSS Values 4, 6.2); 0 for a relative one. */
static double length_of(nt_str text) {
  static const struct {
    const char *unit;
    double pixels;
  } units[] = {{"", 1}, {"px", 1}, {"in", 96}, {"cm", 96 / 2.54}, {"mm", 9.6 / 2.54}, {"pt", 96.0 / 72}, {"pc", 16}};
  text = nt_str_trim(text);
  double number = take_number(&text);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (nt_str_eq(text, nt_str_c(units[i].unit))) return number * units[i].pixels;
  return 0;
}

/* "0 0 300 200": the last two. */
static void read_view_box(nt_str text, double *width, double *height) {
  double numbers[4] = {0};
  for (int i = 0; i < 4; i++) {
    while (text.len && (is_space(text.ptr[0]) || text.ptr[0] == ',')) text = nt_str_sub(text, 1, text.len);
    if (i < 2 && text.len && text.ptr[0] == '-') text = nt_str_sub(text, 1, text.len);
    size_t before = text.len;
    numbers[i] = take_number(&text);
    if (text.len == before) return;
  }
  *width = numbers[2];
  *height = numbers[3];
}

/* One of the two that is not there follows from the other and the view box. */
static bool svg_size(double width, double height, double box_width, double box_height, nt_image *out) {
  bool box = box_width > 0 && box_height > 0;
  if (!(width > 0) && height > 0 && box) width = height * box_width / box_height;
  if (!(height > 0) && width > 0 && box) height = width * box_height / box_width;
  if (!(width > 0) && !(height > 0) && box) {
    width = box_width;
    height = box_height;
  }
  *out = (nt_image){.format = "svg"};
  if (width < 0.5 || height < 0.5 || width > LARGEST_SVG || height > LARGEST_SVG) return true; /* it does not say */
  out->width = (uint32_t)(width + 0.5);
  out->height = (uint32_t)(height + 0.5);
  return true;
}

static bool look_svg(const source *s, nt_image *out) {
  char *bytes = malloc(SVG_READ);
  if (!bytes) return false;
  nt_str rest, name, value, text = nt_str_n(bytes, s->read(s->ud, 0, bytes, SVG_READ));
  bool found = find_root(text, &rest);
  double width = 0, height = 0, box_width = 0, box_height = 0;
  while (found && next_attribute(&rest, &name, &value)) {
    if (nt_str_eq(name, NT_STR("width"))) width = length_of(value);
    if (nt_str_eq(name, NT_STR("height"))) height = length_of(value);
    if (nt_str_eq(name, NT_STR("viewBox"))) read_view_box(value, &box_width, &box_height);
  }
  free(bytes);
  return found && svg_size(width, height, box_width, box_height, out);
}

/* ---- which it is ---- */

bool nt_image_look(nt_image_read read, void *ud, nt_image *out) {
  source s = {read, ud};
  uint8_t head[12] = {0};
  *out = (nt_image){0};
  size_t got = read(ud, 0, head, sizeof head);
  bool good;
  if (got >= 8 && memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
    good = look_png(&s, out);
  else if (got >= 6 && (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0))
    good = look_gif(&s, out);
  else if (got >= 3 && memcmp(head, "\xFF\xD8\xFF", 3) == 0)
    good = look_jpeg(&s, out);
  else if (got >= 12 && memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
    good = look_webp(&s, out);
  else
    good = look_svg(&s, out);
  if (!good) *out = (nt_image){0};
  return good;
}

/* ---- media types ---- */

static const struct {
  const char *extension, *type;
} media_types[] = {
    {"pdf", "application/pdf"},
    {"png", "image/png"},
    {"jpeg", "image/jpeg"},
    {"jpg", "image/jpeg"},
    {"gif", "image/gif"},
    {"webp", "image/webp"},
    {"svg", "image/svg+xml"},
    {"avif", "image/avif"},
    {"ico", "image/vnd.microsoft.icon"},
    {"tif", "image/tiff"},
    {"tiff", "image/tiff"},
    {"csv", "text/csv"},
    {"txt", "text/plain"},
    {"html", "text/html"},
    {"htm", "text/html"},
    {"css", "text/css"},
    {"js", "text/javascript"},
    {"md", "text/markdown"},
    {"ics", "text/calendar"},
    {"vcf", "text/vcard"},
    {"json", "application/json"},
    {"geojson", "application/geo+json"},
    {"xml", "application/xml"},
    {"rss", "application/rss+xml"},
    {"atom", "application/atom+xml"},
    {"zip", "application/zip"},
    {"gz", "application/gzip"},
    {"epub", "application/epub+zip"},
    {"rtf", "application/rtf"},
    {"doc", "application/msword"},
    {"xls", "application/vnd.ms-excel"},
    {"ppt", "application/vnd.ms-powerpoint"},
    {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {"odt", "application/vnd.oasis.opendocument.text"},
    {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
    {"odp", "application/vnd.oasis.opendocument.presentation"},
    {"mp3", "audio/mpeg"},
    {"m4a", "audio/mp4"},
    {"ogg", "audio/ogg"},
    {"wav", "audio/wav"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"mov", "video/quicktime"},
    {"vtt", "text/vtt"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
};

nt_str nt_media_type(nt_str extension) {
  for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++)
    if (nt_str_eq(extension, nt_str_c(media_types[i].extension))) return nt_str_c(media_types[i].type);
  return NT_STR("application/octet-stream");
}
