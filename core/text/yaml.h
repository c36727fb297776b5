/* YAML 1.2 by its core schema, on libyaml: NO and dates are strings, and so are 0123 and numbers beyond 64 bits,
 * against the schema's letter, since a number would lose what was written; null, true/false, integers (also 0x and 0o)
 * and floats are what the core schema says (YAML 1.2.2, 10.3.2). Duplicate keys are errors at the second key.
 *
 * Limits, each a diagnostic: nesting depth, the number of values that aliases may expand to, the size of the text. */
#ifndef NT_TEXT_YAML_H
#define NT_TEXT_YAML_H

#include "base/diag.h"

/* One document. `at` is where the text begins in `file` (line 1, column 1 for a whole file); every value's position
 * is a line and byte column of that file, with pos.file = file_index. An empty text is null. False after reporting at
 * least one error; everything that could still be read is in *out. */
bool nt_yaml_parse(nt_str text, nt_str file, nt_pos at, nt_arena *arena, nt_diags *diags, nt_value *out);

/* Front matter: an opening line "---" (a BOM and blank lines may stand before it), closed by "---" or "...".
 * Returns false after reporting (an unclosed one). Without front matter *yaml is empty and *body is the whole text.
 * `body_line` is the 1-based line on which the body begins; `yaml_line` likewise for the YAML. */
typedef struct nt_front_matter {
  nt_str yaml;
  nt_str body;
  uint32_t yaml_line;
  uint32_t body_line;
  bool present;
} nt_front_matter;
bool nt_front_matter_split(nt_str text, nt_str file, nt_diags *diags, nt_front_matter *out);

#endif
