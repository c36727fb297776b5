/* The languages that stand in for a site's. */
#include "engine/inputs.h"

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
static void read_chain(nt_inputs *in, nt_locales *locales, nt_str lang, const nt_value *config) {
  words chain = {0};
  const nt_value *fallback = nt_map_find(config, NT_STR("fallback"));
  add(&chain, lang);
  if (fallback && fallback->type == NT_STRING) add(&chain, fallback->as.string);
  if (nt_config_strings(fallback, NT_STR("fallback"), &in->files, &in->diags))
    for (size_t i = 0; fallback && fallback->type == NT_LIST && i < fallback->as.list->len; i++)
      add(&chain, nt_value_str(&fallback->as.list->items[i]));
  add_built_in(&chain, lang);
  add(&chain, in->lang);
  nt_chain kept = {.lang = lang,
                   .langs = nt_arena_copy(in->arena, chain.items, chain.len * sizeof(nt_str)),
                   .len = chain.len,
                   .locale = nt_locales_chain(locales, chain.items, chain.len)};
  nt_push(&in->chains, kept);
  nt_vec_deinit(&chain);
}

void nt_inputs_read_chains(nt_inputs *in, nt_locales *locales) {
  const nt_value *languages = nt_map_find(&in->config, NT_STR("languages"));
  for (size_t i = 0; i < nt_value_len(languages); i++)
    read_chain(in, locales, languages->as.map->entries[i].key, &languages->as.map->entries[i].value);
  if (!in->chains.len) read_chain(in, locales, in->lang, NULL);
}

const nt_chain *nt_inputs_chain(const nt_inputs *in, nt_str lang) {
  for (size_t i = 0; i < in->chains.len; i++)
    if (nt_str_eq(in->chains.items[i].lang, lang)) return &in->chains.items[i];
  return NULL;
}

const nt_locale *nt_inputs_locale(const nt_inputs *in, nt_str lang) {
  const nt_chain *chain = nt_inputs_chain(in, lang);
  return chain ? chain->locale : in->locale;
}

const nt_locale *nt_inputs_language(void *ud, nt_str lang) {
  const nt_chain *chain = nt_inputs_chain(ud, lang);
  return chain ? chain->locale : NULL;
}

nt_str nt_inputs_narrow(const nt_inputs *in, nt_str lang) {
  return in->chains.len > 1 ? lang : nt_str_n("", 0);
}
