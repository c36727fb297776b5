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

/* ---- what stands in for a language ---- */

typedef NT_VEC(nt_str) words;

static void add(words *chain, nt_str lang) {
  if (!lang.len) return;
  for (size_t i = 0; i < chain->len; i++)
    if (nt_str_eq(chain->items[i], lang)) return;
  nt_push(chain, lang);
}

static void add_built_in(words *chain, nt_str lang) {
  for (nt_str next; nt_locale_fallback(lang, &next); lang = next) add(chain, next);
}

/* The language, what site.yaml says, what everybody would say, and last the site's default. */
static void read_chain(nt_inputs *in, nt_locales *locales, nt_site_lang *lang, const nt_value *fallback) {
  words chain = {0};
  add(&chain, lang->code);
  if (fallback && fallback->type == NT_STRING) add(&chain, fallback->as.string);
  if (nt_config_strings(fallback, NT_STR("fallback"), &in->files, &in->diags))
    for (size_t i = 0; fallback && fallback->type == NT_LIST && i < fallback->as.list->len; i++)
      add(&chain, nt_value_str(&fallback->as.list->items[i]));
  add_built_in(&chain, lang->code);
  add(&chain, in->languages.items[0].code);
  lang->chain = nt_arena_copy(in->arena, chain.items, chain.len * sizeof(nt_str));
  lang->chain_len = chain.len;
  lang->locale = nt_locales_chain(locales, chain.items, chain.len);
  nt_vec_deinit(&chain);
}

void nt_language_read_chains(nt_inputs *in, nt_locales *locales) {
  const nt_value *languages = nt_map_find(&in->config, NT_STR("languages"));
  for (size_t i = 0; i < in->languages.len; i++) {
    nt_site_lang *lang = &in->languages.items[i];
    read_chain(in, locales, lang, nt_map_find(nt_map_find(languages, lang->code), NT_STR("fallback")));
  }
}

const nt_locale *nt_language_locale(const nt_inputs *in, nt_str lang) {
  const nt_site_lang *found = nt_language_find(in, lang);
  return found ? found->locale : in->locale;
}

const nt_locale *nt_inputs_language(void *ud, nt_str lang) {
  const nt_site_lang *found = nt_language_find(ud, lang);
  return found ? found->locale : NULL;
}

nt_str nt_language_narrow(const nt_inputs *in, nt_str lang) {
  return in->languages.len > 1 ? lang : nt_str_n("", 0);
}
