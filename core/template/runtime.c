/* A render: one protected call of a VM, in which templates are found, compiled, loaded and run. */
#include "template/runtime.h"

#include <stdio.h>
#include <stdlib.h>

static const char run_key = 0;

/* Runs a template: the derived one's own statements first, then what it extends, down to the one that writes. It is in
 * Lua so that includes within includes do not deepen the C stack. */
static const char driver[] =
    "local parent = ... "
    "return function(t, C) "
    "  local B, chain = {}, {} "
    "  repeat "
    "    local blocks = t.blocks "
    "    for i = 1, #blocks, 2 do "
    "      local list = B[blocks[i]] "
    "      if list then list[#list + 1] = blocks[i + 1] else B[blocks[i]] = { blocks[i + 1] } end "
    "    end "
    "    t.body(C, B, 1) "
    "    t = t.extends and parent(t.T, chain) "
    "  until not t "
    "end";

/* ---- the VM's part ---- */

static int close_run(lua_State *L) {
  nt_rendering *run = lua_touserdata(L, 1);
  for (size_t i = 0; i < run->loaded.len; i++) nt_template_cache_drop(run->loaded.items[i].compiled);
  for (size_t i = 0; i < run->captures.len; i++) {
    nt_buf_deinit(run->captures.items[i]);
    free(run->captures.items[i]);
  }
  nt_vec_deinit(&run->loaded);
  nt_vec_deinit(&run->captures);
  nt_map_deinit(&run->index);
  nt_buf_deinit(&run->scratch);
  nt_arena_free(run->arena);
  run->arena = NULL;
  return 0;
}

nt_rendering *nt_rendering_get(nt_vm *vm) {
  lua_State *L = nt_vm_lua(vm);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &run_key);
  nt_rendering *run = lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (run) return run;
  run = lua_newuserdatauv(L, sizeof *run, 0);
  memset(run, 0, sizeof *run);
  run->vm = vm;
  run->arena = nt_arena_new();
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, close_run);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &run_key);
  return run;
}

const nt_locale *nt_rendering_get_locale(nt_rendering *run) {
  return nt_vm_locale(run->vm, run->reader->lang);
}

/* ---- tables of functions ---- */

static void set_functions(lua_State *L, nt_rendering *run, const luaL_Reg *functions) {
  lua_pushlightuserdata(L, run);
  luaL_setfuncs(L, functions, 1);
}

/* A function that stands where one of the language's own stood, because a script registered that name. Upvalues: the
 * run, the registry, the name. It is looked up at each call, so that who uses it depends on the script. */
static int call_override(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str name = nt_lua_str(L, lua_upvalueindex(3));
  nt_vm_push_registered(run->vm, (nt_registry)lua_tointeger(L, lua_upvalueindex(2)), name);
  lua_insert(L, 1);
  nt_call_script(L, run, name, lua_gettop(L) - 1);
  if (lua_tointeger(L, lua_upvalueindex(2)) == NT_REGISTRY_TEST) lua_pushboolean(L, nt_truth(L, run, -1));
  return 1;
}

/* Puts what scripts call by the names of our functions in their place, in the table on the top. */
static void override(lua_State *L, nt_rendering *run, nt_registry registry, const luaL_Reg *functions) {
  for (; functions->name; functions++) {
    if (!nt_vm_has_registered(run->vm, registry, nt_str_c(functions->name))) continue;
    lua_pushlightuserdata(L, run);
    lua_pushinteger(L, registry);
    lua_pushstring(L, functions->name);
    lua_pushcclosure(L, call_override, 3);
    lua_setfield(L, -2, functions->name);
  }
}

static void make_metas(lua_State *L, nt_rendering *run) {
  for (int i = 0; i < NT_METAS; i++) {
    lua_newtable(L);
    run->metas[i] = lua_topointer(L, -1);
    run->meta_refs[i] = luaL_ref(L, LUA_REGISTRYINDEX);
  }
}

static void open_driver(lua_State *L, nt_rendering *run, int functions) {
  if (luaL_loadbufferx(L, driver, sizeof driver - 1, "=template", "t") != LUA_OK) lua_error(L);
  lua_getfield(L, functions, "parent");
  lua_call(L, 1, 1);
  lua_pushvalue(L, -1);
  run->run_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_setfield(L, functions, "run");
}

