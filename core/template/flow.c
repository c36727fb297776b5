/* What chunks call to loop, to call macros and to reach other templates and blocks. */
#include "template/runtime.h"

/* ---- loops ---- */

static int op_items(lua_State *L) { /* value, targets -> table, count */
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer targets = lua_tointeger(L, 2);
  lua_Integer count = nt_push_items(L, run, 1, targets > 1);
  if (count < 0) nt_fail(L, run, NT_MSG_template_not_iterable, nt_is_name(nt_is(L, run, 1)));
  lua_pushinteger(L, count);
  return 2;
}

static int op_unpack(lua_State *L) { /* value, count -> values */
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer wanted = lua_tointeger(L, 2), count = nt_push_items(L, run, 1, false);
  if (count < 0) nt_fail(L, run, NT_MSG_template_not_iterable, nt_is_name(nt_is(L, run, 1)));
  if (count != wanted) {
    nt_arena *arena = run->reader->arena;
    nt_fail(L, run, NT_MSG_template_unpack, nt_arena_format(arena, "%d", (int)wanted),
            nt_arena_format(arena, "%lld", (long long)count));
  }
  int table = lua_gettop(L);
  luaL_checkstack(L, (int)count + 5, NULL);
  for (lua_Integer i = 1; i <= count; i++) lua_rawgeti(L, table, i);
  return (int)count;
}

static void set_field(lua_State *L, int keys, const char *name) { /* the value is on the top; the map after the keys */
  lua_setfield(L, keys + 1, name);
  lua_pushstring(L, name);
  lua_rawseti(L, keys, (lua_Integer)lua_rawlen(L, keys) + 1);
}

static void push_neighbour(lua_State *L, lua_Integer at, lua_Integer count) {
  if (at < 1 || at > count)
    nt_push_undefined(L);
  else
    lua_rawgeti(L, 1, at);
}

/* `loop` itself, where it is handed on: items, count, index. */
static int op_loopv(lua_State *L) {
  lua_Integer count = lua_tointeger(L, 2), i = lua_tointeger(L, 3);
  const struct {
    const char *name;
    lua_Integer value;
  } numbers[] = {
      {"index", i}, {"index0", i - 1}, {"revindex", count - i + 1}, {"revindex0", count - i}, {"length", count},
      {"depth", 1}, {"depth0", 0}};
  lua_settop(L, 4);
  lua_newtable(L); /* 5: keys */
  lua_newtable(L);
  for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++) {
    lua_pushinteger(L, numbers[n].value);
    set_field(L, 5, numbers[n].name);
  }
  lua_pushboolean(L, i == 1);
  set_field(L, 5, "first");
  lua_pushboolean(L, i == count);
  set_field(L, 5, "last");
  push_neighbour(L, i - 1, count);
  set_field(L, 5, "previtem");
  push_neighbour(L, i + 1, count);
  set_field(L, 5, "nextitem");
  nt_make_dict(L, nt_rendering_of(L));
  return 1;
}

static int op_cycle(lua_State *L) { /* index, … */
  int count = lua_gettop(L) - 1;
  nt_rendering *run = nt_rendering_of(L);
  if (count == 0) nt_fail(L, run, NT_MSG_template_missing_argument, NT_STR("cycle"), NT_STR("1"));
  lua_pushvalue(L, 2 + (int)((lua_tointeger(L, 1) - 1) % count));
  return 1;
}

/* ---- macros ---- */

static nt_str param_list(nt_rendering *run, const nt_template_macro *macro) {
  nt_str all = NT_STR("–");
  for (size_t i = 0; i < macro->count; i++)
    all =
        i ? nt_arena_format(run->reader->arena, "%.*s, %.*s", NT_FMT(all), NT_FMT(macro->params[i])) : macro->params[i];
  return all;
}

