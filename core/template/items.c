/* Going into values: elements, attributes, and values as data. */
#include "template/runtime.h"

#include "model/nodecode.h"

/* ---- elements ---- */

static void push_pair(lua_State *L, const nt_rendering *run) { /* key and value on the top become one list */
  lua_createtable(L, 2, 0);
  lua_insert(L, -3);
  lua_rawseti(L, -3, 2);
  lua_rawseti(L, -2, 1);
  nt_set_meta(L, run, NT_META_LIST);
}

static lua_Integer push_value_items(lua_State *L, nt_rendering *run, const nt_value *value, bool pairs) {
  size_t count = nt_value_len(value);
  lua_createtable(L, (int)count, 0);
  for (size_t i = 0; i < count; i++) {
    if (value->type == NT_LIST) {
      nt_lua_push_value(L, &value->as.list->items[i], NT_NULL_IS_SENTINEL);
    } else {
      nt_lua_push_str(L, value->as.map->entries[i].key);
      if (pairs) {
        nt_lua_push_value(L, &value->as.map->entries[i].value, NT_NULL_IS_SENTINEL);
        push_pair(L, run);
      }
    }
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return (lua_Integer)count;
}

static lua_Integer push_dict_items(lua_State *L, nt_rendering *run, int dict, bool pairs) {
  lua_rawgeti(L, dict, 1);
  lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
  if (!pairs) return count;
  int keys = lua_gettop(L);
  lua_rawgeti(L, dict, 2);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, keys, i);
    lua_pushvalue(L, -1);
    lua_rawget(L, keys + 1);
    push_pair(L, run);
    lua_rawseti(L, keys + 2, i);
  }
  lua_replace(L, keys);
  lua_settop(L, keys);
  return count;
}

