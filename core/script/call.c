/* The one protected call, and what bounds it: steps, counted by Lua's hook and by our own functions, and memory,
 * counted by the allocator. Neither overrun can be caught by a script: protected calls in scripts raise it again. */
#include "script/state.h"

#include <stdio.h>
#include <stdlib.h>

enum { DENIALS = 64, LONG_STRING = 1024, BYTES_PER_STEP = 64, GARBAGE = 4 << 20, ARENA_SHARE = 4 };

/* ---- the budget ---- */

static void on_count(lua_State *L, lua_Debug *at) {
  nt_vm *vm = nt_vm_of(L);
  vm->steps -= NT_HOOK_STRIDE;
  if (vm->exhausted || vm->memory_out || vm->steps < 0) nt_vm_exhaust(L);
}

/* From now on every instruction raises. */
static void stop_soon(nt_vm *vm) {
  lua_sethook(vm->L, on_count, LUA_MASKCOUNT, 1);
}

void nt_vm_exhaust(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  if (!vm->memory_out) vm->exhausted = true;
  stop_soon(vm);
  if (vm->memory_out) nt_raise(L, NT_MSG_script_memory, NT_STR(""));
  char digits[24];
  int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)vm->options.instructions);
  nt_raise(L, NT_MSG_script_budget, nt_str_n(digits, (size_t)len));
}

void nt_vm_charge(lua_State *L, uint64_t steps) {
  nt_vm *vm = nt_vm_of(L);
  if (!vm->depth) return;
  vm->steps -= steps < INT32_MAX ? (int64_t)steps : INT32_MAX;
  if (vm->steps < 0) nt_vm_exhaust(L);
}

void nt_vm_take(lua_State *L, size_t bytes) {
  nt_vm *vm = nt_vm_of(L);
  if (!vm->depth) return;
  vm->taken += bytes;
  if (vm->taken / ARENA_SHARE > vm->options.memory) {
    vm->memory_out = true;
    nt_vm_exhaust(L);
  }
  nt_vm_charge(L, bytes / BYTES_PER_STEP);
}

/* Long strings are charged by their length, for one instruction can make a very long one. Short ones are not: whether
 * they are allocated depends on what the VM holds, and the budget must not. */
static void charge_string(nt_vm *vm, size_t bytes) {
  vm->steps -= (int64_t)(bytes / BYTES_PER_STEP);
  if (vm->steps < 0 && vm->depth) stop_soon(vm);
}

void *nt_vm_allocate(void *ud, void *ptr, size_t old_size, size_t new_size) {
  nt_vm *vm = ud;
  size_t had = ptr ? old_size : 0;
  if (new_size == 0) {
    vm->used -= had;
    free(ptr);
    return NULL;
  }
  if (new_size > had && vm->depth && (vm->used - had + new_size > vm->options.memory || vm->denied > DENIALS)) {
    vm->denied++;
    return NULL;
  }
  if (!ptr && old_size == LUA_TSTRING && new_size > LONG_STRING) charge_string(vm, new_size);
  vm->used = vm->used - had + new_size;
  return nt_realloc(ptr, new_size);
}

/* ---- the call ---- */

nt_reader *nt_need_reader(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  if (!vm->reader && vm->plugin && vm->phase == NT_PHASE_SEALED) nt_raise(L, NT_MSG_script_no_reader, NT_STR(""));
  if (!vm->reader) nt_raise(L, NT_MSG_script_only_in_hooks, NT_STR(""));
  return vm->reader;
}

static void enter(nt_vm *vm) {
  nt_fault_clear(&vm->fault);
  if (vm->depth++) return;
  vm->call = ++vm->calls ? vm->calls : ++vm->calls;
  vm->steps = (int64_t)vm->options.instructions;
  vm->exhausted = vm->memory_out = false;
  vm->denied = 0;
  vm->taken = 0;
  vm->random = vm->seed;
  vm->mutations = 0;
  vm->last_fault = NT_FAULT_NONE;
  lua_sethook(vm->L, on_count, LUA_MASKCOUNT, NT_HOOK_STRIDE);
}

/* Nothing in the call may see when garbage is collected, so that happens here. */
static void collect(nt_vm *vm) {
  if (vm->phase != NT_PHASE_SEALED || vm->used < vm->collect_at) return;
  lua_gc(vm->L, LUA_GCCOLLECT);
  size_t more = vm->used > GARBAGE ? vm->used : GARBAGE;
  vm->collect_at = vm->used + more;
  if (vm->collect_at > vm->options.memory / 2) vm->collect_at = vm->options.memory / 2;
}

