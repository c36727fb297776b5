/* Lists and maps, read in place; timestamps; markup (a node tree as a field's value). */
#include "script/state.h"

#include "model/nodecode.h"
#include "text/date.h"

/* ---- lists and maps ---- */

/* Maps that are put within maps one by one: values are encoded and copied by recursion. */
enum { DEEPEST_WRITTEN = 300 };

static nt_null_mode mode_of(const nt_value_ref *ref) {
  return ref->ref.flags & NT_REF_SENTINEL ? NT_NULL_IS_SENTINEL : NT_NULL_IS_NIL;
}

bool nt_value_attr(lua_State *L, const nt_value_ref *ref, nt_str key) {
  nt_value *found = nt_map_find(&ref->value, key);
  if (!found) return false;
  if (ref->ref.flags & NT_REF_WRITABLE && found->type == NT_MAP) {
    nt_push_writable(L, found);
    ((nt_value_ref *)lua_touserdata(L, -1))->depth = ref->depth + 1;
  } else {
    nt_lua_push_value(L, found, mode_of(ref));
  }
  return true;
}

static int value_index(lua_State *L) {
  const nt_value_ref *ref = nt_ref_check(L, 1, NT_LUA_VALUE);
  if (lua_type(L, 2) == LUA_TSTRING) {
    if (!nt_value_attr(L, ref, nt_lua_str(L, 2))) lua_pushnil(L);
    return 1;
  }
  lua_Integer at = lua_isinteger(L, 2) ? lua_tointeger(L, 2) : 0;
  if (ref->value.type == NT_LIST && at >= 1 && (lua_Unsigned)at <= ref->value.as.list->len)
    nt_lua_push_value(L, &ref->value.as.list->items[at - 1], mode_of(ref));
  else
    lua_pushnil(L);
  return 1;
}

static int value_newindex(lua_State *L) {
  nt_value_ref *ref = nt_ref_check(L, 1, NT_LUA_VALUE);
  if (!(ref->ref.flags & NT_REF_WRITABLE) || ref->value.type != NT_MAP) {
    nt_push_tostring(L, 2);
    nt_raise(L, NT_MSG_script_readonly, nt_lua_str(L, -1));
  }
  if (ref->depth > DEEPEST_WRITTEN) nt_raise(L, NT_MSG_script_no_value, NT_STR("a value that is nested too deep"));
  nt_arena *arena = nt_work_arena(L);
  nt_str key = nt_copy_arg(L, 2, arena);
  nt_map_put(&ref->value, arena, key, (nt_pos){0}, nt_check_value(L, 3, arena));
  return 0;
}

static int value_len(lua_State *L) {
  const nt_value_ref *ref = nt_ref_check(L, 1, NT_LUA_VALUE);
  lua_pushinteger(L, (lua_Integer)nt_value_len(&ref->value));
  return 1;
}

static int value_eq(lua_State *L) {
  const nt_ref *a = nt_ref_at(L, 1), *b = nt_ref_at(L, 2);
  bool equal = a && b && a->kind == b->kind;
  if (equal) {
    nt_ref_alive(L, a);
    nt_ref_alive(L, b);
    const nt_value *x = &((const nt_value_ref *)a)->value, *y = &((const nt_value_ref *)b)->value;
    nt_vm_charge(L, nt_value_len(x));
    equal = nt_value_eq(x, y);
  }
  lua_pushboolean(L, equal);
  return 1;
}

/* Upvalues: the userdata, the index. Nulls are passed over in a map, for nil ends nothing there. */
static int value_step(lua_State *L) {
  const nt_value_ref *ref = nt_ref_check(L, lua_upvalueindex(1), NT_LUA_VALUE);
  size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(2)), len = nt_value_len(&ref->value);
  while (at < len) {
    bool list = ref->value.type == NT_LIST;
    const nt_value *item = list ? &ref->value.as.list->items[at] : &ref->value.as.map->entries[at].value;
    if (list)
      lua_pushinteger(L, (lua_Integer)at + 1);
    else
      nt_lua_push_str(L, ref->value.as.map->entries[at].key);
    nt_lua_push_value(L, item, mode_of(ref));
    lua_pushinteger(L, (lua_Integer)++at);
    lua_replace(L, lua_upvalueindex(2));
    return 2;
  }
  lua_pushnil(L);
  return 1;
}

static int value_pairs(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_VALUE);
  lua_settop(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, value_step, 2);
  lua_pushnil(L);
  lua_pushnil(L);
  return 3;
}

