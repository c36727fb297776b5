/* The environment that scripts see: what is listed here and nothing else. There is no io, os, debug, coroutine, load,
 * collectgarbage or native require; nothing prints an address; protected calls do not catch a spent budget. */
#include "script/state.h"

#include <lualib.h>
#include <math.h>

/* ---- text of values ---- */

void nt_push_tostring(lua_State *L, int index) {
  index = lua_absindex(L, index);
  const char *word = luaL_typename(L, index);
  if (luaL_callmeta(L, index, "__tostring")) {
    if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
    return;
  }
  switch (lua_type(L, index)) {
  case LUA_TNUMBER:
    if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index))) {
      lua_pushliteral(L, "nan"); /* its sign differs between machines */
      return;
    }
    luaL_tolstring(L, index, NULL);
    return;
  case LUA_TSTRING: lua_pushvalue(L, index); return;
  case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); return;
  case LUA_TUSERDATA: {
    const nt_ref *ref = nt_ref_at(L, index);
    lua_pushstring(L, ref ? nt_ref_name(ref->kind) : word);
    return;
  }
  case LUA_TLIGHTUSERDATA: lua_pushliteral(L, "null"); return;
  default: lua_pushstring(L, word);
  }
}

static int base_tostring(lua_State *L) {
  luaL_checkany(L, 1);
  nt_push_tostring(L, 1);
  return 1;
}

enum { DIAGNOSTIC = 200 }; /* about what one takes beside its text */

static void report_text(lua_State *L, nt_code code) {
  nt_vm *vm = nt_vm_of(L);
  nt_str file = NT_STR("");
  uint32_t line = 0;
  luaL_Buffer buffer;
  int count = lua_gettop(L);
  luaL_buffinit(L, &buffer);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&buffer, '\t');
    nt_push_tostring(L, i);
    luaL_addvalue(&buffer);
  }
  luaL_pushresult(&buffer);
  nt_vm_take(L, lua_rawlen(L, -1) + DIAGNOSTIC);
  nt_script_place(L, 1, &file, &line);
  if (vm->diags) nt_report(vm->diags, code, nt_where_file(file, line, 0), nt_lua_str(L, -1));
}

static int base_print(lua_State *L) {
  report_text(L, NT_MSG_script_print);
  return 0;
}

static int base_warn(lua_State *L) {
  report_text(L, NT_MSG_script_warn);
  return 0;
}

/* ---- protected calls ---- */

static int finish_pcall(lua_State *L, int status, size_t loading) {
  nt_vm *vm = nt_vm_of(L);
  vm->loading.len = loading; /* a module that raised is no longer being loaded */
  if (status == LUA_ERRMEM) {
    vm->memory_out = true;
    lua_error(L);
  }
  if (vm->exhausted || vm->memory_out) lua_error(L);
  lua_pushboolean(L, status == LUA_OK);
  lua_replace(L, 1);
  return lua_gettop(L);
}

static int base_pcall(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, 1);
  lua_insert(L, 1);
  size_t loading = nt_vm_of(L)->loading.len;
  return finish_pcall(L, lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0), loading);
}

/* Upvalue 1: the script's handler. With the budget spent, hooks may be off: the handler must not run. */
static int guarded_handler(lua_State *L) {
  const nt_vm *vm = nt_vm_of(L);
  if (vm->exhausted || vm->memory_out) return 1;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

static int base_xpcall(lua_State *L) {
  luaL_checktype(L, 2, LUA_TFUNCTION);
  int count = lua_gettop(L) - 2;
  lua_pushvalue(L, 2);
  lua_pushcclosure(L, guarded_handler, 1);
  lua_replace(L, 2); /* f, handler, arguments */
  lua_pushvalue(L, 1);
  lua_insert(L, 3); /* f, handler, f, arguments */
  size_t loading = nt_vm_of(L)->loading.len;
  int status = lua_pcall(L, count, LUA_MULTRET, 2);
  lua_remove(L, 2);
  return finish_pcall(L, status, loading);
}

/* ---- raw access ---- */

static int base_rawget(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 2);
  lua_settop(L, 2);
  nt_push_content(L, 1);
  lua_insert(L, 2);
  lua_rawget(L, 2);
  return 1;
}

