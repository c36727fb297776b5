/* What chunks call to read, compute and compare. */
#include "template/runtime.h"

#include <math.h>
#include <stdlib.h>

/* ---- names ---- */

static void find_in(lua_State *L, nt_rendering *run, int context, int name, bool lenient) {
  lua_pushvalue(L, name);
  run->lenient = lenient;
  lua_gettable(L, context);
  run->lenient = false;
}

static int op_find(lua_State *L) { /* C, name */
  find_in(L, nt_rendering_of(L), 1, 2, true);
  return 1;
}

/* value, C, name: the value unless it has not been set. */
static int op_maybe(lua_State *L) {
  if (lua_isnil(L, 1))
    find_in(L, nt_rendering_of(L), 2, 3, true);
  else
    lua_pushvalue(L, 1);
  return 1;
}

static int op_either(lua_State *L) {
  if (lua_isnil(L, 1))
    find_in(L, nt_rendering_of(L), 2, 3, false);
  else
    lua_pushvalue(L, 1);
  return 1;
}

static int op_pick(lua_State *L) {
  lua_pushvalue(L, lua_isnil(L, 1) ? 2 : 1);
  return 1;
}

/* ---- attributes ---- */

static int op_attr(lua_State *L) {
  nt_push_attr(L, nt_rendering_of(L), 1, nt_lua_str(L, 2));
  return 1;
}

/* The names under which the object has something, for "did you mean". */
static void try_keys(lua_State *L, nt_rendering *run, int object, nt_nearest *near) {
  static const char *const page[] = {"path",       "url",        "output",   "template", "document", "kind",
                                     "collection", "number",     "count",    "first",    "shown",    "prev",
                                     "next",       "lang",       "params",   "title",    "taxonomy", "term",
                                     "home",       "alternates", "unlisted", NULL};
  static const char *const document[] = {"body", "url", "id", "kind", "lang", "source", "file", NULL};
  nt_kind_of kind = nt_is(L, run, object);
  const char *const *fixed = kind == NT_IS_PAGE ? page : kind == NT_IS_DOCUMENT ? document : NULL;
  const nt_value *map = kind == NT_IS_VALUE_MAP ? nt_lua_value(L, object) : NULL;
  if (kind == NT_IS_DOCUMENT) map = run->reader->ops->fields(run->reader, nt_lua_frozen(L, object));
  for (; fixed && *fixed; fixed++) nt_nearest_try(near, nt_str_c(*fixed));
  for (size_t i = 0; map && i < nt_value_len(map); i++) nt_nearest_try(near, map->as.map->entries[i].key);
  if (kind != NT_IS_DICT) return;
  lua_Integer count = nt_push_items(L, run, object, false);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, -1, i);
    if (lua_type(L, -1) == LUA_TSTRING) nt_nearest_try(near, nt_arena_str(run->reader->arena, nt_lua_str(L, -1)));
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

/* An attribute that something will be read from. */
static int op_need(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str key = nt_lua_str(L, 2), file = {NULL, 0};
  nt_push_attr(L, run, 1, key);
  if (nt_is(L, run, -1) != NT_IS_UNDEFINED) return 1;
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  nt_nearest near = {.word = key};
  try_keys(L, run, 1, &near);
  nt_str of = place && place->text.len ? place->text : nt_is_name(nt_is(L, run, 1));
  nt_code code = near.best.len ? NT_MSG_template_no_attribute_near : NT_MSG_template_no_attribute;
  nt_fail(L, run, code, key, of, near.best.len ? near.best : NT_STR(""));
}

static int op_at(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 2);
  if (kind == NT_IS_INT || kind == NT_IS_BOOL)
    nt_push_at(L, run, 1, kind == NT_IS_INT ? lua_tointeger(L, 2) : lua_toboolean(L, 2));
  else if (nt_is_text(kind))
    nt_push_attr(L, run, 1, nt_text(L, run, 2));
  else if (nt_is(L, run, 1) == NT_IS_UNDEFINED)
    nt_fail(L, run, NT_MSG_template_undefined_use, NT_STR("[…]"));
  else
    nt_push_undefined(L);
  return 1;
}

static bool slice_bound(lua_State *L, nt_rendering *run, int index, lua_Integer *out) {
  if (lua_isnoneornil(L, index) || nt_lua_is_null(L, index)) return false;
  if (!lua_isinteger(L, index))
    nt_fail(L, run, NT_MSG_template_operand, NT_STR("[:]"), nt_is_name(nt_is(L, run, index)));
  *out = lua_tointeger(L, index);
  return true;
}

static lua_Integer clamp(lua_Integer value, lua_Integer low, lua_Integer high) {
  return value < low ? low : value > high ? high : value;
}

