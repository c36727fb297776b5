/* The vtables of a Lua plugin, and notis.source, output and target. */
#include "script/plugin_lua.h"

#include "script/plugin.h"

#include <pthread.h>
#include <stdlib.h>

struct nt_lua_plugin {
  pthread_mutex_t lock; /* around the VM */
  nt_vm *vm;
  nt_plugin_state state;
  notis_source_api source;
  notis_output_api output;
  notis_target_api target;
  notis_plugin_descriptor descriptor;
};

/* One open(). */
typedef struct instance {
  nt_lua_plugin *plugin;
  nt_arena *arena;
  const notis_services *host;
  nt_value config;
  bool resuming; /* of a target: what is put was staged before, and comes without bytes */
  int self;      /* registry reference of a target's table, LUA_NOREF for others */
  bool scanned;  /* the scan was begun and its end has been said */
  notis_sink *sink;
  nt_found_list found;
  size_t sent;
} instance;

/* ---- registration ---- */

static nt_plugin_state *check_plugin(lua_State *L, const char *what) {
  nt_vm *vm = nt_vm_of(L);
  if (!vm->plugin) nt_raise(L, NT_MSG_script_not_plugin, nt_str_c(what));
  if (vm->phase != NT_PHASE_LOADING) nt_raise(L, NT_MSG_script_register_late, NT_STR(""));
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  return vm->plugin;
}

static nt_str text_field(lua_State *L, const char *name, const char *fallback) {
  nt_vm *vm = nt_vm_of(L);
  lua_getfield(L, 1, name);
  if (lua_isnil(L, -1)) {
    if (!fallback) nt_raise(L, NT_MSG_script_plugin_key, nt_str_c(name));
    lua_pop(L, 1);
    return nt_str_c(fallback);
  }
  nt_str text = nt_arena_str(vm->arena, nt_check_text(L, -1));
  lua_pop(L, 1);
  return text;
}

static void function_field(lua_State *L, const char *name, int which, bool required) {
  nt_vm *vm = nt_vm_of(L);
  lua_getfield(L, 1, name);
  if (!lua_isfunction(L, -1)) {
    if (required || !lua_isnil(L, -1)) nt_raise(L, NT_MSG_script_plugin_key, nt_str_c(name));
    lua_pop(L, 1);
    return;
  }
  nt_registered item = {.at.kind = nt_str_c(name)};
  nt_str file = NT_STR("");
  nt_script_place(L, 1, &file, &item.at.line);
  item.at.file = nt_arena_str(vm->arena, file);
  item.ref = luaL_ref(L, LUA_REGISTRYINDEX);
  nt_push(&vm->plugins, item); /* so that it is sealed */
  vm->plugin->functions[which] = item.ref;
}

static void begin_registration(lua_State *L, nt_plugin_state *state, bool *taken, const char *what) {
  if (*taken) nt_raise(L, NT_MSG_script_plugin_twice, nt_str_c(what));
  *taken = true;
  nt_str name = text_field(L, "name", NULL), version = text_field(L, "version", "1");
  if (state->name.len && !(nt_str_eq(state->name, name) && nt_str_eq(state->version, version)))
    nt_raise(L, NT_MSG_script_plugin_names, state->name, name);
  state->name = name;
  state->version = version;
}

int nt_plugin_source(lua_State *L) {
  nt_plugin_state *state = check_plugin(L, "notis.source");
  begin_registration(L, state, &state->source, "source");
  function_field(L, "discover", NT_PLUGIN_DISCOVER, true);
  function_field(L, "read", NT_PLUGIN_READ, false);
  function_field(L, "parse", NT_PLUGIN_PARSE, true);
  if (lua_getfield(L, 1, "raw_bytes") != LUA_TNIL) luaL_checktype(L, -1, LUA_TBOOLEAN);
  state->raw_bytes = lua_toboolean(L, -1);
  lua_settop(L, 1);
  return 0;
}