static void open_tables(lua_State *L, nt_rendering *run, int functions) {
  lua_newtable(L);
  set_functions(L, run, nt_filters_text);
  set_functions(L, run, nt_filters_list);
  set_functions(L, run, nt_filters_format);
  set_functions(L, run, nt_filters_url);
  override(L, run, NT_REGISTRY_FILTER, nt_filters_text);
  override(L, run, NT_REGISTRY_FILTER, nt_filters_list);
  override(L, run, NT_REGISTRY_FILTER, nt_filters_format);
  override(L, run, NT_REGISTRY_FILTER, nt_filters_url);
  lua_pushvalue(L, -1);
  run->filters_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_setfield(L, functions, "F");
  lua_newtable(L);
  set_functions(L, run, nt_tests);
  override(L, run, NT_REGISTRY_TEST, nt_tests);
  lua_pushvalue(L, -1);
  run->tests_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_setfield(L, functions, "X");
  lua_newtable(L);
  set_functions(L, run, nt_globals);
  override(L, run, NT_REGISTRY_GLOBAL, nt_globals);
  lua_setfield(L, functions, "G");
  nt_push_undefined(L);
  lua_setfield(L, functions, "U");
  nt_lua_push_null(L);
  lua_setfield(L, functions, "N");
}

/* A list in the order in which chunks bind it. */
static void list_ops(lua_State *L, nt_rendering *run, int functions) {
  nt_str rest = nt_str_c(nt_template_ops);
  lua_newtable(L);
  for (lua_Integer i = 1; rest.len; i++) {
    size_t comma = nt_str_find(rest, ',');
    nt_lua_push_str(L, nt_str_sub(rest, 0, comma));
    lua_rawget(L, functions);
    lua_rawseti(L, -2, i);
    rest = nt_str_sub(rest, comma + 1, rest.len);
  }
  run->ops_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Called for a name that no context has: a script's global, or an error. */
static void report_unknown(lua_State *L, nt_rendering *run, nt_str name);

static int missing(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str name = nt_lua_str(L, 2);
  if (nt_vm_push_registered(run->vm, NT_REGISTRY_GLOBAL, name)) {
    nt_from_script(L, run);
    return 1;
  }
  if (!run->lenient) report_unknown(L, run, name);
  nt_push_undefined(L);
  return 1;
}

void nt_rendering_open(lua_State *L, nt_rendering *run) {
  int top = lua_gettop(L);
  make_metas(L, run);
  lua_newtable(L);
  set_functions(L, run, nt_write_ops);
  set_functions(L, run, nt_operate_ops);
  set_functions(L, run, nt_call_ops);
  set_functions(L, run, nt_flow_ops);
  open_driver(L, run, top + 1);
  open_tables(L, run, top + 1);
  list_ops(L, run, top + 1);
  lua_newtable(L);
  lua_pushlightuserdata(L, run);
  lua_pushcclosure(L, missing, 1);
  lua_setfield(L, -2, "__index");
  run->root_meta_ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_settop(L, top);
}

/* ---- unknown names ---- */

static int compare_names(const void *a, const void *b) {
  return nt_str_cmp(*(const nt_str *)a, *(const nt_str *)b);
}

typedef NT_VEC(nt_str) name_vec;

static void add_names_of(lua_State *L, nt_rendering *run, int table, name_vec *names) {
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
    nt_str key = nt_lua_str(L, -2);
    if (key.len) nt_push(names, nt_arena_str(run->reader->arena, key));
  }
}

/* What can be named here: the page's variables, and those that the compiler saw in scope. */
static void known_names(lua_State *L, nt_rendering *run, nt_str visible, name_vec *names) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->root_ref);
  add_names_of(L, run, lua_gettop(L), names);
  lua_pop(L, 1);
  while (visible.len) {
    size_t comma = nt_str_find(visible, ',');
    nt_push(names, nt_str_sub(visible, 0, comma));
    visible = nt_str_sub(visible, comma + 1, visible.len);
  }
  if (names->len) qsort(names->items, names->len, sizeof *names->items, compare_names);
}

static void report_unknown(lua_State *L, nt_rendering *run, nt_str name) {
  nt_str file = {NULL, 0};
  name_vec names = {0};
  nt_buf list = {0};
  const nt_template_place *place = nt_find_place(L, run, 0, &file);
  known_names(L, run, place ? place->text : file, &names);
  nt_nearest near = {.word = name};
  for (size_t i = 0; i < names.len; i++) {
    nt_nearest_try(&near, names.items[i]);
    if (i) nt_buf_c(&list, ", ");
    nt_buf_put(&list, names.items[i]);
  }
  nt_str known = nt_arena_str(run->reader->arena, nt_buf_str(&list));
  nt_buf_deinit(&list);
  nt_vec_deinit(&names);
  nt_where where = nt_place_where(file, place);
  nt_code code = near.best.len ? NT_MSG_template_undefined_near : NT_MSG_template_undefined;
  nt_fail_at(L, run, where, code, (const nt_str[]){name, near.best.len ? near.best : known, {NULL, 0}});
}

