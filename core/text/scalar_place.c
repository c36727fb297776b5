#include "text/scalar_place.h"

static nt_str rest_from_line(nt_str file, uint32_t line) {
  for (; line > 1 && file.len; line--) file = nt_str_sub(file, nt_str_find(file, '\n') + 1, file.len);
  return file;
}

static nt_str take_line(nt_str *rest) {
  size_t end = nt_str_find(*rest, '\n');
  nt_str line = nt_str_sub(*rest, 0, end);
  *rest = nt_str_sub(*rest, end + 1, rest->len);
  return line;
}

/* The first line that is not empty decides. */
static uint32_t indent_of(nt_str rest) {
  while (rest.len) {
    nt_str line = take_line(&rest);
    size_t spaces = 0;
    while (spaces < line.len && line.ptr[spaces] == ' ') spaces++;
    if (spaces < line.len && line.ptr[spaces] != '\r') return (uint32_t)spaces;
  }
  return 0;
}

nt_scalar_place nt_scalar_place_find(nt_str file, nt_pos at) {
  nt_scalar_place place = {.line = at.line, .column = at.column};
  if (!at.line) return place;
  nt_str rest = rest_from_line(file, at.line), line = take_line(&rest);
  char c = at.column && at.column <= line.len ? line.ptr[at.column - 1] : '\0';
  if (c == '|') return (nt_scalar_place){.line = at.line + 1, .column = 1, .indent = indent_of(rest)};
  nt_str last = nt_str_trim(line);
  bool quoted = c == '"' || c == '\'', closed = last.len && last.ptr[last.len - 1] == c;
  place.folded = c == '>' || (quoted && !closed);
  if (quoted) place.column++;
  return place;
}

static void move(const nt_scalar_place *place, uint32_t line, uint32_t *column) {
  if (line && *column) *column += place->indent;
}

void nt_scalar_place_apply(const nt_scalar_place *place, nt_pos at, nt_node_pos *pos) {
  if (place->folded) {
    *pos = (nt_node_pos){.line = at.line, .column = at.column};
    return;
  }
  move(place, pos->line, &pos->column);
  move(place, pos->text_line, &pos->text_column);
}
