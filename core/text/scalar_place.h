/* Where the lines of a text that stands as a scalar in YAML are in the file, so that what is built from it can be
 * located there. */
#ifndef NT_TEXT_SCALAR_PLACE_H
#define NT_TEXT_SCALAR_PLACE_H

#include "base/value.h"
#include "model/node.h"

typedef struct nt_scalar_place {
  uint32_t line, column; /* where its first line begins, as if no other line were indented */
  uint32_t indent;       /* bytes before every line */
  bool folded;           /* its lines are not those of the file: only the scalar itself can be named */
} nt_scalar_place;

/* Of the scalar that begins at `at` in the file's text: behind a quote, or below "|" (YAML 1.2.2, 8.1). */
nt_scalar_place nt_scalar_place_find(nt_str file, nt_pos at);
/* A position counted from line and column becomes one in the file. */
void nt_scalar_place_apply(const nt_scalar_place *place, nt_pos at, nt_node_pos *pos);

#endif
