/* What the functions of a Lua plugin are given: sink, item and files (pages and documents are in bind_output.c, the
 * builder in bind_builder.c). Everything goes through the same services that a C plugin has. */
#include "script/plugin.h"

#include "model/nodecode.h"

enum { VALUE_DEPTH = 100 };

typedef struct pointer_ref {
  nt_ref ref;
  const void *pointer;
} pointer_ref;

static nt_plugin_state *state_of(lua_State *L) {
  return nt_vm_of(L)->plugin;
}

void nt_plugin_push_pointer(lua_State *L, int kind, const void *pointer) {
  pointer_ref *ref = nt_ref_new(L, kind, sizeof *ref, 0);
  ref->pointer = pointer;
}

const void *nt_plugin_check_pointer(lua_State *L, int index, int kind) {
  return ((const pointer_ref *)nt_ref_check(L, index, kind))->pointer;
}

static int method_index(lua_State *L) {
  nt_ref_alive(L, nt_ref_at(L, 1));
  if (!nt_method_push(L, 2)) lua_pushnil(L);
  return 1;
}

const luaL_Reg nt_plugin_methods_only[] = {{"__index", method_index}, {NULL, NULL}};

/* ---- values ---- */

static nt_value markup_of(const notis_services *host, notis_call *call, const notis_value *value, nt_arena *arena) {
  bool known = host->size > offsetof(notis_services, value_node) && host->value_node;
  const nt_node *node = known ? (const nt_node *)host->value_node(call, value) : NULL;
  if (!node) return nt_null();
  nt_buf bytes = {0};
  nt_node_encode(node, &bytes);
  nt_value out = nt_markup(nt_arena_str(arena, nt_buf_str(&bytes)));
  nt_buf_deinit(&bytes);
  return out;
}

static nt_value value_at_depth(const notis_services *host, notis_call *call, const notis_value *value, nt_arena *arena,
                               int depth) {
  nt_value out;
  notis_type type = value && depth ? host->value_type(value) : NOTIS_NULL;
  switch (type) {
  case NOTIS_BOOL: return nt_bool(host->value_bool(value));
  case NOTIS_INT: return nt_int(host->value_int(value));
  case NOTIS_FLOAT: return nt_float(host->value_float(value));
  case NOTIS_STRING: return nt_string(nt_arena_str(arena, nt_plugin_text(host->value_string(value))));
  case NOTIS_MARKUP: return markup_of(host, call, value, arena);
  case NOTIS_TIME: {
    notis_time t = host->value_time(value);
    return nt_timestamp((nt_time){t.seconds, t.nanoseconds, t.offset, t.date_only, t.unzoned});
  }
  case NOTIS_LIST:
    out = nt_list_new(arena);
    for (size_t i = 0; i < host->value_length(value); i++)
      nt_list_push(&out, arena, value_at_depth(host, call, host->value_at(value, i, NULL), arena, depth - 1));
    return out;
  case NOTIS_MAP:
    out = nt_map_new(arena);
    for (size_t i = 0; i < host->value_length(value); i++) {
      notis_str key = {0};
      const notis_value *item = host->value_at(value, i, &key);
      nt_map_put(&out, arena, nt_arena_str(arena, nt_plugin_text(key)), (nt_pos){0},
                 value_at_depth(host, call, item, arena, depth - 1));
    }
    return out;
  default: return nt_null();
  }
}

nt_value nt_plugin_value(const notis_services *host, notis_call *call, const notis_value *value, nt_arena *arena) {
  return value_at_depth(host, call, value, arena, VALUE_DEPTH);
}

/* ---- sink ---- */

void nt_plugin_push_sink(lua_State *L, nt_found_list *found) {
  nt_plugin_push_pointer(L, NT_REF_SINK, found);
}

static int add_found(lua_State *L, bool files) {
  nt_found_list *found = (nt_found_list *)nt_plugin_check_pointer(L, 1, NT_REF_SINK);
  nt_found item = {.files = files};
  nt_str id = nt_check_text(L, 2), rest = lua_isnoneornil(L, 3) ? NT_STR("") : nt_check_text(L, 3);
  nt_vm_take(L, sizeof item + id.len + rest.len);
  item.id = nt_arena_str(found->arena, id);
  item.fingerprint = nt_arena_str(found->arena, rest);
  nt_push(found, item);
  nt_vm_charge(L, 10);
  return 0;
}

static int sink_upsert(lua_State *L) {
  return add_found(L, false);
}
static int sink_files(lua_State *L) {
  return add_found(L, true);
}

static const luaL_Reg sink_methods[] = {{"upsert", sink_upsert}, {"files", sink_files}, {NULL, NULL}};
const nt_binding nt_bind_sink = {"sink", nt_plugin_methods_only, sink_methods};

/* ---- items ---- */

static void set_text(lua_State *L, const char *name, notis_str text) {
  nt_lua_push_str(L, nt_plugin_text(text));
  lua_setfield(L, -2, name);
}