static uint32_t check_takes(lua_State *L) {
  static const char *const words[] = {"document", "collection", "site", NULL};
  uint32_t takes = 0;
  lua_getfield(L, 1, "takes");
  if (lua_isnil(L, -1)) return NOTIS_TAKES_DOCUMENT;
  luaL_checktype(L, -1, LUA_TTABLE);
  for (lua_Integer i = 1; lua_geti(L, 2, i) != LUA_TNIL; i++) {
    nt_str word = nt_check_str(L, -1);
    int at = 0;
    while (words[at] && !nt_str_eq(word, nt_str_c(words[at]))) at++;
    if (!words[at]) nt_raise_unknown(L, NT_MSG_script_unknown_takes, word, words);
    takes |= 1u << at;
    lua_pop(L, 1);
  }
  lua_settop(L, 1);
  return takes;
}

static uint32_t check_limit(lua_State *L) {
  lua_Integer limit = 0;
  if (lua_getfield(L, 1, "page_limit") != LUA_TNIL) limit = luaL_checkinteger(L, -1);
  if (limit < 0 || limit > INT32_MAX) nt_raise(L, NT_MSG_script_plugin_key, NT_STR("page_limit"));
  lua_settop(L, 1);
  return (uint32_t)limit;
}

int nt_plugin_output(lua_State *L) {
  nt_plugin_state *state = check_plugin(L, "notis.output");
  begin_registration(L, state, &state->output, "output");
  state->extension = text_field(L, "extension", NULL);
  state->takes = check_takes(L);
  lua_settop(L, 1);
  state->page_limit = check_limit(L);
  function_field(L, "render", NT_PLUGIN_RENDER, true);
  return 0;
}

int nt_plugin_target(lua_State *L) {
  nt_plugin_state *state = check_plugin(L, "notis.target");
  begin_registration(L, state, &state->target, "target");
  function_field(L, "begin", NT_PLUGIN_BEGIN, false);
  function_field(L, "put", NT_PLUGIN_PUT, true);
  function_field(L, "remove", NT_PLUGIN_REMOVE, true);
  function_field(L, "commit", NT_PLUGIN_COMMIT, true);
  function_field(L, "abort", NT_PLUGIN_ABORT, false);
  function_field(L, "look", NT_PLUGIN_LOOK, false);
  lua_getfield(L, 1, "takes_files");
  state->takes_files = lua_toboolean(L, -1);
  return 0;
}

/* ---- calling ---- */

typedef struct plugin_call {
  instance *in;
  int function;
  int (*push)(lua_State *L, void *ud); /* the arguments; how many */
  void *ud;
  notis_buffer *out; /* where a text that comes back goes */
  uint64_t *number;  /* where a number goes */
  bool nothing;      /* nil came back */
} plugin_call;

static void take_result(lua_State *L, plugin_call *c) {
  c->nothing = lua_isnil(L, -1);
  if (c->number && !c->nothing) *c->number = (uint64_t)luaL_checkinteger(L, -1);
  if (!c->out || c->nothing) return;
  if (lua_type(L, -1) != LUA_TSTRING) nt_raise(L, NT_MSG_script_output_result, nt_str_c(luaL_typename(L, -1)));
  c->in->host->append(c->out, nt_plugin_str(nt_lua_str(L, -1)));
}

static int call_function(lua_State *L) {
  plugin_call *c = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, c->in->plugin->state.functions[c->function]);
  lua_call(L, c->push(L, c->ud), 1);
  take_result(L, c);
  return 0;
}

/* The script's own faults stand in the catalogue; their place is in the text, for places of a call are the item's. */
static void forward(const notis_services *host, notis_call *call, const nt_diags *diags) {
  for (size_t i = 0; i < diags->len; i++) {
    const nt_diag *diag = &diags->items[i];
    nt_buf place = {0}, text = {0};
    nt_buf_format(&place, "%.*s:%u", NT_FMT(diag->where.file), diag->where.line);
    nt_diag_message(diag, NT_ENGLISH, &text);
    notis_str args[] = {nt_plugin_str(nt_buf_str(&place)), nt_plugin_str(nt_buf_str(&text))};
    const char *code = diag->severity == NT_ERROR ? "script_plugin_stopped" : "script_plugin_says";
    if (host->size > offsetof(notis_services, report_code) && host->report_code)
      host->report_code(call, (notis_place){0}, code, args, 2);
    else
      host->report(call, (notis_severity)diag->severity, (notis_place){0}, args[1], (notis_str){0});
    nt_buf_deinit(&place);
    nt_buf_deinit(&text);
  }
}

