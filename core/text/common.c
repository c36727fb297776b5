/* The words that mean the same in every kind, whether it declares them or not. */
#include "text/fields_parts.h"

const nt_field *nt_field_builtin(nt_str name) {
  static const struct {
    const char *name;
    nt_field field;
  } builtin[] = {
      {"kind", {.type = NT_FIELD_TEXT}},        {"template", {.type = NT_FIELD_TEXT}},
      {"slug", {.type = NT_FIELD_TEXT}},        {"lang", {.type = NT_FIELD_TEXT}},
      {"draft", {.type = NT_FIELD_BOOLEAN}},    {"embargo", {.type = NT_FIELD_DATETIME}},
      {"expires", {.type = NT_FIELD_DATETIME}}, {"translation_key", {.type = NT_FIELD_TEXT}},
      {"aliases", {.type = NT_FIELD_LIST}},
  };
  for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
    if (nt_str_eq(name, nt_str_c(builtin[i].name))) return &builtin[i].field;
  return NULL;
}

/* A path from the publication's root that a file can lie at. */
static bool is_alias(nt_str text) {
  if (!nt_str_starts(text, NT_STR("/")) || text.len < 2) return false;
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7F || strchr("?#\\", text.ptr[i])) return false;
  return nt_str_search(text, NT_STR("//")) == text.len && nt_str_search(text, NT_STR("..")) == text.len;
}

/* A list of paths, or one alone, which becomes a list of one. */
static bool convert_aliases(nt_fields_job *job, const nt_value *value, nt_value *out) {
  nt_str name = NT_STR("aliases");
  bool good = true, list = value->type == NT_LIST;
  const nt_value *items = list ? value->as.list->items : value;
  *out = nt_list_new(job->arena);
  out->pos = value->pos;
  for (size_t i = 0; i < (list ? value->as.list->len : 1); i++) {
    if (is_alias(nt_value_str(&items[i]))) {
      nt_list_push(out, job->arena, items[i]);
      continue;
    }
    nt_fields_report(job, NT_MSG_fields_not_alias, name, &items[i]);
    good = false;
  }
  return good;
}

bool nt_common_convert(nt_fields_job *job, nt_str name, const nt_value *value, nt_value *out) {
  if (nt_str_eq(name, NT_STR("aliases"))) return convert_aliases(job, value, out);
  return nt_field_convert(job, nt_field_builtin(name), name, value, out);
}

static void convert_again(nt_fields_job *job, const nt_field *field, nt_str name, nt_value *fields) {
  nt_value *value = nt_map_find(fields, name), converted = nt_null();
  if (!value || value->type == NT_NULL) return;
  bool good =
      field ? nt_field_convert(job, field, name, value, &converted) : nt_common_convert(job, name, value, &converted);
  if (good) *value = converted;
}

bool nt_fields_common(const nt_kind *kind, const nt_fields_context *context, nt_arena *arena, nt_diags *diags,
                      nt_value *fields) {
  static const char *const names[] = {"draft", "embargo", "expires", "translation_key", "aliases"};
  size_t errors = diags->errors;
  nt_fields_job job = {kind, context, arena, diags};
  const nt_field *date = nt_field_find(kind->fields, kind->field_count, NT_STR("date"));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) convert_again(&job, NULL, nt_str_c(names[i]), fields);
  if (date && (date->type == NT_FIELD_DATE || date->type == NT_FIELD_DATETIME))
    convert_again(&job, date, date->name, fields);
  return diags->errors == errors;
}
