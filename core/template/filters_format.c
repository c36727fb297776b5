/* Filters that write numbers, dates, links and data for readers and machines. */
#include "template/filters.h"

#include "text/escape.h"
#include "text/json.h"
#include "text/locale.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int push_kept(lua_State *L, nt_rendering *run, nt_buf *out) {
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(out));
  nt_buf_deinit(out);
  nt_lua_push_str(L, kept);
  return 1;
}

/* Nothing in, nothing out: an absent field needs no `if`. */
static bool is_nothing(lua_State *L, nt_rendering *run) {
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind != NT_IS_UNDEFINED && kind != NT_IS_NULL) return false;
  lua_pushliteral(L, "");
  return true;
}

/* ---- dates ---- */

/* A time of day as the site's readers have it, as notis.format.date gives it. */
static bool date_input(lua_State *L, nt_rendering *run, nt_time *out) {
  if (nt_is(L, run, 1) == NT_IS_TIME) {
    *out = nt_local_time(L, nt_lua_value(L, 1)->as.time);
    return true;
  }
  nt_date_result result = nt_is(L, run, 1) == NT_IS_STRING ? nt_date_parse(nt_lua_str(L, 1), NULL, out) : NT_DATE_BAD;
  *out = nt_local_time(L, *out);
  return result == NT_DATE_OK || result == NT_DATE_AMBIGUOUS;
}

static int filter_date(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_time time;
  nt_buf out = {0};
  if (is_nothing(L, run)) return 1;
  if (!date_input(L, run, &time)) nt_bad_input(L, run, "date", "date");
  nt_str style = nt_arg_text(L, run, "date", 2, NT_STR("long"));
  bool good = nt_format_date(nt_rendering_get_locale(run), time, style, &out);
  push_kept(L, run, &out);
  if (!good) nt_fail(L, run, NT_MSG_template_bad_date_style, style);
  return 1;
}

/* ---- numbers ---- */

/* A number, or a text that is one. */
static bool number_input(lua_State *L, nt_rendering *run, lua_Number *out) {
  if (nt_number_of(L, run, 1, out)) return true;
  if (nt_is(L, run, 1) != NT_IS_STRING || !lua_isnumber(L, 1)) return false;
  *out = lua_tonumber(L, 1);
  return true;
}

static lua_Number need_number(lua_State *L, nt_rendering *run, const char *filter) {
  lua_Number number;
  if (!number_input(L, run, &number)) nt_bad_input(L, run, filter, "number");
  return number;
}

static int decimals_of(lua_State *L, nt_rendering *run, const char *filter, lua_Integer fallback) {
  lua_Integer decimals = nt_arg_integer(L, run, filter, 2, fallback);
  return (int)(decimals < -1 ? -1 : decimals > 15 ? 15 : decimals);
}

static int filter_number(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf out = {0};
  if (is_nothing(L, run)) return 1;
  lua_Number number = need_number(L, run, "number");
  nt_format_number(nt_rendering_get_locale(run), number, decimals_of(L, run, "number", -1), &out);
  return push_kept(L, run, &out);
}

static int filter_percent(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf out = {0};
  if (is_nothing(L, run)) return 1;
  lua_Number number = need_number(L, run, "percent");
  nt_format_percent(nt_rendering_get_locale(run), number, decimals_of(L, run, "percent", 0), &out);
  return push_kept(L, run, &out);
}

static int filter_filesize(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf out = {0};
  if (is_nothing(L, run)) return 1;
  lua_Number number = need_number(L, run, "filesize");
  if (!(number >= 0 && number < 9e18)) nt_bad_input(L, run, "filesize", "number >= 0");
  nt_format_size(nt_rendering_get_locale(run), (int64_t)number, &out);
  return push_kept(L, run, &out);
}

/* Decimal rounding, half to even, as Python's round(). */
static double round_to(double number, int precision) {
  char text[512];
  if (precision < 0) {
    double scale = pow(10, -precision);
    return isinf(scale) ? 0 : nearbyint(number / scale) * scale;
  }
  snprintf(text, sizeof text, "%.*f", precision > 100 ? 100 : precision, number);
  return strtod(text, NULL);
}

/* A whole number again, where it still is one that fits. */
static void push_rounded(lua_State *L, double number) {
  if (number > -9.2e18 && number < 9.2e18)
    lua_pushinteger(L, (lua_Integer)number);
  else
    lua_pushnumber(L, number);
}

/* Up or down; what has no such digit is as it was. */
static double round_towards(double number, int precision, double (*towards)(double)) {
  double scale = pow(10, precision), scaled = number * scale;
  return scale == 0 || isinf(scaled) || isinf(scale) ? number : towards(scaled) / scale;
}

