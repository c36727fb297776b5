/* What a source's parse() builds its document with. Everything goes through the services that a C plugin has. */
#include "script/plugin.h"
#include "script/tree.h"

void nt_plugin_push_builder(lua_State *L, notis_builder *builder) {
  nt_plugin_push_pointer(L, NT_REF_BUILDER, builder);
}

static notis_builder *check_builder(lua_State *L) {
  return (notis_builder *)nt_plugin_check_pointer(L, 1, NT_REF_BUILDER);
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
  const notis_services *host = nt_vm_of(L)->plugin->host;
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
  nt_plugin_state *state = nt_vm_of(L)->plugin;
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
  const notis_services *host = nt_vm_of(L)->plugin->host;
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
  nt_vm_of(L)->plugin->host->node_close(check_builder(L));
  return 0;
}

/* A node without children. */
static int builder_node(lua_State *L) {
  notis_builder *builder = check_builder(L);
  lua_settop(L, 5);
  open_node(L, builder);
  nt_vm_of(L)->plugin->host->node_close(builder);
  return 0;
}

static int add_text(lua_State *L, notis_builder *builder, notis_place at) {
  const notis_services *host = nt_vm_of(L)->plugin->host;
  notis_node_info info = {.size = sizeof info, .type = NOTIS_NODE_TEXT, .text = nt_plugin_str(nt_check_text(L, 2))};
  info.at = at;
  if (host->node_open(builder, &info) != NOTIS_OK) nt_raise(L, NT_MSG_script_plugin_refused, NT_STR("text"));
  host->node_close(builder);
  return 0;
}

/* builder:text(text, line, column) */
static int builder_text(lua_State *L) {
  return add_text(L, check_builder(L), check_place(L, 3));
}

/* ---- nodes that were made, or cloned ---- */

static void add_attributes(const notis_services *host, notis_builder *builder, const nt_node *node) {
  for (const nt_attr *attr = node->attrs; attr; attr = attr->next)
    host->node_attribute(builder, nt_plugin_str(attr->name), nt_plugin_str(attr->value));
}

static void enter_node(lua_State *L, notis_builder *builder, const nt_node *node, notis_place at) {
  const notis_services *host = nt_vm_of(L)->plugin->host;
  notis_node_info info = {.size = sizeof info,
                          .type = (notis_node_type)node->type,
                          .flags = node->flags,
                          .number = node->number,
                          .text = nt_plugin_str(node->text),
                          .extra = nt_plugin_str(node->extra),
                          .at = at};
  if (host->node_open(builder, &info) != NOTIS_OK)
    nt_raise(L, NT_MSG_script_plugin_refused, nt_str_c(nt_node_type_name(info.type)));
  add_attributes(host, builder, node);
  if (!nt_node_is_container(node)) host->node_close(builder);
}

/* builder:add(node, line, column): the node and all that it holds. */
static int builder_add(lua_State *L) {
  notis_builder *builder = check_builder(L);
  notis_place at = check_place(L, 3);
  if (lua_type(L, 2) == LUA_TSTRING) return add_text(L, builder, at);
  const nt_node *root = nt_check_node(L, 2).node;
  uint64_t steps = 0;
  for (nt_walk w = nt_walk_start(root); nt_walk_next(&w); steps++) {
    if (w.node->type == NOTIS_NODE_DOCUMENT) continue;
    if (w.entering)
      enter_node(L, builder, w.node, at);
    else
      nt_vm_of(L)->plugin->host->node_close(builder);
  }
  nt_vm_charge(L, steps);
  return 0;
}

/* ---- diagnostics ---- */

/* builder:error(message, line, column, hint); builder:warn likewise */
static int builder_report(lua_State *L, notis_severity severity) {
  nt_plugin_state *state = nt_vm_of(L)->plugin;
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

static const luaL_Reg builder_methods[] = {{"field", builder_field}, {"front_matter", builder_front_matter},
                                           {"open", builder_open},   {"close", builder_close},
                                           {"node", builder_node},   {"text", builder_text},
                                           {"add", builder_add},     {"error", builder_error},
                                           {"warn", builder_warn},   {NULL, NULL}};
const nt_binding nt_bind_builder = {"builder", nt_plugin_methods_only, builder_methods};
