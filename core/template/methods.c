/* The functions that texts and maps have after a dot, as Jinja borrows them from Python. */
#include "template/filters.h"

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static int method_affix(lua_State *L, bool end) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str text = nt_text(L, run, 1), affix = nt_arg_text(L, run, end ? "endswith" : "startswith", 2, NT_STR(""));
  lua_pushboolean(L, end ? nt_str_ends(text, affix) : nt_str_starts(text, affix));
  return 1;
}

static int method_startswith(lua_State *L) {
  return method_affix(L, false);
}
static int method_endswith(lua_State *L) {
  return method_affix(L, true);
}

static int method_split(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str text = nt_text(L, run, 1), mark = nt_arg_text(L, run, "split", 2, nt_str_n(NULL, 0));
  lua_Integer count = 0;
  lua_newtable(L);
  for (bool more = true; more;) {
    if (!mark.len)
      while (text.len && is_space(text.ptr[0])) text = nt_str_sub(text, 1, text.len);
    if (!mark.len && !text.len) break;
    size_t at = mark.len ? nt_str_search(text, mark) : 0;
    while (!mark.len && at < text.len && !is_space(text.ptr[at])) at++;
    more = at < text.len;
    nt_lua_push_str(L, nt_str_sub(text, 0, at));
    lua_rawseti(L, -2, ++count);
    text = nt_str_sub(text, at + (mark.len ? mark.len : 1), text.len);
  }
  nt_set_meta(L, run, NT_META_LIST);
  return 1;
}

/* Pushes the keys or values of a map, or both. */
static int map_parts(lua_State *L, int which) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 1);
  lua_Integer count = nt_push_items(L, run, 1, which != 1);
  if (which != 2) {
    lua_newtable(L);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, 2, i);
      lua_rawseti(L, 3, i);
    }
  } else {
    lua_newtable(L);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, 2, i);
      lua_rawgeti(L, -1, 2);
      lua_rawseti(L, 3, i);
      lua_pop(L, 1);
    }
  }
  nt_set_meta(L, run, NT_META_LIST);
  return 1;
}

static int method_keys(lua_State *L) {
  return map_parts(L, 1);
}
static int method_values(lua_State *L) {
  return map_parts(L, 2);
}
static int method_items(lua_State *L) {
  return map_parts(L, 3);
}

static int method_get(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_settop(L, 3);
  nt_push_attr(L, run, 1, nt_text(L, run, 2));
  if (nt_is(L, run, -1) != NT_IS_UNDEFINED) return 1;
  lua_settop(L, 3);
  if (lua_isnil(L, 3)) nt_lua_push_null(L);
  return 1;
}

/* The methods of texts are filters, some by another name. */
static lua_CFunction text_method(nt_str name) {
  static const char *const filters[] = {"upper", "lower", "title", "capitalize", "replace", NULL};
  if (nt_str_eq(name, NT_STR("startswith"))) return method_startswith;
  if (nt_str_eq(name, NT_STR("endswith"))) return method_endswith;
  if (nt_str_eq(name, NT_STR("split"))) return method_split;
  bool is_filter = nt_str_eq(name, NT_STR("strip"));
  if (is_filter) name = NT_STR("trim");
  for (const char *const *word = filters; *word && !is_filter; word++) is_filter = nt_str_eq(name, nt_str_c(*word));
  for (const luaL_Reg *r = nt_filters_text; is_filter && r->name; r++)
    if (nt_str_eq(nt_str_c(r->name), name)) return r->func;
  return NULL;
}

static lua_CFunction map_method(nt_str name) {
  static const luaL_Reg methods[] = {
      {"keys", method_keys}, {"values", method_values}, {"items", method_items}, {"get", method_get}, {NULL, NULL}};
  for (const luaL_Reg *r = methods; r->name; r++)
    if (nt_str_eq(nt_str_c(r->name), name)) return r->func;
  return NULL;
}

lua_CFunction nt_method_find(nt_kind_of kind, nt_str name) {
  if (kind == NT_IS_DICT || kind == NT_IS_VALUE_MAP) return map_method(name);
  return kind == NT_IS_STRING || kind == NT_IS_SAFE ? text_method(name) : NULL;
}
