/* What a value is to a template, and what all parts of the runtime ask of it. */
#include "template/runtime.h"

#include "model/nodecode.h"
#include "text/date.h"

#include <math.h>
#include <stdio.h>

static const char undefined_key = 0;

void nt_push_undefined(lua_State *L) {
  lua_pushlightuserdata(L, (void *)&undefined_key);
}

/* ---- kinds ---- */

static nt_kind_of table_kind(lua_State *L, const nt_rendering *run, int index) {
  if (!lua_getmetatable(L, index)) return NT_IS_TABLE;
  const void *meta = lua_topointer(L, -1);
  lua_pop(L, 1);
  if (meta == run->metas[NT_META_LIST] || meta == run->metas[NT_META_GROUP]) return NT_IS_LIST;
  if (meta == run->metas[NT_META_DICT] || meta == run->metas[NT_META_NAMESPACE]) return NT_IS_DICT;
  if (meta == run->metas[NT_META_KEYWORDS]) return NT_IS_KEYWORDS;
  return meta == run->metas[NT_META_MODULE] ? NT_IS_MODULE : NT_IS_TABLE;
}

static bool is_safe(lua_State *L, const nt_rendering *run, int index) {
  if (!lua_getmetatable(L, index)) return false;
  bool safe = lua_topointer(L, -1) == run->metas[NT_META_SAFE];
  lua_pop(L, 1);
  return safe;
}

static nt_kind_of userdata_kind(lua_State *L, const nt_rendering *run, int index) {
  if (is_safe(L, run, index)) return NT_IS_SAFE;
  switch (nt_lua_kind_of(L, index)) {
  case NT_LUA_VALUE: {
    const nt_value *value = nt_lua_value_read(L, index);
    return value && value->type == NT_LIST ? NT_IS_VALUE_LIST : NT_IS_VALUE_MAP;
  }
  case NT_LUA_TIME: return NT_IS_TIME;
  case NT_LUA_MARKUP: return NT_IS_MARKUP;
  case NT_LUA_FROZEN: return NT_IS_DOCUMENT;
  case NT_LUA_NODE: return NT_IS_NODE;
  case NT_LUA_PAGE: return NT_IS_PAGE;
  case NT_LUA_SITE: return NT_IS_SITE;
  case NT_LUA_QUERY: return NT_IS_QUERY;
  default: return NT_IS_OTHER;
  }
}

nt_kind_of nt_is(lua_State *L, const nt_rendering *run, int index) {
  switch (lua_type(L, index)) {
  case LUA_TSTRING: return NT_IS_STRING;
  case LUA_TNUMBER: return lua_isinteger(L, index) ? NT_IS_INT : NT_IS_FLOAT;
  case LUA_TBOOLEAN: return NT_IS_BOOL;
  case LUA_TTABLE: return table_kind(L, run, index);
  case LUA_TFUNCTION: return NT_IS_FUNCTION;
  case LUA_TUSERDATA: return userdata_kind(L, run, index);
  case LUA_TLIGHTUSERDATA: return nt_lua_is_null(L, index) ? NT_IS_NULL : NT_IS_UNDEFINED;
  default: return NT_IS_UNDEFINED;
  }
}

nt_str nt_is_name(nt_kind_of kind) {
  static const char *const names[] = {
      [NT_IS_UNDEFINED] = "undefined", [NT_IS_NULL] = "null",       [NT_IS_BOOL] = "boolean",
      [NT_IS_INT] = "number",          [NT_IS_FLOAT] = "number",    [NT_IS_STRING] = "string",
      [NT_IS_SAFE] = "string",         [NT_IS_LIST] = "list",       [NT_IS_DICT] = "map",
      [NT_IS_MODULE] = "import",       [NT_IS_KEYWORDS] = "map",    [NT_IS_TABLE] = "table",
      [NT_IS_FUNCTION] = "function",   [NT_IS_VALUE_LIST] = "list", [NT_IS_VALUE_MAP] = "map",
      [NT_IS_TIME] = "date",           [NT_IS_MARKUP] = "markup",   [NT_IS_DOCUMENT] = "document",
      [NT_IS_NODE] = "markup",         [NT_IS_PAGE] = "page",       [NT_IS_SITE] = "site",
      [NT_IS_QUERY] = "query",         [NT_IS_OTHER] = "object"};
  return nt_str_c(names[kind]);
}

bool nt_is_html(nt_kind_of kind) {
  return kind == NT_IS_SAFE || kind == NT_IS_MARKUP || kind == NT_IS_NODE;
}
bool nt_is_text(nt_kind_of kind) {
  return kind == NT_IS_STRING || nt_is_html(kind);
}

void nt_set_meta(lua_State *L, const nt_rendering *run, nt_meta meta) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->meta_refs[meta]);
  lua_setmetatable(L, -2);
}

/* Safe text is a userdata of its bytes; the head keeps it from being taken for a reference of the script layer. */
enum { SAFE_HEAD = 8 };

