/* The events: each calls its subscribers in the order in which they registered, every one a protected call of its own.
 */
#include "script/state.h"

nt_arena *nt_work_arena(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  if (vm->work) return vm->work;
  return vm->document ? vm->document->arena : nt_need_reader(L)->arena;
}

/* Pushes what an event's function is called with; returns how many. */
typedef int (*push_arguments)(lua_State *L, void *ud);
/* Takes the one result, if the event has any. */
typedef void (*take_result)(lua_State *L, void *ud);

typedef struct event_call {
  nt_event event;
  nt_str kind;
  nt_str seed;
  push_arguments push;
  take_result take;
  void *ud;
  nt_hook_state *hook;
} event_call;

static bool wanted(const nt_registered *item, nt_str kind) {
  return !item->at.kind.ptr || nt_str_eq(item->at.kind, kind);
}

/* Arguments are made inside the call, so that they belong to it. */
static int call_subscriber(lua_State *L) {
  const event_call *call = lua_touserdata(L, 1);
  int ref = (int)lua_tointeger(L, 2);
  lua_rawgeti(L, LUA_REGISTRYINDEX, ref);
  int count = call->push(L, call->ud);
  lua_call(L, count, call->take ? 1 : 0);
  if (call->take) call->take(L, call->ud);
  return 0;
}

static bool run_one(nt_vm *vm, nt_reader *reader, const event_call *call, const nt_registered *item) {
  size_t errors = reader->diags->errors;
  nt_trace_file(vm, reader, item->file);
  nt_vm_seed(vm, call->seed);
  lua_pushcfunction(vm->L, call_subscriber);
  lua_pushlightuserdata(vm->L, (void *)call);
  lua_pushinteger(vm->L, item->ref);
  vm->running = item;
  const nt_observed what = {NT_OBSERVED_HOOK, call->event, item->at.file, item->at.line};
  size_t mark = nt_vm_begin(vm, &what);
  bool fine = nt_vm_call(vm, reader, 2, 0);
  nt_vm_end(vm, mark);
  vm->running = NULL;
  return fine && reader->diags->errors == errors;
}

static nt_hook_result run(nt_vm *vm, nt_reader *reader, const event_call *call) {
  const nt_registrations *list = &vm->events[call->event];
  nt_hook_state *outer = vm->hook;
  bool fine = true;
  vm->hook = call->hook;
  for (size_t i = 0; i < list->len && fine && !call->hook->dropped; i++)
    if (wanted(&list->items[i], call->kind)) fine = run_one(vm, reader, call, &list->items[i]);
  vm->hook = outer;
  if (!fine) return NT_HOOK_FAILED;
  return call->hook->dropped ? NT_HOOK_DROPPED : NT_HOOK_OK;
}

/* ---- item ---- */

typedef struct item_data {
  nt_str id;
  nt_str kind;
  nt_str *bytes;
} item_data;

static int push_item(lua_State *L, void *ud) {
  const item_data *data = ud;
  nt_item_ref *ref = nt_ref_new(L, NT_REF_ITEM, sizeof *ref, 0);
  ref->id = data->id;
  ref->kind = data->kind;
  ref->bytes = data->bytes;
  return 1;
}

nt_hook_result nt_vm_run_item(nt_vm *vm, nt_reader *reader, nt_str id, nt_str kind, nt_str *bytes) {
  item_data data = {id, kind, bytes};
  nt_hook_state hook = {.event = NT_EVENT_ITEM};
  event_call call = {NT_EVENT_ITEM, kind, id, push_item, NULL, &data, &hook};
  return run(vm, reader, &call);
}

/* ---- document ---- */

static int push_document(lua_State *L, void *ud) {
  nt_push_document(L, ud);
  return 1;
}

nt_hook_result nt_vm_run_document(nt_vm *vm, nt_reader *reader, nt_document *document, nt_documents *derived) {
  nt_hook_state hook = {.event = NT_EVENT_DOCUMENT, .derived = derived};
  event_call call = {NT_EVENT_DOCUMENT, document->kind, document->id, push_document, NULL, document, &hook};
  vm->document = document;
  nt_hook_result result = run(vm, reader, &call);
  vm->document = NULL;
  return result;
}

/* ---- collect ---- */

static int push_collect(lua_State *L, void *ud) {
  nt_lua_push_site(L);
  nt_ref_new(L, NT_REF_COLLECT, sizeof(nt_ref), 0);
  return 2;
}

nt_hook_result nt_vm_run_collect(nt_vm *vm, nt_reader *reader, nt_collected *out) {
  *out = (nt_collected){.collections = nt_map_new(reader->arena),
                        .pages = nt_list_new(reader->arena),
                        .redirects = nt_map_new(reader->arena)};
  nt_hook_state hook = {.event = NT_EVENT_COLLECT, .collected = out};
  event_call call = {NT_EVENT_COLLECT, nt_str_n(NULL, 0), NT_STR("collect"), push_collect, NULL, NULL, &hook};
  return run(vm, reader, &call);
}

/* ---- page ---- */

const nt_page *nt_vm_set_page(nt_vm *vm, const nt_page *page) {
  const nt_page *before = vm->page;
  vm->page = page;
  return before;
}

static nt_hook_result run_for_page(nt_vm *vm, nt_reader *reader, const nt_page *page, const event_call *call) {
  const nt_page *outer = nt_vm_set_page(vm, page);
  nt_hook_result result = run(vm, reader, call);
  nt_vm_set_page(vm, outer);
  return result;
}

static int push_writable_page(lua_State *L, void *ud) {
  nt_lua_push_page(L, ud);
  ((nt_ref *)lua_touserdata(L, -1))->flags |= NT_REF_WRITABLE;
  return 1;
}

nt_hook_result nt_vm_run_page(nt_vm *vm, nt_reader *reader, nt_page *page) {
  if (!nt_vm_wants(vm, NT_EVENT_PAGE, page->kind)) return NT_HOOK_OK;
  page->params = page->params.type == NT_MAP ? nt_value_copy(&page->params, reader->arena) : nt_map_new(reader->arena);
  nt_hook_state hook = {.event = NT_EVENT_PAGE};
  event_call call = {NT_EVENT_PAGE, page->kind, page->path, push_writable_page, NULL, page, &hook};
  return run_for_page(vm, reader, page, &call);
}

/* ---- output ---- */

typedef struct output_data {
  const nt_page *page;
  nt_buf *bytes;
} output_data;

static int push_output(lua_State *L, void *ud) {
  const output_data *data = ud;
  nt_lua_push_page(L, data->page);
  nt_lua_push_str(L, nt_buf_str(data->bytes));
  return 2;
}

static void take_output(lua_State *L, void *ud) {
  const output_data *data = ud;
  if (lua_isnil(L, -1)) return;
  if (lua_type(L, -1) != LUA_TSTRING) nt_raise(L, NT_MSG_script_output_result, nt_str_c(luaL_typename(L, -1)));
  nt_buf_clear(data->bytes);
  nt_buf_put(data->bytes, nt_lua_str(L, -1));
}

nt_hook_result nt_vm_run_output(nt_vm *vm, nt_reader *reader, const nt_page *page, nt_buf *bytes) {
  output_data data = {page, bytes};
  nt_hook_state hook = {.event = NT_EVENT_OUTPUT};
  event_call call = {NT_EVENT_OUTPUT, page->kind, page->path, push_output, take_output, &data, &hook};
  return run_for_page(vm, reader, page, &call);
}
