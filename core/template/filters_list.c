/* Filters on lists. */
#include "template/filters.h"

#include "text/locale.h"

#include <stdlib.h>

/* ---- shared ---- */

lua_Integer nt_filter_items(lua_State *L, nt_rendering *run, const char *filter, int at) {
  lua_settop(L, at - 1);
  lua_Integer count = nt_push_items(L, run, 1, false);
  if (count < 0) nt_bad_input(L, run, filter, "list");
  return count;
}

/* Pushes the item's attribute, or the item itself where no attribute is asked for (index 0 or nothing there). */
static void push_key(lua_State *L, nt_rendering *run, int attribute, int item) {
  item = lua_absindex(L, item);
  nt_kind_of kind = attribute ? nt_is(L, run, attribute) : NT_IS_UNDEFINED;
  if (kind == NT_IS_STRING)
    nt_push_path(L, run, item, nt_lua_str(L, attribute));
  else if (kind == NT_IS_INT)
    nt_push_at(L, run, item, lua_tointeger(L, attribute));
  else
    lua_pushvalue(L, item);
}

static int make_list(lua_State *L, nt_rendering *run) {
  return nt_set_meta(L, run, NT_META_LIST), 1;
}

/* ---- order ---- */

typedef struct sort_key {
  int rank; /* values of different sorts: numbers, texts, dates, then the rest */
  double number;
  nt_str text;
  nt_value time;
  lua_Integer at;
} sort_key;

static sort_key make_key(lua_State *L, nt_rendering *run, int index, bool case_sensitive, lua_Integer at) {
  sort_key key = {.rank = 4, .at = at};
  nt_kind_of kind = nt_is(L, run, index);
  lua_Number number;
  if (nt_number_of(L, run, index, &number)) {
    key.rank = 0;
    key.number = number;
  } else if (nt_is_text(kind)) {
    key.rank = 1;
    key.text = nt_text(L, run, index);
    if (!case_sensitive) {
      nt_buf buf = {0};
      nt_collation_key(nt_rendering_get_locale(run), key.text, &buf);
      key.text = nt_arena_str(run->reader->arena, nt_buf_str(&buf));
      nt_buf_deinit(&buf);
    } else {
      key.text = nt_arena_str(run->reader->arena, key.text);
    }
  } else if (kind == NT_IS_TIME) {
    key.rank = 2;
    key.time = *nt_lua_value(L, index);
  }
  return key;
}

static int compare_values(const sort_key *a, const sort_key *b) {
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  if (a->rank == 0) return (a->number > b->number) - (a->number < b->number);
  if (a->rank == 1) return nt_str_cmp(a->text, b->text);
  return a->rank == 2 ? nt_value_cmp(&a->time, &b->time) : 0;
}

static int compare_up(const void *a, const void *b) {
  const sort_key *x = a, *y = b;
  int order = compare_values(x, y);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int compare_down(const void *a, const void *b) {
  const sort_key *x = a, *y = b;
  int order = compare_values(y, x);
  return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Keys of the table's items in order; in the reader's arena. */
static sort_key *sorted_keys(lua_State *L, nt_rendering *run, int table, lua_Integer count, int attribute,
                             bool case_sensitive, bool reverse) {
  enum { STEPS_PER_ITEM = 16 };
  nt_vm_charge(L, (uint64_t)count * STEPS_PER_ITEM);
  sort_key *keys = NT_NEW_N(run->reader->arena, sort_key, (size_t)count + 1);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, table, i);
    push_key(L, run, attribute, -1);
    keys[i - 1] = make_key(L, run, -1, case_sensitive, i);
    lua_pop(L, 2);
  }
  if (count > 1) qsort(keys, (size_t)count, sizeof *keys, reverse ? compare_down : compare_up);
  return keys;
}

static bool flag(lua_State *L, nt_rendering *run, int index) {
  return nt_arg_given(L, index) && nt_truth(L, run, index);
}

static int filter_sort(lua_State *L) { /* input, reverse, case_sensitive, attribute */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 4);
  lua_Integer count = nt_filter_items(L, run, "sort", 5);
  sort_key *keys = sorted_keys(L, run, 5, count, 4, flag(L, run, 3), flag(L, run, 2));
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 5, keys[i - 1].at);
    lua_rawseti(L, 6, i);
  }
  return make_list(L, run);
}

