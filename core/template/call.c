/* What chunks call to call; the border between templates and scripts; filters and tests by name. */
#include "template/runtime.h"

/* ---- calls ---- */

static int op_callee(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind != NT_IS_FUNCTION) nt_fail(L, run, NT_MSG_template_not_callable, nt_is_name(kind));
  lua_settop(L, 1);
  return 1;
}

/* Upvalues: the run, the object, the function, its name. */
static int call_bound(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_pushvalue(L, lua_upvalueindex(3));
  lua_insert(L, 1);
  if (!lua_isnil(L, lua_upvalueindex(2))) {
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 2);
  }
  nt_call_script(L, run, nt_lua_str(L, lua_upvalueindex(4)), lua_gettop(L) - 1);
  return 1;
}

/* A method of ours: upvalues are the run and the object. */
static int call_builtin(lua_State *L) {
  lua_CFunction function = lua_tocfunction(L, lua_upvalueindex(3));
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_insert(L, 1);
  return function(L);
}

static bool push_builtin(lua_State *L, nt_rendering *run, int object, nt_kind_of kind, nt_str name) {
  lua_CFunction function = nt_method_find(kind, name);
  if (!function) return false;
  lua_pushlightuserdata(L, run);
  lua_pushvalue(L, object);
  lua_pushcfunction(L, function);
  lua_pushcclosure(L, call_builtin, 3);
  return true;
}

static bool push_bound(lua_State *L, nt_rendering *run, int object, nt_str name) {
  lua_pushlightuserdata(L, run);
  lua_pushvalue(L, object);
  nt_lua_push_str(L, name);
  if (lua_gettable(L, object) != LUA_TFUNCTION) {
    lua_pop(L, 3);
    return false;
  }
  nt_lua_push_str(L, name);
  lua_pushcclosure(L, call_bound, 4);
  return true;
}

static int op_method(lua_State *L) { /* object, name */
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  nt_str name = nt_lua_str(L, 2), file = {NULL, 0};
  if (kind == NT_IS_UNDEFINED) nt_fail(L, run, NT_MSG_template_undefined_use, name);
  bool ours = kind >= NT_IS_DOCUMENT && kind <= NT_IS_OTHER;
  if (ours || kind == NT_IS_MARKUP || kind == NT_IS_TIME) {
    if (push_bound(L, run, 1, name)) return 1;
  } else {
    nt_push_attr(L, run, 1, name);
    if (nt_is(L, run, -1) == NT_IS_FUNCTION) return 1;
    if (push_builtin(L, run, 1, kind, name)) return 1;
  }
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  nt_str of = place && place->text.len ? place->text : nt_is_name(kind);
  nt_fail(L, run, NT_MSG_template_no_method, name, of);
}

/* ---- the border to scripts ---- */

static void list_to_script(lua_State *L, nt_rendering *run, int index, int depth);

static void deep_to_script(lua_State *L, nt_rendering *run, int index, int depth) {
  nt_kind_of kind = nt_is(L, run, index);
  if (depth < 0) nt_fail(L, run, NT_MSG_template_bad_argument, run->script_name, nt_is_name(kind), NT_STR("< 40"));
  switch (kind) {
  case NT_IS_UNDEFINED:
  case NT_IS_NULL: lua_pushnil(L); break;
  case NT_IS_SAFE: nt_lua_push_str(L, nt_safe_str(L, index)); break;
  case NT_IS_VALUE_LIST:
  case NT_IS_VALUE_MAP: nt_lua_push_value(L, nt_lua_value(L, index), NT_NULL_IS_NIL); break;
  case NT_IS_LIST:
  case NT_IS_DICT:
  case NT_IS_KEYWORDS: list_to_script(L, run, index, depth); break;
  case NT_IS_MODULE:
  case NT_IS_FUNCTION: nt_fail(L, run, NT_MSG_template_not_portable, NT_STR(""));
  default: return;
  }
  lua_replace(L, index);
}

