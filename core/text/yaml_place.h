/* From libyaml's marks, which count characters, to lines and byte columns of the file. */
#ifndef NT_TEXT_YAML_PLACE_H
#define NT_TEXT_YAML_PLACE_H

#include "base/diag.h"

/* A cursor that follows the marks, which mostly move forward, so that a whole text costs one pass. */
typedef struct nt_yaml_place {
  nt_str text; /* what libyaml reads: without a BOM */
  nt_str file;
  nt_pos start; /* where text begins in the file */
  bool ascii;
  size_t index; /* characters before `offset`: the newest mark */
  size_t offset;
  uint32_t line; /* line ends before `line_start`: the newest position asked for */
  size_t line_start;
} nt_yaml_place;

/* Checks every byte; false after reporting the first that YAML does not allow. */
bool nt_yaml_place_init(nt_yaml_place *place, nt_str text, nt_str file, nt_pos start, nt_diags *diags);
/* The byte that a mark's character index stands at; at most the text's length. */
size_t nt_yaml_place_offset(nt_yaml_place *place, size_t index);
/* The place in the file of a byte of the text. */
nt_pos nt_yaml_place_pos(nt_yaml_place *place, size_t offset);
nt_pos nt_yaml_place_mark(nt_yaml_place *place, size_t index);
nt_where nt_yaml_place_where(nt_yaml_place *place, size_t offset);

#endif