static int filter_round(lua_State *L) { /* number, precision, method */
  nt_rendering *run = nt_rendering_of(L);
  lua_Number number = need_number(L, run, "round");
  lua_Integer wanted = nt_arg_integer(L, run, "round", 2, 0);
  int precision = (int)(wanted < -400 ? -400 : wanted > 400 ? 400 : wanted);
  nt_str method = nt_arg_text(L, run, "round", 3, NT_STR("common"));
  if (nt_str_eq(method, NT_STR("common")) && lua_isinteger(L, 1) && precision >= 0)
    lua_settop(L, 1);
  else if (nt_str_eq(method, NT_STR("common")) && lua_isinteger(L, 1))
    push_rounded(L, round_to(number, precision));
  else if (nt_str_eq(method, NT_STR("common")))
    lua_pushnumber(L, round_to(number, precision));
  else if (nt_str_eq(method, NT_STR("ceil")))
    lua_pushnumber(L, round_towards(number, precision, ceil));
  else if (nt_str_eq(method, NT_STR("floor")))
    lua_pushnumber(L, round_towards(number, precision, floor));
  else
    nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("round"), method, NT_STR("common, ceil, floor"));
  return 1;
}

static int fallback_or(lua_State *L, double zero, bool integer) {
  if (!lua_isnoneornil(L, 2)) {
    lua_settop(L, 2);
    return 1;
  }
  if (integer)
    lua_pushinteger(L, 0);
  else
    lua_pushnumber(L, zero);
  return 1;
}

/* A text of digits with white space around it, by Python's rules. */
static bool text_number(lua_State *L, nt_rendering *run, double *out) {
  nt_str text = nt_str_trim(nt_text(L, run, 1));
  char buffer[64], *end;
  if (text.len == 0 || text.len >= sizeof buffer) return false;
  memcpy(buffer, text.ptr, text.len);
  buffer[text.len] = '\0';
  if (strspn(buffer, "+-.0123456789eE") != text.len) return false;
  *out = strtod(buffer, &end);
  return *end == '\0';
}

static int filter_int(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number number;
  if (nt_is(L, run, 1) == NT_IS_INT) {
    lua_settop(L, 1);
    return 1;
  }
  bool good = nt_number_of(L, run, 1, &number) || (nt_is_text(nt_is(L, run, 1)) && text_number(L, run, &number));
  if (!good || !(number > -9.2e18 && number < 9.2e18)) return fallback_or(L, 0, true);
  lua_pushinteger(L, (lua_Integer)number);
  return 1;
}

static int filter_float(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number number;
  bool good = nt_number_of(L, run, 1, &number) || (nt_is_text(nt_is(L, run, 1)) && text_number(L, run, &number));
  if (!good) return fallback_or(L, 0.0, false);
  lua_pushnumber(L, number);
  return 1;
}

static int filter_abs(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  lua_Number number = need_number(L, run, "abs");
  if (lua_isinteger(L, 1) && lua_tointeger(L, 1) != INT64_MIN)
    lua_pushinteger(L, lua_tointeger(L, 1) < 0 ? -lua_tointeger(L, 1) : lua_tointeger(L, 1));
  else
    lua_pushnumber(L, fabs(number));
  return 1;
}

/* ---- addresses ---- */

static int filter_slug(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf out = {0};
  nt_slug(nt_filter_text(L, run, "slug"), &out);
  return push_kept(L, run, &out);
}

/* A part of a form: white space is a plus sign there. */
static void encode_field(nt_str text, nt_buf *out) {
  for (;;) {
    size_t space = nt_str_find(text, ' ');
    nt_escape_component(nt_str_sub(text, 0, space), out);
    if (space == text.len) return;
    nt_buf_byte(out, '+');
    text = nt_str_sub(text, space + 1, text.len);
  }
}

static void encode_path(nt_str text, nt_buf *out) {
  while (text.len) {
    size_t slash = nt_str_find(text, '/');
    nt_escape_component(nt_str_sub(text, 0, slash), out);
    if (slash == text.len) return;
    nt_buf_byte(out, '/');
    text = nt_str_sub(text, slash + 1, text.len);
  }
}

