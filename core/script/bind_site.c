/* What leads about in a site: its languages, menus and terms, and the one place where an URL gets the site's base path.
 */
#include "script/state.h"

#include "base/url.h"

void nt_push_url(lua_State *L, nt_str url) {
  nt_reader *reader = nt_need_reader(L);
  nt_lua_push_str(L, nt_url_rooted(reader->site_url, url, reader->arena));
}

static void put(nt_value *map, nt_arena *arena, const char *key, nt_value value) {
  nt_map_put(map, arena, nt_str_c(key), (nt_pos){0}, value);
}

/* ---- languages ---- */

nt_str nt_language_name(nt_reader *reader, nt_str lang) {
  nt_str path = nt_arena_format(reader->arena, "languages.%.*s.name", NT_FMT(lang));
  nt_str name = nt_value_str(reader->ops->config(reader, path));
  return name.len ? name : lang;
}

/* Which languages there are, and their order, is one read; the name of each another. */
void nt_push_languages(lua_State *L, nt_null_mode mode) {
  nt_reader *reader = nt_need_reader(L);
  nt_arena *arena = reader->arena;
  const nt_value *all = reader->ops->config(reader, NT_STR("languages"));
  nt_value list = nt_list_new(arena);
  for (size_t i = 0; all && all->type == NT_MAP && i < all->as.map->len; i++) {
    nt_str lang = all->as.map->entries[i].key;
    nt_value map = nt_map_new(arena);
    put(&map, arena, "lang", nt_string(lang));
    put(&map, arena, "name", nt_string(nt_language_name(reader, lang)));
    nt_list_push(&list, arena, map);
  }
  nt_lua_push_value(L, &list, mode);
}

/* Where a language begins: what it says, else "/" for the first and "/en/" for another. */
static nt_str language_home(nt_reader *reader, nt_str lang) {
  const nt_value *all = reader->ops->config(reader, NT_STR("languages"));
  const nt_entry *entry = nt_map_entry_find(all, lang);
  nt_str path = entry ? nt_value_str(nt_map_find(&entry->value, NT_STR("path"))) : nt_str_n("", 0);
  if (path.len) return path;
  bool first = !entry || entry == all->as.map->entries;
  return first ? NT_STR("/") : nt_arena_format(reader->arena, "/%.*s/", NT_FMT(lang));
}

/* ---- menus and terms ---- */

typedef struct viewpoint {
  nt_str lang;
  nt_str url;  /* of the page that is made, ready for an href */
  nt_str home; /* of its language: everything lies below it, which says nothing */
} viewpoint;

static viewpoint check_viewpoint(lua_State *L) {
  nt_reader *reader = nt_need_reader(L);
  const nt_page *page = nt_vm_of(L)->page;
  if (!page) nt_raise(L, NT_MSG_script_pages_only, NT_STR(""));
  viewpoint from = {.lang = page->lang.len ? page->lang : reader->lang};
  from.url = nt_url_rooted(reader->site_url, page->url, reader->arena);
  from.home = nt_url_rooted(reader->site_url, language_home(reader, from.lang), reader->arena);
  return from;
}

static bool lies_below(const viewpoint *from, nt_str url) {
  if (!nt_str_ends(url, NT_STR("/")) || nt_str_eq(url, from->home)) return false;
  return from->url.len > url.len && nt_str_starts(from->url, url);
}

static nt_value menu_entry(nt_arena *arena, const nt_value *planned, const viewpoint *from) {
  nt_str url = nt_value_str(nt_map_find(planned, NT_STR("url")));
  nt_value map = nt_map_new(arena);
  for (size_t i = 0; planned->type == NT_MAP && i < planned->as.map->len; i++)
    nt_map_put(&map, arena, planned->as.map->entries[i].key, (nt_pos){0}, planned->as.map->entries[i].value);
  put(&map, arena, "current", nt_bool(nt_str_eq(url, from->url)));
  put(&map, arena, "active", nt_bool(lies_below(from, url)));
  return map;
}

int nt_site_menu(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_SITE);
  nt_reader *reader = nt_need_reader(L);
  nt_str name = nt_copy_arg(L, 2, reader->arena);
  viewpoint from = check_viewpoint(L);
  const nt_value *planned = reader->ops->menu ? reader->ops->menu(reader, name, from.lang) : NULL;
  if (!planned || planned->type != NT_LIST) return lua_pushnil(L), 1;
  nt_value list = nt_list_new(reader->arena);
  nt_vm_take(L, planned->as.list->len * sizeof(nt_entry) * 4);
  for (size_t i = 0; i < planned->as.list->len; i++)
    nt_list_push(&list, reader->arena, menu_entry(reader->arena, &planned->as.list->items[i], &from));
  nt_lua_push_value(L, &list, NT_NULL_IS_NIL);
  return 1;
}

int nt_site_terms(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_SITE);
  nt_reader *reader = nt_need_reader(L);
  nt_str taxonomy = nt_copy_arg(L, 2, reader->arena);
  viewpoint from = check_viewpoint(L);
  const nt_value *terms = reader->ops->terms ? reader->ops->terms(reader, taxonomy, from.lang) : NULL;
  nt_lua_push_value(L, terms, NT_NULL_IS_NIL);
  return 1;
}
