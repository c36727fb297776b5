/* Kinds in YAML. Every key is checked where the kind is read, defaults and permalinks too, so that a fault of the kind
 * is told once and at its own place, not once for each document. */
#include "text/fields_parts.h"

typedef struct reader {
  nt_fields_job job; /* for messages and for trying defaults */
  nt_fields_context context;
  nt_arena *arena;
} reader;

/* In the order of nt_field_type. */
static const char *const type_names[] = {"text",    "markdown", "date",  "datetime", "integer", "number",
                                         "boolean", "url",      "email", "file",     "image",   "ref",
                                         "term",    "enum",     "list",  "map",      NULL};

static nt_diags *diags_of(reader *r) {
  return r->job.diags;
}

static nt_str known_words(reader *r, const char *const *words) {
  nt_buf list = {0};
  for (size_t i = 0; words[i]; i++) nt_buf_format(&list, "%s%s", i ? ", " : "", words[i]);
  nt_str copy = nt_arena_str(diags_of(r)->arena, nt_buf_str(&list));
  nt_buf_deinit(&list);
  return copy;
}

static void report_word(reader *r, nt_code plain, nt_code with_guess, nt_str word, nt_pos pos,
                        const char *const *words) {
  nt_near guess = nt_near_start(word);
  for (size_t i = 0; words[i]; i++) nt_near_try(&guess, nt_str_c(words[i]));
  nt_report(diags_of(r), guess.best.len ? with_guess : plain, nt_where_pos(r->context.file, pos), word,
            guess.best.len ? guess.best : known_words(r, words));
}

static void check_keys(reader *r, const nt_value *map, const char *const *keys) {
  for (size_t i = 0; i < map->as.map->len; i++) {
    const nt_entry *entry = &map->as.map->entries[i];
    bool known = false;
    for (size_t j = 0; keys[j] && !known; j++) known = nt_str_eq(entry->key, nt_str_c(keys[j]));
    if (!known) report_word(r, NT_MSG_kind_unknown_key, NT_MSG_kind_unknown_key_near, entry->key, entry->key_pos, keys);
  }
}

/* ---- one key of one type; absent leaves what is there ---- */

static const nt_value *present(const nt_value *map, const char *key) {
  const nt_value *value = nt_map_find(map, nt_str_c(key));
  return value && value->type != NT_NULL ? value : NULL;
}

static void read_text(reader *r, const nt_value *map, const char *key, nt_str *out) {
  const nt_value *value = present(map, key);
  if (value && value->type == NT_STRING)
    *out = nt_arena_str(r->arena, value->as.string);
  else if (value)
    nt_fields_report(&r->job, NT_MSG_fields_not_text, nt_str_c(key), value);
}

static void read_boolean(reader *r, const nt_value *map, const char *key, bool *out) {
  const nt_value *value = present(map, key);
  if (value && value->type == NT_BOOL)
    *out = value->as.boolean;
  else if (value)
    nt_fields_report(&r->job, NT_MSG_fields_not_boolean, nt_str_c(key), value);
}

static void read_number(reader *r, const nt_value *map, const char *key, nt_value *out) {
  const nt_value *value = present(map, key);
  if (value && (value->type == NT_INT || value->type == NT_FLOAT))
    *out = *value;
  else if (value)
    nt_fields_report(&r->job, NT_MSG_fields_not_number, nt_str_c(key), value);
}

/* A list of words, or one word alone; numbers and booleans are words as they are written. */
static void read_words(reader *r, const nt_value *map, const char *key, nt_str **out, size_t *count) {
  const nt_value *value = present(map, key);
  if (!value) return;
  const nt_value *items = value->type == NT_LIST ? value->as.list->items : value;
  size_t len = value->type == NT_LIST ? value->as.list->len : 1;
  *out = NT_NEW_N(r->arena, nt_str, len);
  *count = 0;
  for (size_t i = 0; i < len; i++) {
    if (items[i].type == NT_LIST || items[i].type == NT_MAP || items[i].type == NT_NULL)
      nt_fields_report(&r->job, NT_MSG_fields_not_text, nt_str_c(key), &items[i]);
    else
      (*out)[(*count)++] = nt_fields_written(r->arena, &items[i]);
  }
}

/* ---- fields ---- */

