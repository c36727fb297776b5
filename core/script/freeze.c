/* Sealing: after load nothing that a script holds may change, so that no hook can tell which documents came before.
 *
 * A table is frozen in place, so that every reference to it stays good: its content moves to a second table that no
 * script ever sees, and it gets a metatable of ours:
 *
 *      script ──► table (empty) ──metatable──► guard { __index, __newindex = refuse, __len, [CONTENT] = second table }
 *
 * Reading goes through __index, writing has nothing to overwrite and ends in __newindex. A frozen table that serves as
 * a metatable is represented by its content, for Lua looks metamethods up without __index.
 *
 * Local variables that functions share (upvalues) cannot be made read-only; they are compared after every call. */
#include "script/state.h"

#include <string.h>

static const char content_key = 0, owner_key = 0, meta_key = 0, blessed_key = 0;
const char nt_mark_key = 0;

/* ---- frozen tables ---- */

bool nt_push_content(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (lua_getmetatable(L, index)) {
    if (lua_rawgetp(L, -1, &content_key) == LUA_TTABLE) {
      lua_remove(L, -2);
      return true;
    }
    lua_pop(L, 2);
  }
  lua_pushvalue(L, index);
  return false;
}

bool nt_is_frozen(lua_State *L, int index) {
  bool frozen = nt_push_content(L, index);
  lua_pop(L, 1);
  return frozen;
}

static int refuse_write(lua_State *L) {
  nt_push_tostring(L, 2);
  nt_raise(L, NT_MSG_script_sealed, nt_lua_str(L, -1));
}

static int content_length(lua_State *L) {
  nt_push_content(L, 1);
  lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
  return 1;
}

/* __index of a frozen table whose own metatable has an __index. Upvalues: content, that metatable's content. */
static int index_through(lua_State *L) {
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_pushliteral(L, "__index");
  if (lua_rawget(L, lua_upvalueindex(2)) == LUA_TFUNCTION) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_call(L, 2, 1);
    return 1;
  }
  if (lua_isnil(L, -1)) return 1;
  lua_pushvalue(L, 2);
  lua_gettable(L, -2);
  return 1;
}

/* Moves the content of the table at the index to a new table, which is pushed. */
static void move_content(lua_State *L, int table) {
  lua_newtable(L);
  int content = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, table);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, content);
  }
  for (lua_pushnil(L); lua_next(L, table);) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, table);
  }
}

static void remember_owner(lua_State *L, int content, int table) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &owner_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &owner_key);
  }
  lua_pushvalue(L, content);
  lua_pushvalue(L, table);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* What the old metatable says of operators holds for the frozen table too. */
static void copy_metamethods(lua_State *L, int from, int guard) {
  static const char *const names[] = {"__add", "__sub",  "__mul",      "__div",   "__mod",  "__pow",
                                      "__unm", "__idiv", "__band",     "__bor",   "__bxor", "__shl",
                                      "__shr", "__bnot", "__concat",   "__len",   "__eq",   "__lt",
                                      "__le",  "__call", "__tostring", "__pairs", "__name", NULL};
  for (const char *const *name = names; *name; name++) {
    lua_pushstring(L, *name);
    if (lua_rawget(L, from) == LUA_TNIL)
      lua_pop(L, 1);
    else
      lua_setfield(L, guard, *name);
  }
}

/* Pushes the table that really holds a raw metatable's fields while sealing: `contents` maps emptied tables to it. */
static void push_meta_content(lua_State *L, int meta, int contents) {
  if (contents) {
    lua_pushvalue(L, meta);
    if (lua_rawget(L, contents) == LUA_TTABLE) return;
    lua_pop(L, 1);
  }
  nt_push_content(L, meta);
}

/* The script's own name of a raw metatable: a frozen one is set as its content. */
static void push_owner(lua_State *L, int meta) {
  meta = lua_absindex(L, meta);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &owner_key) == LUA_TTABLE) {
    lua_pushvalue(L, meta);
    if (lua_rawget(L, -2) == LUA_TTABLE) {
      lua_remove(L, -2);
      return;
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, meta);
}