/* Puts keyword arguments, a dict at `keywords`, where they belong: the parameters begin at `first`. */
static void place_keywords(lua_State *L, nt_rendering *run, const nt_template_macro *macro, int keywords, int first) {
  lua_rawgeti(L, keywords, 1);
  lua_rawgeti(L, keywords, 2);
  int keys = lua_gettop(L) - 1;
  for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, keys); i++) {
    lua_rawgeti(L, keys, i);
    nt_str key = nt_lua_str(L, -1);
    size_t at = 0;
    while (at < macro->count && !nt_str_eq(macro->params[at], key)) at++;
    if (at == macro->count)
      nt_fail_caller(L, run, NT_MSG_template_unknown_argument, macro->name, key, param_list(run, macro));
    if (!lua_isnil(L, first + (int)at)) nt_fail_caller(L, run, NT_MSG_template_argument_twice, key);
    lua_rawget(L, keys + 1);
    lua_replace(L, first + (int)at);
  }
  lua_settop(L, keys - 1);
}

static int op_bind(lua_State *L) { /* T, macro, … -> parameters; nil where a default is to be used */
  nt_rendering *run = nt_rendering_of(L);
  const nt_compiled *compiled = lua_touserdata(L, 1);
  const nt_template_macro *macro = &compiled->macros[lua_tointeger(L, 2) - 1];
  int given = lua_gettop(L) - 2, first = 3, count = (int)macro->count;
  bool keywords = given > 0 && nt_is(L, run, -1) == NT_IS_KEYWORDS;
  if (keywords) {
    lua_insert(L, first++);
    given--;
  }
  if (given > count)
    nt_fail_caller(L, run, NT_MSG_template_too_many_arguments, macro->name,
                   nt_arena_format(run->reader->arena, "%d", count));
  luaL_checkstack(L, count + 10, NULL);
  lua_settop(L, first + count - 1);
  if (keywords) place_keywords(L, run, macro, 3, first);
  for (int i = 0; i < count; i++)
    if (lua_isnil(L, first + i) && !macro->has_default[i]) {
      nt_push_undefined(L);
      lua_replace(L, first + i);
    }
  return count;
}

/* ---- contexts ---- */

static const char meta_key = 0; /* where a context keeps the metatable of those that see it */

void nt_push_derived(lua_State *L, int parent) {
  lua_newtable(L);
  if (lua_rawgetp(L, parent, &meta_key) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, parent);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, parent, &meta_key);
  }
  lua_setmetatable(L, -2);
}

static void set_variables(lua_State *L, int context, int from, int to) {
  for (int i = from; i + 1 <= to; i += 2) {
    if (lua_isnil(L, i + 1)) continue;
    lua_pushvalue(L, i);
    lua_pushvalue(L, i + 1);
    lua_rawset(L, context);
  }
}

static int op_scope(lua_State *L) { /* C, name, value, … */
  int top = lua_gettop(L);
  nt_push_derived(L, 1);
  set_variables(L, top + 1, 2, top);
  return 1;
}

/* ---- other templates ---- */

static nt_str template_name(lua_State *L, nt_rendering *run, int index) {
  nt_kind_of kind = nt_is(L, run, index);
  if (kind != NT_IS_STRING) nt_fail(L, run, NT_MSG_template_include_name, nt_is_name(kind));
  return nt_lua_str(L, index);
}

static bool load_named(lua_State *L, nt_rendering *run, const nt_compiled *from, nt_str name) {
  bool shared = nt_template_shared(&name);
  nt_compiled *found;
  if (!nt_rendering_load(L, run, name, shared ? from->layer + 1 : 0, &found)) return false;
  nt_rendering_enter(run, found);
  return true;
}

/* The first that exists of a name or a list of names. */
static bool load_any(lua_State *L, nt_rendering *run, const nt_compiled *from, int index) {
  nt_kind_of kind = nt_is(L, run, index);
  if (kind != NT_IS_LIST && kind != NT_IS_VALUE_LIST) return load_named(L, run, from, template_name(L, run, index));
  int top = lua_gettop(L);
  lua_Integer count = nt_push_items(L, run, index, false);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, top + 1, i);
    if (load_named(L, run, from, template_name(L, run, -1))) return true;
    lua_settop(L, top + 1);
  }
  return false;
}