/* Python's rules for [from:to:step]. */
static int op_slice(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer from = 0, to = 0, step = 1, made = 0;
  nt_kind_of kind = nt_is(L, run, 1);
  lua_settop(L, 4);
  lua_Integer count = nt_push_items(L, run, 1, false);
  if (count < 0) nt_fail(L, run, NT_MSG_template_operand, NT_STR("[:]"), nt_is_name(kind));
  if (slice_bound(L, run, 4, &step) && step == 0)
    nt_fail(L, run, NT_MSG_template_operand, NT_STR("[::0]"), nt_is_name(kind));
  lua_Integer low = step > 0 ? 0 : -1, high = step > 0 ? count : count - 1;
  bool has_from = slice_bound(L, run, 2, &from), has_to = slice_bound(L, run, 3, &to);
  from = has_from ? clamp(from < 0 ? from + count : from, low, high) : step > 0 ? 0 : count - 1;
  to = has_to ? clamp(to < 0 ? to + count : to, low, high) : step > 0 ? count : -1;
  lua_newtable(L);
  for (lua_Integer i = from; step > 0 ? i < to : i > to; i += step) {
    lua_rawgeti(L, 5, i + 1);
    lua_rawseti(L, 6, ++made);
    if (step > count || step < -count) break;
  }
  nt_set_meta(L, run, NT_META_LIST);
  if (!nt_is_text(kind)) return 1;
  nt_buf text = {0};
  for (lua_Integer i = 1; i <= made; i++) {
    lua_rawgeti(L, 6, i);
    nt_buf_put(&text, nt_lua_str(L, -1));
    lua_pop(L, 1);
  }
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&text));
  nt_buf_deinit(&text);
  nt_lua_push_str(L, kept);
  return 1;
}

/* ---- comparison ---- */

static int op_truth(lua_State *L) {
  return lua_pushboolean(L, nt_truth(L, nt_rendering_of(L), 1)), 1;
}
static int op_eq(lua_State *L) {
  return lua_pushboolean(L, nt_equal(L, nt_rendering_of(L), 1, 2)), 1;
}
static int op_isin(lua_State *L) {
  return lua_pushboolean(L, nt_contains(L, nt_rendering_of(L), 1, 2)), 1;
}

static int ordered(lua_State *L, const char *op) {
  nt_rendering *run = nt_rendering_of(L);
  int order;
  if (!nt_order(L, run, 1, 2, &order))
    nt_fail(L, run, NT_MSG_template_operands, nt_str_c(op), nt_is_name(nt_is(L, run, 1)), nt_is_name(nt_is(L, run, 2)));
  return order;
}

static int op_lt(lua_State *L) {
  return lua_pushboolean(L, ordered(L, "<") < 0), 1;
}
static int op_gt(lua_State *L) {
  return lua_pushboolean(L, ordered(L, ">") > 0), 1;
}
static int op_le(lua_State *L) {
  return lua_pushboolean(L, ordered(L, "<=") <= 0), 1;
}
static int op_ge(lua_State *L) {
  return lua_pushboolean(L, ordered(L, ">=") >= 0), 1;
}

/* ---- arithmetic ---- */

static void bad_operands(lua_State *L, const char *op) {
  nt_rendering *run = nt_rendering_of(L);
  nt_fail(L, run, NT_MSG_template_operands, nt_str_c(op), nt_is_name(nt_is(L, run, 1)), nt_is_name(nt_is(L, run, 2)));
}

typedef struct operands {
  bool integers;
  lua_Integer i, j;
  lua_Number x, y;
} operands;

static bool numbers(lua_State *L, nt_rendering *run, operands *o) {
  if (!nt_number_of(L, run, 1, &o->x) || !nt_number_of(L, run, 2, &o->y)) return false;
  o->integers = lua_type(L, 1) == LUA_TBOOLEAN || lua_isinteger(L, 1);
  o->integers = o->integers && (lua_type(L, 2) == LUA_TBOOLEAN || lua_isinteger(L, 2));
  o->i = lua_type(L, 1) == LUA_TBOOLEAN ? lua_toboolean(L, 1) : o->integers ? lua_tointeger(L, 1) : 0;
  o->j = lua_type(L, 2) == LUA_TBOOLEAN ? lua_toboolean(L, 2) : o->integers ? lua_tointeger(L, 2) : 0;
  return true;
}

static void need_numbers(lua_State *L, operands *o, const char *op) {
  if (!numbers(L, nt_rendering_of(L), o)) bad_operands(L, op);
}

static void push_result(lua_State *L, bool integer, lua_Integer i, lua_Number x) {
  if (integer)
    lua_pushinteger(L, i);
  else
    lua_pushnumber(L, x);
}

