/* What `require "notis"` gives: registrations while loading, and what hooks may ask for. */
#include "script/state.h"

#include "text/json.h"

/* ---- registrations ---- */

static void check_loading(lua_State *L) {
  if (nt_vm_of(L)->plugin) nt_raise(L, NT_MSG_script_not_site, NT_STR(""));
  if (nt_vm_of(L)->phase != NT_PHASE_LOADING) nt_raise(L, NT_MSG_script_register_late, NT_STR(""));
}

/* Takes the function at the index. */
static void add(lua_State *L, nt_registrations *list, int function, nt_str word) {
  nt_vm *vm = nt_vm_of(L);
  nt_registered item = {.at.kind = word.ptr ? nt_arena_str(vm->arena, word) : word};
  nt_str file = NT_STR("");
  nt_script_place(L, 1, &file, &item.at.line);
  item.at.file = nt_arena_str(vm->arena, file);
  item.file = vm->loading.len ? vm->loading.items[0] : 0;
  lua_pushvalue(L, function);
  item.ref = luaL_ref(L, LUA_REGISTRYINDEX);
  nt_push(list, item);
}

static nt_event check_event(lua_State *L, int index) {
  static const char *const names[] = {"item", "document", "collect", "page", "output", NULL};
  nt_str name = nt_check_str(L, index);
  for (int event = 0; event < NT_EVENTS; event++)
    if (nt_str_eq(name, nt_str_c(nt_event_name((nt_event)event)))) return (nt_event)event;
  nt_raise_unknown(L, NT_MSG_script_unknown_event, name, names);
}

/* { kind = "news" }; a NULL string for every kind. */
static nt_str check_filter(lua_State *L, int index) {
  static const char *const known[] = {"kind", NULL};
  lua_Integer count;
  nt_push_content(L, index);
  int content = lua_gettop(L);
  nt_push_keys(L, content, &count);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_rawgeti(L, content + 1, i);
    nt_push_tostring(L, -1);
    nt_str key = nt_lua_str(L, -1);
    if (!nt_str_eq(key, NT_STR("kind"))) nt_raise_unknown(L, NT_MSG_script_unknown_filter, key, known);
    lua_pop(L, 2);
  }
  lua_getfield(L, content, "kind");
  if (lua_isnil(L, -1)) return nt_str_n(NULL, 0);
  if (lua_type(L, -1) != LUA_TSTRING) luaL_argerror(L, index, "kind must be a text");
  return nt_lua_str(L, -1);
}

static int notis_on(lua_State *L) {
  check_loading(L);
  nt_event event = check_event(L, 1);
  nt_str kind = nt_str_n(NULL, 0);
  int function = lua_type(L, 2) == LUA_TTABLE ? 3 : 2;
  luaL_checktype(L, function, LUA_TFUNCTION);
  lua_settop(L, function);
  if (function == 3) kind = check_filter(L, 2);
  if (kind.ptr && event == NT_EVENT_COLLECT) nt_raise(L, NT_MSG_script_no_filter, NT_STR("collect"));
  add(L, &nt_vm_of(L)->events[event], function, kind);
  return 0;
}

/* The last one of a name is the one that counts: a region's script may replace a shared one. */
static int register_name(lua_State *L, nt_registry registry) {
  nt_vm *vm = nt_vm_of(L);
  check_loading(L);
  nt_str name = nt_check_text(L, 1);
  luaL_argcheck(L, name.len > 0, 1, "empty name");
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  nt_registrations *list = &vm->registries[registry];
  add(L, list, 2, name);
  nt_map_set(&vm->registry_maps[registry], list->items[list->len - 1].at.kind, (void *)list->len);
  return 0;
}

static int notis_filter(lua_State *L) {
  return register_name(L, NT_REGISTRY_FILTER);
}
static int notis_global(lua_State *L) {
  return register_name(L, NT_REGISTRY_GLOBAL);
}
static int notis_is(lua_State *L) {
  return register_name(L, NT_REGISTRY_TEST);
}
static int notis_block(lua_State *L) {
  return register_name(L, NT_REGISTRY_BLOCK);
}

