#include "engine/languages.h"

static const nt_value *configured(const nt_inputs *in) {
  const nt_value *languages = nt_map_find(&in->config, NT_STR("languages"));
  return languages && languages->type == NT_MAP && languages->as.map->len ? languages : NULL;
}

size_t nt_language_count(const nt_inputs *in) {
  const nt_value *languages = configured(in);
  return languages ? languages->as.map->len : 1;
}

nt_str nt_language_at(const nt_inputs *in, size_t index) {
  const nt_value *languages = configured(in);
  return languages ? languages->as.map->entries[index].key : in->lang;
}

size_t nt_language_index(const nt_inputs *in, nt_str code) {
  size_t count = nt_language_count(in), i = 0;
  while (i < count && !nt_str_eq(nt_language_at(in, i), code)) i++;
  return i;
}

bool nt_language_known(const nt_inputs *in, nt_str code) {
  return code.len && nt_language_index(in, code) < nt_language_count(in);
}

nt_str nt_language_path(const nt_inputs *in, nt_str code, nt_arena *arena) {
  nt_str path = nt_value_str(nt_map_find(nt_map_find(configured(in), code), NT_STR("path")));
  if (!path.len) return nt_str_eq(code, in->lang) ? NT_STR("/") : nt_arena_format(arena, "/%.*s/", NT_FMT(code));
  bool begun = nt_str_starts(path, NT_STR("/")), ended = nt_str_ends(path, NT_STR("/"));
  return begun && ended ? path : nt_arena_format(arena, "%s%.*s%s", begun ? "" : "/", NT_FMT(path), ended ? "" : "/");
}

bool nt_language_check(const nt_inputs *in, nt_str code, nt_where where, nt_diags *diags) {
  if (nt_language_known(in, code)) return true;
  nt_buf names = {0};
  for (size_t i = 0; i < nt_language_count(in); i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, nt_language_at(in, i));
  }
  nt_report(diags, NT_MSG_lang_unknown, where, code, nt_buf_str(&names));
  nt_buf_deinit(&names);
  return false;
}