static void guard_with_meta(lua_State *L, int guard, int content, int meta, int contents) {
  push_owner(L, meta);
  lua_rawsetp(L, guard, &meta_key);
  lua_rawgetp(L, meta, &nt_mark_key);
  lua_rawsetp(L, guard, &nt_mark_key);
  push_meta_content(L, meta, contents);
  int fields = lua_gettop(L);
  copy_metamethods(L, fields, guard);
  lua_pushliteral(L, "__index");
  if (lua_rawget(L, fields) == LUA_TNIL) {
    lua_pushvalue(L, content);
  } else {
    lua_pushvalue(L, content);
    lua_pushvalue(L, fields);
    lua_pushcclosure(L, index_through, 2);
  }
  lua_setfield(L, guard, "__index");
  lua_settop(L, fields - 1);
}

/* Gives an emptied table its guard. */
static void set_guard(lua_State *L, int table, int content, int contents) {
  lua_newtable(L);
  int guard = lua_gettop(L);
  lua_pushvalue(L, content);
  lua_rawsetp(L, guard, &content_key);
  lua_pushcfunction(L, content_length);
  lua_setfield(L, guard, "__len");
  lua_pushvalue(L, content);
  lua_setfield(L, guard, "__index");
  if (lua_getmetatable(L, table)) {
    guard_with_meta(L, guard, content, lua_gettop(L), contents);
    lua_pop(L, 1);
  }
  lua_pushcfunction(L, refuse_write);
  lua_setfield(L, guard, "__newindex");
  lua_setmetatable(L, table);
}

void nt_freeze_table(lua_State *L, int table) {
  table = lua_absindex(L, table);
  move_content(L, table);
  remember_owner(L, lua_gettop(L), table);
  set_guard(L, table, lua_gettop(L), 0);
  lua_pop(L, 1);
}

/* ---- metatables, as scripts see them ---- */

static const char *const refused_names[] = {"__gc", "__close", "__mode"};

/* The first of the refused metamethods that the table at the index has, or NULL. */
static const char *refused_field(lua_State *L, int content) {
  for (size_t i = 0; i < sizeof refused_names / sizeof *refused_names; i++) {
    lua_pushstring(L, refused_names[i]);
    bool there = lua_rawget(L, content) != LUA_TNIL;
    lua_pop(L, 1);
    if (there) return refused_names[i];
  }
  return NULL;
}

/* Pushes the metatable of the table at the index as the script knows it; false (nothing pushed) if it has none. */
static bool push_script_meta(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return false;
  int meta = lua_gettop(L);
  bool guard = lua_rawgetp(L, meta, &content_key) == LUA_TTABLE,
       marked = lua_rawgetp(L, meta, &nt_mark_key) != LUA_TNIL;
  lua_settop(L, meta);
  if (guard)
    lua_rawgetp(L, meta, &meta_key);
  else
    push_owner(L, meta);
  lua_replace(L, meta);
  if (!marked && !lua_isnil(L, meta)) return true;
  lua_pop(L, 1);
  return false;
}

static bool push_protection(lua_State *L, int meta) {
  nt_push_content(L, meta);
  lua_pushliteral(L, "__metatable");
  bool there = lua_rawget(L, -2) != LUA_TNIL;
  lua_remove(L, -2);
  if (!there) lua_pop(L, 1);
  return there;
}

int nt_getmetatable(lua_State *L) {
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  if (lua_type(L, 1) != LUA_TTABLE || !push_script_meta(L, 1)) return lua_pushnil(L), 1;
  if (!push_protection(L, 2)) lua_settop(L, 2);
  return 1;
}

int nt_setmetatable(lua_State *L) {
  int type = lua_type(L, 2);
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
  lua_settop(L, 2);
  if (nt_is_frozen(L, 1)) nt_raise(L, NT_MSG_script_sealed, NT_STR("setmetatable"));
  if (push_script_meta(L, 1) && push_protection(L, 3)) return luaL_error(L, "cannot change a protected metatable");
  lua_settop(L, 2);
  if (type == LUA_TTABLE) {
    nt_push_content(L, 2);
    const char *refused = refused_field(L, 3);
    if (refused) nt_raise(L, NT_MSG_script_metatable, nt_str_c(refused));
    lua_replace(L, 2);
  }
  lua_setmetatable(L, 1);
  return 1;
}

/* ---- the walk ---- */

enum { QUEUE = 1, SEEN, TABLES, CONTENTS, FUNCTIONS, VALUES, WORK }; /* stack slots of the walk */

