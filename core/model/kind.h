/* A kind declares what documents of one sort hold: fields with their types, where they are published and how. */
#ifndef NT_MODEL_KIND_H
#define NT_MODEL_KIND_H

#include "base/value.h"

typedef enum nt_field_type {
  NT_FIELD_TEXT,
  NT_FIELD_MARKDOWN,
  NT_FIELD_DATE,
  NT_FIELD_DATETIME,
  NT_FIELD_INTEGER,
  NT_FIELD_NUMBER,
  NT_FIELD_BOOLEAN,
  NT_FIELD_URL,
  NT_FIELD_EMAIL,
  NT_FIELD_FILE,
  NT_FIELD_IMAGE,
  NT_FIELD_REF,
  NT_FIELD_TERM,
  NT_FIELD_ENUM,
  NT_FIELD_LIST,
  NT_FIELD_MAP
} nt_field_type;

typedef enum nt_unknown { NT_UNKNOWN_WARN, NT_UNKNOWN_ALLOW, NT_UNKNOWN_ERROR } nt_unknown;

typedef struct nt_field nt_field;

struct nt_field {
  nt_str name;
  nt_field_type type;
  bool required;
  nt_value fallback; /* `default:`, null if none */
  nt_value min, max; /* null if none: length of a text or list, or the value of a number */
  nt_str *from;      /* other names it may be written under, in order */
  size_t from_count;
  nt_str *values; /* of an enum */
  size_t value_count;
  nt_field *of;     /* what a list holds, NULL for anything */
  nt_field *fields; /* of a map or image */
  size_t field_count;
  nt_str kind; /* of a ref, empty for any */
  nt_str hint;
};

typedef struct nt_permalink_text {
  nt_str lang; /* empty: every language */
  nt_str text; /* "/nyheter/{date.year}/{slug}/" */
  nt_pos pos;
} nt_permalink_text;

typedef struct nt_kind {
  nt_str name; /* "news" */
  nt_str file; /* "kinds/news.yaml" */
  nt_str label;
  nt_permalink_text *permalinks; /* by language, or one for all; none: its documents have no page of their own */
  size_t permalink_count;
  nt_str template_name;
  nt_str *outputs;
  size_t output_count;
  nt_unknown unknown_fields;
  bool future_published; /* documents dated in the future are published all the same */
  nt_field *fields;
  size_t field_count;
  nt_hash hash; /* of the YAML it was read from */
} nt_kind;

#endif
