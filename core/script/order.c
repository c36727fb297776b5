/* Order: Lua's own tables have none, and what runs on several machines must have one. Keys come as 1..n, other numbers
 * ascending, strings by their bytes, false and true. Other keys cannot be ordered; more than one of them is an error.
 * Sorting is stable, for the same reason. */
#include "script/state.h"

#include <lualib.h>
#include <stdlib.h>

typedef struct sort_key {
  int rank; /* 0 number, 1 string, 2 boolean, 3 anything else */
  bool is_float;
  lua_Integer integer; /* also a boolean */
  lua_Number number;
  nt_str text; /* held by the table */
} sort_key;

static sort_key key_at(lua_State *L, int index) {
  sort_key key = {.rank = 3};
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    key.rank = 0;
    key.is_float = !lua_isinteger(L, index);
    key.number = lua_tonumber(L, index);
    if (!key.is_float) key.integer = lua_tointeger(L, index);
    break;
  case LUA_TSTRING:
    key.rank = 1;
    key.text = nt_lua_str(L, index);
    break;
  case LUA_TBOOLEAN:
    key.rank = 2;
    key.integer = lua_toboolean(L, index);
    break;
  default: break;
  }
  return key;
}

static int compare(const sort_key *a, const sort_key *b) {
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  if (a->rank == 1) return nt_str_cmp(a->text, b->text);
  if (a->number != b->number) return a->number < b->number ? -1 : 1;
  if (a->is_float != b->is_float) return a->is_float ? 1 : -1;
  return (a->integer > b->integer) - (a->integer < b->integer);
}

static int compare_keys(const void *a, const void *b) {
  return compare(a, b);
}

static bool in_array(lua_State *L, int index, lua_Integer len) {
  if (!lua_isinteger(L, index)) return false;
  lua_Integer at = lua_tointeger(L, index);
  return at >= 1 && at <= len;
}

static void push_key(lua_State *L, const sort_key *key) {
  if (key->rank == 1)
    nt_lua_push_str(L, key->text);
  else if (key->rank == 2)
    lua_pushboolean(L, (int)key->integer);
  else if (key->is_float)
    lua_pushnumber(L, key->number);
  else
    lua_pushinteger(L, key->integer);
}

/* How many keys stand beside 1..len; `others` counts those without order. */
static size_t count_rest(lua_State *L, int table, lua_Integer len, size_t *others) {
  size_t rest = 0;
  *others = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (in_array(L, -2, len)) continue;
    rest++;
    if (key_at(L, -2).rank == 3) ++*others;
  }
  return rest;
}

/* Pushes a list of the keys beside 1..len, in order; those without order last. */
static void push_rest(lua_State *L, int table, lua_Integer len, size_t count) {
  lua_createtable(L, (int)count, 0);
  int list = lua_gettop(L);
  sort_key *keys = lua_newuserdatauv(L, count * sizeof *keys + 1, 0);
  size_t ordered = 0, unordered = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (in_array(L, -2, len)) continue;
    sort_key key = key_at(L, -2);
    if (key.rank < 3) {
      keys[ordered++] = key;
      continue;
    }
    lua_pushvalue(L, -2);
    lua_rawseti(L, list, (lua_Integer)(count - unordered++));
  }
  qsort(keys, ordered, sizeof *keys, compare_keys);
  for (size_t i = 0; i < ordered; i++) {
    push_key(L, &keys[i]);
    lua_rawseti(L, list, (lua_Integer)i + 1);
  }
  lua_settop(L, list);
}

void nt_push_keys(lua_State *L, int table, lua_Integer *count) {
  table = lua_absindex(L, table);
  size_t others, rest = count_rest(L, table, 0, &others);
  push_rest(L, table, 0, rest);
  *count = (lua_Integer)rest;
}

/* Upvalues: content, number of array keys, list of the other keys or nil, position. */
static int pairs_step(lua_State *L) {
  lua_Integer len = lua_tointeger(L, lua_upvalueindex(2)), at = lua_tointeger(L, lua_upvalueindex(4));
  for (;;) {
    at++;
    if (at <= len) {
      lua_pushinteger(L, at);
      lua_rawgeti(L, lua_upvalueindex(1), at);
    } else {
      if (lua_isnil(L, lua_upvalueindex(3)) || lua_rawgeti(L, lua_upvalueindex(3), at - len) == LUA_TNIL) break;
      lua_pushvalue(L, -1);
      lua_rawget(L, lua_upvalueindex(1));
    }
    if (!lua_isnil(L, -1)) { /* else taken away while it was iterated */
      lua_pushinteger(L, at);
      lua_replace(L, lua_upvalueindex(4));
      return 2;
    }
    lua_pop(L, 2);
  }
  lua_pushnil(L);
  return 1;
}

static void check_ordered(lua_State *L, size_t others) {
  if (others > 1) nt_raise(L, NT_MSG_script_unordered, NT_STR(""));
}

