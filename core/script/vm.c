/* The life of a VM: made empty, loaded once, sealed, called, freed. */
#include "script/state.h"

#include <stdlib.h>

static int panic(lua_State *L) {
  nt_out_of_memory(); /* everything else runs protected */
  return 0;
}

/* ---- making ---- */

nt_vm *nt_vm_new(const nt_vm_options *options) {
  nt_vm *vm = nt_zalloc(sizeof *vm);
  vm->options = *options;
  if (!vm->options.instructions) vm->options.instructions = 50000000;
  if (!vm->options.memory) vm->options.memory = (size_t)64 << 20;
  vm->arena = nt_arena_new();
  vm->L = lua_newstate(nt_vm_allocate, vm);
  if (!vm->L) nt_out_of_memory();
  *(nt_vm **)lua_getextraspace(vm->L) = vm;
  lua_atpanic(vm->L, panic);
  nt_refs_open(vm->L);
  nt_sandbox_open(vm);
  return vm;
}

void nt_vm_free(nt_vm *vm) {
  if (!vm) return;
  lua_close(vm->L);
  for (size_t i = 0; i < vm->files.len; i++) nt_vec_deinit(&vm->files.items[i].needs);
  nt_vec_deinit(&vm->files);
  nt_vec_deinit(&vm->loading);
  nt_vec_deinit(&vm->watched);
  nt_vec_deinit(&vm->origins);
  nt_vec_deinit(&vm->plugins);
  for (int i = 0; i < NT_EVENTS; i++) nt_vec_deinit(&vm->events[i]);
  for (int i = 0; i < NT_REGISTRIES; i++) {
    nt_vec_deinit(&vm->registries[i]);
    nt_map_deinit(&vm->registry_maps[i]);
  }
  for (size_t i = 0; i < vm->locales.len; i++) nt_locale_close(vm->locales.items[i].locale);
  nt_vec_deinit(&vm->locales);
  nt_fault_deinit(&vm->fault);
  nt_buf_deinit(&vm->scratch);
  nt_arena_free(vm->arena);
  free(vm);
}

lua_State *nt_vm_lua(nt_vm *vm) {
  return vm->L;
}
nt_vm *nt_lua_vm(lua_State *L) {
  return nt_vm_of(L);
}
nt_reader *nt_vm_reader(nt_vm *vm) {
  return vm->reader;
}
nt_vm_fault nt_vm_last_fault(const nt_vm *vm) {
  return vm->last_fault;
}
void nt_vm_count_anew(nt_vm *vm) {
  vm->last_fault = NT_FAULT_NONE;
  vm->spent = 0;
}
uint64_t nt_vm_steps(const nt_vm *vm) {
  return vm->spent;
}
bool nt_vm_is_dead(const nt_vm *vm) {
  return vm->dead;
}
size_t nt_vm_memory(const nt_vm *vm) {
  return vm->used;
}

void nt_vm_observe(nt_vm *vm, const nt_observer *observer) {
  vm->observer = observer;
}

size_t nt_vm_begin(nt_vm *vm, const nt_observed *what) {
  return vm->observer ? vm->observer->begin(vm->observer->ud, what) : 0;
}

void nt_vm_end(nt_vm *vm, size_t mark) {
  if (vm->observer) vm->observer->end(vm->observer->ud, mark);
}

/* ---- loading ---- */

size_t nt_script_file_index(nt_vm *vm, const nt_script_source *source) {
  for (size_t i = 0; i < vm->files.len; i++)
    if (nt_str_eq(vm->files.items[i].file, source->file)) return i;
  nt_script_file file = {.file = nt_arena_str(vm->arena, source->file), .hash = source->hash};
  nt_push(&vm->files, file);
  return vm->files.len - 1;
}

/* "short name:12: text" as Lua's parser writes it. */
static void report_syntax(nt_vm *vm, nt_str file, nt_diags *diags) {
  nt_str text = nt_lua_str(vm->L, -1);
  uint32_t line = 0;
  size_t at = 0;
  for (size_t i = 0; i + 1 < text.len && !line; i++) {
    if (text.ptr[i] != ':' || text.ptr[i + 1] < '1' || text.ptr[i + 1] > '9') continue;
    uint32_t number = 0;
    size_t end = i + 1;
    while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9' && number < 100000000)
      number = number * 10 + (uint32_t)(text.ptr[end++] - '0');
    if (end + 1 < text.len && text.ptr[end] == ':' && text.ptr[end + 1] == ' ') line = number, at = end + 2;
  }
  nt_report(diags, NT_MSG_script_syntax, nt_where_file(file, line ? line : 1, 0), nt_str_sub(text, at, text.len));
}

static nt_str without_bom(nt_str bytes) {
  return nt_str_starts(bytes, NT_STR("\xef\xbb\xbf")) ? nt_str_sub(bytes, 3, bytes.len) : bytes;
}