static bool read_field(reader *r, nt_str name, const nt_value *yaml, nt_field *out);

static bool read_type(reader *r, const nt_value *value, nt_field_type *out) {
  for (size_t i = 0; type_names[i]; i++) {
    if (!nt_str_eq(nt_value_str(value), nt_str_c(type_names[i]))) continue;
    *out = (nt_field_type)i;
    return true;
  }
  report_word(r, NT_MSG_kind_unknown_type, NT_MSG_kind_unknown_type_near, nt_fields_written(r->arena, value),
              value->pos, type_names);
  return false;
}

static void read_fields(reader *r, const nt_value *map, nt_field **out, size_t *count) {
  const nt_value *value = present(map, "fields");
  if (value && value->type != NT_MAP) nt_fields_report(&r->job, NT_MSG_fields_not_map, NT_STR("fields"), value);
  if (!value || value->type != NT_MAP) return;
  *out = NT_NEW_N(r->arena, nt_field, value->as.map->len + 1);
  *count = 0;
  for (size_t i = 0; i < value->as.map->len; i++) {
    const nt_entry *entry = &value->as.map->entries[i];
    if (read_field(r, entry->key, &entry->value, &(*out)[*count])) ++*count;
  }
}

/* What an image is made of when the kind does not say. */
static void default_image(reader *r, nt_field *field) {
  static const struct {
    const char *name;
    nt_field_type type;
  } parts[] = {
      {"src", NT_FIELD_FILE}, {"alt", NT_FIELD_TEXT}, {"caption", NT_FIELD_MARKDOWN}, {"credit", NT_FIELD_TEXT}};
  field->field_count = sizeof parts / sizeof *parts;
  field->fields = NT_NEW_N(r->arena, nt_field, field->field_count);
  for (size_t i = 0; i < field->field_count; i++) {
    field->fields[i].name = nt_str_c(parts[i].name);
    field->fields[i].type = parts[i].type;
    field->fields[i].required = i == 0;
  }
}

static void read_of(reader *r, const nt_value *yaml, nt_field *out) {
  const nt_value *of = present(yaml, "of");
  nt_field *element = NT_NEW(r->arena, nt_field);
  if (of && read_field(r, NT_STR("of"), of, element)) out->of = element;
}

static void read_details(reader *r, const nt_value *yaml, nt_field *out) {
  read_boolean(r, yaml, "required", &out->required);
  read_number(r, yaml, "min", &out->min);
  read_number(r, yaml, "max", &out->max);
  read_words(r, yaml, "from", &out->from, &out->from_count);
  read_words(r, yaml, "values", &out->values, &out->value_count);
  read_text(r, yaml, "kind", &out->kind);
  read_text(r, yaml, "hint", &out->hint);
  read_of(r, yaml, out);
  read_fields(r, yaml, &out->fields, &out->field_count);
  if (out->type == NT_FIELD_IMAGE && !out->field_count) default_image(r, out);
  if (out->type == NT_FIELD_ENUM && !out->value_count)
    nt_report(diags_of(r), NT_MSG_kind_no_values, nt_where_pos(r->context.file, yaml->pos), out->name);
}

static void read_default(reader *r, const nt_value *yaml, nt_field *out) {
  const nt_value *value = present(yaml, "default");
  nt_value tried;
  if (value && nt_field_convert(&r->job, out, out->name, value, &tried)) out->fallback = nt_value_copy(value, r->arena);
}

/* `{ type: text, … }`, or the type alone. */
static bool read_field(reader *r, nt_str name, const nt_value *yaml, nt_field *out) {
  static const char *const keys[] = {"type",   "required", "default", "min",  "max",  "from",
                                     "values", "of",       "fields",  "kind", "hint", NULL};
  *out = (nt_field){.name = nt_arena_str(r->arena, name), .kind = nt_str_n("", 0), .hint = nt_str_n("", 0)};
  if (yaml->type == NT_STRING) return read_type(r, yaml, &out->type);
  if (yaml->type != NT_MAP) {
    nt_fields_report(&r->job, NT_MSG_fields_not_map, name, yaml);
    return false;
  }
  check_keys(r, yaml, keys);
  const nt_value *type = present(yaml, "type");
  if (!type) nt_report(diags_of(r), NT_MSG_kind_no_type, nt_where_pos(r->context.file, yaml->pos), name);
  if (!type || !read_type(r, type, &out->type)) return false;
  read_details(r, yaml, out);
  read_default(r, yaml, out);
  return true;
}