static int base_pairs(lua_State *L) {
  luaL_checkany(L, 1);
  if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
    lua_pushvalue(L, 1);
    lua_call(L, 1, 3);
    return 3;
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  nt_push_content(L, 1);
  lua_Integer len = (lua_Integer)lua_rawlen(L, 2);
  size_t others, rest = count_rest(L, 2, len, &others);
  check_ordered(L, others);
  nt_vm_charge(L, ((size_t)len + rest) / 4);
  lua_pushinteger(L, len);
  if (rest)
    push_rest(L, 2, len, rest);
  else
    lua_pushnil(L);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, pairs_step, 4);
  lua_pushvalue(L, 1);
  lua_pushnil(L);
  return 3;
}

/* The least key above `after` beside 1..len; false if there is none. */
static bool least_above(lua_State *L, int table, lua_Integer len, const sort_key *after, sort_key *least) {
  bool found = false;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    if (in_array(L, -2, len)) continue;
    sort_key key = key_at(L, -2);
    if (key.rank == 3 || (after && compare(&key, after) <= 0)) continue;
    if (found && compare(&key, least) >= 0) continue;
    *least = key;
    found = true;
  }
  return found;
}

static int push_pair(lua_State *L, int table) {
  lua_pushvalue(L, -1);
  lua_rawget(L, table);
  return 2;
}

/* The one key that has no order comes last. */
static int unordered_pair(lua_State *L, int table) {
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
    if (key_at(L, -2).rank == 3) return 2;
  lua_pushnil(L);
  return 1;
}

static int base_next(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  nt_push_content(L, 1);
  lua_Integer len = (lua_Integer)lua_rawlen(L, 3), at = 0;
  bool inside = lua_isnil(L, 2) || in_array(L, 2, len);
  if (inside) at = lua_tointeger(L, 2);
  while (inside && ++at <= len) {
    if (lua_rawgeti(L, 3, at) != LUA_TNIL) {
      lua_pushinteger(L, at);
      lua_insert(L, -2);
      return 2;
    }
    lua_pop(L, 1);
  }
  size_t others, rest = count_rest(L, 3, len, &others);
  check_ordered(L, others);
  nt_vm_charge(L, rest + (size_t)len / 4);
  sort_key after = key_at(L, 2), least;
  if (!inside && after.rank == 3) return lua_pushnil(L), 1;
  if (!least_above(L, 3, len, inside ? NULL : &after, &least)) return unordered_pair(L, 3);
  push_key(L, &least);
  return push_pair(L, 3);
}

/* ---- table.sort ---- */

/* Is b (on the top) before a (below it)? Pops both. */
static bool before(lua_State *L, bool has_function) {
  if (!has_function) {
    bool less = lua_compare(L, -1, -2, LUA_OPLT);
    lua_pop(L, 2);
    return less;
  }
  lua_pushvalue(L, 2);
  lua_insert(L, -3);
  lua_insert(L, -2);
  lua_call(L, 2, 1);
  bool less = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return less;
}

static void merge(lua_State *L, int from, int to, lua_Integer left, lua_Integer middle, lua_Integer right) {
  bool has_function = !lua_isnil(L, 2);
  lua_Integer a = left, b = middle;
  for (lua_Integer at = left; at < right; at++) {
    bool take_b = a >= middle;
    if (!take_b && b < right) {
      lua_rawgeti(L, from, a);
      lua_rawgeti(L, from, b);
      take_b = before(L, has_function);
    }
    lua_rawgeti(L, from, take_b ? b++ : a++);
    lua_rawseti(L, to, at);
  }
}

int nt_table_sort(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  if (nt_is_frozen(L, 1)) nt_raise(L, NT_MSG_script_sealed, NT_STR("table.sort"));
  lua_Integer len = luaL_len(L, 1);
  luaL_argcheck(L, len < INT32_MAX, 1, "array too big");
  if (len < 2) return 0;
  lua_createtable(L, (int)len, 0);
  lua_createtable(L, (int)len, 0);
  for (lua_Integer i = 1; i <= len; i++) {
    lua_geti(L, 1, i);
    lua_rawseti(L, 3, i);
  }
  int from = 3, to = 4;
  for (lua_Integer width = 1; width < len; width *= 2) {
    nt_vm_charge(L, (uint64_t)len);
    for (lua_Integer left = 1; left <= len; left += 2 * width) {
      lua_Integer middle = left + width <= len + 1 ? left + width : len + 1;
      lua_Integer right = left + 2 * width <= len + 1 ? left + 2 * width : len + 1;
      merge(L, from, to, left, middle, right);
    }
    int swap = from;
    from = to;
    to = swap;
  }
  for (lua_Integer i = 1; i <= len; i++) {
    lua_rawgeti(L, from, i);
    lua_seti(L, 1, i);
  }
  return 0;
}

static const luaL_Reg functions[] = {{"next", base_next}, {"pairs", base_pairs}, {NULL, NULL}};

void nt_order_open(lua_State *L, int env) {
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
  lua_getfield(L, -1, "ipairs");
  lua_setfield(L, env, "ipairs");
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
}
