/* What the functions of a Lua plugin are given: sink, item, builder, page, document and files. Everything goes through
 * the same services that a C plugin has. */
#include "script/plugin.h"

enum { VALUE_DEPTH = 100 };

typedef struct pointer_ref {
  nt_ref ref;
  const void *pointer;
} pointer_ref;

static nt_plugin_state *state_of(lua_State *L) {
  return nt_vm_of(L)->plugin;
}

static void push_pointer(lua_State *L, int kind, const void *pointer) {
  pointer_ref *ref = nt_ref_new(L, kind, sizeof *ref, 0);
  ref->pointer = pointer;
}

static const void *check_pointer(lua_State *L, int index, int kind) {
  return ((const pointer_ref *)nt_ref_check(L, index, kind))->pointer;
}

static int method_index(lua_State *L) {
  nt_ref_alive(L, nt_ref_at(L, 1));
  if (!nt_method_push(L, 2)) lua_pushnil(L);
  return 1;
}

static const luaL_Reg method_meta[] = {{"__index", method_index}, {NULL, NULL}};

/* ---- values ---- */

static nt_value value_at_depth(const notis_services *host, const notis_value *value, nt_arena *arena, int depth) {
  nt_value out;
  notis_type type = value && depth ? host->value_type(value) : NOTIS_NULL;
  switch (type) {
  case NOTIS_BOOL: return nt_bool(host->value_bool(value));
  case NOTIS_INT: return nt_int(host->value_int(value));
  case NOTIS_FLOAT: return nt_float(host->value_float(value));
  case NOTIS_STRING: return nt_string(nt_arena_str(arena, nt_plugin_text(host->value_string(value))));
  case NOTIS_MARKUP: return nt_markup(nt_arena_str(arena, nt_plugin_text(host->value_string(value))));
  case NOTIS_TIME: {
    notis_time t = host->value_time(value);
    return nt_timestamp((nt_time){t.seconds, t.nanoseconds, t.offset, t.date_only, t.unzoned});
  }
  case NOTIS_LIST:
    out = nt_list_new(arena);
    for (size_t i = 0; i < host->value_length(value); i++)
      nt_list_push(&out, arena, value_at_depth(host, host->value_at(value, i, NULL), arena, depth - 1));
    return out;
  case NOTIS_MAP:
    out = nt_map_new(arena);
    for (size_t i = 0; i < host->value_length(value); i++) {
      notis_str key = {0};
      const notis_value *item = host->value_at(value, i, &key);
      nt_map_put(&out, arena, nt_arena_str(arena, nt_plugin_text(key)), (nt_pos){0},
                 value_at_depth(host, item, arena, depth - 1));
    }
    return out;
  default: return nt_null();
  }
}

nt_value nt_plugin_value(const notis_services *host, const notis_value *value, nt_arena *arena) {
  return value_at_depth(host, value, arena, VALUE_DEPTH);
}

/* ---- sink ---- */

void nt_plugin_push_sink(lua_State *L, nt_found_list *found) {
  push_pointer(L, NT_REF_SINK, found);
}

