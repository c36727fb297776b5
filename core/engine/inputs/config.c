#include "engine/inputs/config.h"

#include "text/yaml.h"

#include <errno.h>

nt_where nt_config_where(const nt_config_files *files, nt_pos pos) {
  return nt_where_pos(pos.file < files->names.len ? files->names.items[pos.file] : NT_STR(""), pos);
}

void nt_config_report_file(nt_file_result result, nt_str shown, nt_where where, nt_diags *diags) {
  static const nt_code codes[] = {
      [NT_FILE_ABSENT] = NT_MSG_file_absent,     [NT_FILE_DENIED] = NT_MSG_file_denied,
      [NT_FILE_OUTSIDE] = NT_MSG_file_outside,   [NT_FILE_DIRECTORY] = NT_MSG_file_directory,
      [NT_FILE_CIRCLE] = NT_MSG_file_circle,     [NT_FILE_TOO_DEEP] = NT_MSG_file_too_deep,
      [NT_FILE_SPECIAL] = NT_MSG_file_special,   [NT_FILE_TOO_LARGE] = NT_MSG_file_too_large,
      [NT_FILE_CHANGING] = NT_MSG_file_changing, [NT_FILE_BAD_NAME] = NT_MSG_file_bad_name,
      [NT_FILE_FAILED] = NT_MSG_file_failed,
  };
  if (result != NT_FILE_OK) nt_report(diags, codes[result], where, shown);
}

nt_file_result nt_config_read(nt_root *root, nt_str path, nt_str shown, uint64_t limit, nt_arena *arena,
                              nt_config_files *files, nt_diags *diags, nt_value *out) {
  nt_buf bytes = {0};
  nt_file_result result = nt_file_read(root, path, limit, &bytes, NULL);
  *out = nt_null();
  if (result == NT_FILE_OK) {
    nt_pos at = {.line = 1, .column = 1, .file = (uint16_t)files->names.len};
    nt_push(&files->names, nt_arena_str(arena, shown));
    nt_yaml_parse(nt_arena_str(arena, nt_buf_str(&bytes)), shown, at, arena, diags, out);
  }
  nt_buf_deinit(&bytes);
  return result;
}

bool nt_config_check_text(nt_str text, nt_str shown, nt_diags *diags) {
  size_t bad = nt_utf8_check(text), nul = nt_str_find(text, '\0');
  size_t at = bad < nul ? bad : nul;
  if (at == text.len) return true;
  uint32_t line = 1;
  size_t start = 0;
  for (size_t i = 0; i < at; i++)
    if (text.ptr[i] == '\n' || (text.ptr[i] == '\r' && text.ptr[i + 1] != '\n')) {
      line++;
      start = i + 1;
    }
  nt_report0(diags, bad < nul ? NT_MSG_item_invalid_utf8 : NT_MSG_item_nul,
             nt_where_file(shown, line, (uint32_t)(at - start) + 1));
  return false;
}

bool nt_config_holds_map(const nt_value *value, nt_str shown, size_t errors_before, nt_diags *diags) {
  if (value->type == NT_MAP) return true;
  if (diags->errors == errors_before) nt_report(diags, NT_MSG_config_not_map, nt_where_file(shown, 1, 1), shown);
  return false;
}

nt_value nt_config_merge(const nt_value *under, const nt_value *over, nt_arena *arena) {
  if (under->type != NT_MAP || over->type != NT_MAP) return *over;
  nt_value merged = nt_map_new(arena);
  merged.pos = over->pos;
  for (size_t i = 0; i < under->as.map->len; i++) {
    const nt_entry *e = &under->as.map->entries[i];
    const nt_value *above = nt_map_find(over, e->key);
    nt_value value = above ? nt_config_merge(&e->value, above, arena) : e->value;
    nt_map_put(&merged, arena, e->key, e->key_pos, value);
  }
  for (size_t i = 0; i < over->as.map->len; i++) {
    const nt_entry *e = &over->as.map->entries[i];
    if (!nt_map_find(under, e->key)) nt_map_put(&merged, arena, e->key, e->key_pos, e->value);
  }
  return merged;
}

/* ---- schemas ---- */

static const nt_schema_key *find_key(const nt_schema *schema, nt_str name) {
  for (const nt_schema_key *k = schema->keys; k->name; k++)
    if (strcmp(k->name, "*") == 0 || nt_str_eq(nt_str_c(k->name), name)) return k;
  return NULL;
}

static nt_str nearest(const nt_schema *schema, nt_str name) {
  nt_str best = NT_STR("");
  size_t least = 3;
  for (const nt_schema_key *k = schema->keys; k->name; k++) {
    size_t distance = nt_str_distance(name, nt_str_c(k->name), least);
    if (strcmp(k->name, "*") != 0 && distance < least) {
      least = distance;
      best = nt_str_c(k->name);
    }
  }
  return best;
}