static int filter_dictsort(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 1);
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind != NT_IS_DICT && kind != NT_IS_VALUE_MAP) nt_bad_input(L, run, "dictsort", "map");
  lua_Integer count = nt_push_items(L, run, 1, true);
  lua_pushinteger(L, 0);
  sort_key *keys = sorted_keys(L, run, 2, count, 3, false, false);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, keys[i - 1].at);
    lua_rawseti(L, 4, i);
  }
  return make_list(L, run);
}

static int filter_groupby(lua_State *L) { /* input, attribute, default */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  lua_Integer count = nt_filter_items(L, run, "groupby", 4), groups = 0;
  sort_key *keys = sorted_keys(L, run, 4, count, 2, false, false);
  lua_newtable(L); /* 5: groups; 6: the group, 7: its list */
  for (lua_Integer i = 1; i <= count; i++) {
    if (i == 1 || compare_values(&keys[i - 2], &keys[i - 1]) != 0) {
      lua_settop(L, 5);
      lua_newtable(L);
      lua_rawgeti(L, 4, keys[i - 1].at);
      push_key(L, run, 2, -1);
      if (nt_is(L, run, -1) == NT_IS_UNDEFINED && !lua_isnil(L, 3)) lua_pushvalue(L, 3);
      lua_rawseti(L, 6, 1);
      lua_settop(L, 6);
      nt_set_meta(L, run, NT_META_GROUP);
      lua_newtable(L);
      nt_set_meta(L, run, NT_META_LIST);
      lua_pushvalue(L, 7);
      lua_rawseti(L, 6, 2);
      lua_pushvalue(L, 6);
      lua_rawseti(L, 5, ++groups);
    }
    lua_rawgeti(L, 4, keys[i - 1].at);
    lua_rawseti(L, 7, (lua_Integer)lua_rawlen(L, 7) + 1);
  }
  lua_settop(L, 5);
  return make_list(L, run);
}

static int extreme(lua_State *L, const char *filter, bool greatest) { /* input, attribute */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 2);
  lua_Integer count = nt_filter_items(L, run, filter, 3);
  if (!count) return nt_push_undefined(L), 1;
  sort_key *keys = sorted_keys(L, run, 3, count, 2, false, greatest);
  lua_rawgeti(L, 3, keys[0].at);
  return 1;
}

static int filter_min(lua_State *L) {
  return extreme(L, "min", false);
}
static int filter_max(lua_State *L) {
  return extreme(L, "max", true);
}

static int filter_unique(lua_State *L) { /* input, case_sensitive, attribute */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  lua_Integer count = nt_filter_items(L, run, "unique", 4), kept = 0;
  bool sensitive = flag(L, run, 2);
  lua_newtable(L); /* 5: result; 6: keys */
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_settop(L, 6);
    lua_rawgeti(L, 4, i);
    push_key(L, run, 3, 7);
    if (!sensitive && nt_is(L, run, 8) == NT_IS_STRING) {
      lua_pushlightuserdata(L, run);
      lua_pushcclosure(L, nt_method_find(NT_IS_STRING, NT_STR("lower")), 1);
      lua_insert(L, 8);
      lua_call(L, 1, 1);
    }
    bool known = false;
    nt_vm_charge(L, (uint64_t)kept * 4);
    for (lua_Integer k = 1; k <= kept && !known; k++) {
      lua_rawgeti(L, 6, k);
      known = nt_equal(L, run, 8, -1);
      lua_pop(L, 1);
    }
    if (known) continue;
    lua_rawseti(L, 6, ++kept);
    lua_rawseti(L, 5, kept);
  }
  lua_settop(L, 5);
  return make_list(L, run);
}

/* ---- ends ---- */

static int end_item(lua_State *L, const char *filter, bool last) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer count = nt_filter_items(L, run, filter, 2);
  if (count)
    lua_rawgeti(L, 2, last ? count : 1);
  else
    nt_push_undefined(L);
  return 1;
}

static int filter_first(lua_State *L) {
  return end_item(L, "first", false);
}
static int filter_last(lua_State *L) {
  return end_item(L, "last", true);
}