static int add_found(lua_State *L, bool files) {
  nt_found_list *found = (nt_found_list *)check_pointer(L, 1, NT_REF_SINK);
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
const nt_binding nt_bind_sink = {"sink", method_meta, sink_methods};

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

/* ---- builder ---- */

void nt_plugin_push_builder(lua_State *L, notis_builder *builder) {
  push_pointer(L, NT_REF_BUILDER, builder);
}

static notis_builder *check_builder(lua_State *L) {
  return (notis_builder *)check_pointer(L, 1, NT_REF_BUILDER);
}

/* Line and column from an argument on; none is no place. */
static notis_place check_place(lua_State *L, int index) {
  lua_Integer line = luaL_optinteger(L, index, 0), column = luaL_optinteger(L, index + 1, 1);
  luaL_argcheck(L, line >= 0 && line < INT32_MAX, index, "no such line");
  luaL_argcheck(L, column >= 1 && column < INT32_MAX, index + 1, "no such column");
  return (notis_place){(uint32_t)line, line ? (uint32_t)column : 0, 0};
}

/* Depth is bounded by what a Lua table may nest to become a value. */
static void build_value(const notis_services *host, notis_builder *builder, const nt_value *value, notis_place at) {
  switch (value->type) {
  case NT_NULL: host->field_null(builder, at); return;
  case NT_BOOL: host->field_bool(builder, value->as.boolean, at); return;
  case NT_INT: host->field_int(builder, value->as.integer, at); return;
  case NT_FLOAT: host->field_float(builder, value->as.number, at); return;
  case NT_STRING:
  case NT_MARKUP: host->field_string(builder, nt_plugin_str(value->as.string), at); return;
  case NT_TIME: {
    nt_time t = value->as.time;
    host->field_time(builder, (notis_time){t.seconds, t.nanoseconds, t.offset, t.date_only, t.unzoned}, at);
    return;
  }
  case NT_LIST:
    host->field_list(builder, at);
    for (size_t i = 0; i < value->as.list->len; i++) build_value(host, builder, &value->as.list->items[i], at);
    host->field_end(builder);
    return;
  case NT_MAP:
    host->field_map(builder, at);
    for (size_t i = 0; i < value->as.map->len; i++) {
      host->field_key(builder, nt_plugin_str(value->as.map->entries[i].key), at);
      build_value(host, builder, &value->as.map->entries[i].value, at);
    }
    host->field_end(builder);
  }
}

/* builder:field(key, value, line, column) */
static int builder_field(lua_State *L) {
  notis_builder *builder = check_builder(L);
  const notis_services *host = state_of(L)->host;
  nt_str key = nt_check_text(L, 2);
  notis_place at = check_place(L, 4);
  nt_value value = nt_check_value(L, 3, nt_work_arena(L));
  host->field_key(builder, nt_plugin_str(key), at);
  build_value(host, builder, &value, at);
  return 0;
}

/* builder:front_matter(yaml, line) */
static int builder_front_matter(lua_State *L) {
  notis_builder *builder = check_builder(L);
  nt_plugin_state *state = state_of(L);
  nt_str yaml = nt_check_str(L, 2);
  notis_place at = {(uint32_t)luaL_optinteger(L, 3, 1), 1, 0};
  if (state->host->front_matter(builder, state->call, nt_plugin_str(yaml), at) != NOTIS_OK) nt_raise_reported(L);
  return 0;
}

typedef struct node_word {
  const char *name;
  char kind; /* n: number; t: text; e: extra; f: flag; a: alignment */
  uint32_t flag;
} node_word;

static const node_word node_words[] = {
    {"level", 'n', 0},
    {"start", 'n', 0},
    {"number", 'n', 0},
    {"text", 't', 0},
    {"destination", 't', 0},
    {"label", 't', 0},
    {"title", 'e', 0},
    {"info", 'e', 0},
    {"format", 'e', 0},
    {"align", 'a', 0},
    {"ordered", 'f', NOTIS_FLAG_ORDERED},
    {"tight", 'f', NOTIS_FLAG_TIGHT},
    {"task", 'f', NOTIS_FLAG_TASK},
    {"checked", 'f', NOTIS_FLAG_CHECKED},
    {"head", 'f', NOTIS_FLAG_HEAD},
};

static const node_word *find_word(nt_str key) {
  for (size_t i = 0; i < sizeof node_words / sizeof *node_words; i++)
    if (nt_str_eq(key, nt_str_c(node_words[i].name))) return &node_words[i];
  return NULL;
}

static void set_info(lua_State *L, notis_node_info *info, const node_word *word, const nt_value *value) {
  static const char *const aligns[] = {"none", "left", "center", "right"};
  nt_str text = nt_value_str(value);
  switch (word->kind) {
  case 'n':
    if (value->type != NT_INT) luaL_error(L, "%s must be a whole number", word->name);
    info->number = (int32_t)(value->as.integer > INT32_MAX ? INT32_MAX : value->as.integer < 0 ? 0 : value->as.integer);
    return;
  case 't': info->text = nt_plugin_str(text); return;
  case 'e': info->extra = nt_plugin_str(text); return;
  case 'a':
    for (int i = 0; i < 4; i++)
      if (nt_str_eq(text, nt_str_c(aligns[i]))) info->number = i;
    return;
  default:
    if (value->type == NT_BOOL && value->as.boolean) info->flags |= word->flag;
  }
}

/* builder:open(type, { level = 2, id = "x" }, line, column): the node, then its attributes. */
static void open_node(lua_State *L, notis_builder *builder) {
  const notis_services *host = state_of(L)->host;
  nt_str name = nt_check_str(L, 2);
  notis_node_info info = {.size = sizeof info, .type = nt_node_type_find(name), .at = check_place(L, 4)};
  if (info.type == NOTIS_NODE_TYPES) nt_raise(L, NT_MSG_script_unknown_node, name, NT_STR("paragraph"));
  nt_value words = nt_check_map(L, 3, nt_work_arena(L));
  for (size_t i = 0; i < words.as.map->len; i++) {
    const node_word *word = find_word(words.as.map->entries[i].key);
    if (word) set_info(L, &info, word, &words.as.map->entries[i].value);
  }
  if (host->node_open(builder, &info) != NOTIS_OK) nt_raise(L, NT_MSG_script_plugin_refused, name);
  for (size_t i = 0; i < words.as.map->len; i++) {
    const nt_entry *entry = &words.as.map->entries[i];
    if (!find_word(entry->key))
      host->node_attribute(builder, nt_plugin_str(entry->key), nt_plugin_str(nt_value_str(&entry->value)));
  }
}

static int builder_open(lua_State *L) {
  lua_settop(L, 5);
  open_node(L, check_builder(L));
  return 0;
}

static int builder_close(lua_State *L) {
  state_of(L)->host->node_close(check_builder(L));
  return 0;
}

/* A node without children. */
static int builder_node(lua_State *L) {
  notis_builder *builder = check_builder(L);
  lua_settop(L, 5);
  open_node(L, builder);
  state_of(L)->host->node_close(builder);
  return 0;
}

/* builder:text(text, line, column) */
static int builder_text(lua_State *L) {
  notis_builder *builder = check_builder(L);
  const notis_services *host = state_of(L)->host;
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_TEXT, .text = nt_plugin_str(nt_check_text(L, 2))};
  info.at = check_place(L, 3);
  if (host->node_open(builder, &info) != NOTIS_OK) nt_raise(L, NT_MSG_script_plugin_refused, NT_STR("text"));
  host->node_close(builder);
  return 0;
}