/* The one way into the VM. */
static notis_status call_plugin(plugin_call *c, notis_call *call) {
  nt_lua_plugin *plugin = c->in->plugin;
  nt_diags diags;
  if (plugin->state.functions[c->function] == LUA_NOREF) return NOTIS_OK;
  pthread_mutex_lock(&plugin->lock);
  nt_vm *vm = plugin->vm;
  nt_arena *arena = nt_arena_new();
  nt_diags_init(&diags, arena);
  plugin->state.host = c->in->host;
  plugin->state.call = call;
  plugin->state.out = c->out;
  vm->work = arena;
  vm->plugin_failed = false;
  lua_pushcfunction(vm->L, call_function);
  lua_pushlightuserdata(vm->L, c);
  bool fine = nt_script_call(vm, NULL, &diags, 1, 0) && !vm->plugin_failed && !diags.errors;
  vm->work = NULL;
  plugin->state.call = NULL;
  plugin->state.out = NULL;
  forward(c->in->host, call, &diags);
  nt_arena_free(arena);
  pthread_mutex_unlock(&plugin->lock);
  return fine ? NOTIS_OK : NOTIS_ERROR;
}

static instance *instance_new(const notis_services *host, const notis_value *config, void *data) {
  instance *in = nt_zalloc(sizeof *in);
  in->plugin = data;
  in->arena = nt_arena_new();
  in->host = host;
  in->self = LUA_NOREF;
  in->config = nt_plugin_value(host, NULL, config, in->arena);
  in->found.arena = in->arena;
  return in;
}

static void instance_free(void *self) {
  instance *in = self;
  if (!in) return;
  pthread_mutex_lock(&in->plugin->lock);
  luaL_unref(in->plugin->vm->L, LUA_REGISTRYINDEX, in->self);
  pthread_mutex_unlock(&in->plugin->lock);
  nt_vec_deinit(&in->found);
  nt_arena_free(in->arena);
  free(in);
}

static void push_config(lua_State *L, const instance *in) {
  nt_lua_push_value(L, &in->config, NT_NULL_IS_NIL);
}

/* ---- source ---- */

/* Says what was found until the sink is full; resume() goes on. */
static notis_status flush(instance *in) {
  notis_status status = NOTIS_OK;
  for (; in->sent < in->found.len && status == NOTIS_OK; in->sent += status == NOTIS_OK) {
    const nt_found *found = &in->found.items[in->sent];
    if (found->files)
      status = in->host->sink_files(in->sink, nt_plugin_str(found->id), nt_plugin_str(found->fingerprint));
    else
      status = in->host->sink_upsert(in->sink, nt_plugin_str(found->id), nt_plugin_str(found->fingerprint));
  }
  if (status != NOTIS_OK || in->scanned) return status == NOTIS_FULL ? NOTIS_OK : status;
  status = in->host->sink_end(in->sink, 1, NOTIS_COMPLETE);
  in->scanned = status != NOTIS_FULL;
  return status == NOTIS_FULL ? NOTIS_OK : status;
}

static int push_discover(lua_State *L, void *ud) {
  instance *in = ud;
  nt_plugin_push_sink(L, &in->found);
  push_config(L, in);
  return 2;
}

/* A source that only names files has no scan of its own: the host lists them. */
static bool only_files(const instance *in) {
  for (size_t i = 0; i < in->found.len; i++)
    if (!in->found.items[i].files) return false;
  return in->found.len > 0;
}

static notis_status source_open(const notis_services *host, notis_call *call, const notis_value *config,
                                notis_sink *sink, void **self) {
  instance *in = instance_new(host, config, *self);
  plugin_call c = {.in = in, .function = NT_PLUGIN_DISCOVER, .push = push_discover, .ud = in};
  in->sink = sink;
  notis_status status = call_plugin(&c, call);
  if (status == NOTIS_OK) {
    in->scanned = only_files(in);
    if (!in->scanned) status = host->sink_begin(sink, 1);
    if (status == NOTIS_OK) status = flush(in);
  }
  if (status != NOTIS_OK) {
    instance_free(in);
    return status;
  }
  *self = in;
  return NOTIS_OK;
}

typedef struct read_arguments {
  const instance *in;
  notis_str id, fingerprint;
} read_arguments;