static int filter_length(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  if (nt_is_text(kind))
    lua_pushinteger(L, (lua_Integer)nt_utf8_count(nt_text(L, run, 1)));
  else if (kind == NT_IS_QUERY)
    lua_pushinteger(L, (lua_Integer)nt_lua_query_run(L, 1).len);
  else
    lua_pushinteger(L, nt_filter_items(L, run, "length", 2));
  return 1;
}

static int filter_list(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer count = nt_filter_items(L, run, "list", 2);
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, i);
    lua_rawseti(L, 3, i);
  }
  return make_list(L, run);
}

static int filter_reverse(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  lua_Integer count = nt_filter_items(L, run, "reverse", 2);
  nt_buf text = {0};
  if (nt_is_text(kind)) {
    for (lua_Integer i = count; i > 0; i--) {
      lua_rawgeti(L, 2, i);
      nt_buf_put(&text, nt_lua_str(L, -1));
      lua_pop(L, 1);
    }
    return nt_filter_return(L, run, &text);
  }
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, count + 1 - i);
    lua_rawseti(L, 3, i);
  }
  return make_list(L, run);
}

static int filter_batch(lua_State *L) { /* input, count, fill */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  lua_Integer size = nt_arg_integer(L, run, "batch", 2, 0), count = nt_filter_items(L, run, "batch", 4), rows = 0;
  if (size < 1) nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("batch"), nt_text(L, run, 2), NT_STR(">= 1"));
  if (size > NT_TEMPLATE_RANGE) size = NT_TEMPLATE_RANGE;
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i += size) {
    lua_newtable(L);
    for (lua_Integer k = 0; k < size && (i + k <= count || !lua_isnil(L, 3)); k++) {
      if (i + k <= count)
        lua_rawgeti(L, 4, i + k);
      else
        lua_pushvalue(L, 3);
      lua_rawseti(L, 6, k + 1);
    }
    nt_set_meta(L, run, NT_META_LIST);
    lua_rawseti(L, 5, ++rows);
  }
  return make_list(L, run);
}

static int filter_items(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 1);
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind != NT_IS_DICT && kind != NT_IS_VALUE_MAP && kind != NT_IS_UNDEFINED && kind != NT_IS_NULL)
    nt_bad_input(L, run, "items", "map");
  nt_push_items(L, run, 1, true);
  return make_list(L, run);
}

static int filter_join(lua_State *L) { /* input, between, attribute */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  nt_str between = nt_arg_text(L, run, "join", 2, NT_STR(""));
  lua_Integer count = nt_filter_items(L, run, "join", 4);
  bool safe = nt_is(L, run, 2) == NT_IS_SAFE;
  nt_buf *out = &run->scratch;
  size_t taken = 0;
  lua_newtable(L); /* 5: what is joined */
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 4, i);
    push_key(L, run, 3, 6);
    safe |= nt_is_html(nt_is(L, run, 7));
    nt_text(L, run, 7); /* raises for what cannot be written */
    lua_rawseti(L, 5, i);
    lua_settop(L, 5);
  }
  nt_buf_clear(out);
  for (lua_Integer i = 1; i <= count; i++) {
    if (i > 1 && safe) nt_write(L, run, 2, out);
    if (i > 1 && !safe) nt_buf_put(out, between);
    lua_rawgeti(L, 5, i);
    if (safe)
      nt_write(L, run, 6, out);
    else
      nt_buf_put(out, nt_text(L, run, 6));
    lua_settop(L, 5);
    nt_vm_take(L, out->len - taken);
    taken = out->len;
  }
  if (safe)
    nt_push_safe(L, run, nt_buf_str(out));
  else
    nt_lua_push_str(L, nt_buf_str(out));
  return 1;
}

/* ---- by attribute or test ---- */

static int filter_map(lua_State *L) { /* input, filter, a, b, attribute, default */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 6);
  lua_Integer count = nt_filter_items(L, run, "map", 7);
  bool by_attribute = nt_arg_given(L, 5);
  if (!by_attribute && nt_is(L, run, 2) != NT_IS_STRING)
    nt_fail(L, run, NT_MSG_template_missing_argument, NT_STR("map"), NT_STR("attribute"));
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 7, i);
    if (by_attribute) {
      push_key(L, run, 5, 9);
      if (nt_is(L, run, -1) == NT_IS_UNDEFINED && !lua_isnil(L, 6)) lua_pushvalue(L, 6);
    } else {
      nt_push_filter(L, run, nt_lua_str(L, 2));
      lua_pushvalue(L, 9);
      int arguments = lua_isnil(L, 3) ? 0 : lua_isnil(L, 4) ? 1 : 2;
      for (int a = 0; a < arguments; a++) lua_pushvalue(L, 3 + a);
      lua_call(L, 1 + arguments, 1);
    }
    lua_rawseti(L, 8, i);
    lua_settop(L, 8);
  }
  return make_list(L, run);
}

