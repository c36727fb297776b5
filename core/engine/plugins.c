#include "engine/plugins.h"

#include "base/path.h"
#include "engine/engine.h"

#include <dirent.h>

enum { SCRIPT_LIMIT = 4 << 20 };

static void add_script(nt_engine *e, const nt_script_source *source) {
  nt_vm_options options = {.instructions = e->hook_instructions, .memory = e->hook_memory};
  nt_lua_plugin *plugin = nt_lua_plugin_load(source, &options, &e->diags);
  const nt_plugin *added =
      plugin ? nt_host_add(e->host, source->file, nt_lua_plugin_descriptor(plugin), &e->diags) : NULL;
  if (!added) {
    nt_lua_plugin_free(plugin);
    return;
  }
  nt_host_set_code(e->host, added, source->hash);
  nt_push(&e->plugins.lua, plugin);
}

static void load_script(nt_engine *e, nt_root *root, nt_str path, nt_str shown) {
  nt_buf bytes = {0};
  nt_script_source source = {.file = nt_path_join(e->arena, shown, path)};
  nt_file_result result = nt_file_read(root, path, SCRIPT_LIMIT, &bytes, NULL);
  if (result == NT_FILE_OK) {
    source.bytes = nt_buf_str(&bytes);
    source.hash = nt_hash_bytes(source.bytes);
    add_script(e, &source);
  } else {
    nt_config_report_file(result, source.file, nt_where_file(source.file, 0, 0), &e->diags);
  }
  nt_buf_deinit(&bytes);
}

static int by_bytes(const void *a, const void *b) {
  return nt_str_cmp(*(const nt_str *)a, *(const nt_str *)b);
}

static void load_scripts(nt_engine *e, nt_root *root, DIR *dir, nt_str shown) {
  NT_VEC(nt_str) files = {0};
  for (struct dirent *entry; (entry = readdir(dir));)
    if (entry->d_name[0] != '.' && nt_str_eq(nt_path_ext(nt_str_c(entry->d_name)), NT_STR("lua")))
      nt_push(&files, nt_arena_str(e->arena, nt_str_c(entry->d_name)));
  if (files.len) qsort(files.items, files.len, sizeof *files.items, by_bytes);
  for (size_t i = 0; i < files.len; i++) load_script(e, root, files.items[i], shown);
  nt_vec_deinit(&files);
}

void nt_plugins_load_directory(nt_engine *e, nt_str path, nt_str shown) {
  nt_host_load_directory(e->host, path, &e->diags); /* says so if the directory cannot be read */
  nt_root *root = nt_root_open(path);
  DIR *dir = opendir(nt_arena_str(e->arena, path).ptr);
  if (root && dir) load_scripts(e, root, dir, shown);
  if (dir) closedir(dir);
  nt_root_close(root);
}

void nt_plugins_deinit(nt_plugins *plugins) {
  for (size_t i = 0; i < plugins->lua.len; i++) nt_lua_plugin_free(plugins->lua.items[i]);
  nt_vec_deinit(&plugins->lua);
}
