/* A Lua file as a plugin: notis.source, notis.output and notis.target become the same vtables that a C plugin has.
 *
 * Each plugin has one VM of its own behind a mutex. What parse and render are given is all that they know: the VM is
 * sealed like a site's. A target, whose calls come one at a time and depend on each other, has a table of its own
 * (self) that lives from open to close. */
#ifndef NT_SCRIPT_PLUGIN_LUA_H
#define NT_SCRIPT_PLUGIN_LUA_H

#include "script/vm.h"

typedef struct nt_lua_plugin nt_lua_plugin;

/* NULL after reporting. The descriptor holds the plugin as its data: when an open() is called, *self is that. */
nt_lua_plugin *nt_lua_plugin_load(const nt_script_source *source, const nt_vm_options *options, nt_diags *diags);
/* Every instance must be closed before. NULL is allowed. */
void nt_lua_plugin_free(nt_lua_plugin *plugin);
const notis_plugin_descriptor *nt_lua_plugin_descriptor(const nt_lua_plugin *plugin);

#endif