static int base_rawset(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkany(L, 3);
  lua_settop(L, 3);
  if (nt_is_frozen(L, 1)) {
    nt_push_tostring(L, 2);
    nt_raise(L, NT_MSG_script_sealed, nt_lua_str(L, -1));
  }
  lua_rawset(L, 1);
  return 1;
}

static int base_rawlen(lua_State *L) {
  int type = lua_type(L, 1);
  luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
  if (type == LUA_TTABLE) nt_push_content(L, 1);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  return 1;
}

/* ---- math ---- */

/* SplitMix64 (Steele, Lea and Flood, 2014), seeded for each call. */
static uint64_t random_next(nt_vm *vm) {
  uint64_t z = vm->random += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int math_random(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  lua_Integer low = 1, high;
  switch (lua_gettop(L)) {
  case 0: lua_pushnumber(L, (lua_Number)(random_next(vm) >> 11) * 0x1p-53); return 1;
  case 1: high = luaL_checkinteger(L, 1); break;
  default: low = luaL_checkinteger(L, 1), high = luaL_checkinteger(L, 2);
  }
  luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
  uint64_t span = (uint64_t)high - (uint64_t)low + 1, bits = random_next(vm);
  if (span) {
    uint64_t limit = UINT64_MAX - UINT64_MAX % span; /* above it the remainder would favour small numbers */
    while (bits >= limit) bits = random_next(vm);
    bits %= span;
  }
  lua_pushinteger(L, (lua_Integer)((uint64_t)low + bits));
  return 1;
}

/* ---- functions on tables and texts whose cost is not one step ---- */

static int charged(lua_State *L, lua_CFunction function) {
  if (lua_type(L, 1) == LUA_TSTRING) nt_vm_charge(L, lua_rawlen(L, 1) / 32);
  return function(L);
}

/* How many places a loop of ours visits. What __len says is asked for once: it may lie, and say something else the next
 * time, and Lua's own functions would go through a thousand million places without one instruction. */
static void charge_places(lua_State *L, lua_Integer from, lua_Integer to) {
  nt_vm_charge(L, 1 + (to > from ? ((uint64_t)to - (uint64_t)from) / 4 : 0));
}

static int table_insert(lua_State *L) {
  if (lua_gettop(L) != 3 || lua_type(L, 1) != LUA_TTABLE) return nt_vm_of(L)->std.insert(L);
  lua_Integer end = (lua_Integer)((lua_Unsigned)luaL_len(L, 1) + 1), at = luaL_checkinteger(L, 2);
  luaL_argcheck(L, (lua_Unsigned)at - 1u < (lua_Unsigned)end, 2, "position out of bounds");
  charge_places(L, at, end);
  for (lua_Integer i = end; i > at; i--) {
    lua_geti(L, 1, i - 1);
    lua_seti(L, 1, i);
  }
  lua_seti(L, 1, at);
  return 0;
}

static int table_move(lua_State *L) {
  lua_Integer from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
  if (to >= from) nt_vm_charge(L, (uint64_t)to - (uint64_t)from);
  return nt_vm_of(L)->std.move(L);
}

static int table_remove(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer end = luaL_len(L, 1), at = luaL_optinteger(L, 2, end);
  if (at != end) luaL_argcheck(L, (lua_Unsigned)at - 1u <= (lua_Unsigned)end, 2, "position out of bounds");
  charge_places(L, at, end);
  lua_geti(L, 1, at);
  for (; at < end; at++) {
    lua_geti(L, 1, at + 1);
    lua_seti(L, 1, at);
  }
  lua_pushnil(L);
  lua_seti(L, 1, at);
  return 1;
}

static int table_concat(lua_State *L) {
  lua_Integer from = luaL_optinteger(L, 3, 1), to = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);
  lua_settop(L, 2);
  charge_places(L, from, to);
  lua_pushinteger(L, from);
  lua_pushinteger(L, to);
  return nt_vm_of(L)->std.concat(L);
}
/* As many results as are asked for, whatever the table holds. */
static int table_unpack(lua_State *L) {
  lua_Integer from = luaL_optinteger(L, 2, 1);
  lua_Integer to = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
  if (to >= from) nt_vm_charge(L, ((uint64_t)to - (uint64_t)from) / 4);
  return nt_vm_of(L)->std.unpack(L);
}
static int utf8_len(lua_State *L) {
  return charged(L, nt_vm_of(L)->std.utf8_len);
}
static int utf8_codepoint(lua_State *L) {
  return charged(L, nt_vm_of(L)->std.utf8_codepoint);
}
static int utf8_offset(lua_State *L) {
  return charged(L, nt_vm_of(L)->std.utf8_offset);
}