/* builder:error(message, line, column, hint); builder:warn likewise */
static int builder_report(lua_State *L, notis_severity severity) {
  nt_plugin_state *state = state_of(L);
  check_builder(L);
  nt_str message = nt_check_text(L, 2), hint = lua_isnoneornil(L, 5) ? NT_STR("") : nt_check_text(L, 5);
  state->host->report(state->call, severity, check_place(L, 3), nt_plugin_str(message), nt_plugin_str(hint));
  return 0;
}

static int builder_error(lua_State *L) {
  nt_vm_of(L)->plugin_failed = true;
  return builder_report(L, NOTIS_SEVERITY_ERROR);
}

static int builder_warn(lua_State *L) {
  return builder_report(L, NOTIS_SEVERITY_WARNING);
}

static const luaL_Reg builder_methods[] = {{"field", builder_field},
                                           {"front_matter", builder_front_matter},
                                           {"open", builder_open},
                                           {"close", builder_close},
                                           {"node", builder_node},
                                           {"text", builder_text},
                                           {"error", builder_error},
                                           {"warn", builder_warn},
                                           {NULL, NULL}};
const nt_binding nt_bind_builder = {"builder", method_meta, builder_methods};

/* ---- pages and documents ---- */

static bool is(nt_str key, const char *word) {
  return nt_str_eq(key, nt_str_c(word));
}

static void push_host_document(lua_State *L, const notis_document *document) {
  if (document)
    push_pointer(L, NT_REF_PLUGIN_DOCUMENT, document);
  else
    lua_pushnil(L);
}

