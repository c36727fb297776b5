/* Queries: site:collection("nyheter"):where{ topics = "kultur", year = { gte = 2023 } }:sort("-date"):limit(10)
 *
 * Each step gives a new query; the documents are looked up when they are first needed. Predicates (functions) run over
 * what the conditions leave, and the slice is cut last, wherever it was written. */
#include "script/state.h"

static nt_query_ref *push_ref(lua_State *L, nt_query *query) {
  nt_vm_take(L, sizeof *query + query->condition_count * sizeof *query->conditions +
                    query->sort_count * sizeof *query->sorts);
  nt_query_ref *ref = nt_ref_new(L, NT_LUA_QUERY, sizeof *ref, 1);
  ref->query = query;
  return ref;
}

void nt_push_query(lua_State *L, nt_str collection) {
  nt_arena *arena = nt_need_reader(L)->arena;
  push_ref(L, nt_query_of(arena, nt_arena_str(arena, collection)));
}

/* A query like the first argument, with its predicates, over another question. */
static void push_derived(lua_State *L, nt_query *query) {
  push_ref(L, query);
  lua_getiuservalue(L, 1, 1);
  lua_setiuservalue(L, -2, 1);
}

/* ---- where ---- */

static const char *const compare_words[] = {"eq", "ne", "lt", "le", "lte", "gt", "ge", "gte", "in", NULL};

/* { gte = 2023, lt = 2025 } */
static nt_query *where_compared(lua_State *L, nt_arena *arena, nt_query *query, nt_str field, const nt_value *map) {
  for (size_t i = 0; i < map->as.map->len; i++) {
    const nt_entry *entry = &map->as.map->entries[i];
    nt_compare compare;
    if (!nt_compare_find(entry->key, &compare))
      nt_raise_unknown(L, NT_MSG_script_unknown_compare, entry->key, compare_words);
    if (compare == NT_IN && entry->value.type != NT_LIST) nt_raise(L, NT_MSG_script_in_list, field);
    query = nt_query_where(arena, query, field, compare, entry->value);
  }
  return query;
}

static nt_query *where_fields(lua_State *L, nt_arena *arena, nt_query *query, int table) {
  nt_value conditions = nt_check_map(L, table, arena);
  for (size_t i = 0; i < conditions.as.map->len; i++) {
    const nt_entry *entry = &conditions.as.map->entries[i];
    if (entry->value.type == NT_MAP)
      query = where_compared(L, arena, query, entry->key, &entry->value);
    else
      query = nt_query_where(arena, query, entry->key, entry->value.type == NT_LIST ? NT_IN : NT_EQ, entry->value);
  }
  return query;
}

/* The list of predicates with one more. */
static void push_predicates(lua_State *L, int query, int function) {
  lua_newtable(L);
  lua_Integer count = lua_getiuservalue(L, query, 1) == LUA_TTABLE ? (lua_Integer)lua_rawlen(L, -1) : 0;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -3, i);
  }
  lua_pop(L, 1);
  lua_pushvalue(L, function);
  lua_rawseti(L, -2, count + 1);
}

static int query_where(lua_State *L) {
  const nt_query_ref *ref = nt_ref_check(L, 1, NT_LUA_QUERY);
  nt_arena *arena = nt_need_reader(L)->arena;
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TFUNCTION) {
    push_ref(L, ref->query);
    push_predicates(L, 1, 2);
    lua_setiuservalue(L, 3, 1);
    return 1;
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  push_derived(L, where_fields(L, arena, ref->query, 2));
  return 1;
}

static int query_sort(lua_State *L) {
  const nt_query_ref *ref = nt_ref_check(L, 1, NT_LUA_QUERY);
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_query *query = ref->query;
  luaL_checkany(L, 2);
  for (int i = 2; i <= lua_gettop(L); i++) query = nt_query_sort(arena, query, nt_copy_arg(L, i, arena));
  push_derived(L, query);
  return 1;
}

static uint64_t check_count(lua_State *L, int index) {
  lua_Integer count = luaL_checkinteger(L, index);
  luaL_argcheck(L, count >= 0, index, "negative number");
  return (uint64_t)count;
}

/* limit(0) is an empty result, which a query cannot say: it is sliced beyond every end. */
static int query_limit(lua_State *L) {
  const nt_query_ref *ref = nt_ref_check(L, 1, NT_LUA_QUERY);
  uint64_t count = check_count(L, 2), offset = count ? ref->query->offset : INT64_MAX;
  push_derived(L, nt_query_slice(nt_need_reader(L)->arena, ref->query, offset, count ? count : 1));
  return 1;
}

