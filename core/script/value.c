/* Values in and out of Lua. */
#include "script/state.h"

#include "model/nodecode.h"

/* Tables within tables, and what a copied value may add to them. Together with what can be written below a field (see
 * bind_value.c) less than nt_value_decode allows. */
enum { VALUE_DEPTH = 100, COPY_DEPTH = 400 };

static const char null_key = 0;

/* ---- strings ---- */

void nt_lua_push_str(lua_State *L, nt_str s) {
  lua_pushlstring(L, s.len ? s.ptr : "", s.len);
}

nt_str nt_lua_str(lua_State *L, int index) {
  size_t len = 0;
  if (lua_type(L, index) != LUA_TSTRING) return NT_STR("");
  const char *ptr = lua_tolstring(L, index, &len);
  return nt_str_n(ptr, len);
}

nt_str nt_check_str(lua_State *L, int index) {
  size_t len;
  const char *ptr = luaL_checklstring(L, index, &len);
  return nt_str_n(ptr, len);
}

/* No page, feed or file name can hold one. */
static bool has_nul(nt_str text) {
  return text.len && memchr(text.ptr, '\0', text.len);
}

nt_str nt_check_text(lua_State *L, int index) {
  nt_str text = nt_check_str(L, index);
  if (nt_utf8_check(text) != text.len) nt_raise(L, NT_MSG_script_not_utf8, NT_STR(""));
  if (has_nul(text)) nt_raise(L, NT_MSG_script_no_value, NT_STR("a text that holds a zero byte"));
  return text;
}

nt_str nt_copy_arg(lua_State *L, int index, nt_arena *arena) {
  nt_str text = nt_check_text(L, index);
  nt_vm_take(L, text.len + 1);
  return nt_arena_str(arena, text);
}

/* ---- out ---- */

void nt_lua_push_null(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&null_key);
}

bool nt_lua_is_null(lua_State *L, int index) {
  return lua_type(L, index) == LUA_TLIGHTUSERDATA && lua_touserdata(L, index) == (const void *)&null_key;
}

static void push_ref(lua_State *L, const nt_value *value, nt_null_mode mode) {
  int kind = value->type == NT_TIME ? NT_LUA_TIME : value->type == NT_MARKUP ? NT_LUA_MARKUP : NT_LUA_VALUE;
  nt_value_ref *ref = nt_ref_new(L, kind, sizeof *ref, 0);
  if (kind == NT_LUA_TIME) ref->ref.call = 0;
  if (mode == NT_NULL_IS_SENTINEL) ref->ref.flags |= NT_REF_SENTINEL;
  ref->value = *value;
}

void nt_lua_push_value(lua_State *L, const nt_value *value, nt_null_mode mode) {
  switch (value ? value->type : NT_NULL) {
  case NT_NULL:
    if (mode == NT_NULL_IS_SENTINEL)
      nt_lua_push_null(L);
    else
      lua_pushnil(L);
    return;
  case NT_BOOL: lua_pushboolean(L, value->as.boolean); return;
  case NT_INT: lua_pushinteger(L, value->as.integer); return;
  case NT_FLOAT: lua_pushnumber(L, value->as.number); return;
  case NT_STRING: nt_lua_push_str(L, value->as.string); return;
  default: push_ref(L, value, mode);
  }
}

void nt_push_writable(lua_State *L, nt_value *map) {
  push_ref(L, map, NT_NULL_IS_NIL);
  ((nt_ref *)lua_touserdata(L, -1))->flags |= NT_REF_WRITABLE;
}

/* ---- marks ---- */

enum { MARK_LIST = 1, MARK_MAP };

static void mark(lua_State *L, int kind) {
  lua_createtable(L, 0, 1);
  lua_pushinteger(L, kind);
  lua_rawsetp(L, -2, &nt_mark_key);
  lua_setmetatable(L, -2);
}

static int mark_argument(lua_State *L, int kind) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  if (nt_is_frozen(L, 1)) nt_raise(L, NT_MSG_script_sealed, nt_str_c(kind == MARK_LIST ? "notis.list" : "notis.map"));
  mark(L, kind);
  return 1;
}

