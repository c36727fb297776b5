/* One value as one type. Numbers are taken as text where a text is wanted, in their own spelling: a title of 2024 is
 * obvious, and 1.10 must not become 1.1. */
#include "text/fields_parts.h"
#include "text/json.h"
#include "text/yaml_scalar.h"

#include <math.h>

/* ---- messages ---- */

nt_str nt_fields_written(nt_arena *arena, const nt_value *value) {
  enum { LONGEST = 60 };
  nt_buf text = {0};
  if (value->type == NT_LIST || value->type == NT_MAP)
    nt_buf_c(&text, value->type == NT_LIST ? "[…]" : "{…}");
  else if (value->type == NT_STRING)
    nt_buf_put(&text, value->as.string);
  else if (value->type != NT_MARKUP)
    nt_json_write(value, 0, &text);
  size_t cut = 0;
  for (size_t i = 0; i < LONGEST && cut < text.len; i++) nt_utf8_next(nt_buf_str(&text), &cut);
  bool whole = cut == text.len;
  nt_str written = nt_arena_format(arena, "%.*s%s", (int)cut, text.ptr ? text.ptr : "", whole ? "" : "…");
  nt_buf_deinit(&text);
  return written;
}

nt_diag *nt_fields_report(nt_fields_job *job, nt_code code, nt_str path, const nt_value *value) {
  nt_where where = nt_where_pos(job->context->file, value->pos);
  where.field = path;
  return nt_report(job->diags, code, where, path, nt_fields_written(job->diags->arena, value));
}

static bool refuse(nt_fields_job *job, nt_code code, const nt_field *field, nt_str path, const nt_value *value) {
  nt_diag *diag = nt_fields_report(job, code, path, value);
  if (field->hint.len) diag->hint = nt_arena_str(job->diags->arena, field->hint);
  return false;
}

/* ---- text ---- */

/* The text from a line on. A list of a million numbers must not be a million walks from the top. */
static nt_str text_from(nt_fields_job *job, uint32_t line) {
  if (!job->line || line < job->line) {
    job->line = 1;
    job->rest = job->context->text;
  }
  for (; job->line < line && job->rest.len; job->line++)
    job->rest = nt_str_sub(job->rest, nt_str_find(job->rest, '\n') + 1, job->rest.len);
  return job->rest;
}

/* The letters, digits and signs that stand where the value was read, if they still mean that value. */
static nt_str spelled(nt_fields_job *job, const nt_value *value) {
  if (!value->pos.line || !value->pos.column) return nt_str_n("", 0);
  nt_str text = text_from(job, value->pos.line);
  text = nt_str_sub(text, value->pos.column - 1u, text.len);
  size_t len = 0;
  while (len < text.len && text.ptr[len] && strchr("0123456789+-.abcdefABCDEFxoinIN", text.ptr[len])) len++;
  text = nt_str_sub(text, 0, len);
  nt_value again = nt_yaml_resolve(text);
  return len && nt_value_eq(&again, value) ? text : nt_str_n("", 0);
}

/* A string, or a number as it was written. */
static bool as_text(nt_fields_job *job, const nt_value *value, nt_str *out) {
  if (value->type == NT_STRING) {
    *out = value->as.string;
    return true;
  }
  if (value->type != NT_INT && value->type != NT_FLOAT) return false;
  nt_str original = spelled(job, value);
  *out = original.len ? original : nt_fields_written(job->arena, value);
  return true;
}

static bool is_control(char c) {
  return (unsigned char)c < 0x20 || c == 0x7F;
}

/* A name or address: not empty, no control characters or spaces at its ends. */
static bool is_word(nt_str text) {
  for (size_t i = 0; i < text.len; i++)
    if (is_control(text.ptr[i])) return false;
  return text.len && nt_str_trim(text).len == text.len;
}

static bool has_space(nt_str text) {
  return nt_str_find(text, ' ') < text.len;
}

static bool is_email(nt_str text) {
  size_t at = nt_str_find(text, '@');
  nt_str domain = nt_str_sub(text, at + 1, text.len);
  size_t dot = nt_str_find_last(domain, '.');
  return is_word(text) && !has_space(text) && at > 0 && at < text.len && nt_str_find(domain, '@') == domain.len &&
         dot > 0 && dot + 1 < domain.len && !nt_str_starts(domain, NT_STR(".")) &&
         nt_str_search(domain, NT_STR("..")) == domain.len;
}

