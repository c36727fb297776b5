/* A text of a kind that has no archetype: what the kind requires with something that it takes, and the rest as
 * comments. */
#include "cli/new.h"

#include <math.h>

static void put_example(const nt_field *field, const nt_placeholders *with, int depth, nt_buf *out);

static void put_number(const nt_value *least, nt_buf *out) {
  if (least->type == NT_INT)
    nt_buf_format(out, "%lld", (long long)least->as.integer);
  else
    nt_buf_format(out, "%lld", least->type == NT_FLOAT ? (long long)ceil(least->as.number) : 0LL);
}

/* As long as the field asks for. */
static void put_text(const nt_field *field, nt_buf *out) {
  enum { LONGEST = 1000 };
  int64_t least = field->min.type == NT_INT ? field->min.as.integer : 1;
  nt_buf_byte(out, '"');
  for (int64_t i = 0; i < least && i < LONGEST; i++) nt_buf_c(out, "…");
  nt_buf_byte(out, '"');
}

static void put_map(const nt_field *field, const nt_placeholders *with, int depth, nt_buf *out) {
  bool first = true;
  nt_buf_c(out, "{");
  for (size_t i = 0; i < field->field_count; i++) {
    if (!field->fields[i].required) continue;
    nt_buf_c(out, first ? " " : ", ");
    nt_buf_put(out, field->fields[i].name);
    nt_buf_c(out, ": ");
    put_example(&field->fields[i], with, depth + 1, out);
    first = false;
  }
  nt_buf_c(out, first ? "}" : " }");
}

static void put_list(const nt_field *field, const nt_placeholders *with, int depth, nt_buf *out) {
  nt_buf_byte(out, '[');
  if (field->of && field->min.type == NT_INT && field->min.as.integer > 0) put_example(field->of, with, depth + 1, out);
  nt_buf_byte(out, ']');
}

static void put_example(const nt_field *field, const nt_placeholders *with, int depth, nt_buf *out) {
  enum { DEEPEST = 10 };
  if (depth > DEEPEST) return;
  switch (field->type) {
  case NT_FIELD_DATE:
  case NT_FIELD_DATETIME: nt_buf_put(out, with->date); break;
  case NT_FIELD_INTEGER:
  case NT_FIELD_NUMBER: put_number(&field->min, out); break;
  case NT_FIELD_BOOLEAN: nt_buf_c(out, "false"); break;
  case NT_FIELD_URL: nt_buf_c(out, "https://example.org/"); break;
  case NT_FIELD_EMAIL: nt_buf_c(out, "namn@example.org"); break;
  case NT_FIELD_ENUM: nt_yaml_quoted(field->value_count ? field->values[0] : NT_STR(""), out); break;
  case NT_FIELD_IMAGE:
  case NT_FIELD_MAP: put_map(field, with, depth, out); break;
  case NT_FIELD_LIST: put_list(field, with, depth, out); break;
  default: put_text(field, out);
  }
}

static void put_field(const nt_field *field, const nt_placeholders *with, nt_buf *out) {
  bool title = nt_str_eq(field->name, NT_STR("title")), written = title || field->required;
  if (field->hint.len) nt_buf_format(out, "# %.*s\n", NT_FMT(field->hint));
  if (!written) nt_buf_c(out, "# ");
  nt_buf_put(out, field->name);
  nt_buf_c(out, ": ");
  if (title)
    nt_yaml_quoted(with->title, out);
  else if (nt_str_eq(field->name, NT_STR("year")) && field->type == NT_FIELD_INTEGER)
    nt_buf_put(out, with->year);
  else
    put_example(field, with, 0, out);
  nt_buf_byte(out, '\n');
}

void nt_new_fields(const nt_kind *kind, const nt_placeholders *with, nt_buf *out) {
  nt_buf_c(out, "---\n");
  for (size_t i = 0; i < kind->field_count; i++) put_field(&kind->fields[i], with, out);
  nt_buf_c(out, "---\n\n…\n");
}
