/* Between plugin_lua.c (the vtables), and bind_plugin.c and bind_builder.c (what their Lua functions are given). */
#ifndef NT_SCRIPT_PLUGIN_H
#define NT_SCRIPT_PLUGIN_H

#include "script/state.h"

enum {
  NT_PLUGIN_DISCOVER,
  NT_PLUGIN_READ,
  NT_PLUGIN_PARSE,
  NT_PLUGIN_RENDER,
  NT_PLUGIN_BEGIN,
  NT_PLUGIN_PUT,
  NT_PLUGIN_REMOVE,
  NT_PLUGIN_COMMIT,
  NT_PLUGIN_ABORT,
  NT_PLUGIN_LOOK,
  NT_PLUGIN_FUNCTIONS
};

/* What a source says that it has, kept until the sink has taken it. */
typedef struct nt_found {
  nt_str id;
  nt_str fingerprint; /* or, for files, the pattern */
  bool files;
} nt_found;

typedef struct nt_found_list {
  nt_found *items;
  size_t len;
  size_t cap;
  nt_arena *arena;
} nt_found_list;

/* What a plugin's VM knows beside a site's. */
typedef struct nt_plugin_state {
  bool source, output, target;
  nt_str name;
  nt_str version;
  nt_str extension;
  uint32_t takes;
  bool raw_bytes; /* its parse takes items in any encoding */
  uint32_t page_limit;
  bool takes_files;
  int functions[NT_PLUGIN_FUNCTIONS]; /* registry references, LUA_NOREF where there is none */
  const notis_services *host;         /* of the call that is running */
  notis_call *call;
  notis_buffer *out; /* of its page, or NULL */
} nt_plugin_state;

/* Each pushes one argument for a plugin's function. */
void nt_plugin_push_sink(lua_State *L, nt_found_list *found);
void nt_plugin_push_item(lua_State *L, const notis_item *item);
void nt_plugin_push_builder(lua_State *L, notis_builder *builder);
void nt_plugin_push_page(lua_State *L, const notis_page *page);
void nt_plugin_push_files(lua_State *L);
/* A userdata of the kind that stands for something of the host's. */
void nt_plugin_push_pointer(lua_State *L, int kind, const void *pointer);
const void *nt_plugin_check_pointer(lua_State *L, int index, int kind);
extern const luaL_Reg nt_plugin_methods_only[];
/* A value of the host's as one of ours. */
nt_value nt_plugin_value(const notis_services *host, notis_call *call, const notis_value *value, nt_arena *arena);

static inline notis_str nt_plugin_str(nt_str s) {
  return (notis_str){s.ptr, s.len};
}
static inline nt_str nt_plugin_text(notis_str s) {
  return nt_str_n(s.ptr, s.len);
}

#endif