/* ---- permalink ---- */

static bool is_date_part(nt_str detail) {
  return nt_str_eq(detail, NT_STR("year")) || nt_str_eq(detail, NT_STR("month")) || nt_str_eq(detail, NT_STR("day"));
}

static bool placeholder_fits(const nt_kind *kind, const nt_permalink_part *part) {
  const nt_field *field = nt_field_find(kind->fields, kind->field_count, part->field);
  if (!field) field = nt_field_builtin(part->field);
  if (!field && nt_str_eq(part->field, NT_STR("path"))) return part->detail.len == 0;
  if (!field) return kind->unknown_fields == NT_UNKNOWN_ALLOW && part->field.len;
  bool date = field->type == NT_FIELD_DATE || field->type == NT_FIELD_DATETIME;
  return part->detail.len == 0 || (date && is_date_part(part->detail));
}

/* No way out of the site, no brace left over, nothing that a browser would read otherwise. */
static bool literal_fits(nt_str literal) {
  for (size_t i = 0; i < literal.len; i++)
    if ((unsigned char)literal.ptr[i] <= 0x20 || strchr("{}?#\\\"<>", literal.ptr[i])) return false;
  return nt_str_search(literal, NT_STR("..")) == literal.len && nt_str_search(literal, NT_STR("//")) == literal.len;
}

static void check_permalink(reader *r, const nt_kind *kind, const nt_permalink_text *permalink) {
  nt_permalink_part part;
  for (size_t at = 0; nt_permalink_next(permalink->text, &at, &part);) {
    nt_where where = nt_where_pos(r->context.file, permalink->pos);
    if (!literal_fits(part.literal)) nt_report(diags_of(r), NT_MSG_kind_permalink, where, part.literal);
    bool end = at == permalink->text.len && !nt_str_ends(permalink->text, NT_STR("}"));
    if ((part.field.len || !end) && !placeholder_fits(kind, &part))
      nt_report(diags_of(r), NT_MSG_kind_permalink_field, where,
                nt_arena_format(diags_of(r)->arena, "%.*s%s%.*s", NT_FMT(part.field), part.detail.len ? "." : "",
                                NT_FMT(part.detail)));
  }
}

static void add_permalink(reader *r, nt_kind *out, nt_str lang, const nt_value *value) {
  if (value->type != NT_STRING) {
    nt_fields_report(&r->job, NT_MSG_fields_not_text, NT_STR("permalink"), value);
    return;
  }
  nt_permalink_text *added = &out->permalinks[out->permalink_count++];
  *added = (nt_permalink_text){nt_arena_str(r->arena, lang), nt_arena_str(r->arena, value->as.string), value->pos};
  check_permalink(r, out, added);
}

/* One for all languages, or a map by language. */
static void read_permalinks(reader *r, const nt_value *yaml, nt_kind *out) {
  const nt_value *value = present(yaml, "permalink");
  if (!value || (value->type == NT_STRING && !value->as.string.len)) return;
  size_t count = value->type == NT_MAP ? value->as.map->len : 1;
  out->permalinks = NT_NEW_N(r->arena, nt_permalink_text, count);
  if (value->type != NT_MAP) {
    add_permalink(r, out, nt_str_n("", 0), value);
    return;
  }
  for (size_t i = 0; i < count; i++)
    add_permalink(r, out, value->as.map->entries[i].key, &value->as.map->entries[i].value);
}

/* ---- the kind ---- */

/* The index of the word that stands there; false, after reporting, if it is none of them, or nothing stands there. */
static bool read_choice(reader *r, const nt_value *yaml, const char *key, const char *const *words, size_t *out) {
  const nt_value *value = present(yaml, key);
  if (!value) return false;
  for (*out = 0; words[*out]; ++*out)
    if (nt_str_eq(nt_value_str(value), nt_str_c(words[*out]))) return true;
  report_word(r, NT_MSG_kind_unknown_word, NT_MSG_kind_unknown_word_near, nt_fields_written(r->arena, value),
              value->pos, words);
  return false;
}