/* ---- loading ---- */

static nt_loaded *find_loaded(nt_rendering *run, const nt_template_source *source) {
  nt_buf_clear(&run->scratch);
  nt_buf_put(&run->scratch, nt_str_n((const char *)&source->hash, sizeof source->hash));
  nt_buf_put(&run->scratch, nt_str_n((const char *)&source->layer, sizeof source->layer));
  nt_buf_put(&run->scratch, source->file);
  size_t number = (size_t)nt_map_get(&run->index, nt_buf_str(&run->scratch));
  return number ? &run->loaded.items[number - 1] : NULL;
}

static nt_loaded *add_loaded(nt_rendering *run, const nt_template_source *source) {
  nt_loaded loaded = {.compiled = nt_template_cache_take(run->cache, source), .ref = LUA_NOREF};
  nt_push(&run->loaded, loaded);
  nt_str key = nt_arena_str(run->arena, nt_buf_str(&run->scratch));
  nt_map_set(&run->index, key, (void *)run->loaded.len);
  return &run->loaded.items[run->loaded.len - 1];
}

/* Warnings belong to every page that uses the template. */
static void replay(nt_rendering *run, nt_loaded *loaded) {
  if (loaded->render == run->render) return;
  loaded->render = run->render;
  const nt_diags *diags = &loaded->compiled->diags;
  for (size_t i = 0; i < diags->len; i++) nt_diags_add(run->reader->diags, &diags->items[i]);
}

/* What Lua's own compiler cannot take, although ours could. */
static void too_large(lua_State *L, nt_rendering *run, const nt_compiled *compiled) {
  nt_str why = nt_arena_str(run->reader->arena, nt_lua_str(L, -1));
  nt_where where = nt_where_file(compiled->file, 1, 1);
  nt_fail_at(L, run, where, NT_MSG_template_too_large, (const nt_str[]){why, {NULL, 0}});
}

static void load_chunk(lua_State *L, nt_rendering *run, size_t number) {
  const nt_compiled *compiled = run->loaded.items[number].compiled;
  char name[40];
  int top = lua_gettop(L);
  snprintf(name, sizeof name, "@template:%zu", number);
  luaL_checkstack(L, 100, NULL);
  if (luaL_loadbufferx(L, compiled->lua.ptr, compiled->lua.len, name, "t") != LUA_OK) too_large(L, run, compiled);
  lua_pushlightuserdata(L, (void *)compiled);
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->ops_ref);
  int ops = lua_gettop(L), count = (int)lua_rawlen(L, ops);
  for (int i = 1; i <= count; i++) lua_rawgeti(L, ops, i);
  lua_remove(L, ops);
  lua_call(L, count + 1, 1);
  lua_pushlightuserdata(L, (void *)compiled);
  lua_setfield(L, -2, "T");
  lua_pushboolean(L, compiled->extends.len > 0);
  lua_setfield(L, -2, "extends");
  run->loaded.items[number].ref = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_settop(L, top);
}

bool nt_rendering_load(lua_State *L, nt_rendering *run, nt_str name, uint32_t from_layer, nt_compiled **out) {
  nt_template_source source;
  nt_reader *reader = run->reader;
  nt_read read = reader->ops->template_source(reader, name, from_layer, &source);
  if (read == NT_READ_FAILED) nt_fail_reported(L, run);
  if (read != NT_READ_OK) return false;
  nt_loaded *loaded = find_loaded(run, &source);
  if (!loaded) loaded = add_loaded(run, &source);
  replay(run, loaded);
  if (!loaded->compiled->good) nt_fail_reported(L, run);
  size_t number = (size_t)(loaded - run->loaded.items);
  if (loaded->ref == LUA_NOREF) load_chunk(L, run, number);
  if (out) *out = run->loaded.items[number].compiled;
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->loaded.items[number].ref);
  return true;
}

/* ---- the render ---- */

typedef struct render_job {
  nt_rendering *run;
  const nt_str *names;
  size_t count;
  bool entered; /* a template was found */
} render_job;

size_t nt_rendering_enter(nt_rendering *run, const nt_compiled *compiled) {
  const nt_observed what = {.sort = NT_OBSERVED_TEMPLATE, .file = compiled->file};
  return nt_vm_begin(run->vm, &what);
}