static int query_offset(lua_State *L) {
  const nt_query_ref *ref = nt_ref_check(L, 1, NT_LUA_QUERY);
  push_derived(L, nt_query_slice(nt_need_reader(L)->arena, ref->query, check_count(L, 2), ref->query->limit));
  return 1;
}

/* ---- running ---- */

static nt_docrefs ask(lua_State *L, const nt_query *query) {
  nt_reader *reader = nt_need_reader(L);
  nt_docrefs found = {0};
  if (reader->ops->query(reader, query, reader->diags, &found) != NT_READ_OK) nt_raise_reported(L);
  return found;
}

static bool passes(lua_State *L, int predicates, nt_docref document) {
  for (lua_Integer i = 1; lua_rawgeti(L, predicates, i) == LUA_TFUNCTION; i++) {
    nt_lua_push_frozen(L, document);
    lua_call(L, 1, 1);
    bool pass = lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (!pass) return false;
  }
  lua_pop(L, 1);
  return true;
}

static nt_docrefs filter(lua_State *L, const nt_query *query, int predicates) {
  nt_arena *arena = nt_need_reader(L)->arena;
  nt_docrefs all = ask(L, nt_query_slice(arena, query, 0, 0));
  nt_vm_take(L, all.len * sizeof *all.items);
  nt_docref *kept = nt_arena_alloc(arena, (all.len + 1) * sizeof *kept);
  size_t count = 0;
  uint64_t most = query->limit ? query->limit : UINT64_MAX;
  for (size_t i = 0, passed = 0; i < all.len && count < most; i++)
    if (passes(L, predicates, all.items[i]) && passed++ >= query->offset) kept[count++] = all.items[i];
  return (nt_docrefs){kept, count};
}

nt_docrefs nt_lua_query_run(lua_State *L, int index) {
  nt_query_ref *ref = nt_ref_check(L, index, NT_LUA_QUERY);
  if (ref->ran) return ref->found;
  luaL_checkstack(L, 10, NULL);
  if (lua_getiuservalue(L, index, 1) == LUA_TTABLE)
    ref->found = filter(L, ref->query, lua_gettop(L));
  else
    ref->found = ask(L, ref->query);
  lua_pop(L, 1);
  ref->ran = true;
  return ref->found;
}

bool nt_query_at(lua_State *L, int index, int64_t at) {
  nt_docrefs found = nt_lua_query_run(L, index);
  if (at < 0 || (uint64_t)at >= found.len) return false;
  nt_lua_push_frozen(L, found.items[at]);
  return true;
}

/* ---- what scripts see ---- */

static int query_index(lua_State *L) {
  nt_ref_check(L, 1, NT_LUA_QUERY);
  if (lua_isinteger(L, 2)) {
    if (!nt_query_at(L, 1, lua_tointeger(L, 2) - 1)) lua_pushnil(L);
    return 1;
  }
  if (!nt_method_push(L, 2)) lua_pushnil(L);
  return 1;
}

static int query_count(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)nt_lua_query_run(L, 1).len);
  return 1;
}

static int query_first(lua_State *L) {
  if (!nt_query_at(L, 1, 0)) lua_pushnil(L);
  return 1;
}

/* Upvalues: the query, the index. */
static int each_step(lua_State *L) {
  lua_Integer at = lua_tointeger(L, lua_upvalueindex(2));
  lua_pushinteger(L, at + 1);
  lua_replace(L, lua_upvalueindex(2));
  if (!nt_query_at(L, lua_upvalueindex(1), at)) lua_pushnil(L);
  return 1;
}

static int query_each(lua_State *L) {
  nt_lua_query_run(L, 1);
  lua_settop(L, 1);
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, each_step, 2);
  return 1;
}

static int query_tostring(lua_State *L) {
  lua_pushliteral(L, "query");
  return 1;
}

static const luaL_Reg methods[] = {{"where", query_where},   {"sort", query_sort}, {"limit", query_limit},
                                   {"offset", query_offset}, {"each", query_each}, {"count", query_count},
                                   {"first", query_first},   {NULL, NULL}};
static const luaL_Reg meta[] = {
    {"__index", query_index}, {"__len", query_count}, {"__tostring", query_tostring}, {NULL, NULL}};
const nt_binding nt_bind_query = {"query", meta, methods};