static nt_str field_name(nt_vm *vm, nt_str parent, int key) {
  lua_State *L = vm->L;
  nt_buf_clear(&vm->scratch);
  nt_buf_put(&vm->scratch, parent);
  if (lua_type(L, key) == LUA_TSTRING) {
    if (parent.len) nt_buf_byte(&vm->scratch, '.');
    nt_buf_put(&vm->scratch, nt_lua_str(L, key));
  } else if (lua_isinteger(L, key)) {
    nt_buf_format(&vm->scratch, "[%lld]", (long long)lua_tointeger(L, key));
  } else {
    nt_buf_c(&vm->scratch, "[…]");
  }
  return nt_arena_str(vm->arena, nt_buf_str(&vm->scratch));
}

/* Pops the value on the top; queues it if there is anything to look at and it is new. */
static void enqueue(nt_vm *vm, nt_origin origin) {
  lua_State *L = vm->L;
  int type = lua_type(L, -1);
  if (type != LUA_TTABLE && type != LUA_TFUNCTION && type != LUA_TUSERDATA && type != LUA_TTHREAD) {
    lua_pop(L, 1);
    return;
  }
  lua_pushvalue(L, -1);
  if (lua_rawget(L, SEEN) != LUA_TNIL) {
    lua_pop(L, 2);
    return;
  }
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_pushboolean(L, 1);
  lua_rawset(L, SEEN);
  nt_push(&vm->origins, origin);
  lua_rawseti(L, QUEUE, (lua_Integer)vm->origins.len);
}

static void refuse(nt_vm *vm, nt_code code, const nt_origin *at, nt_str what) {
  nt_report(vm->diags, code, nt_where_file(at->file, at->line, 0), at->name, what);
}

static void visit_meta(nt_vm *vm, int table, nt_origin origin) {
  lua_State *L = vm->L;
  if (!lua_getmetatable(L, table)) return;
  int meta = lua_gettop(L);
  bool marked = lua_rawgetp(L, meta, &nt_mark_key) != LUA_TNIL;
  push_owner(L, meta);
  bool ours = marked || !lua_rawequal(L, meta, -1);
  lua_settop(L, meta);
  nt_push_content(L, meta);
  const char *refused = refused_field(L, lua_gettop(L));
  lua_settop(L, meta);
  if (refused) refuse(vm, NT_MSG_script_seal_metatable, &origin, nt_str_c(refused));
  if (ours)
    lua_pop(L, 1);
  else
    enqueue(vm, origin);
}

static void visit_table(nt_vm *vm, nt_origin origin) {
  lua_State *L = vm->L;
  int table = lua_gettop(L);
  if (nt_is_frozen(L, table)) return;
  visit_meta(vm, table, origin);
  lua_pushvalue(L, table);
  lua_rawseti(L, TABLES, (lua_Integer)lua_rawlen(L, TABLES) + 1);
  lua_Integer count;
  nt_push_keys(L, table, &count);
  int keys = lua_gettop(L);
  for (lua_Integer i = 1; i <= count; i++) {
    nt_origin inner = origin;
    lua_rawgeti(L, keys, i);
    inner.name = field_name(vm, origin.name, keys + 1);
    lua_pushvalue(L, -1);
    lua_rawget(L, table);
    enqueue(vm, inner);
    enqueue(vm, inner); /* the key */
  }
}

static void watch(nt_vm *vm, int function, int upvalue, const nt_origin *origin) {
  lua_State *L = vm->L;
  void *id = lua_upvalueid(L, function, upvalue);
  if (lua_rawgetp(L, SEEN, id) != LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  lua_pop(L, 1);
  lua_pushboolean(L, 1);
  lua_rawsetp(L, SEEN, id);
  lua_Integer functions = (lua_Integer)lua_rawlen(L, FUNCTIONS);
  lua_rawgeti(L, FUNCTIONS, functions);
  bool same = lua_rawequal(L, -1, function);
  lua_pop(L, 1);
  if (!same) {
    lua_pushvalue(L, function);
    lua_rawseti(L, FUNCTIONS, ++functions);
  }
  nt_watched item = {(int)functions, upvalue, origin->name, origin->file, origin->line};
  nt_push(&vm->watched, item);
  lua_getupvalue(L, function, upvalue);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushlightuserdata(L, (void *)&nt_nil_key); /* a nil would end the list */
  }
  lua_rawseti(L, VALUES, (lua_Integer)vm->watched.len);
}