void nt_push_safe(lua_State *L, const nt_rendering *run, nt_str html) {
  char *bytes = lua_newuserdatauv(L, SAFE_HEAD + html.len, 0);
  memset(bytes, 0, SAFE_HEAD);
  if (html.len) memcpy(bytes + SAFE_HEAD, html.ptr, html.len);
  nt_set_meta(L, run, NT_META_SAFE);
}

nt_str nt_safe_str(lua_State *L, int index) {
  return nt_str_n((const char *)lua_touserdata(L, index) + SAFE_HEAD, lua_rawlen(L, index) - SAFE_HEAD);
}

void nt_make_dict(lua_State *L, const nt_rendering *run) {
  lua_createtable(L, 2, 0);
  lua_insert(L, -3);
  lua_rawseti(L, -3, 2);
  lua_rawseti(L, -2, 1);
  nt_set_meta(L, run, NT_META_DICT);
}

/* ---- text ---- */

/* As Python writes it: the shortest digits that read back as the same number. */
void nt_float_text(double number, nt_buf *out) {
  char text[48];
  if (isnan(number) || isinf(number)) {
    nt_buf_c(out, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
    return;
  }
  if (number == floor(number) && fabs(number) < 1e16) {
    nt_buf_format(out, "%.1f", number);
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (strtod(text, NULL) == number) break;
  }
  nt_buf_c(out, text);
}

static nt_str kept(nt_rendering *run, nt_buf *buf) {
  nt_str text = nt_arena_str(run->reader->arena, nt_buf_str(buf));
  nt_buf_deinit(buf);
  return text;
}

static const nt_node *markup_node(lua_State *L, int index) {
  return nt_lua_node(L, index);
}

static nt_str node_text(lua_State *L, nt_rendering *run, int index) {
  nt_buf buf = {0};
  const nt_node *node = markup_node(L, index);
  if (node) nt_node_plain_text(node, &buf);
  return kept(run, &buf);
}

static nt_str number_text(lua_State *L, nt_rendering *run, int index) {
  nt_buf buf = {0};
  if (lua_isinteger(L, index))
    nt_buf_format(&buf, "%lld", (long long)lua_tointeger(L, index));
  else
    nt_float_text(lua_tonumber(L, index), &buf);
  return kept(run, &buf);
}

nt_str nt_text(lua_State *L, nt_rendering *run, int index) {
  nt_kind_of kind = nt_is(L, run, index);
  nt_buf buf = {0};
  switch (kind) {
  case NT_IS_STRING: return nt_lua_str(L, index);
  case NT_IS_SAFE: return nt_safe_str(L, index);
  case NT_IS_NULL:
  case NT_IS_UNDEFINED: return NT_STR("");
  case NT_IS_BOOL: return lua_toboolean(L, index) ? NT_STR("true") : NT_STR("false");
  case NT_IS_INT:
  case NT_IS_FLOAT: return number_text(L, run, index);
  case NT_IS_MARKUP:
  case NT_IS_NODE: return node_text(L, run, index);
  case NT_IS_TIME: nt_date_rfc3339(nt_lua_value(L, index)->as.time, &buf); return kept(run, &buf);
  default: nt_fail(L, run, NT_MSG_template_cannot_print, nt_is_name(kind));
  }
}

/* ---- truth, equality, order ---- */

bool nt_truth(lua_State *L, nt_rendering *run, int index) {
  nt_kind_of kind = nt_is(L, run, index);
  switch (kind) {
  case NT_IS_UNDEFINED:
  case NT_IS_NULL: return false;
  case NT_IS_BOOL: return lua_toboolean(L, index);
  case NT_IS_INT:
  case NT_IS_FLOAT: return lua_tonumber(L, index) != 0;
  case NT_IS_STRING: return lua_rawlen(L, index) > 0;
  case NT_IS_SAFE: return nt_safe_str(L, index).len > 0;
  case NT_IS_LIST: return lua_rawlen(L, index) > 0;
  case NT_IS_VALUE_LIST:
  case NT_IS_VALUE_MAP: return nt_value_len(nt_lua_value(L, index)) > 0;
  case NT_IS_QUERY: return nt_lua_query_run(L, index).len > 0;
  case NT_IS_NODE: return nt_lua_node(L, index)->first || nt_lua_node(L, index)->text.len;
  case NT_IS_DICT:
  case NT_IS_TABLE: {
    lua_Integer count = nt_push_items(L, run, index, false);
    if (count >= 0) lua_pop(L, 1);
    return count != 0;
  }
  default: return true;
  }
}

bool nt_number_of(lua_State *L, nt_rendering *run, int index, lua_Number *out) {
  int type = lua_type(L, index);
  if (type == LUA_TBOOLEAN)
    *out = lua_toboolean(L, index);
  else if (type == LUA_TNUMBER)
    *out = lua_tonumber(L, index);
  else
    return false;
  return true;
}

static bool is_map(nt_kind_of kind) {
  return kind == NT_IS_DICT || kind == NT_IS_VALUE_MAP;
}
static bool is_list(nt_kind_of kind) {
  return kind == NT_IS_LIST || kind == NT_IS_VALUE_LIST || kind == NT_IS_TABLE;
}

static bool equal_deep(lua_State *L, nt_rendering *run, int a, int b, int depth);

/* Lists, or the pairs of maps. */
static bool equal_items(lua_State *L, nt_rendering *run, int a, int b, bool pairs, int depth) {
  int top = lua_gettop(L);
  luaL_checkstack(L, 10, NULL);
  lua_Integer count = nt_push_items(L, run, a, pairs), other = nt_push_items(L, run, b, pairs);
  bool equal = count == other && count >= 0;
  for (lua_Integer i = 1; equal && i <= count; i++) {
    lua_rawgeti(L, top + 1, i);
    lua_rawgeti(L, top + 2, i);
    equal = equal_deep(L, run, top + 3, top + 4, depth - 1);
    lua_settop(L, top + 2);
  }
  lua_settop(L, top);
  return equal;
}

static bool equal_deep(lua_State *L, nt_rendering *run, int a, int b, int depth) {
  lua_Number x, y;
  if (depth < 0) return false;
  if (lua_type(L, a) == LUA_TNUMBER && lua_type(L, b) == LUA_TNUMBER) return lua_rawequal(L, a, b);
  if (nt_number_of(L, run, a, &x) && nt_number_of(L, run, b, &y)) return x == y;
  nt_kind_of kind = nt_is(L, run, a), other = nt_is(L, run, b);
  if (nt_is_text(kind) && nt_is_text(other)) return nt_str_eq(nt_text(L, run, a), nt_text(L, run, b));
  if (is_map(kind) && is_map(other)) return equal_items(L, run, a, b, true, depth);
  if (is_list(kind) && is_list(other)) return equal_items(L, run, a, b, false, depth);
  if (kind != other) return false;
  if (kind == NT_IS_TIME) return nt_value_cmp(nt_lua_value(L, a), nt_lua_value(L, b)) == 0;
  if (kind == NT_IS_DOCUMENT) return nt_lua_frozen(L, a) == nt_lua_frozen(L, b);
  return kind == NT_IS_SITE || kind == NT_IS_PAGE || kind == NT_IS_NULL || kind == NT_IS_UNDEFINED ||
         lua_rawequal(L, a, b);
}

bool nt_equal(lua_State *L, nt_rendering *run, int a, int b) {
  return equal_deep(L, run, lua_absindex(L, a), lua_absindex(L, b), NT_VALUE_DEPTH);
}

bool nt_order(lua_State *L, nt_rendering *run, int a, int b, int *out) {
  lua_Number x, y;
  if (lua_isinteger(L, a) && lua_isinteger(L, b)) {
    lua_Integer i = lua_tointeger(L, a), j = lua_tointeger(L, b);
    *out = (i > j) - (i < j);
    return true;
  }
  if (nt_number_of(L, run, a, &x) && nt_number_of(L, run, b, &y)) {
    *out = (x > y) - (x < y);
    return true;
  }
  nt_kind_of kind = nt_is(L, run, a), other = nt_is(L, run, b);
  if (nt_is_text(kind) && nt_is_text(other))
    *out = nt_str_cmp(nt_text(L, run, a), nt_text(L, run, b));
  else if (kind == NT_IS_TIME && other == NT_IS_TIME)
    *out = nt_value_cmp(nt_lua_value(L, a), nt_lua_value(L, b));
  else
    return false;
  return true;
}

static bool map_has(lua_State *L, nt_rendering *run, nt_kind_of kind, int map, int key) {
  if (kind == NT_IS_VALUE_MAP) return nt_map_find(nt_lua_value(L, map), nt_text(L, run, key)) != NULL;
  lua_rawgeti(L, map, 2);
  lua_pushvalue(L, key);
  bool found = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return found;
}

bool nt_contains(lua_State *L, nt_rendering *run, int item, int in) {
  nt_kind_of kind = nt_is(L, run, in);
  int top = lua_gettop(L);
  if (kind == NT_IS_UNDEFINED || kind == NT_IS_NULL) return false;
  if (nt_is_text(kind)) {
    if (!nt_is_text(nt_is(L, run, item))) return false;
    nt_str part = nt_text(L, run, item), whole = nt_text(L, run, in);
    return part.len == 0 || nt_str_search(whole, part) < whole.len;
  }
  if (is_map(kind)) return map_has(L, run, kind, in, item);
  lua_Integer count = nt_push_items(L, run, in, false);
  if (count < 0) nt_fail(L, run, NT_MSG_template_not_iterable, nt_is_name(kind));
  bool found = false;
  for (lua_Integer i = 1; !found && i <= count; i++) {
    lua_rawgeti(L, top + 1, i);
    found = nt_equal(L, run, item, -1);
    lua_pop(L, 1);
  }
  lua_settop(L, top);
  return found;
}