void nt_plugin_push_page(lua_State *L, const notis_page *page) {
  push_pointer(L, NT_REF_PLUGIN_PAGE, page);
}

static void push_host_value(lua_State *L, const notis_value *value) {
  nt_value copy = nt_plugin_value(state_of(L)->host, value, nt_work_arena(L));
  nt_lua_push_value(L, &copy, NT_NULL_IS_NIL);
}

static int page_index(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_page *page = check_pointer(L, 1, NT_REF_PLUGIN_PAGE);
  nt_str key = nt_check_str(L, 2);
  if (nt_method_push(L, 2)) return 1;
  if (is(key, "path"))
    nt_lua_push_str(L, nt_plugin_text(state->host->page_path(page)));
  else if (is(key, "url"))
    nt_lua_push_str(L, nt_plugin_text(state->host->page_url(page)));
  else if (is(key, "template"))
    nt_lua_push_str(L, nt_plugin_text(state->host->page_template(page)));
  else if (is(key, "document"))
    push_host_document(L, state->host->page_document(state->call, page));
  else
    lua_pushnil(L);
  return 1;
}

/* The documents of a list page, as a list. */
static int page_documents(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_page *page = check_pointer(L, 1, NT_REF_PLUGIN_PAGE);
  size_t count = state->host->page_length(state->call, page);
  lua_newtable(L);
  for (size_t i = 0; i < count; i++) {
    push_host_document(L, state->host->page_at(state->call, page, i));
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int page_site(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  check_pointer(L, 1, NT_REF_PLUGIN_PAGE);
  push_host_value(L, state->host->site_config(state->call, nt_plugin_str(nt_check_text(L, 2))));
  return 1;
}

static int document_index(lua_State *L) {
  const nt_plugin_state *state = state_of(L);
  const notis_document *document = check_pointer(L, 1, NT_REF_PLUGIN_DOCUMENT);
  nt_str key = nt_check_str(L, 2);
  if (is(key, "id"))
    nt_lua_push_str(L, nt_plugin_text(state->host->document_id(document)));
  else if (is(key, "url"))
    nt_lua_push_str(L, nt_plugin_text(state->host->document_url(state->call, document)));
  else if (is(key, "body")) /* read-only, and good during this call */
    nt_push_node(L, (nt_node *)state->host->document_body(state->call, document), NULL, 0, false);
  else
    push_host_value(L, state->host->document_field(state->call, document, nt_plugin_str(key)));
  return 1;
}

static const luaL_Reg page_methods[] = {{"documents", page_documents}, {"site", page_site}, {NULL, NULL}};
static const luaL_Reg page_meta[] = {{"__index", page_index}, {NULL, NULL}};
static const luaL_Reg document_meta[] = {{"__index", document_index}, {NULL, NULL}};
const nt_binding nt_bind_plugin_page = {"page", page_meta, page_methods};
const nt_binding nt_bind_plugin_document = {"document", document_meta, NULL};

/* ---- files, for targets ---- */

void nt_plugin_push_files(lua_State *L) {
  push_pointer(L, NT_REF_FILES, NULL);
  ((nt_ref *)lua_touserdata(L, -1))->call = 0; /* it is kept in a target's self, and holds nothing */
}

/* true; false for what is not there; raises when the host has reported a failure. */
static int file_result(lua_State *L, notis_status status) {
  if (status == NOTIS_ERROR) nt_raise_reported(L);
  lua_pushboolean(L, status == NOTIS_OK);
  return 1;
}

static notis_str file_argument(lua_State *L, int index) {
  check_pointer(L, 1, NT_REF_FILES);
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

static const luaL_Reg files_methods[] = {{"write", files_write},         {"sync", files_sync},
                                         {"rename", files_rename},       {"remove", files_remove},
                                         {"make_directory", files_make}, {"remove_directory", files_unmake},
                                         {"exists", files_exists},       {NULL, NULL}};
const nt_binding nt_bind_files = {"files", method_meta, files_methods};
