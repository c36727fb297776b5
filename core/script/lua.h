/* What the layers above need of a VM's Lua: the one protected call, and values in and out. */
#ifndef NT_SCRIPT_LUA_H
#define NT_SCRIPT_LUA_H

#include "script/vm.h"

#include <lua.h>

/* Chunks are named "@" + the file as diagnostics call it: a frame of such a chunk is a place that a fault can have.
 * Chunks with other names ("=…") are passed over when a fault looks for its place. Collection of garbage happens only
 * between calls. */
lua_State *nt_vm_lua(nt_vm *vm);
nt_vm *nt_lua_vm(lua_State *L);
/* The reader of the call that is running; NULL while loading. */
nt_reader *nt_vm_reader(nt_vm *vm);

/* The one protected call: function and arguments are on the stack as for lua_pcall and are popped. Sets the reader for
 * its duration and the instruction budget, adds a traceback, restores the stack on failure and reports to
 * reader->diags (with file:line of the error). False on failure. */
bool nt_vm_call(nt_vm *vm, nt_reader *reader, int arguments, int results);
/* The page that is made while this is set: what menus and the ways to other languages are seen from. Returns what was
 * set before. */
const nt_page *nt_vm_set_page(nt_vm *vm, const nt_page *page);
/* What math.random() of the next call is seeded with: a document's id, a page's path. */
void nt_vm_seed(nt_vm *vm, nt_str id);

/* Takes steps from the budget of the call that runs, for work that Lua's own count does not see; raises when it is
 * spent. */
void nt_vm_charge(lua_State *L, uint64_t steps);
/* The same for memory outside Lua, before an arena or a buffer grows by a script's or template's doing. */
void nt_vm_take(lua_State *L, size_t bytes);

/* How null looks: to scripts it is nil; to templates it is a sentinel that differs from undefined. */
typedef enum nt_null_mode { NT_NULL_IS_NIL, NT_NULL_IS_SENTINEL } nt_null_mode;

void nt_lua_push_str(lua_State *L, nt_str s);
nt_str nt_lua_str(lua_State *L, int index); /* of a string; empty otherwise */
/* Scalars by value, timestamps as userdata, lists and maps as read-only userdata over the value. */
void nt_lua_push_value(lua_State *L, const nt_value *value, nt_null_mode mode);
/* Tables become lists or maps (a table with notis.map or string keys is a map; keys are ordered). Copies into the
 * arena. False with an error message on the stack if there is no such value (a function, a cycle). */
bool nt_lua_to_value(lua_State *L, int index, nt_arena *arena, nt_value *out);
void nt_lua_push_frozen(lua_State *L, nt_docref document); /* read through the current reader */
void nt_lua_push_page(lua_State *L, const nt_page *page);
void nt_lua_push_site(lua_State *L);
void nt_lua_push_null(lua_State *L);
bool nt_lua_is_null(lua_State *L, int index);

const nt_locale *nt_vm_locale(nt_vm *vm, nt_str lang); /* as the site formats that language; lasts as long as the VM */
/* A time in the site's zone, as its readers have it. A date alone belongs to no zone. */
nt_time nt_local_time(lua_State *L, nt_time time);

/* What a userdata of ours stands for, so that templates can read it without going through metamethods. */
typedef enum nt_lua_kind {
  NT_LUA_NONE,
  NT_LUA_VALUE, /* a list or map: nt_lua_value() */
  NT_LUA_TIME,
  NT_LUA_MARKUP,
  NT_LUA_FROZEN,   /* nt_lua_frozen() */
  NT_LUA_DOCUMENT, /* writable, in a document hook */
  NT_LUA_NODE,     /* nt_lua_node() */
  NT_LUA_PAGE,
  NT_LUA_SITE,
  NT_LUA_QUERY /* evaluates to documents: nt_lua_query_run() */
} nt_lua_kind;
nt_lua_kind nt_lua_kind_of(lua_State *L, int index);
const nt_value *nt_lua_value(lua_State *L, int index); /* also TIME and MARKUP */
/* The same, but NULL for a map of the configuration: to look at one is not to read, and depend on, all of it. */
const nt_value *nt_lua_value_read(lua_State *L, int index);
nt_docref nt_lua_frozen(lua_State *L, int index);
const nt_node *nt_lua_node(lua_State *L, int index);
/* The documents of a query userdata, run through the current reader; raises on failure. */
nt_docrefs nt_lua_query_run(lua_State *L, int index);
/* Pushes object.key for any value, tables and strings too, nulls as sentinels; false (nothing pushed) if undefined. */
bool nt_lua_attr(lua_State *L, int object, nt_str key);
/* object[i], from 0. */
bool nt_lua_at(lua_State *L, int object, int64_t index);

typedef enum nt_registry { NT_REGISTRY_FILTER, NT_REGISTRY_GLOBAL, NT_REGISTRY_TEST, NT_REGISTRY_BLOCK } nt_registry;
/* Pushes what a script registered under the name and traces its file; false (nothing pushed) if nobody did. */
bool nt_vm_push_registered(nt_vm *vm, nt_registry registry, nt_str name);
/* Without a trace: what is registered is part of every render's key (nt_vm_registration_hash). */
bool nt_vm_has_registered(const nt_vm *vm, nt_registry registry, nt_str name);

#endif