static void add_lists(lua_State *L, nt_rendering *run) {
  lua_Integer made = 0;
  lua_newtable(L);
  for (int index = 1; index <= 2; index++) {
    lua_Integer count = nt_push_items(L, run, index, false);
    for (lua_Integer i = 1; i <= count; i++) {
      lua_rawgeti(L, -1, i);
      lua_rawseti(L, 3, ++made);
    }
    lua_pop(L, 1);
  }
  nt_set_meta(L, run, NT_META_LIST);
}

static void concatenate(lua_State *L, nt_rendering *run, int count);

static int op_add(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  operands o;
  if (numbers(L, run, &o)) {
    lua_Integer sum = 0;
    bool fits = o.integers && !__builtin_add_overflow(o.i, o.j, &sum);
    push_result(L, fits, sum, o.x + o.y);
    return 1;
  }
  nt_kind_of a = nt_is(L, run, 1), b = nt_is(L, run, 2);
  if (nt_is_text(a) && nt_is_text(b)) {
    concatenate(L, run, 2);
    return 1;
  }
  bool lists = (a == NT_IS_LIST || a == NT_IS_VALUE_LIST || a == NT_IS_TABLE) &&
               (b == NT_IS_LIST || b == NT_IS_VALUE_LIST || b == NT_IS_TABLE);
  if (!lists) bad_operands(L, "+");
  add_lists(L, run);
  return 1;
}

static int op_sub(lua_State *L) {
  operands o;
  lua_Integer result = 0;
  need_numbers(L, &o, "-");
  bool fits = o.integers && !__builtin_sub_overflow(o.i, o.j, &result);
  push_result(L, fits, result, o.x - o.y);
  return 1;
}

/* "-" * 10 */
static bool repeat(lua_State *L, nt_rendering *run, int text, int times) {
  if (nt_is(L, run, text) != NT_IS_STRING || !lua_isinteger(L, times)) return false;
  nt_str part = nt_lua_str(L, text);
  lua_Integer count = lua_tointeger(L, times);
  if (count <= 0 || part.len == 0) return lua_pushliteral(L, ""), true;
  if ((size_t)count > NT_TEMPLATE_RANGE * 10 / part.len)
    nt_fail(L, run, NT_MSG_template_operands, NT_STR("*"), NT_STR("string"), nt_text(L, run, times));
  luaL_Buffer buffer;
  luaL_buffinitsize(L, &buffer, part.len * (size_t)count);
  while (count--) luaL_addlstring(&buffer, part.ptr, part.len);
  luaL_pushresult(&buffer);
  return true;
}

static int op_mul(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  operands o;
  lua_Integer result = 0;
  if (!numbers(L, run, &o)) {
    if (!repeat(L, run, 1, 2) && !repeat(L, run, 2, 1)) bad_operands(L, "*");
    return 1;
  }
  bool fits = o.integers && !__builtin_mul_overflow(o.i, o.j, &result);
  push_result(L, fits, result, o.x * o.y);
  return 1;
}

static void not_zero(lua_State *L, const operands *o) {
  nt_rendering *run = nt_rendering_of(L);
  if (o->y == 0) nt_fail(L, run, NT_MSG_template_divide_zero, NT_STR(""));
}

static int op_div(lua_State *L) {
  operands o;
  need_numbers(L, &o, "/");
  not_zero(L, &o);
  lua_pushnumber(L, o.x / o.y);
  return 1;
}

static int op_idiv(lua_State *L) {
  operands o;
  need_numbers(L, &o, "//");
  not_zero(L, &o);
  if (o.integers && !(o.j == -1)) {
    lua_Integer q = o.i / o.j;
    lua_pushinteger(L, q - ((o.i % o.j != 0) && ((o.i < 0) != (o.j < 0))));
  } else if (o.integers && o.i != INT64_MIN) {
    lua_pushinteger(L, -o.i);
  } else {
    lua_pushnumber(L, floor(o.x / o.y));
  }
  return 1;
}

static int op_mod(lua_State *L) {
  operands o;
  need_numbers(L, &o, "%");
  not_zero(L, &o);
  if (o.integers) {
    lua_Integer r = o.j == -1 ? 0 : o.i % o.j;
    lua_pushinteger(L, r != 0 && (r < 0) != (o.j < 0) ? r + o.j : r);
  } else {
    lua_Number r = fmod(o.x, o.y);
    lua_pushnumber(L, r != 0 && (r < 0) != (o.y < 0) ? r + o.y : r);
  }
  return 1;
}

static int op_pow(lua_State *L) {
  operands o;
  need_numbers(L, &o, "**");
  lua_Integer result = 1, base = o.i;
  bool fits = o.integers && o.j >= 0;
  for (lua_Integer left = o.j; fits && left > 0; left >>= 1) {
    if (left & 1) fits = !__builtin_mul_overflow(result, base, &result);
    if (left > 1 && fits) fits = !__builtin_mul_overflow(base, base, &base);
  }
  push_result(L, fits, result, fits ? 0 : pow(o.x, o.y));
  return 1;
}

