/* What every plugin must bear, whoever wrote it and in whatever language: call these from a cmocka test.
 *
 * They take a checked plugin (host.h), so one from a shared object and one from memory are tried alike. */
#ifndef NOTIS_TESTS_CONFORM_H
#define NOTIS_TESTS_CONFORM_H

#include "host/host.h"
#include "support.h"

/* One call, with what it allocates and says. */
typedef struct conform_call {
  notis_call call;
  nt_diags diags;
} conform_call;

/* `engine` and `reader` may be NULL. */
void conform_begin(conform_call *c, const nt_host_engine *engine, nt_reader *reader);
void conform_end(conform_call *c);
/* A config as the plugin sees it. */
static inline const notis_value *conform_config(const nt_value *config) {
  return (const notis_value *)config;
}
static inline notis_str conform_str(nt_str s) {
  return (notis_str){s.ptr, s.len};
}

/* ---- targets ---- */

typedef struct conform_target {
  const nt_plugin *plugin;
  const nt_value *config;
  void *ud;
  /* What is published at the path now, on the heap and terminated; a NULL pointer if nothing. */
  nt_str (*look)(void *ud, const char *path);
  /* Empties the publication. */
  void (*reset)(void *ud);
} conform_target;

/* Everything below. */
void conform_target_all(const conform_target *t);
void conform_target_opens_and_closes(const conform_target *t);
void conform_target_stages(const conform_target *t);
void conform_target_takes_files(const conform_target *t);
void conform_target_refuses_paths(const conform_target *t);
void conform_target_swaps_file_and_folder(const conform_target *t);
/* Killed at each failpoint of a commit, and again at each of its resumption. */
void conform_target_survives_kills(const conform_target *t);

/* ---- sources ---- */

typedef struct conform_source {
  const nt_plugin *plugin;
  const nt_value *config;
  const nt_host_engine *engine;                  /* may be NULL */
  nt_str path;                                   /* "content/a.md" */
  nt_str sample;                                 /* a good item */
  void (*split)(nt_str bytes, notis_item *item); /* cuts off front matter as the engine would; may be NULL */
} conform_source;

void conform_source_all(const conform_source *s);
void conform_source_opens_and_closes(const conform_source *s);
/* The same bytes give the same document, also from four threads at once. */
void conform_source_is_pure(const conform_source *s);
/* Empty, cut at every 64th byte, not UTF-8, 1 MB of noise: an answer, and a diagnostic where it is ERROR. */
void conform_source_bears_anything(const conform_source *s);

/* ---- outputs ---- */

typedef struct conform_output {
  const nt_plugin *plugin;
  const nt_value *config;
  const nt_host_engine *engine;
  nt_reader *reader;
  const nt_page *page;
} conform_output;

/* The reader must bear four threads at once, each with its own copy of the struct. */
void conform_output_all(const conform_output *o);

#endif
