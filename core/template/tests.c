/* `is …`. A test is a function of (input, argument) that gives a Lua boolean. */
#include "template/filters.h"

#include "text/locale.h"

#include <math.h>

static int answer(lua_State *L, bool yes) {
  lua_pushboolean(L, yes);
  return 1;
}

static nt_kind_of kind_of_input(lua_State *L) {
  return nt_is(L, nt_rendering_of(L), 1);
}

static int test_defined(lua_State *L) {
  return answer(L, kind_of_input(L) != NT_IS_UNDEFINED);
}
static int test_undefined(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_UNDEFINED);
}
static int test_none(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_NULL);
}
static int test_boolean(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_BOOL);
}
static int test_integer(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_INT);
}
static int test_float(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_FLOAT);
}
static int test_callable(lua_State *L) {
  return answer(L, kind_of_input(L) == NT_IS_FUNCTION);
}
static int test_true(lua_State *L) {
  return answer(L, lua_type(L, 1) == LUA_TBOOLEAN && lua_toboolean(L, 1));
}
static int test_false(lua_State *L) {
  return answer(L, lua_type(L, 1) == LUA_TBOOLEAN && !lua_toboolean(L, 1));
}

static int test_number(lua_State *L) {
  lua_Number number;
  return answer(L, nt_number_of(L, nt_rendering_of(L), 1, &number));
}

static int test_string(lua_State *L) {
  nt_kind_of kind = kind_of_input(L);
  return answer(L, kind == NT_IS_STRING || kind == NT_IS_SAFE);
}

static bool is_map(nt_kind_of kind) {
  return kind == NT_IS_DICT || kind == NT_IS_VALUE_MAP;
}

static int test_mapping(lua_State *L) {
  return answer(L, is_map(kind_of_input(L)));
}

static bool has_items(nt_kind_of kind) {
  return is_map(kind) || kind == NT_IS_LIST || kind == NT_IS_VALUE_LIST || kind == NT_IS_QUERY || kind == NT_IS_TABLE ||
         kind == NT_IS_STRING || kind == NT_IS_SAFE;
}

static int test_sequence(lua_State *L) {
  return answer(L, has_items(kind_of_input(L)));
}

static int test_iterable(lua_State *L) {
  nt_kind_of kind = kind_of_input(L);
  return answer(L, has_items(kind) || kind == NT_IS_UNDEFINED);
}

/* The remainder by Python's rules; raises unless both are numbers. */
static double remainder_of(lua_State *L, const char *test, double by) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number number;
  if (!nt_number_of(L, run, 1, &number)) nt_bad_input(L, run, test, "number");
  if (by == 0) nt_fail(L, run, NT_MSG_template_divide_zero, NT_STR(""));
  if (lua_isinteger(L, 1) && by == floor(by) && fabs(by) < 9e15) {
    lua_Integer rest = lua_tointeger(L, 1) % (lua_Integer)by;
    return (double)(rest < 0 ? rest + (lua_Integer)fabs(by) : rest);
  }
  return fabs(fmod(number, by));
}

static int test_even(lua_State *L) {
  return answer(L, remainder_of(L, "even", 2) == 0);
}
static int test_odd(lua_State *L) {
  return answer(L, remainder_of(L, "odd", 2) == 1);
}

static int test_divisibleby(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number by;
  if (!nt_number_of(L, run, 2, &by))
    nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("divisibleby"), nt_is_name(nt_is(L, run, 2)),
            NT_STR("number"));
  return answer(L, remainder_of(L, "divisibleby", by) == 0);
}

static int test_in(lua_State *L) {
  return answer(L, nt_contains(L, nt_rendering_of(L), 1, 2));
}
static int test_eq(lua_State *L) {
  return answer(L, nt_equal(L, nt_rendering_of(L), 1, 2));
}
static int test_ne(lua_State *L) {
  return answer(L, !nt_equal(L, nt_rendering_of(L), 1, 2));
}

static int order(lua_State *L, const char *test) {
  nt_rendering *run = nt_rendering_of(L);
  int order;
  if (!nt_order(L, run, 1, 2, &order))
    nt_fail(L, run, NT_MSG_template_operands, nt_str_c(test), nt_is_name(nt_is(L, run, 1)),
            nt_is_name(nt_is(L, run, 2)));
  return order;
}

static int test_lt(lua_State *L) {
  return answer(L, order(L, "lt") < 0);
}
static int test_le(lua_State *L) {
  return answer(L, order(L, "le") <= 0);
}
static int test_gt(lua_State *L) {
  return answer(L, order(L, "gt") > 0);
}
static int test_ge(lua_State *L) {
  return answer(L, order(L, "ge") >= 0);
}

static int only_case(lua_State *L, bool upper) {
  nt_str text = nt_text(L, nt_rendering_of(L), 1);
  bool some = false;
  for (size_t at = 0; at < text.len;) {
    uint32_t c = nt_utf8_next(text, &at);
    if (upper ? nt_letter_lower(c) != c : nt_letter_upper(c) != c) some = true;
    if (upper ? nt_letter_upper(c) != c : nt_letter_lower(c) != c) return answer(L, false);
  }
  return answer(L, some);
}

static int test_lower(lua_State *L) {
  return only_case(L, false);
}
static int test_upper(lua_State *L) {
  return only_case(L, true);
}

const luaL_Reg nt_tests[] = {{"defined", test_defined},
                             {"undefined", test_undefined},
                             {"none", test_none},
                             {"null", test_none},
                             {"boolean", test_boolean},
                             {"integer", test_integer},
                             {"float", test_float},
                             {"number", test_number},
                             {"callable", test_callable},
                             {"true", test_true},
                             {"false", test_false},
                             {"string", test_string},
                             {"mapping", test_mapping},
                             {"sequence", test_sequence},
                             {"iterable", test_iterable},
                             {"even", test_even},
                             {"odd", test_odd},
                             {"divisibleby", test_divisibleby},
                             {"in", test_in},
                             {"eq", test_eq},
                             {"equalto", test_eq},
                             {"ne", test_ne},
                             {"lt", test_lt},
                             {"le", test_le},
                             {"gt", test_gt},
                             {"ge", test_ge},
                             {"lower", test_lower},
                             {"upper", test_upper},
                             {NULL, NULL}};