/* ---- diagnostics ---- */

static int report(lua_State *L, nt_code code) {
  nt_vm *vm = nt_vm_of(L);
  lua_settop(L, 3);
  nt_where where = nt_check_where(L, 1);
  nt_push_tostring(L, 2);
  nt_str message = nt_lua_str(L, -1), hint = lua_isnil(L, 3) ? nt_str_n(NULL, 0) : nt_check_text(L, 3);
  nt_vm_take(L, sizeof(nt_diag) + message.len + hint.len);
  nt_diag *diag = nt_report(vm->diags, code, where, message);
  if (hint.len) diag->hint = nt_arena_str(vm->diags->arena, hint);
  nt_vm_charge(L, 100 + message.len);
  return 0;
}

static int notis_error(lua_State *L) {
  return report(L, NT_MSG_plugin_message);
}
static int notis_warn(lua_State *L) {
  return report(L, NT_MSG_plugin_warning);
}

/* ---- reading ---- */

static int notis_data(lua_State *L) {
  nt_reader *reader = nt_need_reader(L);
  nt_str path = nt_copy_arg(L, 1, reader->arena);
  const nt_value *value = NULL;
  switch (reader->ops->data(reader, path, reader->diags, &value)) {
  case NT_READ_OK: nt_lua_push_value(L, value, NT_NULL_IS_NIL); return 1;
  case NT_READ_ABSENT: nt_raise(L, NT_MSG_script_no_data, path);
  default: nt_raise_reported(L);
  }
}

static int notis_now(lua_State *L) {
  static const char *const names[] = {"day", "hour", "minute", "second", "month", "year", NULL};
  static const nt_resolution values[] = {NT_RES_DAY,    NT_RES_HOUR,  NT_RES_MINUTE,
                                         NT_RES_SECOND, NT_RES_MONTH, NT_RES_YEAR};
  nt_reader *reader = nt_need_reader(L);
  nt_str word = lua_isnoneornil(L, 1) ? NT_STR("day") : nt_check_str(L, 1);
  for (int i = 0; names[i]; i++) {
    if (!nt_str_eq(word, nt_str_c(names[i]))) continue;
    nt_value now = nt_timestamp(reader->ops->now(reader, values[i]));
    nt_lua_push_value(L, &now, NT_NULL_IS_NIL);
    return 1;
  }
  nt_raise_unknown(L, NT_MSG_script_unknown_resolution, word, names);
}

int nt_json_make(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  nt_arena *arena = nt_work_arena(L);
  int indent = (int)luaL_optinteger(L, 2, 0);
  nt_value value = nt_check_value(L, 1, arena);
  nt_buf_clear(&vm->scratch);
  nt_json_write(&value, indent < 0 ? 0 : indent > 8 ? 8 : indent, &vm->scratch);
  nt_vm_charge(L, vm->scratch.len / 8);
  nt_lua_push_str(L, nt_buf_str(&vm->scratch));
  return 1;
}

static const luaL_Reg functions[] = {{"on", notis_on},
                                     {"filter", notis_filter},
                                     {"global", notis_global},
                                     {"is", notis_is},
                                     {"block", notis_block},
                                     {"error", notis_error},
                                     {"warn", notis_warn},
                                     {"data", notis_data},
                                     {"now", notis_now},
                                     {"asset", nt_asset_url},
                                     {"json", nt_json_make},
                                     {"slug", nt_slug_make},
                                     {"list", nt_list_mark},
                                     {"map", nt_map_mark},
                                     {"node", nt_node_make},
                                     {"text", nt_text_make},
                                     {"source", nt_plugin_source},
                                     {"output", nt_plugin_output},
                                     {"target", nt_plugin_target},
                                     {NULL, NULL}};

int nt_notis_open(lua_State *L) {
  luaL_newlib(L, functions);
  nt_formats_open(L);
  nt_freeze_table(L, lua_gettop(L));
  lua_setfield(L, -2, "format");
  return 1;
}