static void push_documents(lua_State *L, nt_rendering *run) {
  const nt_page *page = run->page;
  nt_reader *reader = run->reader;
  nt_docrefs found = {NULL, 0};
  lua_newtable(L);
  nt_set_meta(L, run, NT_META_LIST);
  if (!page->collection.len) return;
  nt_query *query =
      nt_query_slice(reader->arena, nt_query_of(reader->arena, page->collection), page->first, page->shown);
  query->from_end = page->from_end;
  if (page->shown == 0) return;
  if (reader->ops->query(reader, query, reader->diags, &found) != NT_READ_OK) nt_fail_reported(L, run);
  for (size_t i = 0; i < found.len; i++) {
    nt_lua_push_frozen(L, found.items[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* Leaves the main template's own context, which sees what every template sees: the root. */
static void push_context(lua_State *L, nt_rendering *run) {
  lua_createtable(L, 0, 8);
  nt_lua_push_site(L);
  lua_setfield(L, -2, "site");
  nt_lua_push_page(L, run->page);
  lua_setfield(L, -2, "page");
  if (run->page->document) {
    nt_lua_push_frozen(L, run->page->document);
    lua_setfield(L, -2, "doc");
  }
  if (run->page->collection.len) {
    push_documents(L, run);
    lua_setfield(L, -2, "documents");
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->root_meta_ref);
  lua_setmetatable(L, -2);
  nt_push_derived(L, lua_gettop(L));
  lua_insert(L, -2);
  if (run->root_ref)
    lua_rawseti(L, LUA_REGISTRYINDEX, run->root_ref);
  else
    run->root_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

static int no_template(lua_State *L, const render_job *job) {
  nt_buf all = {0};
  for (size_t i = 0; i < job->count; i++) {
    if (i) nt_buf_c(&all, ", ");
    nt_buf_put(&all, job->names[i]);
  }
  nt_str names = nt_arena_str(job->run->reader->arena, nt_buf_str(&all));
  nt_buf_deinit(&all);
  nt_where where = {.file = job->run->page->origin};
  if (job->run->page->document) where = (nt_where){.doc = job->run->page->origin, .field = NT_STR("template")};
  return nt_fail_at(L, job->run, where, NT_MSG_template_absent, (const nt_str[]){names, {NULL, 0}});
}

static int render(lua_State *L) {
  render_job *job = lua_touserdata(L, 1);
  nt_rendering *run = job->run;
  if (!run->ops_ref) nt_rendering_open(L, run);
  lua_rawgeti(L, LUA_REGISTRYINDEX, run->run_ref);
  nt_compiled *found = NULL;
  for (size_t i = 0; i < job->count && !found; i++)
    if (!nt_rendering_load(L, run, job->names[i], 0, &found)) found = NULL;
  if (!found) return no_template(L, job);
  run->mark = nt_rendering_enter(run, found);
  job->entered = true;
  push_context(L, run);
  lua_call(L, 2, 0);
  return 0;
}

static void begin_render(nt_rendering *run, nt_template_cache *cache, nt_reader *reader, const nt_page *page,
                         nt_buf *out) {
  run->cache = cache;
  run->reader = reader;
  run->page = page;
  run->out = run->page_out = out;
  run->catching = run->includes = run->written = 0;
  run->render++;
  run->lenient = run->failed = false;
  run->script_name = nt_str_n(NULL, 0);
}

bool nt_template_render(nt_template_cache *cache, nt_vm *vm, nt_reader *reader, const nt_str *names, size_t name_count,
                        const nt_page *page, nt_buf *out) {
  lua_State *L = nt_vm_lua(vm);
  nt_rendering *run = nt_rendering_get(vm);
  nt_diags *diags = reader->diags, own;
  size_t start = out->len;
  render_job job = {.run = run, .names = names, .count = name_count};
  begin_render(run, cache, reader, page, out);
  nt_diags_init(&own, diags->arena);
  reader->diags = &own;
  lua_pushcfunction(L, render);
  lua_pushlightuserdata(L, &job);
  const nt_page *outer = nt_vm_set_page(vm, page);
  bool good = nt_vm_call(vm, reader, 1, 0);
  if (job.entered) nt_vm_end(vm, run->mark);
  nt_vm_set_page(vm, outer);
  reader->diags = diags;
  if (good) run->script_name = nt_str_n(NULL, 0);
  nt_forward_diags(run, &own, diags);
  if (!good) out->len = start;
  return good;
}