static const luaL_Reg table_functions[] = {{"insert", table_insert},
                                           {"remove", table_remove},
                                           {"concat", table_concat},
                                           {"move", table_move},
                                           {"unpack", table_unpack},
                                           {"sort", nt_table_sort},
                                           {NULL, NULL}};
static const luaL_Reg utf8_functions[] = {
    {"len", utf8_len}, {"codepoint", utf8_codepoint}, {"offset", utf8_offset}, {NULL, NULL}};
static const luaL_Reg base_functions[] = {{"getmetatable", nt_getmetatable},
                                          {"pcall", base_pcall},
                                          {"print", base_print},
                                          {"rawget", base_rawget},
                                          {"rawlen", base_rawlen},
                                          {"rawset", base_rawset},
                                          {"setmetatable", nt_setmetatable},
                                          {"tostring", base_tostring},
                                          {"warn", base_warn},
                                          {"xpcall", base_xpcall},
                                          {NULL, NULL}};

/* ---- putting it together ---- */

static lua_CFunction take(lua_State *L, const char *name) {
  lua_getfield(L, -1, name);
  lua_CFunction function = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  return function;
}

/* Copies names from the table on the top into the one below it. */
static void copy_names(lua_State *L, const char *const *names) {
  for (; *names; names++) {
    lua_getfield(L, -1, *names);
    lua_setfield(L, -3, *names);
  }
}

static void open_table(nt_vm *vm) {
  static const char *const names[] = {"pack", NULL};
  lua_State *L = vm->L;
  lua_newtable(L);
  luaopen_table(L);
  vm->std.insert = take(L, "insert");
  vm->std.concat = take(L, "concat");
  vm->std.move = take(L, "move");
  vm->std.unpack = take(L, "unpack");
  copy_names(L, names);
  lua_pop(L, 1);
  luaL_setfuncs(L, table_functions, 0);
}

static void open_math(nt_vm *vm) {
  static const char *const names[] = {"abs",  "acos",  "asin",       "atan",       "ceil",      "cos",  "deg",
                                      "exp",  "floor", "fmod",       "log",        "max",       "min",  "modf",
                                      "rad",  "sin",   "sqrt",       "tan",        "tointeger", "type", "ult",
                                      "huge", "pi",    "maxinteger", "mininteger", NULL};
  lua_State *L = vm->L;
  lua_newtable(L);
  luaopen_math(L);
  copy_names(L, names);
  lua_pop(L, 1);
  lua_pushcfunction(L, math_random);
  lua_setfield(L, -2, "random");
}

static void open_utf8(nt_vm *vm) {
  static const char *const names[] = {"char", "charpattern", "codes", NULL};
  lua_State *L = vm->L;
  lua_newtable(L);
  luaopen_utf8(L);
  vm->std.utf8_len = take(L, "len");
  vm->std.utf8_codepoint = take(L, "codepoint");
  vm->std.utf8_offset = take(L, "offset");
  copy_names(L, names);
  lua_pop(L, 1);
  luaL_setfuncs(L, utf8_functions, 0);
}

static void open_base(nt_vm *vm) {
  static const char *const names[] = {"assert", "error", "rawequal", "select", "tonumber", "type", "_VERSION", NULL};
  lua_State *L = vm->L;
  lua_newtable(L);
  luaL_requiref(L, LUA_GNAME, luaopen_base, 0);
  copy_names(L, names);
  lua_pop(L, 1);
  luaL_setfuncs(L, base_functions, 0);
  nt_order_open(L, lua_gettop(L));
}

/* The part of every environment: kept in the registry as a table of what is copied into each. */
static const char base_key = 0, api_key = 0, modules_key = 0;