static bool blessed(lua_State *L, int function) {
  bool found = false;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &blessed_key) == LUA_TTABLE) {
    lua_pushvalue(L, function);
    found = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return found;
}

void nt_bless(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &blessed_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &blessed_key);
  }
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

static void visit_function(nt_vm *vm, nt_origin origin) {
  lua_State *L = vm->L;
  int function = lua_gettop(L);
  if (lua_iscfunction(L, function)) {
    if (lua_getupvalue(L, function, 1) && !blessed(L, function))
      refuse(vm, NT_MSG_script_seal_iterator, &origin, NT_STR(""));
    return;
  }
  lua_Debug info;
  lua_pushvalue(L, function);
  lua_getinfo(L, ">S", &info);
  nt_origin inner = {.file = nt_arena_str(vm->arena, nt_str_c(info.source[0] == '@' ? info.source + 1 : "")),
                     .line = (uint32_t)(info.linedefined > 0 ? info.linedefined : 1)};
  const char *name;
  for (int i = 1; (name = lua_getupvalue(L, function, i)) != NULL; i++) {
    bool env = strcmp(name, "_ENV") == 0;
    inner.name = nt_arena_str(vm->arena, nt_str_c(name));
    watch(vm, function, i, &inner);
    if (env) inner.name = NT_STR(""); /* a global is known by its own name */
    enqueue(vm, inner);
  }
}

static void visit(nt_vm *vm, size_t at) {
  lua_State *L = vm->L;
  nt_origin origin = vm->origins.items[at];
  lua_rawgeti(L, QUEUE, (lua_Integer)at + 1);
  const nt_ref *ref;
  switch (lua_type(L, -1)) {
  case LUA_TTABLE: visit_table(vm, origin); break;
  case LUA_TFUNCTION: visit_function(vm, origin); break;
  default:
    ref = nt_ref_at(L, -1);
    if (!ref || ref->kind != NT_LUA_TIME)
      refuse(vm, NT_MSG_script_seal_userdata, &origin, nt_str_c(ref ? nt_ref_name(ref->kind) : luaL_typename(L, -1)));
  }
  lua_settop(L, WORK - 1);
}

static void enqueue_list(nt_vm *vm, const nt_registrations *list) {
  for (size_t i = 0; i < list->len; i++) {
    const nt_registered *item = &list->items[i];
    lua_rawgeti(vm->L, LUA_REGISTRYINDEX, item->ref);
    enqueue(vm, (nt_origin){.name = item->at.kind, .file = item->at.file, .line = item->at.line});
  }
}

static void enqueue_modules(nt_vm *vm) {
  if (!nt_push_modules(vm->L)) return;
  int modules = lua_gettop(vm->L);
  for (size_t i = 0; i < vm->files.len; i++) {
    nt_str file = vm->files.items[i].file;
    lua_rawgeti(vm->L, modules, (lua_Integer)i + 1);
    enqueue(vm, (nt_origin){.name = file, .file = file, .line = 1});
  }
}

static void freeze_tables(lua_State *L) {
  lua_Integer count = (lua_Integer)lua_rawlen(L, TABLES);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, TABLES, i);
    move_content(L, WORK);
    remember_owner(L, WORK + 1, WORK);
    lua_rawset(L, CONTENTS);
  }
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, TABLES, i);
    lua_pushvalue(L, WORK);
    lua_rawget(L, CONTENTS);
    set_guard(L, WORK, WORK + 1, CONTENTS);
    lua_settop(L, WORK - 1);
  }
}

void nt_freeze_all(nt_vm *vm) {
  lua_State *L = vm->L;
  lua_settop(L, 0);
  for (int i = QUEUE; i < WORK; i++) lua_newtable(L);
  for (int i = 0; i < NT_EVENTS; i++) enqueue_list(vm, &vm->events[i]);
  for (int i = 0; i < NT_REGISTRIES; i++) enqueue_list(vm, &vm->registries[i]);
  enqueue_list(vm, &vm->plugins);
  enqueue_modules(vm);
  lua_settop(L, WORK - 1);
  for (size_t at = 0; at < vm->origins.len; at++) visit(vm, at);
  freeze_tables(L);
  lua_pushvalue(L, FUNCTIONS);
  vm->watched_functions = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_pushvalue(L, VALUES);
  vm->watched_values = luaL_ref(L, LUA_REGISTRYINDEX);
}
