/* What collect hooks add: documents, collections, pages and redirects. */
#include "script/state.h"

static nt_collected *check_collect(lua_State *L) {
  nt_ref_check(L, 1, NT_REF_COLLECT);
  return nt_need_hook(L, NT_EVENT_COLLECT)->collected;
}

/* collect:document{ id = "…", kind = "…", fields…, body = … } */
static int collect_document(lua_State *L) {
  nt_collected *collected = check_collect(L);
  nt_arena *arena = nt_need_reader(L)->arena;
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_getfield(L, 2, "id");
  if (lua_type(L, -1) != LUA_TSTRING) nt_raise(L, NT_MSG_script_document_id, NT_STR(""));
  nt_str id = nt_copy_arg(L, -1, arena);
  for (size_t i = 0; i < collected->documents.len; i++)
    if (nt_str_eq(collected->documents.items[i]->id, id)) nt_raise(L, NT_MSG_script_derived_twice, id);
  nt_document *made = nt_document_from_table(L, 2, arena, id, NULL);
  nt_map_drop(&made->fields, NT_STR("id"));
  nt_documents_add(&collected->documents, arena, made);
  return 0;
}

/* Query and document userdata in `documents` become ids. */
static void replace_documents(lua_State *L, int table) {
  lua_getfield(L, table, "documents");
  const nt_ref *ref = nt_ref_at(L, -1);
  int list = lua_gettop(L);
  bool query = ref && ref->kind == NT_LUA_QUERY;
  if (!query && lua_type(L, list) != LUA_TTABLE) return;
  lua_Integer count = query ? (lua_Integer)nt_lua_query_run(L, list).len : luaL_len(L, list);
  lua_createtable(L, (int)(count < INT16_MAX ? count : 0), 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, list, i);
    nt_docref document = nt_lua_frozen(L, -1);
    nt_reader *reader = nt_need_reader(L);
    if (document) {
      nt_lua_push_str(L, nt_value_str(reader->ops->field(reader, document, NT_STR("id"))));
      lua_replace(L, -2);
    }
    lua_rawseti(L, list + 1, i);
  }
  lua_pushvalue(L, list + 1);
  lua_pushcfunction(L, nt_list_mark);
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  lua_setfield(L, table, "documents");
}

static int collect_collection(lua_State *L) {
  nt_collected *collected = check_collect(L);
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_str name = nt_copy_arg(L, 2, arena);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  if (nt_map_find(&collected->collections, name)) nt_raise(L, NT_MSG_script_collection_twice, name);
  lua_newtable(L); /* the script's own table stays as it is */
  nt_push_content(L, 3);
  for (lua_pushnil(L); lua_next(L, 5); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 4);
  }
  replace_documents(L, 4);
  nt_map_put(&collected->collections, arena, name, (nt_pos){0}, nt_check_map(L, 4, arena));
  return 0;
}

/* Words that a page may have, and whether it must. */
static void check_page(lua_State *L, const nt_value *page) {
  static const char *const known[] = {"path", "template", "output", "params", "lang", NULL};
  for (size_t i = 0; i < page->as.map->len; i++) {
    nt_str key = page->as.map->entries[i].key;
    bool found = false;
    for (const char *const *word = known; *word && !found; word++) found = nt_str_eq(key, nt_str_c(*word));
    if (!found) nt_raise_unknown(L, NT_MSG_script_unknown_key, key, known);
  }
  if (!nt_value_str(nt_map_find(page, NT_STR("path"))).len) nt_raise(L, NT_MSG_script_page_path, NT_STR(""));
}

static int collect_page(lua_State *L) {
  nt_collected *collected = check_collect(L);
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_str file = NT_STR("");
  uint32_t line;
  luaL_checktype(L, 2, LUA_TTABLE);
  nt_value page = nt_check_map(L, 2, arena);
  check_page(L, &page);
  nt_value *params = nt_map_find(&page, NT_STR("params"));
  if (params && params->type == NT_LIST && !params->as.list->len) *params = nt_map_new(arena);
  nt_script_place(L, 1, &file, &line);
  nt_map_put(&page, arena, NT_STR("script"), (nt_pos){0}, nt_string(nt_arena_str(arena, file)));
  nt_list_push(&collected->pages, arena, page);
  return 0;
}

static int collect_redirect(lua_State *L) {
  nt_collected *collected = check_collect(L);
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_str from = nt_copy_arg(L, 2, arena);
  nt_value to = nt_string(nt_copy_arg(L, 3, arena));
  const nt_value *old = nt_map_find(&collected->redirects, from);
  if (old && !nt_value_eq(old, &to)) nt_raise(L, NT_MSG_script_redirect_twice, from);
  nt_map_put(&collected->redirects, arena, from, (nt_pos){0}, to);
  return 0;
}

static int collect_index(lua_State *L) {
  nt_ref_check(L, 1, NT_REF_COLLECT);
  if (!nt_method_push(L, 2)) lua_pushnil(L);
  return 1;
}

static const luaL_Reg methods[] = {{"document", collect_document},
                                   {"collection", collect_collection},
                                   {"page", collect_page},
                                   {"redirect", collect_redirect},
                                   {NULL, NULL}};
static const luaL_Reg meta[] = {{"__index", collect_index}, {NULL, NULL}};
const nt_binding nt_bind_collect = {"collect", meta, methods};
