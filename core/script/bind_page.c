/* Pages, in templates and in page and output hooks; items, in item hooks. */
#include "script/state.h"

#include "base/url.h"

/* ---- pages ---- */

static bool is(nt_str key, const char *word) {
  return nt_str_eq(key, nt_str_c(word));
}

static bool push_text(lua_State *L, nt_str text, nt_null_mode mode) {
  if (text.len)
    nt_lua_push_str(L, text);
  else
    nt_lua_push_value(L, NULL, mode);
  return true;
}

static bool push_number(lua_State *L, uint64_t number) {
  return lua_pushinteger(L, (lua_Integer)number), true;
}

static bool push_count(lua_State *L, const nt_page *page) {
  nt_reader *reader = nt_need_reader(L);
  return push_number(L, reader->ops->page_count(reader, page));
}

static bool push_url_text(lua_State *L, nt_str url, nt_null_mode mode) {
  if (!url.len) return push_text(L, url, mode);
  return nt_push_url(L, url), true;
}

static nt_value alternate_value(lua_State *L, const nt_page *page, const nt_alternate *alternate) {
  nt_reader *reader = nt_need_reader(L);
  nt_arena *arena = reader->arena;
  nt_value map = nt_map_new(arena);
  nt_map_put(&map, arena, NT_STR("lang"), (nt_pos){0}, nt_string(alternate->lang));
  nt_map_put(&map, arena, NT_STR("name"), (nt_pos){0}, nt_string(nt_language_name(reader, alternate->lang)));
  nt_map_put(&map, arena, NT_STR("url"), (nt_pos){0},
             nt_string(nt_url_rooted(reader->site_url, alternate->url, arena)));
  nt_map_put(&map, arena, NT_STR("current"), (nt_pos){0}, nt_bool(nt_str_eq(alternate->lang, page->lang)));
  return map;
}

static bool push_alternates(lua_State *L, const nt_page *page, nt_null_mode mode) {
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_value list = nt_list_new(arena);
  for (size_t i = 0; i < page->alternate_count; i++)
    nt_list_push(&list, arena, alternate_value(L, page, &page->alternates[i]));
  nt_lua_push_value(L, &list, mode);
  return true;
}

bool nt_page_attr(lua_State *L, const nt_page_ref *ref, nt_str key, nt_null_mode mode) {
  nt_page *page = ref->page;
  if (is(key, "path")) return nt_lua_push_str(L, page->path), true;
  if (is(key, "url")) return nt_push_url(L, page->url), true;
  if (is(key, "output")) return nt_lua_push_str(L, page->output), true;
  if (is(key, "template")) return push_text(L, page->template_name, mode);
  if (is(key, "kind")) return push_text(L, page->kind, mode);
  if (is(key, "collection")) return push_text(L, page->collection, mode);
  if (is(key, "lang")) return push_text(L, page->lang, mode);
  if (is(key, "number")) return push_number(L, page->number);
  if (is(key, "count")) return push_count(L, page);
  if (is(key, "shown")) return push_number(L, page->shown);
  if (is(key, "prev")) return push_url_text(L, page->prev, mode);
  if (is(key, "next")) return push_url_text(L, page->next, mode);
  if (is(key, "home")) return push_url_text(L, page->home, mode);
  if (is(key, "title")) return push_text(L, page->title, mode);
  if (is(key, "taxonomy")) return push_text(L, page->taxonomy, mode);
  if (is(key, "term")) return push_text(L, page->term, mode);
  if (is(key, "unlisted")) return lua_pushboolean(L, page->unlisted), true;
  if (is(key, "alternates")) return push_alternates(L, page, mode);
  if (is(key, "document")) {
    if (page->document)
      nt_lua_push_frozen(L, page->document);
    else
      nt_lua_push_value(L, NULL, mode);
    return true;
  }
  if (!is(key, "params")) return false;
  if (ref->ref.flags & NT_REF_WRITABLE)
    nt_push_writable(L, &page->params);
  else
    nt_lua_push_value(L, &page->params, mode);
  return true;
}

static int page_index(lua_State *L) {
  const nt_page_ref *ref = nt_ref_check(L, 1, NT_LUA_PAGE);
  if (!nt_page_attr(L, ref, nt_check_str(L, 2), NT_NULL_IS_NIL)) lua_pushnil(L);
  return 1;
}

static int page_newindex(lua_State *L) {
  nt_page_ref *ref = nt_ref_check(L, 1, NT_LUA_PAGE);
  nt_str key = nt_check_text(L, 2);
  bool writable = ref->ref.flags & NT_REF_WRITABLE;
  nt_arena *arena = nt_work_arena(L);
  if (writable && is(key, "template"))
    ref->page->template_name = nt_copy_arg(L, 3, arena);
  else if (writable && is(key, "params"))
    ref->page->params = nt_check_map(L, 3, arena);
  else
    nt_raise(L, NT_MSG_script_readonly, key);
  return 0;
}

void nt_lua_push_page(lua_State *L, const nt_page *page) {
  nt_page_ref *ref = nt_ref_new(L, NT_LUA_PAGE, sizeof *ref, 0);
  ref->page = (nt_page *)page; /* changed only where the flag says so */
}

static int page_tostring(lua_State *L) {
  lua_pushliteral(L, "page");
  return 1;
}

static const luaL_Reg page_meta[] = {
    {"__index", page_index}, {"__newindex", page_newindex}, {"__tostring", page_tostring}, {NULL, NULL}};
const nt_binding nt_bind_page = {"page", page_meta, NULL};

/* ---- items ---- */

static int item_index(lua_State *L) {
  const nt_item_ref *ref = nt_ref_check(L, 1, NT_REF_ITEM);
  if (nt_method_push(L, 2)) return 1;
  nt_str key = nt_check_str(L, 2);
  if (is(key, "id"))
    nt_lua_push_str(L, ref->id);
  else if (is(key, "kind"))
    push_text(L, ref->kind, NT_NULL_IS_NIL);
  else if (is(key, "bytes"))
    nt_lua_push_str(L, *ref->bytes);
  else
    lua_pushnil(L);
  return 1;
}

static int item_newindex(lua_State *L) {
  const nt_item_ref *ref = nt_ref_check(L, 1, NT_REF_ITEM);
  nt_str key = nt_check_str(L, 2);
  if (!is(key, "bytes")) nt_raise(L, NT_MSG_script_readonly, key);
  nt_str bytes = nt_check_str(L, 3);
  nt_vm_take(L, bytes.len);
  *ref->bytes = nt_arena_str(nt_need_reader(L)->arena, bytes);
  return 0;
}

static int item_drop(lua_State *L) {
  nt_ref_check(L, 1, NT_REF_ITEM);
  nt_need_hook(L, NT_EVENT_ITEM)->dropped = true;
  return 0;
}

static const luaL_Reg item_methods[] = {{"drop", item_drop}, {NULL, NULL}};
static const luaL_Reg item_meta[] = {{"__index", item_index}, {"__newindex", item_newindex}, {NULL, NULL}};
const nt_binding nt_bind_item = {"item", item_meta, item_methods};
