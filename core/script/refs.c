/* Userdata: each stands for something of the engine's and knows the call that it belongs to. Afterwards it is empty. */
#include "script/state.h"

static const luaL_Reg fault_meta[] = {{"__tostring", nt_fault_tostring}, {NULL, NULL}};
const nt_binding nt_bind_fault = {"error", fault_meta, NULL};

static const nt_binding *const bindings[NT_REF_KINDS] = {[NT_LUA_VALUE] = &nt_bind_value,
                                                         [NT_LUA_TIME] = &nt_bind_time,
                                                         [NT_LUA_MARKUP] = &nt_bind_markup,
                                                         [NT_LUA_FROZEN] = &nt_bind_frozen,
                                                         [NT_LUA_DOCUMENT] = &nt_bind_document,
                                                         [NT_LUA_NODE] = &nt_bind_node,
                                                         [NT_LUA_PAGE] = &nt_bind_page,
                                                         [NT_LUA_SITE] = &nt_bind_config,
                                                         [NT_LUA_QUERY] = &nt_bind_query,
                                                         [NT_REF_ITEM] = &nt_bind_item,
                                                         [NT_REF_COLLECT] = &nt_bind_collect,
                                                         [NT_REF_CONFIG] = &nt_bind_config,
                                                         [NT_REF_FIELD] = &nt_bind_field,
                                                         [NT_REF_FAULT] = &nt_bind_fault,
                                                         [NT_REF_BUILDER] = &nt_bind_builder,
                                                         [NT_REF_SINK] = &nt_bind_sink,
                                                         [NT_REF_FILES] = &nt_bind_files,
                                                         [NT_REF_PUT_FILE] = &nt_bind_put_file,
                                                         [NT_REF_PLUGIN_PAGE] = &nt_bind_plugin_page,
                                                         [NT_REF_PLUGIN_DOCUMENT] = &nt_bind_plugin_document};

const char *nt_ref_name(int kind) {
  return bindings[kind] ? bindings[kind]->name : "userdata";
}

static void make_metatable(lua_State *L, const nt_binding *binding) {
  lua_newtable(L);
  lua_newtable(L);
  if (binding->methods) luaL_setfuncs(L, binding->methods, 0);
  luaL_setfuncs(L, binding->meta, 1);
  lua_pushstring(L, binding->name);
  lua_setfield(L, -2, "__name");
}

void nt_refs_open(lua_State *L) {
  nt_vm *vm = nt_vm_of(L);
  for (int kind = 0; kind < NT_REF_KINDS; kind++) {
    if (!bindings[kind]) continue;
    make_metatable(L, bindings[kind]);
    vm->metatables[kind] = luaL_ref(L, LUA_REGISTRYINDEX);
  }
}

bool nt_method_push(lua_State *L, int key) {
  lua_pushvalue(L, key);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return true;
  lua_pop(L, 1);
  return false;
}

void *nt_ref_new(lua_State *L, int kind, size_t size, int user_values) {
  const nt_vm *vm = nt_vm_of(L);
  nt_ref *ref = lua_newuserdatauv(L, size, user_values);
  memset(ref, 0, size);
  ref->magic = NT_REF_MAGIC;
  ref->kind = (uint8_t)kind;
  ref->call = vm->call;
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->metatables[kind]);
  lua_setmetatable(L, -2);
  return ref;
}

void nt_ref_alive(lua_State *L, const nt_ref *ref) {
  if (ref->call && ref->call != nt_vm_of(L)->call)
    nt_raise(L, NT_MSG_script_after_use, nt_str_c(nt_ref_name(ref->kind)));
}

void *nt_ref_check(lua_State *L, int index, int kind) {
  nt_ref *ref = nt_ref_at(L, index);
  if (!ref || ref->kind != kind) luaL_typeerror(L, index, nt_ref_name(kind));
  nt_ref_alive(L, ref);
  return ref;
}

bool nt_identity_get(lua_State *L, const void *pointer) {
  const nt_vm *vm = nt_vm_of(L);
  if (!vm->identities_used) return false;
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->identities);
  if (lua_rawgetp(L, -1, pointer) == LUA_TUSERDATA) {
    lua_remove(L, -2);
    return true;
  }
  lua_pop(L, 2);
  return false;
}

void nt_identity_set(lua_State *L, const void *pointer) {
  nt_vm *vm = nt_vm_of(L);
  vm->identities_used = true;
  lua_rawgeti(L, LUA_REGISTRYINDEX, vm->identities);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, pointer);
  lua_pop(L, 1);
}