static int filter_urlencode(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  nt_buf *out = &run->scratch;
  nt_buf_clear(out);
  if (kind != NT_IS_DICT && kind != NT_IS_VALUE_MAP) {
    encode_path(nt_filter_text(L, run, "urlencode"), out);
    return nt_lua_push_str(L, nt_buf_str(out)), 1;
  }
  lua_settop(L, 1);
  lua_Integer count = nt_push_items(L, run, 1, true);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, i);
    lua_rawgeti(L, 3, 1);
    lua_rawgeti(L, 3, 2);
    nt_str key = nt_text(L, run, 4), value = nt_text(L, run, 5);
    if (out->len) nt_buf_byte(out, '&');
    encode_field(key, out);
    nt_buf_byte(out, '=');
    encode_field(value, out);
    lua_settop(L, 2);
  }
  return nt_lua_push_str(L, nt_buf_str(out)), 1;
}

/* ---- data ---- */

/* As Jinja's tojson: what HTML would take for markup is written as escapes that only JSON reads. */
static int filter_json(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_value value;
  nt_buf json = {0}, out = {0};
  lua_Integer indent = nt_arg_integer(L, run, "json", 2, 0);
  if (!nt_to_value(L, run, 1, NT_VALUE_DEPTH, &value)) nt_bad_input(L, run, "json", "list, map, string, number");
  nt_json_write(&value, (int)(indent < 0 ? 0 : indent > 8 ? 8 : indent), &json);
  for (size_t i = 0; i < json.len; i++) {
    char c = json.ptr[i];
    if (c == '<' || c == '>' || c == '&' || c == '\'')
      nt_buf_format(&out, "\\u%04x", (unsigned char)c);
    else if (c != '\\' || i + 1 == json.len || json.ptr[i + 1] != '/')
      nt_buf_byte(&out, c);
    if (c == '\\' && i + 1 < json.len && json.ptr[i + 1] == '\\') nt_buf_byte(&out, json.ptr[++i]);
  }
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&out));
  nt_buf_deinit(&json);
  nt_buf_deinit(&out);
  nt_push_safe(L, run, kept);
  return 1;
}

/* ---- messages ---- */

/* {name} in the message is the keyword argument of that name; an unknown one stays as it is. */
static void put_message(lua_State *L, nt_rendering *run, nt_str text, int keywords, nt_buf *out) {
  while (text.len) {
    size_t open = nt_str_find(text, '{');
    nt_buf_put(out, nt_str_sub(text, 0, open));
    text = nt_str_sub(text, open, text.len);
    if (!text.len) return;
    size_t close = nt_str_find(text, '}');
    nt_str name = nt_str_sub(text, 1, close);
    bool found = false;
    if (keywords && close < text.len) {
      lua_rawgeti(L, keywords, 2);
      nt_lua_push_str(L, name);
      found = lua_rawget(L, -2) != LUA_TNIL;
      if (found) {
        nt_str word = nt_text(L, run, -1);
        nt_vm_take(L, word.len);
        nt_buf_put(out, word);
      }
      lua_pop(L, 2);
    }
    if (!found) nt_buf_byte(out, '{');
    text = nt_str_sub(text, found ? close + 1 : 1, text.len);
  }
}

static int filter_t(lua_State *L) { /* key, keywords */
  nt_rendering *run = nt_rendering_of(L);
  nt_str key = nt_filter_text(L, run, "t"), text, file = {NULL, 0};
  nt_buf *out = &run->scratch;
  nt_str lang = run->page->lang.len ? run->page->lang : run->reader->lang;
  int keywords = lua_gettop(L) > 1 && nt_is(L, run, 2) == NT_IS_KEYWORDS ? 2 : 0;
  if (lua_gettop(L) > 1 && !keywords) nt_fail(L, run, NT_MSG_template_too_many_arguments, NT_STR("t"), NT_STR("0"));
  nt_read read = run->reader->ops->message(run->reader, lang, key, &text);
  if (read == NT_READ_FAILED) nt_fail_reported(L, run);
  if (read == NT_READ_ABSENT) {
    const nt_template_place *place = nt_find_place(L, run, 0, &file);
    nt_report(run->reader->diags, NT_MSG_template_message_absent, nt_place_where(file, place), key, lang);
    text = key;
  }
  nt_buf_clear(out);
  put_message(L, run, text, keywords, out);
  return nt_lua_push_str(L, nt_buf_str(out)), 1;
}

const luaL_Reg nt_filters_format[] = {{"date", filter_date},
                                      {"number", filter_number},
                                      {"percent", filter_percent},
                                      {"filesize", filter_filesize},
                                      {"round", filter_round},
                                      {"int", filter_int},
                                      {"float", filter_float},
                                      {"abs", filter_abs},
                                      {"slug", filter_slug},
                                      {"urlencode", filter_urlencode},
                                      {"json", filter_json},
                                      {"tojson", filter_json},
                                      {"t", filter_t},
                                      {NULL, NULL}};