static void set_line(lua_State *L, const char *name, uint32_t line) {
  lua_pushinteger(L, line ? line : 1);
  lua_setfield(L, -2, name);
}

void nt_plugin_push_item(lua_State *L, const notis_item *item) {
  lua_createtable(L, 0, 8);
  set_text(L, "id", item->id);
  set_text(L, "path", item->path);
  set_text(L, "bytes", item->bytes);
  set_text(L, "yaml", item->yaml);
  set_text(L, "body", item->body.ptr || item->yaml.len ? item->body : item->bytes);
  set_line(L, "yaml_line", item->yaml_at.line);
  set_line(L, "body_line", item->body_at.line);
}

/* ---- files, for targets ---- */

void nt_plugin_push_files(lua_State *L) {
  nt_plugin_push_pointer(L, NT_REF_FILES, NULL);
  ((nt_ref *)lua_touserdata(L, -1))->call = 0; /* it is kept in a target's self, and holds nothing */
}

/* true; false for what is not there; raises when the host has reported a failure. */
static int file_result(lua_State *L, notis_status status) {
  if (status == NOTIS_ERROR) nt_raise_reported(L);
  lua_pushboolean(L, status == NOTIS_OK);
  return 1;
}

static notis_str file_argument(lua_State *L, int index) {
  nt_plugin_check_pointer(L, 1, NT_REF_FILES);
  return nt_plugin_str(nt_check_str(L, index));
}

static int files_write(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->file_write(state->call, file_argument(L, 2), file_argument(L, 3)));
}

static int files_sync(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->file_sync(state->call, file_argument(L, 2)));
}

static int files_rename(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->file_rename(state->call, file_argument(L, 2), file_argument(L, 3)));
}

static int files_remove(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->file_remove(state->call, file_argument(L, 2)));
}

static int files_make(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->directory_make(state->call, file_argument(L, 2)));
}

static int files_unmake(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->directory_remove(state->call, file_argument(L, 2)));
}

static int files_exists(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  lua_pushboolean(L, state->host->file_exists(state->call, file_argument(L, 2)));
  return 1;
}

static int files_clear(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  return file_result(L, state->host->directory_clear(state->call, file_argument(L, 2)));
}

static int files_kind(lua_State *L) {
  static const char *const words[] = {"none", "file", "folder", "other"};
  const nt_plugin_state *state = state_of(L);
  lua_pushstring(L, words[state->host->file_kind(state->call, file_argument(L, 2)) & 3]);
  return 1;
}

static int files_stamp(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  uint64_t stamp = 0;
  notis_status status = state->host->file_stamp(state->call, file_argument(L, 2), &stamp);
  if (status == NOTIS_ERROR) nt_raise_reported(L);
  if (status == NOTIS_OK)
    lua_pushinteger(L, (lua_Integer)stamp);
  else
    lua_pushnil(L);
  return 1;
}

static const luaL_Reg files_methods[] = {{"write", files_write},
                                         {"sync", files_sync},
                                         {"rename", files_rename},
                                         {"remove", files_remove},
                                         {"make_directory", files_make},
                                         {"remove_directory", files_unmake},
                                         {"exists", files_exists},
                                         {"kind", files_kind},
                                         {"clear_directory", files_clear},
                                         {"stamp", files_stamp},
                                         {NULL, NULL}};
const nt_binding nt_bind_files = {"files", nt_plugin_methods_only, files_methods};

/* ---- a file that a target is handed ---- */

static int put_file_copy(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_file *file = nt_plugin_check_pointer(L, 1, NT_REF_PUT_FILE);
  return file_result(L, state->host->file_copy(state->call, file, nt_plugin_str(nt_check_str(L, 2))));
}

static int put_file_size(lua_State *L) {
  const notis_file *file = nt_plugin_check_pointer(L, 1, NT_REF_PUT_FILE);
  lua_pushinteger(L, (lua_Integer)state_of(L)->host->file_size(file));
  return 1;
}

/* file:read(offset, length): at most so many bytes, fewer at the end, nil behind it. */
static int put_file_read(lua_State *L) {
  enum { MOST = 1 << 20 };
  const notis_file *file = nt_plugin_check_pointer(L, 1, NT_REF_PUT_FILE);
  lua_Integer offset = luaL_checkinteger(L, 2), length = luaL_checkinteger(L, 3);
  luaL_argcheck(L, offset >= 0, 2, "negative");
  luaL_argcheck(L, length > 0 && length <= MOST, 3, "1 to 1048576");
  luaL_Buffer b;
  char *room = luaL_buffinitsize(L, &b, (size_t)length);
  size_t got = state_of(L)->host->file_read(file, (uint64_t)offset, room, (size_t)length);
  luaL_pushresultsize(&b, got);
  if (!got) lua_pushnil(L);
  nt_vm_charge(L, got / 64);
  return 1;
}

static const luaL_Reg put_file_methods[] = {
    {"copy", put_file_copy}, {"size", put_file_size}, {"read", put_file_read}, {NULL, NULL}};
const nt_binding nt_bind_put_file = {"put_file", nt_plugin_methods_only, put_file_methods};
