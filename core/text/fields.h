/* Kinds in YAML, and a document's fields held against its kind. */
#ifndef NT_TEXT_FIELDS_H
#define NT_TEXT_FIELDS_H

#include "base/diag.h"
#include "model/kind.h"
#include "text/date.h"

/* Reads kinds/<name>.yaml, already parsed. Unknown keys and types are errors with the nearest known word. False if the
 * kind cannot be used. */
bool nt_kind_read(nt_str name, nt_str file, const nt_value *yaml, nt_arena *arena, nt_diags *diags, nt_kind *out);
/* The kind of a site that declares none: title, date, template and anything else. */
nt_kind *nt_kind_article(nt_arena *arena);

/* A field of type markdown in its source's own syntax; returns its encoded nodes. */
typedef bool (*nt_markup_fn)(void *ud, nt_str text, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out);

typedef struct nt_fields_context {
  const nt_zone *zone; /* the site's, for dates without one */
  nt_markup_fn markup;
  void *ud;
  nt_str file;
  nt_str text; /* the file's bytes, so that a number where a text is wanted keeps its spelling; may be empty */
} nt_fields_context;

/* Turns what was written (a map) into what the kind declares: every declared field present in the kind's order, null
 * when absent, converted to its type; then the unknown ones as the kind allows. Every fault is reported at its own
 * position with what was expected. False if the document must be withheld. Values borrow from `raw`. */
bool nt_fields_apply(const nt_kind *kind, const nt_value *raw, const nt_fields_context *context, nt_arena *arena,
                     nt_diags *diags, nt_value *out);

/* Converts what a hook may have written in the words that every kind has, and in the kind's `date`: what decides where
 * and when a document is published is of its type, or reported. False if it must be withheld. */
bool nt_fields_common(const nt_kind *kind, const nt_fields_context *context, nt_arena *arena, nt_diags *diags,
                      nt_value *fields);

/* The kind's permalink in a language: that language's own, else the first that it has; empty if it has none. */
nt_str nt_kind_permalink(const nt_kind *kind, nt_str lang);
/* "/nyheter/{date.year}/{slug}/" with the document's fields; `name` is the file's path in its source, without
 * extension and without a last `index` or `_index`. {slug} is the field or else the slug of name's last part, {path}
 * the slugs of all its parts, empty for the topmost text. {field.year}, .month and .day of a date. False after
 * reporting a missing field. The result begins with '/'. */
bool nt_permalink(nt_str permalink, const nt_value *fields, nt_str name, nt_where where, nt_arena *arena,
                  nt_diags *diags, nt_str *out);

#endif
