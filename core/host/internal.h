/* What the files of this layer share among themselves. */
#ifndef NT_HOST_INTERNAL_H
#define NT_HOST_INTERNAL_H

#include "base/map.h"
#include "base/vec.h"
#include "host/host.h"

#include <pthread.h>

struct nt_host {
  nt_arena *arena; /* descriptors, names */
  nt_map by_name;  /* nt_plugin by its name */
  NT_VEC(nt_plugin *) plugins;
  pthread_mutex_t sink_lock; /* guards the list */
  notis_sink *sinks;
};

/* The checks of a descriptor, and the copy that is kept if it passes. */
nt_plugin *nt_plugin_check(nt_arena *arena, nt_str file, const notis_plugin_descriptor *descriptor, nt_diags *diags);
/* The shared object that lies there now; NULL after reporting. *bytes is the hash of what is in the file. */
void *nt_library_open(nt_str file, nt_arena *arena, nt_diags *diags, nt_hash *bytes);
void nt_sinks_free(notis_sink *first);

static inline nt_str nt_in(notis_str s) {
  return nt_str_n(s.ptr, s.ptr ? s.len : 0);
}
static inline notis_str nt_out(nt_str s) {
  return (notis_str){s.ptr, s.len};
}

/* The text in this arena, with each byte that is no UTF-8 and each NUL as U+FFFD, cut at `limit` bytes. Never NULL. */
nt_str nt_plugin_text(nt_arena *arena, notis_str text, size_t limit);

#endif
