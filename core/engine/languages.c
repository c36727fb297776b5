#include "engine/languages.h"

size_t nt_language_index(const nt_inputs *in, nt_str code) {
  size_t i = 0;
  while (i < in->languages.len && !nt_str_eq(in->languages.items[i].code, code)) i++;
  return i;
}

const nt_site_lang *nt_language_find(const nt_inputs *in, nt_str code) {
  size_t i = nt_language_index(in, code);
  return i < in->languages.len ? &in->languages.items[i] : NULL;
}

bool nt_language_check(const nt_inputs *in, nt_str code, nt_where where, nt_diags *diags) {
  if (nt_language_find(in, code)) return true;
  nt_buf names = {0};
  for (size_t i = 0; i < in->languages.len; i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, in->languages.items[i].code);
  }
  nt_report(diags, NT_MSG_lang_unknown, where, code, nt_buf_str(&names));
  nt_buf_deinit(&names);
  return false;
}