int nt_list_mark(lua_State *L) {
  return mark_argument(L, MARK_LIST);
}
int nt_map_mark(lua_State *L) {
  return mark_argument(L, MARK_MAP);
}

static int mark_of(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return 0;
  lua_rawgetp(L, -1, &nt_mark_key);
  int kind = (int)lua_tointeger(L, -1);
  lua_pop(L, 2);
  return kind;
}

/* ---- in ---- */

static bool convert(lua_State *L, int index, nt_arena *arena, nt_value *out, int depth);

static bool refuse(lua_State *L, const char *why) {
  lua_pushstring(L, why);
  return false;
}

static bool convert_list(lua_State *L, int content, nt_arena *arena, nt_value *out, int depth) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, content);
  *out = nt_list_new(arena);
  for (lua_Integer i = 1; i <= count; i++) {
    nt_value item;
    lua_rawgeti(L, content, i);
    if (!convert(L, -1, arena, &item, depth)) return false;
    lua_pop(L, 1);
    nt_list_push(out, arena, item);
  }
  return true;
}

static bool convert_map(lua_State *L, int content, nt_arena *arena, nt_value *out, int depth) {
  lua_Integer count;
  *out = nt_map_new(arena);
  nt_push_keys(L, content, &count);
  int keys = lua_gettop(L);
  for (lua_Integer i = 1; i <= count; i++) {
    nt_value item;
    lua_rawgeti(L, keys, i);
    if (lua_type(L, -1) != LUA_TSTRING) return refuse(L, "a table whose keys are not all texts");
    nt_str key = nt_lua_str(L, -1);
    nt_vm_take(L, key.len + sizeof(nt_entry));
    if (nt_utf8_check(key) != key.len) return refuse(L, "a key that is not valid UTF-8");
    if (has_nul(key)) return refuse(L, "a key that holds a zero byte");
    lua_pushvalue(L, -1);
    lua_rawget(L, content);
    if (!convert(L, -1, arena, &item, depth)) return false;
    lua_pop(L, 2);
    nt_map_put(out, arena, nt_arena_str(arena, key), (nt_pos){0}, item);
  }
  lua_settop(L, keys - 1);
  return true;
}

static bool convert_table(lua_State *L, int index, nt_arena *arena, nt_value *out, int depth) {
  if (depth <= 0) return refuse(L, "a table that is nested too deep, or in itself");
  if (!lua_checkstack(L, 10)) return refuse(L, "a table that is nested too deep");
  int kind = mark_of(L, index), top = lua_gettop(L);
  nt_push_content(L, index);
  lua_pushnil(L);
  bool empty = !lua_next(L, top + 1);
  lua_settop(L, top + 1);
  bool list = kind == MARK_LIST || (kind != MARK_MAP && (empty || lua_rawlen(L, top + 1) > 0));
  if (list && !empty) {
    lua_Integer count;
    nt_push_keys(L, top + 1, &count);
    if (count != (lua_Integer)lua_rawlen(L, top + 1)) return refuse(L, "a table that is a list and a map at once");
    lua_settop(L, top + 1);
  }
  nt_vm_take(L, sizeof(nt_dict) + lua_rawlen(L, top + 1) * sizeof(nt_value));
  nt_vm_charge(L, 1 + lua_rawlen(L, top + 1) / 4);
  if (!(list ? convert_list : convert_map)(L, top + 1, arena, out, depth - 1)) return false;
  lua_settop(L, top);
  return true;
}

/* Adds up what a copy takes; false if it is nested deeper. */
static bool weigh(const nt_value *value, int depth, size_t *bytes) {
  bool fits = depth > 0;
  *bytes += sizeof *value;
  switch (value->type) {
  case NT_STRING:
  case NT_MARKUP: *bytes += value->as.string.len; return true;
  case NT_LIST:
    for (size_t i = 0; fits && i < value->as.list->len; i++) fits = weigh(&value->as.list->items[i], depth - 1, bytes);
    return fits;
  case NT_MAP:
    for (size_t i = 0; fits && i < value->as.map->len; i++) {
      *bytes += sizeof(nt_entry) + value->as.map->entries[i].key.len;
      fits = weigh(&value->as.map->entries[i].value, depth - 1, bytes);
    }
    return fits;
  default: return true;
  }
}

