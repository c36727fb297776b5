/* Fenced blocks that a script gives a meaning: ```name … ``` becomes the nodes that its function makes of the text. */
#include "script/state.h"

#include "script/tree.h"

typedef struct block_call {
  const nt_registered *item;
  nt_document *document;
  nt_node *block;
} block_call;

/* "chart" of "chart wide". */
static nt_str block_name(const nt_node *node) {
  size_t end = 0;
  while (end < node->extra.len && node->extra.ptr[end] != ' ' && node->extra.ptr[end] != '\t') end++;
  return nt_str_sub(node->extra, 0, end);
}

static const nt_registered *registered(const nt_vm *vm, const nt_node *node) {
  if (node->type != NOTIS_NODE_CODE_BLOCK || !node->extra.len) return NULL;
  size_t number = (size_t)nt_map_get(&vm->registry_maps[NT_REGISTRY_BLOCK], block_name(node));
  return number ? &vm->registries[NT_REGISTRY_BLOCK].items[number - 1] : NULL;
}

bool nt_vm_has_blocks(const nt_vm *vm) {
  return vm->registries[NT_REGISTRY_BLOCK].len > 0;
}

/* A mark where the block stood, even if the function has taken it away or put it into something else. */
static nt_node *mark_place(const block_call *call, const nt_node *before) {
  nt_node *mark = nt_node_new(call->document->arena, NOTIS_NODE_DIV);
  if (call->block->parent == before->parent)
    nt_node_insert_before(call->block, mark);
  else if (before->next && before->next->parent == before->parent)
    nt_node_insert_before(before->next, mark);
  else if (before->prev && before->prev->parent == before->parent)
    nt_node_insert_after(before->prev, mark);
  else
    nt_node_append(before->parent, mark);
  return mark;
}

/* What the function gave back stands where the block stood; the block itself may be among it. `before` is the block as
 * it was. */
static void put_in_place(lua_State *L, const block_call *call, const nt_node *before) {
  nt_node *mark = mark_place(call, before);
  nt_node *made = nt_check_body(L, -1, call->document->arena);
  if (call->block->parent == before->parent) nt_node_unlink(call->block);
  while (made->first) {
    nt_check_holds(L, mark->parent, made->first);
    nt_node_insert_before(mark, made->first);
  }
  nt_node_unlink(mark);
}

static int call_block(lua_State *L) {
  const block_call *call = lua_touserdata(L, 1);
  const nt_node before = *call->block;
  lua_rawgeti(L, LUA_REGISTRYINDEX, call->item->ref);
  nt_lua_push_str(L, call->block->text);
  nt_push_node(L, call->block, call->document, 0, true);
  nt_push_document(L, call->document);
  lua_call(L, 3, 1);
  if (!lua_isnil(L, -1)) put_in_place(L, call, &before);
  return 0;
}

static bool run_one(nt_vm *vm, nt_reader *reader, block_call *call) {
  size_t errors = reader->diags->errors;
  nt_trace_file(vm, reader, call->item->file);
  nt_vm_seed(vm, call->document->id);
  lua_pushcfunction(vm->L, call_block);
  lua_pushlightuserdata(vm->L, call);
  vm->running = call->item;
  const nt_observed what = {NT_OBSERVED_BLOCK, NT_EVENT_DOCUMENT, call->item->at.file, call->item->at.line};
  size_t mark = nt_vm_begin(vm, &what);
  bool fine = nt_vm_call(vm, reader, 1, 0);
  nt_vm_end(vm, mark);
  vm->running = NULL;
  return fine && reader->diags->errors == errors;
}

nt_hook_result nt_vm_run_blocks(nt_vm *vm, nt_reader *reader, nt_document *document) {
  NT_VEC(nt_node *) blocks = {0};
  if (!nt_vm_has_blocks(vm)) return NT_HOOK_OK; /* the body may never be asked for */
  for (nt_walk w = nt_walk_start(nt_document_body(document)); nt_walk_next(&w);)
    if (w.entering && registered(vm, w.node)) nt_push(&blocks, w.node);
  bool fine = true;
  vm->document = document;
  for (size_t i = 0; i < blocks.len && fine; i++) {
    block_call call = {.document = document, .block = blocks.items[i]};
    call.item = registered(vm, call.block); /* an earlier function may have renamed it */
    if (call.item && nt_node_contains(document->body, call.block)) fine = run_one(vm, reader, &call);
  }
  vm->document = NULL;
  nt_vec_deinit(&blocks);
  return fine ? NT_HOOK_OK : NT_HOOK_FAILED;
}