static lua_Integer push_documents(lua_State *L, nt_docrefs documents) {
  lua_createtable(L, (int)documents.len, 0);
  for (size_t i = 0; i < documents.len; i++) {
    nt_lua_push_frozen(L, documents.items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return (lua_Integer)documents.len;
}

static lua_Integer push_letters(lua_State *L, nt_str text) {
  lua_Integer count = 0;
  lua_newtable(L);
  for (size_t at = 0, from; at < text.len;) {
    from = at;
    nt_utf8_next(text, &at);
    nt_lua_push_str(L, nt_str_sub(text, from, at));
    lua_rawseti(L, -2, ++count);
  }
  return count;
}

/* A script's table: a sequence, or else a map in the order of its keys. */
static lua_Integer push_script_items(lua_State *L, nt_rendering *run, int table, bool pairs) {
  lua_Integer count = 0;
  lua_newtable(L);
  while (nt_lua_at(L, table, count)) {
    nt_from_script(L, run);
    lua_rawseti(L, -2, ++count);
  }
  if (count) return count;
  lua_pop(L, 1);
  nt_value value;
  if (nt_lua_to_value(L, table, run->reader->arena, &value)) return push_value_items(L, run, &value, pairs);
  lua_pop(L, 1);
  return -1;
}

static lua_Integer push_items(lua_State *L, nt_rendering *run, int index, bool pairs) {
  switch (nt_is(L, run, index)) {
  case NT_IS_UNDEFINED:
  case NT_IS_NULL: lua_newtable(L); return 0;
  case NT_IS_LIST: lua_pushvalue(L, index); return (lua_Integer)lua_rawlen(L, index);
  case NT_IS_DICT: return push_dict_items(L, run, index, pairs);
  case NT_IS_VALUE_LIST:
  case NT_IS_VALUE_MAP: return push_value_items(L, run, nt_lua_value(L, index), pairs);
  case NT_IS_QUERY: return push_documents(L, nt_lua_query_run(L, index));
  case NT_IS_STRING: return push_letters(L, nt_lua_str(L, index));
  case NT_IS_SAFE: return push_letters(L, nt_safe_str(L, index));
  case NT_IS_TABLE: return push_script_items(L, run, index, pairs);
  default: return -1;
  }
}

lua_Integer nt_push_items(lua_State *L, nt_rendering *run, int index, bool pairs) {
  luaL_checkstack(L, 10, NULL);
  lua_Integer count = push_items(L, run, lua_absindex(L, index), pairs);
  if (count > 0) nt_vm_charge(L, 1 + (uint64_t)count / NT_ITEMS_PER_STEP);
  return count;
}

/* ---- attributes ---- */

static bool push_group_part(lua_State *L, const nt_rendering *run, int list, nt_str key) {
  lua_getmetatable(L, list);
  bool group = lua_topointer(L, -1) == run->metas[NT_META_GROUP];
  lua_pop(L, 1);
  int part = nt_str_eq(key, NT_STR("grouper")) ? 1 : nt_str_eq(key, NT_STR("list")) ? 2 : 0;
  if (!group || !part) return false;
  lua_rawgeti(L, list, part);
  return true;
}

/* Pushes table[at][key] or nothing. */
static bool push_inner(lua_State *L, int table, int at, nt_str key) {
  lua_rawgeti(L, table, at);
  nt_lua_push_str(L, key);
  bool found = lua_rawget(L, -2) != LUA_TNIL;
  lua_remove(L, -2);
  if (!found) lua_pop(L, 1);
  return found;
}

void nt_push_attr(lua_State *L, nt_rendering *run, int object, nt_str key) {
  object = lua_absindex(L, object);
  nt_kind_of kind = nt_is(L, run, object);
  bool found = false;
  switch (kind) {
  case NT_IS_UNDEFINED: nt_fail(L, run, NT_MSG_template_undefined_use, key);
  case NT_IS_LIST: found = push_group_part(L, run, object, key); break;
  case NT_IS_DICT: found = push_inner(L, object, 2, key); break;
  case NT_IS_MODULE: found = push_inner(L, object, 1, key); break;
  case NT_IS_TABLE:
    found = nt_lua_attr(L, object, key);
    if (found) nt_from_script(L, run);
    break;
  case NT_IS_VALUE_LIST:
  case NT_IS_VALUE_MAP:
  case NT_IS_TIME:
  case NT_IS_DOCUMENT:
  case NT_IS_NODE:
  case NT_IS_MARKUP:
  case NT_IS_PAGE:
  case NT_IS_SITE:
  case NT_IS_QUERY:
  case NT_IS_OTHER: found = nt_lua_attr(L, object, key); break;
  default: break;
  }
  if (found && lua_isnil(L, -1)) {
    lua_pop(L, 1);
    nt_lua_push_null(L);
  } else if (!found) {
    nt_push_undefined(L);
  }
}

static lua_Integer from_end(lua_Integer index, lua_Integer count) {
  return index < 0 ? index + count : index;
}

static bool push_letter(lua_State *L, nt_str text, lua_Integer index) {
  size_t at = 0, from = 0;
  index = from_end(index, (lua_Integer)nt_utf8_count(text));
  if (index < 0) return false;
  for (; at < text.len; index--) {
    from = at;
    nt_utf8_next(text, &at);
    if (index == 0) return nt_lua_push_str(L, nt_str_sub(text, from, at)), true;
  }
  return false;
}

static bool push_table_at(lua_State *L, nt_rendering *run, int table, lua_Integer index) {
  if (index < 0) {
    lua_Integer count = nt_push_items(L, run, table, false);
    if (count >= 0) lua_pop(L, 1);
    index = from_end(index, count);
  }
  if (!nt_lua_at(L, table, index)) return false;
  nt_from_script(L, run);
  return true;
}

void nt_push_at(lua_State *L, nt_rendering *run, int object, lua_Integer index) {
  object = lua_absindex(L, object);
  nt_kind_of kind = nt_is(L, run, object);
  bool found = false;
  switch (kind) {
  case NT_IS_UNDEFINED:
    nt_fail(L, run, NT_MSG_template_undefined_use, nt_arena_format(run->reader->arena, "%lld", (long long)index));
  case NT_IS_LIST:
    index = from_end(index, (lua_Integer)lua_rawlen(L, object));
    found = index >= 0 && lua_rawgeti(L, object, index + 1) != LUA_TNIL;
    if (index >= 0 && !found) lua_pop(L, 1);
    break;
  case NT_IS_DICT:
    lua_rawgeti(L, object, 2);
    found = lua_rawgeti(L, -1, index) != LUA_TNIL;
    lua_remove(L, -2);
    if (!found) lua_pop(L, 1);
    break;
  case NT_IS_VALUE_LIST:
    found = nt_lua_at(L, object, from_end(index, (lua_Integer)nt_value_len(nt_lua_value(L, object))));
    break;
  case NT_IS_QUERY: found = nt_lua_at(L, object, from_end(index, (lua_Integer)nt_lua_query_run(L, object).len)); break;
  case NT_IS_STRING: found = push_letter(L, nt_lua_str(L, object), index); break;
  case NT_IS_TABLE: found = push_table_at(L, run, object, index); break;
  default: break;
  }
  if (!found) nt_push_undefined(L);
}

void nt_push_path(lua_State *L, nt_rendering *run, int object, nt_str path) {
  lua_pushvalue(L, object);
  while (path.len) {
    size_t dot = nt_str_find(path, '.');
    nt_str key = nt_str_sub(path, 0, dot);
    nt_kind_of kind = nt_is(L, run, -1);
    if (kind == NT_IS_UNDEFINED) return;
    if (key.len && key.ptr[0] >= '0' && key.ptr[0] <= '9' && key.len < 10)
      nt_push_at(L, run, -1, strtol(nt_arena_str(run->reader->arena, key).ptr, NULL, 10));
    else
      nt_push_attr(L, run, -1, key);
    lua_remove(L, -2);
    path = nt_str_sub(path, dot + 1, path.len);
  }
}

/* ---- as data ---- */

static bool list_to_value(lua_State *L, nt_rendering *run, int index, int depth, nt_value *out) {
  nt_arena *arena = run->reader->arena;
  int top = lua_gettop(L);
  lua_Integer count = nt_push_items(L, run, index, false);
  nt_vm_take(L, sizeof(nt_list) + 2 * (size_t)count * sizeof(nt_value));
  *out = nt_list_new(arena);
  for (lua_Integer i = 1; i <= count; i++) {
    nt_value item;
    lua_rawgeti(L, top + 1, i);
    if (!nt_to_value(L, run, -1, depth - 1, &item)) return false;
    nt_list_push(out, arena, item);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return true;
}

static bool dict_to_value(lua_State *L, nt_rendering *run, int index, int depth, nt_value *out) {
  nt_arena *arena = run->reader->arena;
  int top = lua_gettop(L);
  lua_Integer count = nt_push_items(L, run, index, true);
  nt_vm_take(L, sizeof(nt_dict) + 2 * (size_t)count * sizeof(nt_entry));
  *out = nt_map_new(arena);
  for (lua_Integer i = 1; i <= count; i++) {
    nt_value item;
    lua_rawgeti(L, top + 1, i);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    if (!nt_to_value(L, run, -1, depth - 1, &item)) return false;
    nt_map_put(out, arena, nt_arena_str(arena, nt_text(L, run, -2)), (nt_pos){0}, item);
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return true;
}

bool nt_to_value(lua_State *L, nt_rendering *run, int index, int depth, nt_value *out) {
  index = lua_absindex(L, index);
  nt_kind_of kind = nt_is(L, run, index);
  if (depth < 0) return false;
  luaL_checkstack(L, 10, NULL);
  switch (kind) {
  case NT_IS_UNDEFINED:
  case NT_IS_NULL: *out = nt_null(); return true;
  case NT_IS_SAFE:
    nt_vm_take(L, nt_safe_str(L, index).len);
    *out = nt_string(nt_arena_str(run->reader->arena, nt_safe_str(L, index)));
    return true;
  case NT_IS_LIST:
  case NT_IS_QUERY: return list_to_value(L, run, index, depth, out);
  case NT_IS_DICT: return dict_to_value(L, run, index, depth, out);
  case NT_IS_DOCUMENT: *out = *run->reader->ops->fields(run->reader, nt_lua_frozen(L, index)); return true;
  case NT_IS_FUNCTION:
  case NT_IS_MODULE:
  case NT_IS_KEYWORDS:
  case NT_IS_PAGE:
  case NT_IS_SITE: return false;
  default:
    if (nt_lua_to_value(L, index, run->reader->arena, out)) return true;
    lua_pop(L, 1);
    return false;
  }
}
