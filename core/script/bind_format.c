/* Formatting in the language of the page that is being made. */
#include "script/state.h"

/* Handles are kept as long as the VM, for opening one is slow. */
const nt_locale *nt_vm_locale(nt_vm *vm, nt_str lang) {
  const nt_locale *own = vm->options.language ? vm->options.language(vm->options.ud, lang) : NULL;
  if (own) return own;
  for (size_t i = 0; i < vm->locales.len; i++)
    if (nt_str_eq(vm->locales.items[i].lang, lang)) return vm->locales.items[i].locale;
  if (!lang.len && vm->options.locale) return vm->options.locale;
  nt_locale_entry entry = {nt_arena_str(vm->arena, lang), nt_locale_open(lang)};
  nt_push(&vm->locales, entry);
  return entry.locale;
}

const nt_locale *nt_reader_locale(lua_State *L) {
  return nt_vm_locale(nt_vm_of(L), nt_need_reader(L)->lang);
}

static nt_buf *clean_scratch(lua_State *L) {
  nt_buf *out = &nt_vm_of(L)->scratch;
  nt_buf_clear(out);
  return out;
}

static int push_scratch(lua_State *L) {
  nt_lua_push_str(L, nt_buf_str(&nt_vm_of(L)->scratch));
  return 1;
}

/* An option that is given by itself or as a name in a table. */
static void push_option(lua_State *L, int index, const char *name) {
  if (lua_type(L, index) == LUA_TTABLE)
    lua_getfield(L, index, name);
  else
    lua_pushvalue(L, index);
}

/* The language named among the options at 2, else the page's. A plugin makes pages of many sites, and must name one. */
static const nt_locale *chosen_locale(lua_State *L) {
  nt_str lang = nt_str_n(NULL, 0);
  if (lua_type(L, 2) == LUA_TTABLE && lua_getfield(L, 2, "lang") != LUA_TNIL) lang = nt_check_text(L, -1);
  return lang.len ? nt_vm_locale(nt_vm_of(L), lang) : nt_reader_locale(L);
}

static int decimals(lua_State *L) {
  push_option(L, 2, "decimals");
  if (lua_isnil(L, -1)) return -1;
  lua_Integer count = luaL_checkinteger(L, -1);
  luaL_argcheck(L, count >= 0 && count <= 20, 2, "decimals must be 0 to 20");
  return (int)count;
}

nt_time nt_local_time(lua_State *L, nt_time time) {
  const nt_zone *zone = nt_vm_of(L)->options.zone;
  return zone && !time.date_only ? nt_date_in_zone(time, zone) : time;
}

static int format_date(lua_State *L) {
  const nt_value_ref *ref = nt_ref_check(L, 1, NT_LUA_TIME);
  lua_settop(L, 2);
  push_option(L, 2, "style");
  nt_str style = lua_isnil(L, -1) ? NT_STR("long") : nt_check_text(L, -1);
  if (!nt_format_date(chosen_locale(L), nt_local_time(L, ref->value.as.time), style, clean_scratch(L)))
    nt_raise(L, NT_MSG_script_date_style, style);
  return push_scratch(L);
}

typedef void (*decimal_format)(const nt_locale *locale, double number, int decimals, nt_buf *out);

static int format_decimal(lua_State *L, decimal_format format) {
  lua_Number number = luaL_checknumber(L, 1);
  lua_settop(L, 2);
  int places = decimals(L);
  format(chosen_locale(L), number, places, clean_scratch(L));
  return push_scratch(L);
}

static int format_number(lua_State *L) {
  return format_decimal(L, nt_format_number);
}

static int format_percent(lua_State *L) {
  return format_decimal(L, nt_format_percent);
}

static int format_size(lua_State *L) {
  lua_Integer bytes = luaL_checkinteger(L, 1);
  lua_settop(L, 2);
  nt_format_size(chosen_locale(L), bytes, clean_scratch(L));
  return push_scratch(L);
}

static const luaL_Reg functions[] = {
    {"date", format_date}, {"number", format_number}, {"percent", format_percent}, {"size", format_size}, {NULL, NULL}};

void nt_formats_open(lua_State *L) {
  luaL_newlib(L, functions);
}

int nt_slug_make(lua_State *L) {
  nt_slug(nt_check_text(L, 1), clean_scratch(L));
  return push_scratch(L);
}
