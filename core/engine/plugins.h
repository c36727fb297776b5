/* The plugins of a workspace: shared objects, which the host loads itself, and Lua files, which only this layer can
 * make into plugins. Both come from the same directories and are the same to everyone else. */
#ifndef NT_ENGINE_PLUGINS_H
#define NT_ENGINE_PLUGINS_H

#include "base/vec.h"
#include "script/plugin_lua.h"

struct nt_engine;

typedef struct nt_plugins {
  NT_VEC(nt_lua_plugin *) lua; /* their descriptors are the host's until it is freed */
} nt_plugins;

/* Every *.so, then every *.lua, of a directory, by name. `shown` is what diagnostics call the directory. Faults are the
 * engine's. */
void nt_plugins_load_directory(struct nt_engine *engine, nt_str path, nt_str shown);
/* After the host. */
void nt_plugins_deinit(nt_plugins *plugins);

#endif