static bool copy(lua_State *L, const nt_value *value, nt_arena *arena, nt_value *out) {
  size_t bytes = 0;
  if (!weigh(value, COPY_DEPTH, &bytes)) return refuse(L, "a value that is nested too deep");
  nt_vm_take(L, bytes);
  *out = nt_value_copy(value, arena);
  return true;
}

static bool convert_ref(lua_State *L, int index, nt_arena *arena, nt_value *out) {
  const nt_ref *ref = nt_ref_at(L, index);
  if (nt_lua_is_null(L, index)) return *out = nt_null(), true;
  if (!ref) return refuse(L, luaL_typename(L, index));
  nt_ref_alive(L, ref);
  switch (ref->kind) {
  case NT_LUA_VALUE:
  case NT_LUA_TIME:
  case NT_LUA_MARKUP: return copy(L, &((const nt_value_ref *)ref)->value, arena, out);
  case NT_LUA_NODE: {
    nt_buf bytes = {0};
    nt_node_encode(((const nt_node_ref *)ref)->node, &bytes);
    *out = nt_markup(nt_arena_str(arena, nt_buf_str(&bytes)));
    nt_buf_deinit(&bytes);
    nt_vm_take(L, out->as.string.len);
    return true;
  }
  case NT_REF_CONFIG: {
    const nt_reader *reader = nt_need_reader(L);
    const nt_value *value = reader->ops->config(nt_vm_of(L)->reader, ((const nt_config_ref *)ref)->path);
    if (value) return copy(L, value, arena, out);
    *out = nt_null();
    return true;
  }
  default: return refuse(L, nt_ref_name(ref->kind));
  }
}

static bool convert(lua_State *L, int index, nt_arena *arena, nt_value *out, int depth) {
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
  case LUA_TNONE:
  case LUA_TNIL: *out = nt_null(); return true;
  case LUA_TBOOLEAN: *out = nt_bool(lua_toboolean(L, index)); return true;
  case LUA_TNUMBER:
    *out = lua_isinteger(L, index) ? nt_int(lua_tointeger(L, index)) : nt_float(lua_tonumber(L, index));
    return true;
  case LUA_TSTRING: {
    nt_str text = nt_lua_str(L, index);
    if (nt_utf8_check(text) != text.len) return refuse(L, "a text that is not valid UTF-8");
    if (has_nul(text)) return refuse(L, "a text that holds a zero byte");
    nt_vm_take(L, text.len + 1);
    *out = nt_string(nt_arena_str(arena, text));
    return true;
  }
  case LUA_TTABLE: return convert_table(L, index, arena, out, depth);
  case LUA_TUSERDATA:
  case LUA_TLIGHTUSERDATA: return convert_ref(L, index, arena, out);
  default: return refuse(L, luaL_typename(L, index));
  }
}

bool nt_lua_to_value(lua_State *L, int index, nt_arena *arena, nt_value *out) {
  int top = lua_gettop(L);
  if (convert(L, index, arena, out, VALUE_DEPTH)) return true;
  lua_replace(L, top + 1); /* the reason */
  lua_settop(L, top + 1);
  return false;
}

nt_value nt_check_value(lua_State *L, int index, nt_arena *arena) {
  nt_value value;
  if (!nt_lua_to_value(L, index, arena, &value)) nt_raise(L, NT_MSG_script_no_value, nt_lua_str(L, -1));
  return value;
}

nt_value nt_check_map(lua_State *L, int index, nt_arena *arena) {
  if (lua_isnoneornil(L, index)) return nt_map_new(arena);
  nt_value value = nt_check_value(L, index, arena);
  if (value.type == NT_LIST && value.as.list->len == 0) return nt_map_new(arena);
  if (value.type != NT_MAP) luaL_typeerror(L, index, "table with names");
  return value;
}
