#include "text/yaml_place.h"

/* YAML's printable characters (1.2.2, 5.1), as libyaml has them. */
static bool is_printable(uint32_t c) {
  if (c < 0x80) return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r';
  return c == 0x85 || (c >= 0xA0 && c != 0xFFFE && c != 0xFFFF);
}

/* The offset of the first character that is not allowed, or the text's length. */
static size_t check_characters(nt_str text, bool *ascii) {
  *ascii = true;
  for (size_t at = 0; at < text.len;) {
    unsigned char byte = (unsigned char)text.ptr[at];
    if (byte >= 0x20 && byte < 0x7F) {
      at++;
      continue;
    }
    size_t start = at;
    if (byte >= 0x80) *ascii = false;
    if (!is_printable(nt_utf8_next(text, &at))) return start;
  }
  return text.len;
}

static void report_character(nt_yaml_place *place, size_t offset, nt_diags *diags) {
  size_t after = offset;
  uint32_t c = nt_utf8_next(place->text, &after);
  nt_str name = nt_arena_format(diags->arena, "U+%04X", c);
  nt_report(diags, NT_MSG_yaml_control, nt_yaml_place_where(place, offset), name);
}

static void report_encoding(nt_yaml_place *place, size_t offset, nt_diags *diags) {
  nt_str name = nt_arena_format(diags->arena, "0x%02X", (unsigned char)place->text.ptr[offset]);
  nt_report(diags, NT_MSG_yaml_encoding, nt_yaml_place_where(place, offset), name);
}

bool nt_yaml_place_init(nt_yaml_place *place, nt_str text, nt_str file, nt_pos start, nt_diags *diags) {
  *place = (nt_yaml_place){.text = text, .file = file, .start = start};
  size_t control = check_characters(text, &place->ascii), encoding = place->ascii ? text.len : nt_utf8_check(text);
  if (control == text.len && encoding == text.len) return true;
  if (encoding <= control)
    report_encoding(place, encoding, diags);
  else
    report_character(place, control, diags);
  return false;
}

size_t nt_yaml_place_offset(nt_yaml_place *place, size_t index) {
  nt_str text = place->text;
  if (place->ascii) return index < text.len ? index : text.len;
  size_t at = place->offset, seen = place->index;
  for (; seen < index && at < text.len; seen++) do
      at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xC0) == 0x80);
  for (; seen > index && at > 0; seen--) do
      at--;
    while (at > 0 && ((unsigned char)text.ptr[at] & 0xC0) == 0x80);
  place->offset = at;
  place->index = seen;
  return at;
}

/* Moves the line counter to an offset, in either direction. */
static void move_to(nt_yaml_place *place, size_t offset) {
  nt_str text = place->text;
  const char *newline;
  if (offset < place->line_start) {
    for (size_t i = offset; i < place->line_start; i++) place->line -= text.ptr[i] == '\n';
    size_t before = nt_str_find_last(nt_str_sub(text, 0, offset), '\n');
    place->line_start = before == offset ? 0 : before + 1;
  }
  while (offset > place->line_start &&
         (newline = memchr(text.ptr + place->line_start, '\n', offset - place->line_start))) {
    place->line++;
    place->line_start = (size_t)(newline - text.ptr) + 1;
  }
}

nt_pos nt_yaml_place_pos(nt_yaml_place *place, size_t offset) {
  move_to(place, offset);
  size_t column = offset - place->line_start + (place->line ? 1 : place->start.column ? place->start.column : 1);
  return (nt_pos){place->start.line + place->line, (uint16_t)(column < UINT16_MAX ? column : UINT16_MAX),
                  place->start.file};
}

nt_pos nt_yaml_place_mark(nt_yaml_place *place, size_t index) {
  return nt_yaml_place_pos(place, nt_yaml_place_offset(place, index));
}

/* A diagnostic's column is not limited as a value's is. */
nt_where nt_yaml_place_where(nt_yaml_place *place, size_t offset) {
  nt_where where = nt_where_pos(place->file, nt_yaml_place_pos(place, offset));
  if (where.column == UINT16_MAX) where.column = (uint32_t)(offset - place->line_start + 1);
  return where;
}