static nt_str any_name(lua_State *L, nt_rendering *run, int index) {
  return nt_is(L, run, index) == NT_IS_STRING ? nt_lua_str(L, index) : NT_STR("…");
}

enum { IGNORE_MISSING = 1, WITHOUT_CONTEXT = 2 };

static int op_include(lua_State *L) { /* T, C, name, flags, name, value, … -> template, context */
  nt_rendering *run = nt_rendering_of(L);
  int top = lua_gettop(L);
  lua_Integer flags = lua_tointeger(L, 4);
  if (run->includes >= NT_TEMPLATE_INCLUDES) nt_fail(L, run, NT_MSG_template_include_deep, any_name(L, run, 3));
  if (!load_any(L, run, lua_touserdata(L, 1), 3)) {
    if (flags & IGNORE_MISSING) return 0;
    nt_str name = any_name(L, run, 3);
    bool shared = nt_template_shared(&name);
    nt_fail(L, run, shared ? NT_MSG_template_absent_shared : NT_MSG_template_absent, name);
  }
  run->includes++;
  if (flags & WITHOUT_CONTEXT) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->root_ref);
    lua_replace(L, 2);
  }
  nt_push_derived(L, 2);
  set_variables(L, lua_gettop(L), 5, top);
  return 2;
}

static int op_leave(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_vm_end(run->vm, run->mark + run->includes--);
  return 0;
}

static int op_parent(lua_State *L) { /* T, chain -> the template that T extends */
  nt_rendering *run = nt_rendering_of(L);
  const nt_compiled *compiled = lua_touserdata(L, 1);
  nt_compiled *next = NULL;
  nt_where where = nt_place_where(compiled->file, &compiled->extends_place);
  const nt_str args[] = {compiled->extends, {NULL, 0}};
  lua_pushboolean(L, true);
  lua_rawsetp(L, 2, compiled);
  uint32_t layer = compiled->extends_shared ? compiled->layer + 1 : 0;
  if (!nt_rendering_load(L, run, compiled->extends, layer, &next))
    nt_fail_at(L, run, where, compiled->extends_shared ? NT_MSG_template_absent_shared : NT_MSG_template_absent, args);
  if (lua_rawgetp(L, 2, next) != LUA_TNIL) nt_fail_at(L, run, where, NT_MSG_template_extends_cycle, args);
  lua_pop(L, 1);
  return 1;
}

static int op_module(lua_State *L) {
  lua_settop(L, 1);
  lua_createtable(L, 1, 0);
  lua_insert(L, 1);
  lua_rawseti(L, 1, 1);
  nt_set_meta(L, nt_rendering_of(L), NT_META_MODULE);
  return 1;
}

static int op_imported(lua_State *L) { /* C, name */
  nt_rendering *run = nt_rendering_of(L);
  nt_str name = nt_lua_str(L, 2), file = {NULL, 0};
  lua_settop(L, 2);
  if (lua_rawget(L, 1) != LUA_TNIL) return 1;
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  nt_fail(L, run, NT_MSG_template_import_absent, name, place && place->text.len ? place->text : NT_STR("import"));
}

/* ---- blocks ---- */

static bool push_block(lua_State *L, int blocks, int name, lua_Integer which) {
  lua_pushvalue(L, name);
  if (lua_rawget(L, blocks) != LUA_TTABLE) return false;
  return lua_rawgeti(L, -1, which) != LUA_TNIL;
}

static int op_block(lua_State *L) { /* B, name */
  nt_rendering *run = nt_rendering_of(L);
  if (!push_block(L, 1, 2, 1)) nt_fail(L, run, NT_MSG_template_no_block, nt_lua_str(L, 2));
  return 1;
}

static int op_below(lua_State *L) { /* B, name, k */
  nt_rendering *run = nt_rendering_of(L);
  if (!push_block(L, 1, 2, lua_tointeger(L, 3) + 1)) nt_fail(L, run, NT_MSG_template_no_super, nt_lua_str(L, 2));
  return 1;
}

