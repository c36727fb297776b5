/* Fields by a path, as conditions and sorts name them: "image.credit". */
#ifndef NT_ENGINE_QUERY_FIELDS_H
#define NT_ENGINE_QUERY_FIELDS_H

#include "engine/content/records.h"

/* The field of the document that the path begins in, whose column it is read from. */
static inline nt_str nt_field_top(nt_str path) {
  return nt_str_sub(path, 0, nt_str_find(path, '.'));
}

/* NULL if there is none. */
static inline const nt_value *nt_field_at(const nt_frozen *f, nt_str path, nt_value *meta) {
  nt_str top = nt_field_top(path);
  const nt_value *v = nt_frozen_field(f, top, meta);
  return top.len == path.len ? v : nt_map_path(v, nt_str_sub(path, top.len + 1, path.len));
}

#endif
