/* After each call: are the local variables that functions share what they were after load? */
#include "script/state.h"

#include <string.h>

const char nt_nil_key = 0;

/* Bit for bit: 1 and 1.0 are equal to Lua, and so are 0.0 and -0.0, but they can tell one document from another. */
static bool same_value(lua_State *L, int a, int b) {
  if (lua_type(L, a) == LUA_TNIL) return lua_touserdata(L, b) == (const void *)&nt_nil_key;
  if (lua_type(L, a) != LUA_TNUMBER || lua_type(L, b) != LUA_TNUMBER) return lua_rawequal(L, a, b);
  if (lua_isinteger(L, a) != lua_isinteger(L, b)) return false;
  if (lua_isinteger(L, a)) return lua_rawequal(L, a, b);
  lua_Number x = lua_tonumber(L, a), y = lua_tonumber(L, b);
  return memcmp(&x, &y, sizeof x) == 0;
}

/* Stack: functions, values, function, changed value, old value (both popped). */
static void undo(nt_vm *vm, const nt_watched *item, nt_diags *diags) {
  lua_State *L = vm->L;
  if (lua_touserdata(L, -1) == (const void *)&nt_nil_key) {
    lua_pop(L, 1);
    lua_pushnil(L);
  }
  lua_setupvalue(L, -3, item->upvalue);
  lua_pop(L, 1);
  if (diags) nt_report(diags, NT_MSG_script_upvalue, nt_where_file(item->file, item->line, 0), item->name);
}

bool nt_watch_check(nt_vm *vm, nt_diags *diags) {
  lua_State *L = vm->L;
  if (!vm->watched.len) return true;
  bool fine = true;
  int top = lua_gettop(L), current = 0;
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->watched_functions);
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->watched_values);
  lua_pushnil(L);
  for (size_t i = 0; i < vm->watched.len; i++) {
    const nt_watched *item = &vm->watched.items[i];
    if (item->function != current) {
      lua_pop(L, 1);
      lua_rawgeti(L, top + 1, current = item->function);
    }
    lua_getupvalue(L, top + 3, item->upvalue);
    lua_rawgeti(L, top + 2, (lua_Integer)i + 1);
    if (same_value(L, -2, -1)) {
      lua_pop(L, 2);
      continue;
    }
    undo(vm, item, diags);
    fine = false;
  }
  lua_settop(L, top);
  return fine;
}
