/* A document's fields held against its kind: which are there, which are missing, which nobody knows. */
#include "text/fields_parts.h"

nt_near nt_near_start(nt_str word) {
  size_t limit = word.len < 4 ? 1 : word.len < 8 ? 2 : 3;
  return (nt_near){.word = word, .best = nt_str_n("", 0), .distance = limit + 1};
}

void nt_near_try(nt_near *near_word, nt_str known) {
  size_t distance = nt_str_distance(near_word->word, known, near_word->distance);
  if (distance >= near_word->distance) return;
  near_word->distance = distance;
  near_word->best = known;
}

const nt_field *nt_field_find(const nt_field *fields, size_t count, nt_str name) {
  for (size_t i = 0; i < count; i++)
    if (nt_str_eq(fields[i].name, name)) return &fields[i];
  return NULL;
}

static nt_str join(nt_fields_job *job, nt_str path, nt_str name) {
  return path.len ? nt_arena_format(job->arena, "%.*s.%.*s", NT_FMT(path), NT_FMT(name)) : name;
}

/* The entry that a field is written in: by its own name or else the first of its others. An explicit null is as if it
 * were not written. */
static const nt_entry *written_entry(const nt_field *field, const nt_value *raw) {
  const nt_entry *entry = nt_map_entry_find(raw, field->name);
  for (size_t i = 0; i < field->from_count && (!entry || entry->value.type == NT_NULL); i++) {
    const nt_entry *other = nt_map_entry_find(raw, field->from[i]);
    if (other) entry = other;
  }
  return entry && entry->value.type != NT_NULL ? entry : NULL;
}

static bool is_blank(const nt_value *value) {
  return value->type == NT_STRING && nt_str_trim(value->as.string).len == 0;
}

static void report_missing(nt_fields_job *job, const nt_field *field, nt_str path, nt_pos pos) {
  nt_value nothing = nt_null();
  nothing.pos = pos;
  nt_diag *diag = nt_fields_report(job, NT_MSG_fields_missing, path, &nothing);
  if (field->hint.len) diag->hint = nt_arena_str(job->diags->arena, field->hint);
}

static nt_value default_of(nt_fields_job *job, const nt_field *field, nt_str path) {
  nt_value value = nt_null();
  if (field->fallback.type == NT_NULL || !nt_field_convert(job, field, path, &field->fallback, &value))
    return nt_null();
  value.pos = (nt_pos){0};
  return value;
}

/* Whatever a kind says of it, `aliases` of a document is a list of paths. */
static bool convert(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  if (nt_str_eq(path, NT_STR("aliases"))) return nt_common_convert(job, path, value, out);
  return nt_field_convert(job, field, path, value, out);
}

static void convert_declared(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *raw,
                             nt_value *out) {
  nt_str full = join(job, path, field->name);
  const nt_entry *entry = written_entry(field, raw);
  nt_value value = nt_null();
  if (entry && field->required && is_blank(&entry->value))
    report_missing(job, field, full, entry->value.pos);
  else if (entry && !convert(job, field, full, &entry->value, &value))
    value = nt_null();
  else if (!entry && field->fallback.type != NT_NULL)
    value = default_of(job, field, full);
  else if (!entry && field->required)
    report_missing(job, field, full, raw->pos);
  nt_map_put(out, job->arena, field->name, entry ? entry->key_pos : (nt_pos){0}, value);
}

/* Declared, or one of the other names of a declared one. */
static bool is_declared(const nt_field *fields, size_t count, nt_str name) {
  for (size_t i = 0; i < count; i++) {
    if (nt_str_eq(fields[i].name, name)) return true;
    for (size_t j = 0; j < fields[i].from_count; j++)
      if (nt_str_eq(fields[i].from[j], name)) return true;
  }
  return false;
}

static void report_unknown(nt_fields_job *job, const nt_field *fields, size_t count, nt_str path,
                           const nt_entry *entry) {
  nt_near guess = nt_near_start(entry->key);
  for (size_t i = 0; i < count; i++) nt_near_try(&guess, fields[i].name);
  bool error = job->kind->unknown_fields == NT_UNKNOWN_ERROR;
  nt_code plain = error ? NT_MSG_fields_unknown_refused : NT_MSG_fields_unknown;
  nt_code with_guess = error ? NT_MSG_fields_unknown_refused_near : NT_MSG_fields_unknown_near;
  nt_where where = nt_where_pos(job->context->file, entry->key_pos);
  where.field = join(job, path, entry->key);
  where.span = (uint32_t)entry->key.len;
  nt_report(job->diags, guess.best.len ? with_guess : plain, where, entry->key,
            guess.best.len ? guess.best : job->kind->name);
}

static void convert_other(nt_fields_job *job, const nt_field *fields, size_t count, nt_str path, const nt_entry *entry,
                          nt_value *out) {
  const nt_field *builtin = path.len ? NULL : nt_field_builtin(entry->key);
  nt_value value = entry->value;
  if (builtin && value.type != NT_NULL && !nt_common_convert(job, entry->key, &entry->value, &value)) return;
  if (!builtin && job->kind->unknown_fields != NT_UNKNOWN_ALLOW) report_unknown(job, fields, count, path, entry);
  nt_map_put(out, job->arena, entry->key, entry->key_pos, value);
}

void nt_fields_convert_map(nt_fields_job *job, const nt_field *fields, size_t count, nt_str path, const nt_value *raw,
                           nt_value *out) {
  *out = nt_map_new(job->arena);
  out->pos = raw->pos;
  for (size_t i = 0; i < count; i++) convert_declared(job, &fields[i], path, raw, out);
  for (size_t i = 0; raw->type == NT_MAP && i < raw->as.map->len; i++) {
    const nt_entry *entry = &raw->as.map->entries[i];
    if (!is_declared(fields, count, entry->key)) convert_other(job, fields, count, path, entry, out);
  }
}

bool nt_fields_apply(const nt_kind *kind, const nt_value *raw, const nt_fields_context *context, nt_arena *arena,
                     nt_diags *diags, nt_value *out) {
  size_t errors = diags->errors;
  nt_fields_job job = {kind, context, arena, diags};
  if (raw->type != NT_MAP && raw->type != NT_NULL)
    nt_fields_report(&job, NT_MSG_fields_not_fields, nt_str_n("", 0), raw);
  else
    nt_fields_convert_map(&job, kind->fields, kind->field_count, nt_str_n("", 0), raw, out);
  if (diags->errors == errors) return true;
  if (raw->type != NT_MAP && raw->type != NT_NULL) *out = nt_map_new(arena);
  return false;
}
