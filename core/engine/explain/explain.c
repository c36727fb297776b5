#include "engine/explain/explaining.h"

nt_value nt_explain(const nt_explained *what, nt_language language, nt_arena *arena) {
  static const char *const about[] = {"page", "page", "document", "file"};
  const nt_explaining x = {what->site, arena, language};
  nt_value all = nt_map_new(arena), map;
  switch (what->sort) {
  case NT_EXPLAINED_PAGE: map = nt_explain_page(&x, what->page); break;
  case NT_EXPLAINED_KEPT: map = nt_explain_kept(&x, what->path, what->document); break;
  case NT_EXPLAINED_DOCUMENT: map = nt_explain_document(&x, what->document); break;
  default: map = nt_explain_file(&x, what->path); break;
  }
  nt_put_str(&x, &all, "type", NT_STR("explanation"));
  nt_put_str(&x, &all, "about", nt_str_c(about[what->sort]));
  nt_put_str(&x, &all, "site", what->site->name);
  for (size_t i = 0; i < map.as.map->len; i++)
    nt_map_put(&all, arena, map.as.map->entries[i].key, (nt_pos){0}, map.as.map->entries[i].value);
  return all;
}

/* ---- the last epoch ---- */

static void add_made(const nt_explaining *x, const nt_page_record *page, nt_value *list) {
  nt_value map = nt_explain_page_name(x, page);
  nt_put(x, &map, "rendered", nt_explain_why(x, &page->why));
  nt_list_push(list, x->arena, map);
}

/* The epoch that looked has a number of its own: what it made is not published, and would be by a build now. */
nt_value nt_explain_last(nt_site *site, nt_arena *arena) {
  const nt_explaining x = {.site = site, .arena = arena};
  nt_value map = nt_map_new(arena), made = nt_list_new(arena), pending = nt_list_new(arena);
  uint64_t last = 0;
  for (size_t i = 0; i < site->plan.pages.len; i++) {
    uint64_t epoch = site->plan.pages.items[i]->why.epoch;
    if (epoch > last && epoch < site->epoch) last = epoch;
  }
  for (size_t i = 0; i < site->plan.pages.len; i++) {
    const nt_page_record *page = site->plan.pages.items[i];
    if (page->why.epoch && page->why.epoch == last) add_made(&x, page, &made);
    if (page->why.epoch == site->epoch) add_made(&x, page, &pending);
  }
  nt_put_str(&x, &map, "type", NT_STR("explanation"));
  nt_put_str(&x, &map, "about", NT_STR("last"));
  nt_put_str(&x, &map, "site", site->name);
  nt_put(&x, &map, "epoch", last ? nt_int((int64_t)last) : nt_null());
  nt_put(&x, &map, "pages", made);
  nt_put(&x, &map, "pending", pending);
  return map;
}
