/* What reading kinds and holding fields against them share. */
#ifndef NT_TEXT_FIELDS_PARTS_H
#define NT_TEXT_FIELDS_PARTS_H

#include "text/fields.h"

/* One document held against its kind, or one default against its field. */
typedef struct nt_fields_job {
  const nt_kind *kind;
  const nt_fields_context *context;
  nt_arena *arena;
  nt_diags *diags;
  nt_str rest;   /* the text from `line` on: values mostly come in its order */
  uint32_t line; /* 0 at first */
} nt_fields_job;

/* The known word that `word` was probably meant to be; empty if none is near. */
typedef struct nt_near {
  nt_str word;
  nt_str best;
  size_t distance;
} nt_near;
nt_near nt_near_start(nt_str word);
void nt_near_try(nt_near *near_word, nt_str known);

/* Reports that what stands at `path` is of the wrong sort: {0} the path, {1} what is written. */
nt_diag *nt_fields_report(nt_fields_job *job, nt_code code, nt_str path, const nt_value *value);
/* What is written, for a message: scalars as text, others by their brackets; cut when long. */
nt_str nt_fields_written(nt_arena *arena, const nt_value *value);
/* A value as the field's type, reported where it is not. `path` names it: "image.alt". */
bool nt_field_convert(nt_fields_job *job, const nt_field *field, nt_str path, const nt_value *value, nt_value *out);
/* The fields of a map (of a document, or of one of its fields) in the kind's order, then the others. */
void nt_fields_convert_map(nt_fields_job *job, const nt_field *fields, size_t count, nt_str path, const nt_value *raw,
                           nt_value *out);

/* Fields that every kind has without declaring them; NULL if there is none of that name. */
const nt_field *nt_field_builtin(nt_str name);
/* A value of one of these as its type, reported where it is not. */
bool nt_common_convert(nt_fields_job *job, nt_str name, const nt_value *value, nt_value *out);
const nt_field *nt_field_find(const nt_field *fields, size_t count, nt_str name);

/* One {placeholder} of a permalink or the literal text before it. */
typedef struct nt_permalink_part {
  nt_str literal;
  nt_str field;  /* empty at the end */
  nt_str detail; /* "year" of {date.year} */
} nt_permalink_part;
/* The part at *at; false at the end. A brace that is never closed is literal. */
bool nt_permalink_next(nt_str permalink, size_t *at, nt_permalink_part *out);

#endif
