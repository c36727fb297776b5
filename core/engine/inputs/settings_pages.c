/* Pages that no document asks for: those of `pages`, the outputs of the whole site, redirects; and menus. */
#include "engine/inputs/settings.h"

static void check_languages(nt_inputs *in, const nt_value *languages) {
  if (!languages || !nt_config_strings(languages, NT_STR("languages"), &in->files, &in->diags)) return;
  for (size_t i = 0; i < nt_value_len(languages); i++)
    nt_settings_check_lang(in, nt_value_str(&languages->as.list->items[i]), languages->as.list->items[i].pos);
}

static void read_page(nt_inputs *in, const nt_entry *e) {
  const nt_value *sitemap = nt_map_find(&e->value, NT_STR("sitemap"));
  nt_page_config page = {.name = e->key,
                         .path = nt_map_find(&e->value, NT_STR("path")),
                         .title = nt_map_find(&e->value, NT_STR("title")),
                         .params = nt_map_find(&e->value, NT_STR("params")),
                         .languages = nt_map_find(&e->value, NT_STR("languages")),
                         .template_name = nt_value_str(nt_map_find(&e->value, NT_STR("template"))),
                         .output = nt_value_str(nt_map_find(&e->value, NT_STR("output"))),
                         .unlisted = sitemap && !sitemap->as.boolean,
                         .pos = e->key_pos};
  if (!page.output.len) page.output = NT_STR("html");
  nt_settings_check_path(in, page.path, "path", NULL);
  nt_settings_check_by_lang(in, page.title);
  check_languages(in, page.languages);
  nt_push(&in->pages, page);
}

static void check_outputs(nt_inputs *in, const nt_value *outputs) {
  for (size_t i = 0; i < nt_value_len(outputs); i++) {
    const nt_value *output = &outputs->as.map->entries[i].value, *limit = nt_map_find(output, NT_STR("limit"));
    nt_settings_check_path(in, nt_map_find(output, NT_STR("path")), "path", NULL);
    if (limit && limit->as.integer < 1)
      nt_report(&in->diags, NT_MSG_config_bad_amount, nt_config_where(&in->files, limit->pos),
                nt_arena_format(in->arena, "%lld", (long long)limit->as.integer));
  }
}

static void check_redirects(nt_inputs *in, const nt_value *redirects) {
  for (size_t i = 0; i < nt_value_len(redirects); i++) {
    const nt_entry *e = &redirects->as.map->entries[i];
    nt_value from = nt_string(e->key);
    from.pos = e->key_pos;
    nt_settings_check_path(in, &from, "redirects", NULL);
  }
}

static void check_menu(nt_inputs *in, const nt_value *menu) {
  for (size_t i = 0; i < nt_value_len(menu); i++)
    nt_settings_check_by_lang(in, nt_map_find(&menu->as.map->entries[i].value, NT_STR("title")));
}

void nt_settings_pages(nt_inputs *in) {
  const nt_value *pages = nt_map_find(&in->config, NT_STR("pages"));
  const nt_value *menus = nt_map_find(&in->config, NT_STR("menus"));
  for (size_t i = 0; i < nt_value_len(pages); i++) read_page(in, &pages->as.map->entries[i]);
  for (size_t i = 0; i < nt_value_len(menus); i++) check_menu(in, &menus->as.map->entries[i].value);
  check_outputs(in, nt_map_find(&in->config, NT_STR("outputs")));
  check_redirects(in, nt_map_find(&in->config, NT_STR("redirects")));
}
