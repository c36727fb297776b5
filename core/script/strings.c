/* The string table: find, match, gmatch and gsub over our own matcher; format without addresses; the rest Lua's. */
#include "script/pattern.h"
#include "script/state.h"

#include <lualib.h>
#include <math.h>

/* ---- captures ---- */

static void push_capture(nt_match *m, int index, const char *from, const char *to) {
  if (index >= m->captures) {
    if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
    lua_pushlstring(m->L, from, (size_t)(to - from));
    return;
  }
  const nt_capture *capture = &m->capture[index];
  if (capture->len == NT_CAPTURE_OPEN) luaL_error(m->L, "unfinished capture");
  if (capture->len == NT_CAPTURE_POSITION)
    lua_pushinteger(m->L, capture->start - m->text.ptr + 1);
  else
    lua_pushlstring(m->L, capture->start, (size_t)capture->len);
}

/* All captures, or the whole match where there are none and `whole` is set. */
static int push_captures(nt_match *m, const char *from, const char *to, bool whole) {
  int count = m->captures == 0 && whole ? 1 : m->captures;
  luaL_checkstack(m->L, count, "too many captures");
  for (int i = 0; i < count; i++) push_capture(m, i, from, to);
  return count;
}

/* ---- find and match ---- */

/* The argument as an offset from 0; beyond the end, len + 1. */
static size_t start_offset(lua_State *L, int index, size_t len) {
  lua_Integer at = luaL_optinteger(L, index, 1);
  if (at > 0) return (lua_Unsigned)at - 1 > len ? len + 1 : (size_t)at - 1;
  if (at == 0 || at < -(lua_Integer)len) return 0;
  return len - (size_t)-at;
}

static bool is_plain(nt_str pattern) {
  for (size_t i = 0; i < pattern.len; i++)
    if (pattern.ptr[i] && strchr("^$*+?.([%-", pattern.ptr[i])) return false;
  return true;
}

static int find_plain(lua_State *L, nt_str text, nt_str part, size_t start) {
  nt_str rest = nt_str_sub(text, start, text.len);
  size_t at = nt_str_search(rest, part);
  nt_vm_charge(L, (at < rest.len ? at : rest.len) / 16 + part.len / 16);
  if (at >= rest.len && part.len) return lua_pushnil(L), 1;
  lua_pushinteger(L, (lua_Integer)(start + at + 1));
  lua_pushinteger(L, (lua_Integer)(start + at + part.len));
  return 2;
}

static int search(lua_State *L, bool find) {
  nt_str text = nt_check_str(L, 1), pattern = nt_check_str(L, 2);
  size_t start = start_offset(L, 3, text.len);
  if (start > text.len) return lua_pushnil(L), 1;
  if (find && (lua_toboolean(L, 4) || is_plain(pattern))) {
    if (!pattern.len) {
      lua_pushinteger(L, (lua_Integer)start + 1);
      lua_pushinteger(L, (lua_Integer)start);
      return 2;
    }
    return find_plain(L, text, pattern, start);
  }
  bool anchored = pattern.len && pattern.ptr[0] == '^';
  nt_match m = nt_match_start(L, text, pattern);
  for (const char *from = text.ptr + start; from <= text.ptr + text.len; from++) {
    const char *end = nt_match_at(&m, from, pattern.ptr + anchored);
    if (end) {
      nt_match_finish(&m);
      if (!find) return push_captures(&m, from, end, true);
      lua_pushinteger(L, from - text.ptr + 1);
      lua_pushinteger(L, end - text.ptr);
      return push_captures(&m, from, end, false) + 2;
    }
    if (anchored) break;
  }
  nt_match_finish(&m);
  lua_pushnil(L);
  return 1;
}

static int string_find(lua_State *L) {
  return search(L, true);
}
static int string_match(lua_State *L) {
  return search(L, false);
}