void nt_sandbox_open(nt_vm *vm) {
  lua_State *L = vm->L;
  lua_newtable(L);
  vm->identities = luaL_ref(L, LUA_REGISTRYINDEX);
  open_base(vm);
  nt_strings_open(L);
  lua_setfield(L, -2, "string");
  open_table(vm);
  nt_freeze_table(L, lua_gettop(L));
  lua_setfield(L, -2, "table");
  open_math(vm);
  nt_freeze_table(L, lua_gettop(L));
  lua_setfield(L, -2, "math");
  open_utf8(vm);
  nt_freeze_table(L, lua_gettop(L));
  lua_setfield(L, -2, "utf8");
  lua_rawsetp(L, LUA_REGISTRYINDEX, &base_key);
  nt_notis_open(L);
  nt_freeze_table(L, lua_gettop(L));
  lua_rawsetp(L, LUA_REGISTRYINDEX, &api_key);
  lua_pushnil(L);
  lua_setglobal(L, LUA_GNAME);
}

void nt_sandbox_push_env(nt_vm *vm, size_t file) {
  lua_State *L = vm->L;
  lua_newtable(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &base_key);
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -6);
  }
  lua_pop(L, 1);
  lua_pushinteger(L, (lua_Integer)file);
  lua_pushcclosure(L, nt_require, 1);
  nt_bless(L);
  lua_setfield(L, -2, "require");
  lua_pushvalue(L, -1);
  lua_setfield(L, -2, "_G");
}

/* ---- require ---- */

static bool module_name_good(nt_str name) {
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    bool dot = c == '.' && i && i + 1 < name.len && name.ptr[i - 1] != '.';
    if (!letter && !dot) return false;
  }
  return name.len > 0;
}

static void note_one(nt_script_file *file, size_t module) {
  for (size_t i = 0; i < file->needs.len; i++)
    if (file->needs.items[i] == module) return;
  nt_push(&file->needs, module);
}

/* Whoever requires a module depends on all that the module requires. */
static void note_required(nt_vm *vm, size_t file, size_t module) {
  if (file == module) return;
  note_one(&vm->files.items[file], module);
  for (size_t i = 0; i < vm->files.items[module].needs.len; i++) {
    size_t deeper = vm->files.items[module].needs.items[i];
    if (deeper != file) note_one(&vm->files.items[file], deeper);
  }
}

static void check_cycle(lua_State *L, nt_vm *vm, size_t module, nt_str name) {
  for (size_t i = 0; i < vm->loading.len; i++)
    if (vm->loading.items[i] == module) nt_raise(L, NT_MSG_script_require_cycle, name);
}

/* Runs the module; its value is left on the top and kept in the table at `modules`. */
static void load_module(lua_State *L, nt_vm *vm, nt_script_source *source, size_t module, int modules) {
  if (!nt_script_compile(vm, source, module, vm->diags)) nt_raise_reported(L);
  nt_push(&vm->loading, module);
  lua_call(L, 0, 1);
  vm->loading.len--;
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushboolean(L, 1);
  }
  lua_pushvalue(L, -1);
  lua_rawseti(L, modules, (lua_Integer)module + 1);
}

bool nt_push_modules(lua_State *L) {
  return lua_rawgetp(L, LUA_REGISTRYINDEX, &modules_key) == LUA_TTABLE;
}

int nt_require(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  nt_str name = nt_check_str(L, 1);
  size_t file = (size_t)lua_tointeger(L, lua_upvalueindex(1));
  nt_script_source source = {0};
  lua_settop(L, 1);
  if (nt_str_eq(name, NT_STR("notis"))) return lua_rawgetp(L, LUA_REGISTRYINDEX, &api_key), 1;
  if (!module_name_good(name) || !vm->options.module || !vm->options.module(vm->options.ud, name, &source))
    nt_raise(L, NT_MSG_script_no_module, name);
  size_t module = nt_script_file_index(vm, &source);
  if (!nt_push_modules(L)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, 2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &modules_key);
  }
  nt_push_content(L, 2);
  lua_replace(L, 2);
  check_cycle(L, vm, module, name);
  if (lua_rawgeti(L, 2, (lua_Integer)module + 1) == LUA_TNIL) {
    if (vm->phase == NT_PHASE_SEALED) nt_raise(L, NT_MSG_script_require_late, name);
    lua_pop(L, 1);
    load_module(L, vm, &source, module, 2);
  }
  if (vm->phase == NT_PHASE_SEALED) {
    nt_trace_file(vm, vm->reader, module);
    return 1;
  }
  note_required(vm, file, module);
  for (size_t i = 0; i < vm->loading.len; i++) note_required(vm, vm->loading.items[i], module);
  return 1;
}