static int value_tostring(lua_State *L) {
  const nt_value_ref *ref = nt_ref_check(L, 1, NT_LUA_VALUE);
  lua_pushstring(L, nt_type_name(ref->value.type));
  return 1;
}

static const luaL_Reg value_meta[] = {
    {"__index", value_index}, {"__newindex", value_newindex}, {"__len", value_len}, {"__eq", value_eq},
    {"__pairs", value_pairs}, {"__tostring", value_tostring}, {NULL, NULL}};
const nt_binding nt_bind_value = {"value", value_meta, NULL};

/* ---- time ---- */

static bool time_attr(lua_State *L, nt_time time, nt_str key) {
  nt_civil civil = nt_date_civil(time);
  if (nt_str_eq(key, NT_STR("year"))) return lua_pushinteger(L, civil.year), true;
  if (nt_str_eq(key, NT_STR("month"))) return lua_pushinteger(L, civil.month), true;
  if (nt_str_eq(key, NT_STR("day"))) return lua_pushinteger(L, civil.day), true;
  if (nt_str_eq(key, NT_STR("hour"))) return lua_pushinteger(L, civil.hour), true;
  if (nt_str_eq(key, NT_STR("minute"))) return lua_pushinteger(L, civil.minute), true;
  if (nt_str_eq(key, NT_STR("second"))) return lua_pushinteger(L, civil.second), true;
  if (nt_str_eq(key, NT_STR("weekday"))) return lua_pushinteger(L, civil.weekday), true;
  if (nt_str_eq(key, NT_STR("offset"))) return lua_pushinteger(L, time.offset), true;
  if (nt_str_eq(key, NT_STR("seconds"))) return lua_pushinteger(L, time.seconds), true;
  if (nt_str_eq(key, NT_STR("date_only"))) return lua_pushboolean(L, time.date_only), true;
  return false;
}

static const nt_value *check_time(lua_State *L, int index) {
  return &((const nt_value_ref *)nt_ref_check(L, index, NT_LUA_TIME))->value;
}

static int time_index(lua_State *L) {
  const nt_value *value = check_time(L, 1);
  if (!time_attr(L, value->as.time, nt_lua_str(L, 2))) lua_pushnil(L);
  return 1;
}

static int compare_times(lua_State *L) {
  const nt_time a = check_time(L, 1)->as.time, b = check_time(L, 2)->as.time;
  if (a.seconds != b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
}

static int time_lt(lua_State *L) {
  return lua_pushboolean(L, compare_times(L) < 0), 1;
}
static int time_le(lua_State *L) {
  return lua_pushboolean(L, compare_times(L) <= 0), 1;
}

static int time_eq(lua_State *L) {
  const nt_ref *a = nt_ref_at(L, 1), *b = nt_ref_at(L, 2);
  lua_pushboolean(L, a && b && a->kind == NT_LUA_TIME && b->kind == NT_LUA_TIME && compare_times(L) == 0);
  return 1;
}

static int time_sub(lua_State *L) {
  lua_pushinteger(L, check_time(L, 1)->as.time.seconds - check_time(L, 2)->as.time.seconds);
  return 1;
}

static int time_tostring(lua_State *L) {
  nt_buf *out = &nt_vm_of(L)->scratch;
  nt_buf_clear(out);
  nt_date_rfc3339(check_time(L, 1)->as.time, out);
  nt_lua_push_str(L, nt_buf_str(out));
  return 1;
}

static const luaL_Reg time_meta[] = {
    {"__index", time_index},       {"__lt", time_lt}, {"__le", time_le}, {"__eq", time_eq}, {"__sub", time_sub},
    {"__tostring", time_tostring}, {NULL, NULL}};
const nt_binding nt_bind_time = {"time", time_meta, NULL};

bool nt_time_attr(lua_State *L, nt_time time, nt_str key) {
  return time_attr(L, time, key);
}

/* ---- markup ---- */

/* Its methods are a node's: it reads as the tree that it holds. */
static int markup_index(lua_State *L) {
  nt_node_ref node = nt_check_node(L, 1);
  nt_push_node(L, node.node, NULL, 0, false);
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

static int markup_tostring(lua_State *L) {
  nt_node_ref node = nt_check_node(L, 1);
  nt_buf *out = &nt_vm_of(L)->scratch;
  nt_buf_clear(out);
  nt_node_plain_text(node.node, out);
  nt_lua_push_str(L, nt_buf_str(out));
  return 1;
}

static const luaL_Reg markup_meta[] = {
    {"__index", markup_index}, {"__tostring", markup_tostring}, {"__eq", value_eq}, {NULL, NULL}};
const nt_binding nt_bind_markup = {"text", markup_meta, NULL};