/* Upvalues: text, pattern, offset to go on from, end of the last match (-1 at first). */
static int gmatch_step(lua_State *L) {
  nt_str text = nt_lua_str(L, lua_upvalueindex(1)), pattern = nt_lua_str(L, lua_upvalueindex(2));
  lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
  nt_match m = nt_match_start(L, text, pattern);
  for (const char *from = text.ptr + lua_tointeger(L, lua_upvalueindex(3)); from <= text.ptr + text.len; from++) {
    const char *end = nt_match_at(&m, from, pattern.ptr);
    if (!end || end - text.ptr == last) continue;
    nt_match_finish(&m);
    lua_pushinteger(L, end - text.ptr);
    lua_copy(L, -1, lua_upvalueindex(3));
    lua_replace(L, lua_upvalueindex(4));
    return push_captures(&m, from, end, true);
  }
  nt_match_finish(&m);
  lua_pushinteger(L, (lua_Integer)text.len + 1);
  lua_replace(L, lua_upvalueindex(3));
  lua_pushnil(L);
  return 1;
}

static int string_gmatch(lua_State *L) {
  nt_str text = nt_check_str(L, 1);
  nt_check_str(L, 2);
  size_t start = start_offset(L, 3, text.len);
  lua_settop(L, 2);
  lua_pushinteger(L, (lua_Integer)start);
  lua_pushinteger(L, -1);
  lua_pushcclosure(L, gmatch_step, 4);
  return 1;
}

/* ---- gsub ---- */

static void add_template(nt_match *m, luaL_Buffer *out, nt_str with, const char *from, const char *to) {
  lua_State *L = m->L;
  for (size_t i = 0; i < with.len; i++) {
    if (with.ptr[i] != '%') {
      luaL_addchar(out, with.ptr[i]);
      continue;
    }
    char c = ++i < with.len ? with.ptr[i] : '\0';
    if (c == '%') {
      luaL_addchar(out, '%');
    } else if (c == '0') {
      luaL_addlstring(out, from, (size_t)(to - from));
    } else if (c >= '1' && c <= '9') {
      push_capture(m, c - '1', from, to);
      luaL_tolstring(L, -1, NULL); /* a position is a number */
      lua_remove(L, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(L, "invalid use of '%%' in replacement string");
    }
  }
}

/* What a table or function puts in the place; pushes it. The buffer's box, if any, is on the top of the stack. */
static void push_replacement(nt_match *m, const char *from, const char *to) {
  lua_State *L = m->L;
  if (lua_type(L, 3) == LUA_TFUNCTION) {
    lua_pushvalue(L, 3);
    lua_call(L, push_captures(m, from, to, true), 1);
  } else {
    push_capture(m, 0, from, to);
    lua_gettable(L, 3);
  }
}

static bool add_replacement(nt_match *m, luaL_Buffer *out, const char *from, const char *to) {
  lua_State *L = m->L;
  int type = lua_type(L, 3);
  nt_match_finish(m);
  if (type == LUA_TSTRING || type == LUA_TNUMBER) {
    add_template(m, out, nt_lua_str(L, 3), from, to);
    if (nt_vm_of(L)->depth) m->steps = nt_vm_of(L)->steps;
    return true;
  }
  push_replacement(m, from, to);
  if (nt_vm_of(L)->depth) m->steps = nt_vm_of(L)->steps;
  if (!lua_toboolean(L, -1)) {
    lua_pop(L, 1);
    luaL_addlstring(out, from, (size_t)(to - from));
    return false;
  }
  if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
  luaL_addvalue(out);
  return true;
}

static int string_gsub(lua_State *L) {
  nt_str text = nt_check_str(L, 1), pattern = nt_check_str(L, 2);
  int type = lua_type(L, 3);
  luaL_argexpected(L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
                   "string/function/table");
  if (type == LUA_TNUMBER) lua_tostring(L, 3);
  lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)text.len + 1), count = 0;
  bool anchored = pattern.len && pattern.ptr[0] == '^';
  nt_match m = nt_match_start(L, text, pattern);
  const char *from = text.ptr, *text_end = text.ptr + text.len, *last = NULL;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  while (count < most) {
    const char *end = nt_match_at(&m, from, pattern.ptr + anchored);
    if (end && end != last) {
      count++;
      add_replacement(&m, &out, from, end);
      from = last = end;
    } else if (from < text_end) {
      luaL_addchar(&out, *from++);
    } else {
      break;
    }
    if (anchored) break;
  }
  nt_match_finish(&m);
  if (from < text_end) luaL_addlstring(&out, from, (size_t)(text_end - from));
  luaL_pushresult(&out);
  lua_pushinteger(L, count);
  return 2;
}

