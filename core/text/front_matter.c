#include "text/yaml.h"

/* The line at *at without its end, which *at is moved past. */
static nt_str next_line(nt_str text, size_t *at) {
  nt_str rest = nt_str_sub(text, *at, text.len);
  size_t end = nt_str_find(rest, '\n');
  *at += end < rest.len ? end + 1 : end;
  return nt_str_sub(rest, 0, end);
}

static nt_str without_trailing_space(nt_str line) {
  while (line.ptr && line.len && line.ptr[line.len - 1] && strchr(" \t\r", line.ptr[line.len - 1])) line.len--;
  return line;
}

static bool is_line(nt_str line, const char *mark) {
  return nt_str_eq(without_trailing_space(line), nt_str_c(mark));
}

/* Moves *at past the opening line, if there is one. */
static bool find_opening(nt_str text, size_t *at, uint32_t *line_number) {
  *at = nt_str_starts(text, NT_STR("\xEF\xBB\xBF")) ? 3 : 0;
  for (*line_number = 1; *at < text.len; ++*line_number) {
    nt_str line = next_line(text, at);
    if (is_line(line, "---")) return true;
    if (without_trailing_space(line).len) return false;
  }
  return false;
}

bool nt_front_matter_split(nt_str text, nt_str file, nt_diags *diags, nt_front_matter *out) {
  *out = (nt_front_matter){.yaml = nt_str_n("", 0), .body = text, .yaml_line = 1, .body_line = 1};
  size_t at;
  uint32_t opening;
  if (!find_opening(text, &at, &opening)) return true;
  size_t start = at;
  for (uint32_t line_number = opening + 1; at < text.len; line_number++) {
    size_t line_start = at;
    nt_str line = next_line(text, &at);
    if (!is_line(line, "---") && !is_line(line, "...")) continue;
    out->yaml = nt_str_sub(text, start, line_start);
    out->body = nt_str_sub(text, at, text.len);
    out->yaml_line = opening + 1;
    out->body_line = line_number + 1;
    out->present = true;
    return true;
  }
  nt_report0(diags, NT_MSG_front_matter_unclosed, nt_where_file(file, opening, 1));
  return false;
}