bool nt_script_compile(nt_vm *vm, const nt_script_source *source, size_t file, nt_diags *diags) {
  lua_State *L = vm->L;
  nt_buf name = {0};
  nt_buf_byte(&name, '@');
  nt_buf_put(&name, source->file);
  nt_buf_byte(&name, '\0');
  nt_str bytes = without_bom(source->bytes);
  int status = luaL_loadbufferx(L, bytes.len ? bytes.ptr : "", bytes.len, name.ptr, "t");
  nt_buf_deinit(&name);
  if (status != LUA_OK) {
    report_syntax(vm, source->file, diags);
    lua_pop(L, 1);
    return false;
  }
  nt_sandbox_push_env(vm, file);
  lua_setupvalue(L, -2, 1);
  return true;
}

static bool load_one(nt_vm *vm, const nt_script_source *source, nt_diags *diags) {
  size_t file = nt_script_file_index(vm, source);
  if (!nt_script_compile(vm, source, file, diags)) return false;
  nt_push(&vm->loading, file);
  bool fine = nt_script_call(vm, NULL, diags, 0, 0);
  vm->loading.len = 0;
  return fine;
}

static int seal(lua_State *L) {
  nt_freeze_all(nt_vm_of(L));
  return 0;
}

bool nt_vm_load(nt_vm *vm, const nt_script_source *scripts, size_t count, nt_diags *diags) {
  size_t errors = diags->errors;
  vm->phase = NT_PHASE_LOADING;
  for (size_t i = 0; i < count; i++) load_one(vm, &scripts[i], diags);
  lua_pushcfunction(vm->L, seal);
  nt_script_call(vm, NULL, diags, 0, 0);
  vm->phase = NT_PHASE_SEALED;
  lua_gc(vm->L, LUA_GCCOLLECT);
  lua_gc(vm->L, LUA_GCSTOP);
  vm->collect_at = 0;
  vm->failed_load = diags->errors > errors;
  return !vm->failed_load;
}

/* ---- what is registered ---- */

static const char *const event_names[] = {"item", "document", "collect", "page", "output", NULL};

const char *nt_event_name(nt_event event) {
  return event_names[event];
}

size_t nt_vm_subscriber_count(const nt_vm *vm, nt_event event) {
  return vm->events[event].len;
}

nt_subscriber nt_vm_subscriber(const nt_vm *vm, nt_event event, size_t index) {
  return vm->events[event].items[index].at;
}

bool nt_vm_wants(const nt_vm *vm, nt_event event, nt_str kind) {
  for (size_t i = 0; i < vm->events[event].len; i++) {
    nt_str filter = vm->events[event].items[i].at.kind;
    if (!filter.ptr || nt_str_eq(filter, kind)) return true;
  }
  return false;
}

static nt_hash hash_list(nt_hash hash, const nt_registrations *list) {
  hash = nt_hash_combine(hash, list->len);
  for (size_t i = 0; i < list->len; i++) {
    const nt_subscriber *at = &list->items[i].at;
    hash = nt_hash_combine(hash, nt_hash_bytes(at->file));
    hash = nt_hash_combine(hash, at->line);
    hash = nt_hash_combine(hash, at->kind.ptr ? nt_hash_bytes(at->kind) : NT_HASH_ABSENT);
  }
  return hash;
}

nt_hash nt_vm_registration_hash(const nt_vm *vm) {
  nt_hash hash = 1;
  for (int i = 0; i < NT_EVENTS; i++) hash = hash_list(hash, &vm->events[i]);
  for (int i = 0; i < NT_REGISTRIES; i++) hash = hash_list(hash, &vm->registries[i]);
  return hash;
}

static nt_hash hash_names(nt_hash hash, const nt_registrations *list) {
  hash = nt_hash_combine(hash, list->len);
  for (size_t i = 0; i < list->len; i++) {
    const nt_subscriber *at = &list->items[i].at;
    hash = nt_hash_combine(hash, nt_hash_combine(nt_hash_bytes(at->kind), nt_hash_bytes(at->file)));
  }
  return hash;
}

nt_hash nt_vm_names_hash(const nt_vm *vm) {
  nt_hash hash = 1;
  for (int i = 0; i < NT_REGISTRIES; i++) hash = hash_names(hash, &vm->registries[i]);
  return hash;
}

nt_hash nt_vm_blocks_hash(const nt_vm *vm) {
  return hash_names(1, &vm->registries[NT_REGISTRY_BLOCK]);
}

/* The file and everything that it requires, each once. */
void nt_trace_file(nt_vm *vm, nt_reader *reader, size_t file) {
  if (!reader || !reader->ops->script) return;
  const nt_script_file *script = &vm->files.items[file];
  reader->ops->script(reader, script->file);
  for (size_t i = 0; i < script->needs.len; i++)
    reader->ops->script(reader, vm->files.items[script->needs.items[i]].file);
}

bool nt_vm_has_registered(const nt_vm *vm, nt_registry registry, nt_str name) {
  return nt_map_get(&vm->registry_maps[registry], name) != NULL;
}

bool nt_vm_push_registered(nt_vm *vm, nt_registry registry, nt_str name) {
  size_t number = (size_t)nt_map_get(&vm->registry_maps[registry], name); /* from 1 */
  if (!number) return false;
  const nt_registered *found = &vm->registries[registry].items[number - 1];
  nt_trace_file(vm, vm->reader, found->file);
  lua_rawgeti(vm->L, LUA_REGISTRYINDEX, found->ref);
  return true;
}