static int signed_value(lua_State *L, const char *op, bool negate) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number x;
  if (!nt_number_of(L, run, 1, &x))
    nt_fail(L, run, NT_MSG_template_operand, nt_str_c(op), nt_is_name(nt_is(L, run, 1)));
  bool integer = lua_type(L, 1) == LUA_TBOOLEAN || (lua_isinteger(L, 1) && lua_tointeger(L, 1) != INT64_MIN);
  lua_Integer i = lua_type(L, 1) == LUA_TBOOLEAN ? lua_toboolean(L, 1) : lua_tointeger(L, 1);
  push_result(L, integer, integer && negate ? -i : i, negate ? -x : x);
  return 1;
}

static int op_neg(lua_State *L) {
  return signed_value(L, "-", true);
}
static int op_pos(lua_State *L) {
  return signed_value(L, "+", false);
}

/* ---- text ---- */

/* Joins the first `count` values. If one of them is safe, the others are escaped and the whole is safe. */
static void concatenate(lua_State *L, nt_rendering *run, int count) {
  bool safe = false;
  nt_buf *out = &run->scratch;
  for (int i = 1; i <= count && !safe; i++) safe = nt_is_html(nt_is(L, run, i));
  nt_buf_clear(out);
  for (int i = 1; i <= count; i++) {
    if (safe)
      nt_write(L, run, i, out);
    else
      nt_buf_put(out, nt_text(L, run, i));
  }
  nt_vm_charge(L, out->len / NT_BYTES_PER_STEP);
  if (safe)
    nt_push_safe(L, run, nt_buf_str(out));
  else
    nt_lua_push_str(L, nt_buf_str(out));
}

static int op_concat(lua_State *L) {
  concatenate(L, nt_rendering_of(L), lua_gettop(L));
  return 1;
}

static int op_concatall(lua_State *L) { /* { … } */
  int count = (int)lua_rawlen(L, 1);
  luaL_checkstack(L, count + 20, NULL);
  for (int i = 1; i <= count; i++) lua_rawgeti(L, 1, i);
  lua_remove(L, 1);
  concatenate(L, nt_rendering_of(L), count);
  return 1;
}

/* ---- lists and maps ---- */

static int op_list(lua_State *L) {
  nt_set_meta(L, nt_rendering_of(L), NT_META_LIST);
  return 1;
}

static bool is_key(nt_kind_of kind) {
  return kind == NT_IS_STRING || kind == NT_IS_INT || kind == NT_IS_FLOAT || kind == NT_IS_BOOL;
}

static int op_dict(lua_State *L) { /* { key, value, key, value … } */
  nt_rendering *run = nt_rendering_of(L);
  lua_Integer count = (lua_Integer)lua_rawlen(L, 1), keys = 0;
  lua_newtable(L);
  lua_newtable(L);
  for (lua_Integer i = 1; i < count; i += 2) {
    lua_rawgeti(L, 1, i);
    nt_kind_of kind = nt_is(L, run, 4);
    if (!is_key(kind) || lua_tonumber(L, 4) != lua_tonumber(L, 4))
      nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("{ : }"), nt_is_name(kind), NT_STR("string"));
    lua_pushvalue(L, 4);
    bool known = lua_rawget(L, 3) != LUA_TNIL;
    lua_settop(L, 4);
    if (!known) {
      lua_pushvalue(L, 4);
      lua_rawseti(L, 2, ++keys);
    }
    lua_rawgeti(L, 1, i + 1);
    lua_rawset(L, 3);
  }
  nt_make_dict(L, run);
  return 1;
}

static int op_kw(lua_State *L) {
  op_dict(L);
  nt_set_meta(L, nt_rendering_of(L), NT_META_KEYWORDS);
  return 1;
}

const luaL_Reg nt_operate_ops[] = {{"find", op_find},     {"maybe", op_maybe},
                                   {"either", op_either}, {"pick", op_pick},
                                   {"attr", op_attr},     {"need", op_need},
                                   {"at", op_at},         {"slice", op_slice},
                                   {"truth", op_truth},   {"eq", op_eq},
                                   {"lt", op_lt},         {"gt", op_gt},
                                   {"le", op_le},         {"ge", op_ge},
                                   {"isin", op_isin},     {"add", op_add},
                                   {"sub", op_sub},       {"mul", op_mul},
                                   {"div", op_div},       {"idiv", op_idiv},
                                   {"mod", op_mod},       {"pow", op_pow},
                                   {"neg", op_neg},       {"pos", op_pos},
                                   {"concat", op_concat}, {"concatall", op_concatall},
                                   {"list", op_list},     {"dict", op_dict},
                                   {"kw", op_kw},         {NULL, NULL}};