/* ---- namespaces ---- */

static int op_setns(lua_State *L) { /* namespace, key, value */
  nt_rendering *run = nt_rendering_of(L);
  bool good = lua_type(L, 1) == LUA_TTABLE && lua_getmetatable(L, 1);
  good = good && lua_topointer(L, -1) == run->metas[NT_META_NAMESPACE];
  if (!good) nt_fail(L, run, NT_MSG_template_not_namespace, NT_STR(""));
  lua_settop(L, 3);
  lua_rawgeti(L, 1, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, 4) == LUA_TNIL) {
    lua_rawgeti(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, 4);
  return 0;
}

/* ---- the language's own functions ---- */

static int make_map(lua_State *L, nt_meta meta) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = lua_gettop(L) ? nt_is(L, run, 1) : NT_IS_UNDEFINED;
  lua_settop(L, 1);
  if (kind == NT_IS_KEYWORDS) return nt_set_meta(L, run, meta), 1;
  if (kind != NT_IS_UNDEFINED) {
    lua_Integer count = kind == NT_IS_DICT || kind == NT_IS_VALUE_MAP ? nt_push_items(L, run, 1, true) : -1;
    if (count < 0) nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("dict"), nt_is_name(kind), NT_STR("map"));
    lua_newtable(L);
    lua_newtable(L);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, 2, i);
      lua_rawgeti(L, 5, 1);
      lua_pushvalue(L, -1);
      lua_rawseti(L, 3, i);
      lua_rawgeti(L, 5, 2);
      lua_rawset(L, 4);
      lua_settop(L, 4);
    }
  } else {
    lua_newtable(L);
    lua_newtable(L);
  }
  nt_make_dict(L, run);
  nt_set_meta(L, run, meta);
  return 1;
}

static int global_dict(lua_State *L) {
  return make_map(L, NT_META_DICT);
}
static int global_namespace(lua_State *L) {
  return make_map(L, NT_META_NAMESPACE);
}

static lua_Integer integer_argument(lua_State *L, nt_rendering *run, int index) {
  nt_kind_of kind = nt_is(L, run, index);
  if (kind != NT_IS_INT)
    nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("range"), nt_is_name(kind), NT_STR("number"));
  return lua_tointeger(L, index);
}

static int global_range(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  lua_Integer from = integer_argument(L, run, 1), to = from, step = 1, made = 0;
  if (lua_isnil(L, 2))
    from = 0;
  else
    to = integer_argument(L, run, 2);
  if (!lua_isnil(L, 3)) step = integer_argument(L, run, 3);
  if (step == 0) nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("range"), NT_STR("0"), NT_STR("1, 2 … -1, -2"));
  lua_newtable(L);
  for (lua_Integer i = from; step > 0 ? i < to : i > to;) {
    if (made % 1000 == 0) nt_vm_charge(L, 1000 / NT_ITEMS_PER_STEP);
    if (made == NT_TEMPLATE_RANGE) nt_fail(L, run, NT_MSG_template_range, NT_STR("100000"));
    lua_pushinteger(L, i);
    lua_rawseti(L, 4, ++made);
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  nt_set_meta(L, run, NT_META_LIST);
  return 1;
}

static int global_t(lua_State *L) {
  nt_push_filter(L, nt_rendering_of(L), NT_STR("t"));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  return 1;
}

const luaL_Reg nt_globals[] = {{"asset", nt_global_asset}, {"dict", global_dict}, {"namespace", global_namespace},
                               {"range", global_range},    {"t", global_t},       {NULL, NULL}};

const luaL_Reg nt_flow_ops[] = {{"items", op_items},     {"unpack", op_unpack},     {"loopv", op_loopv},
                                {"cycle", op_cycle},     {"bind", op_bind},         {"scope", op_scope},
                                {"include", op_include}, {"leave", op_leave},       {"parent", op_parent},
                                {"module", op_module},   {"imported", op_imported}, {"block", op_block},
                                {"below", op_below},     {"setns", op_setns},       {NULL, NULL}};