static bool is_url(nt_str text) {
  static const char *const schemes[] = {"https://", "http://"};
  if (!is_word(text) || has_space(text)) return false;
  for (size_t i = 0; i < 2; i++) {
    nt_str scheme = nt_str_c(schemes[i]);
    if (nt_str_starts(text, scheme)) return text.len > scheme.len && !strchr("/?#:.", text.ptr[scheme.len]);
  }
  if (nt_str_starts(text, NT_STR("mailto:"))) return is_email(nt_str_sub(text, 7, nt_str_find(text, '?')));
  if (nt_str_starts(text, NT_STR("//"))) return false;
  return text.ptr[0] == '/' || nt_str_starts(text, NT_STR("./")) || nt_str_starts(text, NT_STR("../"));
}

/* ---- limits ---- */

static bool below(double number, const nt_value *limit) {
  return limit->type != NT_NULL && number < (limit->type == NT_INT ? (double)limit->as.integer : limit->as.number);
}

static bool above(double number, const nt_value *limit) {
  return limit->type != NT_NULL && number > (limit->type == NT_INT ? (double)limit->as.integer : limit->as.number);
}

/* `size` is what is measured; {1} is that and {2} the limit. */
static bool within(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, double size,
                   nt_code too_little, nt_code too_much) {
  bool little = below(size, &field->min);
  if (!little && !above(size, &field->max)) return true;
  nt_where where = nt_where_pos(job->context->file, value->pos);
  where.field = path;
  nt_value measured = size == floor(size) && fabs(size) < 9e15 ? nt_int((int64_t)size) : nt_float(size);
  nt_diag *diag = nt_report(job->diags, little ? too_little : too_much, where, path,
                            nt_fields_written(job->diags->arena, &measured),
                            nt_fields_written(job->diags->arena, little ? &field->min : &field->max));
  if (field->hint.len) diag->hint = nt_arena_str(job->diags->arena, field->hint);
  return false;
}

static bool within_length(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_str text) {
  return within(job, field, path, value, (double)nt_utf8_count(text), NT_MSG_fields_too_short, NT_MSG_fields_too_long);
}

/* ---- one function for each sort of type ---- */

static bool convert_text(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  nt_str text;
  if (!as_text(job, value, &text)) return refuse(job, NT_MSG_fields_not_text, field, path, value);
  out->type = NT_STRING;
  out->as.string = text;
  return within_length(job, field, path, value, text);
}

static bool convert_markdown(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value,
                             nt_value *out) {
  if (value->type == NT_MARKUP) return true;
  if (!convert_text(job, field, path, value, out)) return false;
  if (!job->context->markup) return true;
  nt_str text = out->as.string;
  bool good = job->context->markup(job->context->ud, text, value->pos, job->arena, job->diags, out);
  out->pos = value->pos;
  return good;
}

/* Addresses and names: a text with a rule. */
static bool convert_word(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  static const nt_code codes[] = {[NT_FIELD_URL] = NT_MSG_fields_not_url,
                                  [NT_FIELD_EMAIL] = NT_MSG_fields_not_email,
                                  [NT_FIELD_FILE] = NT_MSG_fields_not_file,
                                  [NT_FIELD_REF] = NT_MSG_fields_not_ref,
                                  [NT_FIELD_TERM] = NT_MSG_fields_not_term};
  nt_str text;
  bool good = as_text(job, value, &text);
  if (good && field->type == NT_FIELD_URL)
    good = is_url(text);
  else if (good && field->type == NT_FIELD_EMAIL)
    good = is_email(text);
  else if (good)
    good = is_word(text);
  if (!good) return refuse(job, codes[field->type], field, path, value);
  out->type = NT_STRING;
  out->as.string = text;
  return true;
}

static bool accept_date(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_time time,
                        nt_value *out) {
  if (field->type == NT_FIELD_DATE && !time.date_only)
    return refuse(job, NT_MSG_fields_date_with_time, field, path, value);
  out->type = NT_TIME;
  out->as.time = job->context->zone ? nt_date_in_zone(time, job->context->zone) : time; /* as its readers have it */
  return true;
}

static bool convert_date(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  nt_time time;
  if (value->type == NT_TIME) return accept_date(job, field, path, value, value->as.time, out);
  nt_date_result result =
      value->type == NT_STRING ? nt_date_parse(value->as.string, job->context->zone, &time) : NT_DATE_BAD;
  switch (result) {
  case NT_DATE_BAD:
    return refuse(job, field->type == NT_FIELD_DATE ? NT_MSG_fields_not_date : NT_MSG_fields_not_datetime, field, path,
                  value);
  case NT_DATE_NO_SUCH: return refuse(job, NT_MSG_fields_no_such_date, field, path, value);
  case NT_DATE_SKIPPED: return refuse(job, NT_MSG_fields_time_skipped, field, path, value);
  case NT_DATE_AMBIGUOUS: nt_fields_report(job, NT_MSG_fields_time_twice, path, value); break;
  case NT_DATE_OK: break;
  }
  return accept_date(job, field, path, value, time, out);
}