static void list_to_script(lua_State *L, nt_rendering *run, int index, int depth) {
  bool list = nt_is(L, run, index) == NT_IS_LIST;
  luaL_checkstack(L, 10, NULL);
  lua_newtable(L);
  int made = lua_gettop(L);
  lua_rawgeti(L, index, 1);
  lua_rawgeti(L, index, 2);
  lua_Integer count = (lua_Integer)lua_rawlen(L, list ? index : made + 1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, list ? index : made + 1, i);
    if (!list) {
      lua_pushvalue(L, -1);
      lua_rawget(L, made + 2);
    }
    deep_to_script(L, run, lua_gettop(L), depth - 1);
    if (list)
      lua_rawseti(L, made, i);
    else
      lua_rawset(L, made);
  }
  lua_settop(L, made);
}

void nt_to_script(lua_State *L, nt_rendering *run, int index) {
  deep_to_script(L, run, lua_absindex(L, index), NT_VALUE_DEPTH);
}

void nt_from_script(lua_State *L, nt_rendering *run) {
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    nt_lua_push_null(L);
  } else if (lua_type(L, -1) == LUA_TFUNCTION) {
    lua_pushlightuserdata(L, run);
    lua_insert(L, -2);
    lua_pushnil(L);
    lua_insert(L, -2);
    lua_pushliteral(L, "function");
    lua_pushcclosure(L, call_bound, 4);
  }
}

void nt_call_script(lua_State *L, nt_rendering *run, nt_str name, int count) {
  nt_str outer = run->script_name, file = {NULL, 0};
  int first = lua_gettop(L) - count + 1;
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  for (int i = 0; i < count; i++) nt_to_script(L, run, first + i);
  run->script_place = place ? *place : (nt_template_place){0};
  run->script_file = file;
  run->script_name = nt_arena_str(run->reader->arena, name);
  lua_call(L, count, 1);
  run->script_name = outer;
  nt_from_script(L, run);
}

/* ---- filters and tests by name ---- */

static int call_registered(lua_State *L) {
  return call_bound(L);
}

static bool push_registered(lua_State *L, nt_rendering *run, nt_registry registry, nt_str name) {
  lua_pushlightuserdata(L, run);
  lua_pushnil(L);
  if (!nt_vm_push_registered(run->vm, registry, name)) {
    lua_pop(L, 2);
    return false;
  }
  nt_lua_push_str(L, name);
  lua_pushcclosure(L, call_registered, 4);
  return true;
}

static bool push_known(lua_State *L, int ref, nt_str name) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
  nt_lua_push_str(L, name);
  bool found = lua_rawget(L, -2) != LUA_TNIL;
  lua_remove(L, -2);
  if (!found) lua_pop(L, 1);
  return found;
}

void nt_push_filter(lua_State *L, nt_rendering *run, nt_str name) {
  if (push_known(L, run->filters_ref, name) || push_registered(L, run, NT_REGISTRY_FILTER, name)) return;
  nt_str near = nt_template_filter_nearest(name);
  if (near.len) nt_fail(L, run, NT_MSG_template_unknown_filter_near, name, near);
  nt_fail(L, run, NT_MSG_template_unknown_filter, name);
}

void nt_push_test(lua_State *L, nt_rendering *run, nt_str name) {
  if (push_known(L, run->tests_ref, name) || push_registered(L, run, NT_REGISTRY_TEST, name)) return;
  nt_str near = nt_template_test_nearest(name);
  if (near.len) nt_fail(L, run, NT_MSG_template_unknown_test_near, name, near);
  nt_fail(L, run, NT_MSG_template_unknown_test, name);
}

static int op_filter(lua_State *L) { /* name, input, … */
  nt_push_filter(L, nt_rendering_of(L), nt_lua_str(L, 1));
  lua_replace(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int op_test(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_push_test(L, run, nt_lua_str(L, 1));
  lua_replace(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  lua_pushboolean(L, nt_truth(L, run, -1));
  return 1;
}

const luaL_Reg nt_call_ops[] = {
    {"callee", op_callee}, {"method", op_method}, {"filter", op_filter}, {"test", op_test}, {NULL, NULL}};