static int push_read(lua_State *L, void *ud) {
  const read_arguments *a = ud;
  nt_lua_push_str(L, nt_plugin_text(a->id));
  nt_lua_push_str(L, nt_plugin_text(a->fingerprint));
  push_config(L, a->in);
  return 3;
}

static notis_status source_read(void *self, notis_call *call, notis_str id, notis_str fingerprint, notis_buffer *out) {
  read_arguments a = {self, id, fingerprint};
  plugin_call c = {.in = self, .function = NT_PLUGIN_READ, .push = push_read, .ud = &a, .out = out};
  notis_status status = call_plugin(&c, call);
  return status == NOTIS_OK && c.nothing ? NOTIS_GONE : status;
}

typedef struct parse_arguments {
  const instance *in;
  const notis_item *item;
  notis_builder *builder;
} parse_arguments;

static int push_parse(lua_State *L, void *ud) {
  const parse_arguments *a = ud;
  nt_plugin_push_item(L, a->item);
  nt_plugin_push_builder(L, a->builder);
  push_config(L, a->in);
  return 3;
}

static notis_status source_parse(const void *self, notis_call *call, const notis_item *item, notis_builder *builder) {
  parse_arguments a = {self, item, builder};
  plugin_call c = {.in = (instance *)self, .function = NT_PLUGIN_PARSE, .push = push_parse, .ud = &a};
  return call_plugin(&c, call);
}

static void source_resume(void *self) {
  flush(self);
}

/* ---- output ---- */

static notis_status output_open(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  *self = instance_new(host, config, *self);
  return NOTIS_OK;
}

typedef struct render_arguments {
  const instance *in;
  const notis_page *page;
} render_arguments;

static int push_render(lua_State *L, void *ud) {
  const render_arguments *a = ud;
  nt_plugin_push_page(L, a->page);
  push_config(L, a->in);
  return 2;
}

static notis_status output_render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  render_arguments a = {self, page};
  plugin_call c = {.in = (instance *)self, .function = NT_PLUGIN_RENDER, .push = push_render, .ud = &a, .out = out};
  return call_plugin(&c, call);
}

/* ---- target ---- */

static notis_status target_open(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  instance *in = instance_new(host, config, *self);
  lua_State *L = in->plugin->vm->L;
  pthread_mutex_lock(&in->plugin->lock);
  lua_newtable(L);
  in->self = luaL_ref(L, LUA_REGISTRYINDEX);
  pthread_mutex_unlock(&in->plugin->lock);
  *self = in;
  return NOTIS_OK;
}

/* What every target function is given first: its own table, with the configuration and the files of this call. */
static void push_self(lua_State *L, const instance *in) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, in->self);
  push_config(L, in);
  lua_setfield(L, -2, "config");
  nt_plugin_push_files(L);
  lua_setfield(L, -2, "files");
}

typedef struct target_arguments {
  const instance *in;
  const notis_put *put;
  notis_str path;
  const char *mode;
} target_arguments;

static int push_target(lua_State *L, void *ud) {
  const target_arguments *a = ud;
  push_self(L, a->in);
  if (a->mode) return lua_pushstring(L, a->mode), 2;
  if (a->put) {
    nt_lua_push_str(L, nt_plugin_text(a->put->path));
    const notis_file *file = a->put->size > offsetof(notis_put, file) ? a->put->file : NULL;
    if (a->in->resuming || file)
      lua_pushnil(L);
    else
      nt_lua_push_str(L, nt_plugin_text(a->put->bytes));
    lua_pushinteger(L, a->put->order);
    if (file)
      nt_plugin_push_pointer(L, NT_REF_PUT_FILE, file);
    else
      lua_pushnil(L);
    return 5;
  }
  if (a->path.ptr) return nt_lua_push_str(L, nt_plugin_text(a->path)), 2;
  return 1;
}

static notis_status call_target(int function, target_arguments *a, notis_call *call) {
  plugin_call c = {.in = (instance *)a->in, .function = function, .push = push_target, .ud = a};
  return call_plugin(&c, call);
}

static notis_status target_begin(void *self, notis_call *call, notis_commit_mode mode) {
  ((instance *)self)->resuming = mode == NOTIS_COMMIT_RESUME;
  target_arguments a = {.in = self, .mode = mode == NOTIS_COMMIT_RESUME ? "resume" : "new"};
  return call_target(NT_PLUGIN_BEGIN, &a, call);
}

