/* The registry, and the loading of shared objects. */
#include "host/internal.h"

#include "base/path.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>

nt_host *nt_host_new(void) {
  nt_host *host = nt_zalloc(sizeof *host);
  host->arena = nt_arena_new();
  pthread_mutex_init(&host->sink_lock, NULL);
  return host;
}

void nt_host_free(nt_host *host) {
  if (!host) return;
  nt_sinks_free(host->sinks);
  pthread_mutex_destroy(&host->sink_lock);
  nt_vec_deinit(&host->plugins);
  nt_map_deinit(&host->by_name);
  nt_arena_free(host->arena);
  free(host);
}

const nt_plugin *nt_host_add(nt_host *host, nt_str file, const notis_plugin_descriptor *descriptor, nt_diags *diags) {
  nt_plugin *plugin = nt_plugin_check(host->arena, file, descriptor, diags);
  if (!plugin) return NULL;
  const nt_plugin *other = nt_map_get(&host->by_name, plugin->name);
  if (other) {
    nt_report(diags, NT_MSG_plugin_duplicate, nt_where_file(file, 0, 0), plugin->name, other->file);
    return NULL;
  }
  nt_map_set(&host->by_name, plugin->name, plugin);
  nt_push(&host->plugins, plugin);
  return plugin;
}

/* The one place where an object pointer becomes a function pointer, which POSIX allows of dlsym(). */
typedef const notis_plugin_descriptor *(*entry_point)(void);
static entry_point entry_of(void *library) {
  entry_point entry = NULL;
  void *symbol = dlsym(library, "notis_plugin");
  memcpy(&entry, &symbol, sizeof symbol);
  return entry;
}

const nt_plugin *nt_host_load(nt_host *host, nt_str path, nt_diags *diags) {
  nt_where where = nt_where_file(path, 0, 0);
  nt_hash code;
  void *library = nt_library_open(path, host->arena, diags, &code);
  if (!library) return NULL;
  entry_point entry = entry_of(library);
  if (!entry) {
    nt_report0(diags, NT_MSG_plugin_no_entry, where);
    return NULL;
  }
  const notis_plugin_descriptor *descriptor = entry();
  if (!descriptor) {
    nt_report0(diags, NT_MSG_plugin_no_descriptor, where);
    return NULL;
  }
  const nt_plugin *plugin = nt_host_add(host, path, descriptor, diags);
  if (plugin) nt_host_set_code(host, plugin, code);
  return plugin;
}

void nt_host_set_code(nt_host *host, const nt_plugin *plugin, nt_hash code) {
  ((nt_plugin *)nt_map_get(&host->by_name, plugin->name))->code = code;
}

nt_hash nt_plugin_version(const nt_plugin *plugin) {
  return nt_hash_combine(nt_hash_combine(nt_hash_bytes(plugin->name), nt_hash_bytes(plugin->version)), plugin->code);
}

static int by_bytes(const void *a, const void *b) {
  return nt_str_cmp(*(const nt_str *)a, *(const nt_str *)b);
}

bool nt_host_load_directory(nt_host *host, nt_str path, nt_diags *diags) {
  DIR *dir = opendir(nt_arena_str(host->arena, path).ptr);
  if (!dir) {
    nt_report(diags, NT_MSG_plugin_directory, nt_where_file(path, 0, 0), nt_str_c(strerrordesc_np(errno)));
    return false;
  }
  NT_VEC(nt_str) files = {0};
  for (struct dirent *entry; (entry = readdir(dir));)
    if (nt_str_eq(nt_path_ext(nt_str_c(entry->d_name)), NT_STR("so")))
      nt_push(&files, nt_path_join(host->arena, path, nt_str_c(entry->d_name)));
  closedir(dir);
  if (files.len) qsort(files.items, files.len, sizeof *files.items, by_bytes);
  bool good = true;
  for (size_t i = 0; i < files.len; i++)
    if (!nt_host_load(host, files.items[i], diags)) good = false;
  nt_vec_deinit(&files);
  return good;
}

const nt_plugin *nt_host_find(const nt_host *host, nt_str name) {
  return nt_map_get(&host->by_name, name);
}

size_t nt_host_count(const nt_host *host) {
  return host->plugins.len;
}

const nt_plugin *nt_host_at(const nt_host *host, size_t index) {
  return index < host->plugins.len ? host->plugins.items[index] : NULL;
}