/* ---- format, rep ---- */

/* Makes the argument of one conversion printable without addresses. */
static void prepare_argument(lua_State *L, int index, char conversion) {
  if (conversion == 'p') luaL_error(L, "invalid conversion '%%p' to 'format'");
  if (lua_type(L, index) == LUA_TNONE) return; /* Lua complains */
  if (conversion == 's' && lua_type(L, index) != LUA_TSTRING) {
    nt_push_tostring(L, index);
    lua_replace(L, index);
  } else if (lua_type(L, index) == LUA_TNUMBER && !lua_isinteger(L, index) && isnan(lua_tonumber(L, index))) {
    lua_pushnumber(L, fabs(lua_tonumber(L, index))); /* the sign of a nan differs between machines */
    lua_replace(L, index);
  }
}

static int string_format(lua_State *L) {
  nt_str format = nt_check_str(L, 1);
  int argument = 1;
  for (size_t i = 0; i < format.len; i++) {
    if (format.ptr[i] != '%' || ++i >= format.len || format.ptr[i] == '%') continue;
    while (i < format.len && strchr("-+ #0123456789.", format.ptr[i]) && format.ptr[i]) i++;
    if (i < format.len) prepare_argument(L, ++argument, format.ptr[i]);
  }
  return nt_vm_of(L)->std.format(L);
}

static int string_rep(lua_State *L) {
  nt_str text = nt_check_str(L, 1);
  lua_Integer count = luaL_checkinteger(L, 2);
  size_t each = text.len + (lua_isnoneornil(L, 3) ? 0 : nt_check_str(L, 3).len);
  if (count > 0 && (each ? each : 1) > nt_vm_of(L)->options.memory / (uint64_t)count) {
    nt_vm_of(L)->memory_out = true;
    nt_vm_exhaust(L);
  }
  if (count > 0) nt_vm_charge(L, (uint64_t)count / 32);
  return nt_vm_of(L)->std.rep(L);
}

static int string_byte(lua_State *L) {
  if (!lua_isnoneornil(L, 3)) nt_vm_charge(L, nt_check_str(L, 1).len / 16);
  return nt_vm_of(L)->std.byte(L);
}

static const luaL_Reg functions[] = {{"byte", string_byte},     {"find", string_find}, {"match", string_match},
                                     {"gmatch", string_gmatch}, {"gsub", string_gsub}, {"format", string_format},
                                     {"rep", string_rep},       {NULL, NULL}};

void nt_strings_open(lua_State *L) {
  static const char *const names[] = {"char", "len", "lower", "reverse", "sub", "upper"};
  nt_vm *vm = nt_vm_of(L);
  lua_newtable(L);
  luaopen_string(L); /* also gives strings their metatable */
  lua_getfield(L, -1, "format");
  vm->std.format = lua_tocfunction(L, -1);
  lua_getfield(L, -2, "rep");
  vm->std.rep = lua_tocfunction(L, -1);
  lua_getfield(L, -3, "byte");
  vm->std.byte = lua_tocfunction(L, -1);
  lua_pop(L, 3);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    lua_getfield(L, -1, names[i]);
    lua_setfield(L, -3, names[i]);
  }
  lua_pop(L, 1);
  luaL_setfuncs(L, functions, 0);
  nt_freeze_table(L, lua_gettop(L));
  lua_pushliteral(L, "");
  lua_getmetatable(L, -1);
  nt_push_content(L, -3);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 2);
}