static void known_keys(const nt_schema *schema, nt_buf *out) {
  for (const nt_schema_key *k = schema->keys; k->name; k++) {
    if (strcmp(k->name, "*") == 0) continue;
    if (out->len) nt_buf_c(out, ", ");
    nt_buf_c(out, k->name);
  }
}

static void report_unknown(const nt_schema *schema, const nt_entry *e, const nt_config_files *files, nt_diags *diags) {
  nt_where where = nt_config_where(files, e->key_pos);
  where.span = (uint32_t)e->key.len;
  nt_str near_name = nearest(schema, e->key);
  nt_buf known = {0};
  known_keys(schema, &known);
  if (near_name.len)
    nt_report(diags, NT_MSG_config_unknown_key_near, where, e->key, near_name);
  else
    nt_report(diags, NT_MSG_config_unknown_key, where, e->key, nt_buf_str(&known));
  nt_buf_deinit(&known);
}

static void type_names(unsigned types, nt_buf *out) {
  for (unsigned t = 0; t <= NT_MARKUP; t++) {
    if (!(types >> t & 1)) continue;
    if (out->len) nt_buf_c(out, " / ");
    nt_buf_c(out, nt_type_name((nt_type)t));
  }
}

bool nt_schema_check(const nt_schema *schema, const nt_value *map, nt_pos at, const nt_config_files *files,
                     nt_diags *diags) {
  size_t before = diags->errors;
  for (size_t i = 0; map->type == NT_MAP && i < map->as.map->len; i++) {
    const nt_entry *e = &map->as.map->entries[i];
    const nt_schema_key *known = find_key(schema, e->key);
    if (!known) {
      report_unknown(schema, e, files, diags);
    } else if (!(known->types >> e->value.type & 1)) {
      nt_buf expected = {0};
      type_names(known->types, &expected);
      nt_report(diags, NT_MSG_config_wrong_type, nt_config_where(files, e->value.pos), e->key, nt_buf_str(&expected),
                nt_str_c(nt_type_name(e->value.type)));
      nt_buf_deinit(&expected);
    } else if (known->map) {
      nt_schema_check(known->map, &e->value, e->key_pos, files, diags);
    }
  }
  for (const nt_schema_key *k = schema->keys; k->name; k++)
    if (k->required && !nt_map_find(map, nt_str_c(k->name)))
      nt_report(diags, NT_MSG_config_missing_key, nt_config_where(files, at), nt_str_c(k->name));
  return diags->errors == before;
}

bool nt_config_strings(const nt_value *list, nt_str key, const nt_config_files *files, nt_diags *diags) {
  size_t before = diags->errors;
  for (size_t i = 0; list && list->type == NT_LIST && i < list->as.list->len; i++) {
    const nt_value *v = &list->as.list->items[i];
    if (nt_value_str(v).len) continue;
    nt_str type = nt_str_c(v->type == NT_STRING ? "\"\"" : nt_type_name(v->type));
    nt_report(diags, NT_MSG_config_wrong_type, nt_config_where(files, v->pos), key, nt_str_c(nt_type_name(NT_STRING)),
              type);
  }
  return diags->errors == before;
}

/* ---- amounts ---- */

/* A number and what follows it, without the space between. */
static bool amount(const nt_value *value, double *number, nt_str *unit) {
  *unit = NT_STR("");
  if (value->type == NT_INT || value->type == NT_FLOAT) {
    *number = value->type == NT_INT ? (double)value->as.integer : value->as.number;
    return *number >= 0;
  }
  nt_str text = nt_str_trim(nt_value_str(value));
  size_t digits = 0;
  double n = 0;
  while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
    n = n * 10 + (text.ptr[digits++] - '0');
  *number = n;
  *unit = nt_str_trim(nt_str_sub(text, digits, text.len));
  return digits > 0 && digits < 16;
}

bool nt_config_size(const nt_value *value, uint64_t *bytes) {
  static const struct {
    const char *unit;
    double factor;
  } units[] = {{"", 1}, {"B", 1}, {"kB", 1024}, {"KB", 1024}, {"MB", 1024.0 * 1024}, {"GB", 1024.0 * 1024 * 1024}};
  double number;
  nt_str unit;
  if (!amount(value, &number, &unit)) return false;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++)
    if (nt_str_eq(unit, nt_str_c(units[i].unit))) {
      number *= units[i].factor;
      *bytes = number < 1e18 ? (uint64_t)number : 0;
      return *bytes > 0; /* 0 would lift the limit, not lower it */
    }
  return false;
}

bool nt_config_percent(const nt_value *value, double *ratio) {
  double number;
  nt_str unit;
  if (!amount(value, &number, &unit) || !(unit.len == 0 || nt_str_eq(unit, NT_STR("%")))) return false;
  *ratio = number / 100;
  return number <= 100;
}