static bool convert_number(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value) {
  bool good = value->type == NT_INT ||
              (field->type == NT_FIELD_NUMBER && value->type == NT_FLOAT && isfinite(value->as.number));
  if (!good)
    return refuse(job, field->type == NT_FIELD_INTEGER ? NT_MSG_fields_not_integer : NT_MSG_fields_not_number, field,
                  path, value);
  double number = value->type == NT_INT ? (double)value->as.integer : value->as.number;
  return within(job, field, path, value, number, NT_MSG_fields_too_small, NT_MSG_fields_too_large);
}

static nt_str choices(nt_fields_job *job, const nt_field *field) {
  nt_buf list = {0};
  for (size_t i = 0; i < field->value_count; i++) {
    if (i) nt_buf_c(&list, ", ");
    nt_buf_put(&list, field->values[i]);
  }
  nt_str copy = nt_arena_str(job->diags->arena, nt_buf_str(&list));
  nt_buf_deinit(&list);
  return copy;
}

static bool convert_enum(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  nt_str text = nt_fields_written(job->arena, value);
  as_text(job, value, &text);
  for (size_t i = 0; i < field->value_count; i++) {
    if (!nt_str_eq(text, field->values[i])) continue;
    out->type = NT_STRING;
    out->as.string = field->values[i];
    return true;
  }
  nt_near guess = nt_near_start(text);
  for (size_t i = 0; i < field->value_count; i++) nt_near_try(&guess, field->values[i]);
  nt_where where = nt_where_pos(job->context->file, value->pos);
  where.field = path;
  nt_report(job->diags, guess.best.len ? NT_MSG_fields_not_choice_near : NT_MSG_fields_not_choice, where, path,
            nt_fields_written(job->diags->arena, value), choices(job, field),
            guess.best.len ? guess.best : nt_str_n("", 0));
  return false;
}

static bool convert_list(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  if (value->type != NT_LIST) return refuse(job, NT_MSG_fields_not_list, field, path, value);
  bool good =
      within(job, field, path, value, (double)value->as.list->len, NT_MSG_fields_too_few, NT_MSG_fields_too_many);
  if (!field->of) return good;
  *out = nt_list_new(job->arena);
  out->pos = value->pos;
  for (size_t i = 0; i < value->as.list->len; i++) {
    const nt_value *item = &value->as.list->items[i];
    nt_value converted = *item;
    nt_str name = nt_arena_format(job->arena, "%.*s[%zu]", NT_FMT(path), i + 1);
    if (nt_field_convert(job, field->of, name, item, &converted))
      nt_list_push(out, job->arena, converted);
    else
      good = false;
  }
  return good;
}

static bool convert_map(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  nt_value shorthand;
  if (field->type == NT_FIELD_IMAGE && value->type == NT_STRING) {
    shorthand = nt_map_new(job->arena);
    shorthand.pos = value->pos;
    nt_map_put(&shorthand, job->arena, NT_STR("src"), value->pos, *value);
    value = &shorthand;
  }
  if (value->type != NT_MAP)
    return refuse(job, field->type == NT_FIELD_IMAGE ? NT_MSG_fields_not_image : NT_MSG_fields_not_map, field, path,
                  value);
  if (!field->field_count) return true;
  size_t errors = job->diags->errors;
  nt_fields_convert_map(job, field->fields, field->field_count, path, value, out);
  return job->diags->errors == errors;
}

bool nt_field_convert(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out) {
  *out = *value;
  switch (field->type) {
  case NT_FIELD_TEXT: return convert_text(job, field, path, value, out);
  case NT_FIELD_MARKDOWN: return convert_markdown(job, field, path, value, out);
  case NT_FIELD_DATE:
  case NT_FIELD_DATETIME: return convert_date(job, field, path, value, out);
  case NT_FIELD_INTEGER:
  case NT_FIELD_NUMBER: return convert_number(job, field, path, value);
  case NT_FIELD_BOOLEAN: return value->type == NT_BOOL || refuse(job, NT_MSG_fields_not_boolean, field, path, value);
  case NT_FIELD_URL:
  case NT_FIELD_EMAIL:
  case NT_FIELD_FILE:
  case NT_FIELD_REF:
  case NT_FIELD_TERM: return convert_word(job, field, path, value, out);
  case NT_FIELD_ENUM: return convert_enum(job, field, path, value, out);
  case NT_FIELD_LIST: return convert_list(job, field, path, value, out);
  case NT_FIELD_IMAGE:
  case NT_FIELD_MAP: return convert_map(job, field, path, value, out);
  }
  return false;
}