static notis_status target_put(void *self, notis_call *call, const notis_put *put) {
  target_arguments a = {.in = self, .put = put};
  return call_target(NT_PLUGIN_PUT, &a, call);
}

static notis_status target_remove(void *self, notis_call *call, notis_str path) {
  target_arguments a = {.in = self, .path = path};
  return call_target(NT_PLUGIN_REMOVE, &a, call);
}

static notis_status target_commit(void *self, notis_call *call) {
  target_arguments a = {.in = self};
  return call_target(NT_PLUGIN_COMMIT, &a, call);
}

static void target_abort(void *self, notis_call *call) {
  target_arguments a = {.in = self};
  call_target(NT_PLUGIN_ABORT, &a, call);
}

static notis_status target_look(void *self, notis_call *call, notis_str path, uint64_t *stamp) {
  target_arguments a = {.in = self, .path = path};
  plugin_call c = {.in = self, .function = NT_PLUGIN_LOOK, .push = push_target, .ud = &a, .number = stamp};
  notis_status status = call_plugin(&c, call);
  return status == NOTIS_OK && c.nothing ? NOTIS_GONE : status;
}

/* ---- the descriptor ---- */

static void describe(nt_lua_plugin *plugin) {
  const nt_plugin_state *state = &plugin->state;
  plugin->source = (notis_source_api){.size = sizeof plugin->source,
                                      .open = source_open,
                                      .read = state->functions[NT_PLUGIN_READ] == LUA_NOREF ? NULL : source_read,
                                      .parse = source_parse,
                                      .resume = source_resume,
                                      .close = instance_free,
                                      .flags = state->raw_bytes ? NOTIS_SOURCE_RAW_BYTES : 0};
  plugin->output = (notis_output_api){.size = sizeof plugin->output,
                                      .takes = state->takes,
                                      .extension = state->extension.ptr,
                                      .open = output_open,
                                      .render = output_render,
                                      .close = instance_free,
                                      .page_limit = state->page_limit};
  plugin->target = (notis_target_api){.size = sizeof plugin->target,
                                      .open = target_open,
                                      .begin = target_begin,
                                      .put = target_put,
                                      .remove = target_remove,
                                      .commit = target_commit,
                                      .abort = target_abort,
                                      .close = instance_free,
                                      .look = state->functions[NT_PLUGIN_LOOK] == LUA_NOREF ? NULL : target_look,
                                      .takes_files = state->takes_files};
  plugin->descriptor = (notis_plugin_descriptor){.abi = NOTIS_ABI,
                                                 .size = sizeof plugin->descriptor,
                                                 .name = state->name.ptr,
                                                 .version = state->version.ptr,
                                                 .source = state->source ? &plugin->source : NULL,
                                                 .output = state->output ? &plugin->output : NULL,
                                                 .target = state->target ? &plugin->target : NULL,
                                                 .data = plugin};
}

nt_lua_plugin *nt_lua_plugin_load(const nt_script_source *source, const nt_vm_options *options, nt_diags *diags) {
  nt_lua_plugin *plugin = nt_zalloc(sizeof *plugin);
  pthread_mutex_init(&plugin->lock, NULL);
  for (int i = 0; i < NT_PLUGIN_FUNCTIONS; i++) plugin->state.functions[i] = LUA_NOREF;
  plugin->vm = nt_vm_new(options);
  plugin->vm->plugin = &plugin->state;
  bool good = nt_vm_load(plugin->vm, source, 1, diags);
  if (good && !plugin->state.name.len) {
    nt_report0(diags, NT_MSG_script_plugin_nothing, nt_where_file(source->file, 1, 0));
    good = false;
  }
  if (!good) {
    nt_lua_plugin_free(plugin);
    return NULL;
  }
  describe(plugin);
  return plugin;
}

void nt_lua_plugin_free(nt_lua_plugin *plugin) {
  if (!plugin) return;
  nt_vm_free(plugin->vm);
  pthread_mutex_destroy(&plugin->lock);
  free(plugin);
}

const notis_plugin_descriptor *nt_lua_plugin_descriptor(const nt_lua_plugin *plugin) {
  return &plugin->descriptor;
}
