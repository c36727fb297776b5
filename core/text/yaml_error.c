#include "text/yaml_error.h"

typedef enum spot { AT_PROBLEM, AT_CONTEXT } spot;

/* What libyaml says, in which context (NULL: any), what that means and where it is to be mended. The first row whose
 * words stand in its text counts. */
static const struct {
  const char *context;
  const char *problem;
  nt_code code;
  spot spot;
} rows[] = {
    {"quoted scalar", "unexpected end of stream", NT_MSG_yaml_unclosed_quote, AT_CONTEXT},
    {"quoted scalar", "document indicator", NT_MSG_yaml_unclosed_quote, AT_CONTEXT},
    {"quoted scalar", "escape", NT_MSG_yaml_escape, AT_PROBLEM},
    {"quoted scalar", "hexdecimal", NT_MSG_yaml_escape, AT_PROBLEM},
    {NULL, "found a tab character", NT_MSG_yaml_tab, AT_PROBLEM},
    {"simple key", "could not find expected ':'", NT_MSG_yaml_missing_colon, AT_CONTEXT},
    {"flow sequence", "", NT_MSG_yaml_unclosed_list, AT_CONTEXT},
    {"flow mapping", "", NT_MSG_yaml_unclosed_map, AT_CONTEXT},
    {"block scalar", "did not find expected comment or line break", NT_MSG_yaml_block_text, AT_PROBLEM},
    {"block mapping", "did not find expected key", NT_MSG_yaml_indentation, AT_PROBLEM},
    {"block collection", "did not find expected '-' indicator", NT_MSG_yaml_indentation, AT_PROBLEM},
    {NULL, "block sequence entries are not allowed", NT_MSG_yaml_list_place, AT_PROBLEM},
    {NULL, "mapping keys are not allowed", NT_MSG_yaml_reserved, AT_PROBLEM},
    {NULL, "mapping values are not allowed", NT_MSG_yaml_colon_in_text, AT_PROBLEM},
    {NULL, "found character that cannot start any token", NT_MSG_yaml_reserved, AT_PROBLEM},
    {"scanning an alias", "", NT_MSG_yaml_reserved, AT_CONTEXT},
    {"scanning an anchor", "", NT_MSG_yaml_reserved, AT_CONTEXT},
    {"a tag", "", NT_MSG_yaml_reserved, AT_CONTEXT},
    {NULL, "undefined tag handle", NT_MSG_yaml_reserved, AT_PROBLEM},
};

static size_t line_start(nt_str text, size_t offset) {
  size_t before = nt_str_find_last(nt_str_sub(text, 0, offset), '\n');
  return before == offset ? 0 : before + 1;
}

/* The first byte of the line that is no space, up to the offset. */
static size_t first_mark(nt_str text, size_t offset) {
  size_t at = line_start(text, offset);
  while (at < offset && text.ptr[at] == ' ') at++;
  return at;
}

/* A tab before the text of a line upsets libyaml in many ways, so it is looked for whatever was said. */
static bool tab_in_indentation(nt_str text, size_t offset, size_t *tab) {
  *tab = first_mark(text, offset < text.len ? offset + 1 : offset);
  return *tab < text.len && text.ptr[*tab] == '\t';
}

/* "key: text: more" has an earlier colon on its line; else the line itself stands too far in. */
static bool is_second_colon(nt_str text, size_t offset) {
  nt_str line = nt_str_sub(text, line_start(text, offset), offset);
  return nt_str_search(line, NT_STR(": ")) < line.len;
}

/* The line above begins in the same column but has no colon: then it is that one which is wrong. */
static bool lacks_colon_above(nt_str text, size_t first, size_t *above) {
  size_t start = line_start(text, first);
  if (!start) return false;
  nt_str line = nt_str_sub(text, line_start(text, start - 1), start - 1);
  *above = first_mark(text, start - 1);
  bool same_column = *above - line_start(text, *above) == first - start;
  return same_column && nt_str_search(line, NT_STR(": ")) == line.len && !nt_str_ends(nt_str_trim(line), NT_STR(":"));
}

/* A colon where none can stand, for one of three reasons. */
static nt_code refine_colon(nt_str text, size_t first, size_t *offset) {
  size_t above;
  if (is_second_colon(text, *offset)) return NT_MSG_yaml_colon_in_text;
  bool lacks = lacks_colon_above(text, first, &above);
  *offset = lacks ? above : first;
  return lacks ? NT_MSG_yaml_missing_colon : NT_MSG_yaml_indentation;
}

/* Finer distinctions that need the text. */
static nt_code refine(nt_code code, nt_str text, size_t *offset) {
  size_t tab, first = first_mark(text, *offset);
  if (code != NT_MSG_yaml_unclosed_quote && tab_in_indentation(text, *offset, &tab)) {
    *offset = tab;
    return NT_MSG_yaml_tab;
  }
  if (code == NT_MSG_yaml_colon_in_text) return refine_colon(text, first, offset);
  return code == NT_MSG_yaml_indentation && first < *offset ? NT_MSG_yaml_after_value : code;
}

static bool says(const char *text, const char *words) {
  return !words || (text && strstr(text, words));
}

static size_t find_row(const yaml_parser_t *parser) {
  size_t i = 0;
  while (i < sizeof rows / sizeof *rows &&
         !(says(parser->context, rows[i].context) && says(parser->problem, rows[i].problem)))
    i++;
  return i;
}

void nt_yaml_error_report(const yaml_parser_t *parser, nt_yaml_place *place, nt_diags *diags) {
  size_t row = find_row(parser);
  bool known = row < sizeof rows / sizeof *rows;
  bool context = known && rows[row].spot == AT_CONTEXT;
  size_t offset = nt_yaml_place_offset(place, context ? parser->context_mark.index : parser->problem_mark.index);
  nt_code code = refine(known ? rows[row].code : NT_MSG_yaml_syntax, place->text, &offset);
  size_t after = offset;
  if (after < place->text.len) nt_utf8_next(place->text, &after);
  nt_report(diags, code, nt_yaml_place_where(place, offset), nt_str_sub(place->text, offset, after));
}