/* The test's name at `test`, its argument after it; the value is on the top and is popped. */
static bool meets(lua_State *L, nt_rendering *run, int test) {
  if (!nt_arg_given(L, test)) {
    bool truth = nt_truth(L, run, -1);
    lua_pop(L, 1);
    return truth;
  }
  nt_push_test(L, run, nt_arg_text(L, run, "select", test, NT_STR("")));
  lua_insert(L, -2);
  int arguments = lua_isnil(L, test + 1) ? 0 : 1;
  if (arguments) lua_pushvalue(L, test + 1);
  lua_call(L, 1 + arguments, 1);
  bool met = nt_truth(L, run, -1);
  lua_pop(L, 1);
  return met;
}

static int choose(lua_State *L, const char *filter, int attribute, int test, bool wanted) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, test + 1);
  int table = test + 2;
  lua_Integer count = nt_filter_items(L, run, filter, table), kept = 0;
  lua_newtable(L);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, table, i);
    push_key(L, run, attribute, -1);
    if (meets(L, run, test) == wanted)
      lua_rawseti(L, table + 1, ++kept);
    else
      lua_pop(L, 1);
  }
  return make_list(L, run);
}

static int filter_select(lua_State *L) {
  return choose(L, "select", 0, 2, true);
}
static int filter_reject(lua_State *L) {
  return choose(L, "reject", 0, 2, false);
}
static int filter_selectattr(lua_State *L) {
  return choose(L, "selectattr", 2, 3, true);
}
static int filter_rejectattr(lua_State *L) {
  return choose(L, "rejectattr", 2, 3, false);
}

static int filter_sum(lua_State *L) { /* input, attribute, start */
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  lua_Integer count = nt_filter_items(L, run, "sum", 4), whole = 0;
  lua_Number start = 0, total = 0;
  bool integer = lua_isnil(L, 3) || lua_isinteger(L, 3);
  if (nt_arg_given(L, 3) && !nt_number_of(L, run, 3, &start)) nt_bad_input(L, run, "sum", "number");
  if (integer) whole = lua_tointeger(L, 3);
  total = start;
  for (lua_Integer i = 1; i <= count; i++) {
    lua_Number number;
    lua_rawgeti(L, 4, i);
    push_key(L, run, 2, 5);
    nt_kind_of kind = nt_is(L, run, 6);
    if (!nt_number_of(L, run, 6, &number))
      nt_fail(L, run, NT_MSG_template_filter_input, NT_STR("sum"), nt_is_name(kind), NT_STR("number"));
    integer = integer && kind == NT_IS_INT && !__builtin_add_overflow(whole, lua_tointeger(L, 6), &whole);
    total += number;
    lua_settop(L, 4);
  }
  if (integer)
    lua_pushinteger(L, whole);
  else
    lua_pushnumber(L, total);
  return 1;
}

const luaL_Reg nt_filters_list[] = {{"sort", filter_sort},
                                    {"dictsort", filter_dictsort},
                                    {"groupby", filter_groupby},
                                    {"min", filter_min},
                                    {"max", filter_max},
                                    {"unique", filter_unique},
                                    {"first", filter_first},
                                    {"last", filter_last},
                                    {"length", filter_length},
                                    {"count", filter_length},
                                    {"list", filter_list},
                                    {"reverse", filter_reverse},
                                    {"batch", filter_batch},
                                    {"items", filter_items},
                                    {"join", filter_join},
                                    {"map", filter_map},
                                    {"select", filter_select},
                                    {"reject", filter_reject},
                                    {"selectattr", filter_selectattr},
                                    {"rejectattr", filter_rejectattr},
                                    {"sum", filter_sum},
                                    {NULL, NULL}};