void nt_vm_trim(nt_vm *vm) {
  vm->collect_at = 0;
  collect(vm);
}

static void leave(nt_vm *vm) {
  if (--vm->depth) return;
  vm->spent += (uint64_t)((int64_t)vm->options.instructions - vm->steps);
  vm->call = 0;
  vm->seed = 0;
  lua_sethook(vm->L, NULL, 0, 0);
  if (vm->identities_used) {
    lua_newtable(vm->L);
    lua_rawseti(vm->L, LUA_REGISTRYINDEX, vm->identities);
    vm->identities_used = false;
  }
  if (vm->memory_out) {
    lua_gc(vm->L, LUA_GCCOLLECT);
    if (vm->used > vm->options.memory / 4 * 3) vm->dead = true;
  }
  collect(vm);
}

/* An error without a place of its own (out of memory, above all) is the called function's. */
static void place_at_function(nt_vm *vm, int index) {
  lua_Debug info;
  if (vm->fault.file.len || !lua_isfunction(vm->L, index)) return;
  if (vm->running) {
    vm->fault.file = vm->running->at.file;
    vm->fault.line = vm->running->at.line;
    return;
  }
  lua_pushvalue(vm->L, index);
  lua_getinfo(vm->L, ">S", &info);
  if (info.source[0] != '@') return;
  nt_buf_c(&vm->fault.file_bytes, info.source + 1);
  vm->fault.file = nt_buf_str(&vm->fault.file_bytes);
  vm->fault.line = info.linedefined > 0 ? (uint32_t)info.linedefined : 1;
}

static void failed(nt_vm *vm, nt_diags *diags, int status, int function) {
  if (status == LUA_ERRMEM) vm->memory_out = true;
  if (!vm->fault.set || (vm->memory_out && vm->fault.code != NT_MSG_script_memory)) {
    nt_fault_clear(&vm->fault); /* memory ran out, or the handler itself failed */
    vm->fault.code = vm->memory_out ? NT_MSG_script_memory : NT_MSG_script_stack;
  }
  place_at_function(vm, function);
  vm->last_fault = vm->memory_out ? NT_FAULT_MEMORY : vm->exhausted ? NT_FAULT_BUDGET : NT_FAULT_RAISED;
  nt_fault_report(vm, diags);
}

static bool run(nt_vm *vm, nt_diags *diags, int arguments, int results) {
  lua_State *L = vm->L;
  int function = lua_gettop(L) - arguments;
  lua_pushcfunction(L, nt_fault_handler);
  lua_pushvalue(L, function);
  lua_rotate(L, function, 2); /* handler, the function to tell of, the function, arguments */
  int status = lua_pcall(L, arguments, results, function);
  bool fine = status == LUA_OK;
  if (!fine) failed(vm, diags, status, function + 1);
  if (vm->phase == NT_PHASE_SEALED && vm->depth == 1 && !nt_watch_check(vm, diags)) {
    vm->last_fault = NT_FAULT_STATE;
    fine = false;
  }
  if (!fine) {
    lua_settop(L, function - 1);
    return false;
  }
  lua_remove(L, function);
  lua_remove(L, function);
  return true;
}

bool nt_script_call(nt_vm *vm, nt_reader *reader, nt_diags *diags, int arguments, int results) {
  nt_reader *outer_reader = vm->reader;
  nt_diags *outer_diags = vm->diags;
  if (vm->dead || !lua_checkstack(vm->L, results > 0 ? results + 20 : 20)) {
    lua_pop(vm->L, arguments + 1);
    nt_report0(diags, NT_MSG_script_memory, nt_where_file(nt_str_n(NULL, 0), 0, 0));
    return false;
  }
  vm->reader = reader;
  vm->diags = diags;
  enter(vm);
  bool fine = run(vm, diags, arguments, results);
  leave(vm);
  vm->reader = outer_reader;
  vm->diags = outer_diags;
  return fine;
}

bool nt_vm_call(nt_vm *vm, nt_reader *reader, int arguments, int results) {
  return nt_script_call(vm, reader, reader->diags, arguments, results);
}

void nt_vm_seed(nt_vm *vm, nt_str id) {
  vm->seed = nt_hash_bytes(id);
}
