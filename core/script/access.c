/* Reading without metamethods, for templates: what a value is, and what it has under a key. */
#include "script/state.h"

nt_lua_kind nt_lua_kind_of(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  if (!ref) return NT_LUA_NONE;
  nt_ref_alive(L, ref);
  if (ref->kind == NT_REF_CONFIG) return NT_LUA_VALUE;
  return ref->kind <= NT_LUA_QUERY ? (nt_lua_kind)ref->kind : NT_LUA_NONE;
}

const nt_value *nt_lua_value(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  if (!ref) return NULL;
  nt_ref_alive(L, ref);
  if (ref->kind == NT_REF_CONFIG) {
    nt_reader *reader = nt_need_reader(L);
    return reader->ops->config(reader, ((const nt_config_ref *)ref)->path);
  }
  bool value = ref->kind == NT_LUA_VALUE || ref->kind == NT_LUA_TIME || ref->kind == NT_LUA_MARKUP;
  return value ? &((const nt_value_ref *)ref)->value : NULL;
}

const nt_value *nt_lua_value_read(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  return ref && ref->kind == NT_REF_CONFIG ? NULL : nt_lua_value(L, index);
}

nt_docref nt_lua_frozen(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  if (!ref || ref->kind != NT_LUA_FROZEN) return 0;
  nt_ref_alive(L, ref);
  return ((const nt_frozen_ref *)ref)->document;
}

const nt_node *nt_lua_node(lua_State *L, int index) {
  const nt_ref *ref = nt_ref_at(L, index);
  if (!ref || (ref->kind != NT_LUA_NODE && ref->kind != NT_LUA_MARKUP)) return NULL;
  return nt_check_node(L, index).node;
}

static bool table_attr(lua_State *L, int object, nt_str key) {
  nt_lua_push_str(L, key);
  if (lua_gettable(L, object) != LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

static bool ref_attr(lua_State *L, const nt_ref *ref, int object, nt_str key) {
  nt_ref_alive(L, ref);
  switch (ref->kind) {
  case NT_LUA_FROZEN: return nt_frozen_attr(L, ((const nt_frozen_ref *)ref)->document, key, NT_NULL_IS_SENTINEL);
  case NT_LUA_VALUE: {
    nt_value *found = nt_map_find(&((const nt_value_ref *)ref)->value, key);
    if (found) nt_lua_push_value(L, found, NT_NULL_IS_SENTINEL);
    return found != NULL;
  }
  case NT_LUA_TIME: return nt_time_attr(L, ((const nt_value_ref *)ref)->value.as.time, key);
  case NT_LUA_DOCUMENT: return nt_document_attr(L, ((const nt_document_ref *)ref)->document, key, NT_NULL_IS_SENTINEL);
  case NT_LUA_PAGE: return nt_page_attr(L, (const nt_page_ref *)ref, key, NT_NULL_IS_SENTINEL);
  case NT_LUA_SITE:
  case NT_REF_CONFIG:
    return nt_config_attr(L, (const nt_config_ref *)ref, key, NT_NULL_IS_SENTINEL) || table_attr(L, object, key);
  default: return table_attr(L, object, key); /* nodes and queries: their members and methods */
  }
}

bool nt_lua_attr(lua_State *L, int object, nt_str key) {
  object = lua_absindex(L, object);
  const nt_ref *ref = nt_ref_at(L, object);
  if (ref) return ref_attr(L, ref, object, key);
  return lua_type(L, object) == LUA_TTABLE && table_attr(L, object, key);
}

bool nt_lua_at(lua_State *L, int object, int64_t index) {
  object = lua_absindex(L, object);
  const nt_ref *ref = nt_ref_at(L, object);
  if (index < 0 || index == INT64_MAX) return false;
  if (ref && ref->kind == NT_LUA_QUERY) return nt_query_at(L, object, index);
  if (ref) {
    const nt_value *value = nt_lua_value(L, object);
    if (!value || value->type != NT_LIST || (uint64_t)index >= value->as.list->len) return false;
    nt_lua_push_value(L, &value->as.list->items[index], NT_NULL_IS_SENTINEL);
    return true;
  }
  if (lua_type(L, object) != LUA_TTABLE) return false;
  if (lua_geti(L, object, index + 1) != LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}