static void read_choices(reader *r, const nt_value *yaml, nt_kind *out) {
  static const char *const unknown[] = {"warn", "allow", "error", NULL}, *const future[] = {"withhold", "publish",
                                                                                            NULL};
  size_t choice;
  if (read_choice(r, yaml, "unknown_fields", unknown, &choice)) out->unknown_fields = (nt_unknown)choice;
  if (read_choice(r, yaml, "future", future, &choice)) out->future_published = choice == 1;
}

/* What decides when and where a document is published has one type in every kind. */
static void check_common(reader *r, const nt_value *yaml, const nt_kind *kind) {
  const nt_value *fields = present(yaml, "fields");
  for (size_t i = 0; i < kind->field_count; i++) {
    const nt_field *field = &kind->fields[i], *common = nt_field_builtin(field->name);
    if (common && common->type == NT_FIELD_TEXT && !nt_str_eq(field->name, NT_STR("translation_key"))) continue;
    bool day = common && common->type == NT_FIELD_DATETIME && field->type == NT_FIELD_DATE;
    if (!common || day || field->type == common->type) continue;
    const nt_entry *entry = nt_map_entry_find(fields, field->name);
    nt_report(diags_of(r), NT_MSG_kind_common_type, nt_where_pos(r->context.file, entry->key_pos), field->name,
              nt_str_c(type_names[common->type]));
  }
}

static void set_html(nt_kind *kind, nt_arena *arena) {
  kind->output_count = 1;
  kind->outputs = NT_NEW(arena, nt_str);
  kind->outputs[0] = NT_STR("html");
}

static void read_kind(reader *r, const nt_value *yaml, nt_kind *out) {
  static const char *const keys[] = {"label",          "permalink", "template", "outputs",
                                     "unknown_fields", "future",    "fields",   NULL};
  check_keys(r, yaml, keys);
  read_text(r, yaml, "label", &out->label);
  read_text(r, yaml, "template", &out->template_name);
  read_words(r, yaml, "outputs", &out->outputs, &out->output_count);
  if (!present(yaml, "outputs")) set_html(out, r->arena);
  read_choices(r, yaml, out);
  read_fields(r, yaml, &out->fields, &out->field_count);
  check_common(r, yaml, out);
  read_permalinks(r, yaml, out);
}

bool nt_kind_read(nt_str name, nt_str file, const nt_value *yaml, nt_arena *arena, nt_diags *diags, nt_kind *out) {
  size_t errors = diags->errors;
  reader r = {.context = {.file = file}, .arena = arena};
  r.job = (nt_fields_job){out, &r.context, arena, diags};
  *out = (nt_kind){.name = nt_arena_str(arena, name),
                   .file = nt_arena_str(arena, file),
                   .label = nt_arena_str(arena, name),
                   .template_name = nt_str_n("", 0),
                   .hash = nt_value_hash(yaml)};
  if (yaml->type == NT_MAP)
    read_kind(&r, yaml, out);
  else
    nt_fields_report(&r.job, NT_MSG_fields_not_map, name, yaml);
  return diags->errors == errors;
}

nt_kind *nt_kind_article(nt_arena *arena) {
  static const struct {
    const char *name;
    nt_field_type type;
  } fields[] = {{"title", NT_FIELD_TEXT}, {"date", NT_FIELD_DATETIME}, {"template", NT_FIELD_TEXT}};
  nt_kind *kind = NT_NEW(arena, nt_kind);
  kind->name = kind->label = NT_STR("article");
  kind->file = kind->template_name = nt_str_n("", 0);
  kind->permalinks = NT_NEW(arena, nt_permalink_text);
  kind->permalinks[0] = (nt_permalink_text){.lang = nt_str_n("", 0), .text = NT_STR("/{slug}/")};
  kind->permalink_count = 1;
  kind->unknown_fields = NT_UNKNOWN_ALLOW;
  kind->hash = nt_hash_bytes(NT_STR("article 1"));
  set_html(kind, arena);
  kind->field_count = sizeof fields / sizeof *fields;
  kind->fields = NT_NEW_N(arena, nt_field, kind->field_count);
  for (size_t i = 0; i < kind->field_count; i++) {
    kind->fields[i].name = nt_str_c(fields[i].name);
    kind->fields[i].type = fields[i].type;
  }
  return kind;
}
