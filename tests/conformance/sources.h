/* Source plugins as the engine uses them: loaded by the host, opened with a configuration, given items. */
#ifndef NOTIS_TESTS_SOURCES_H
#define NOTIS_TESTS_SOURCES_H

#include "host/host.h"
#include "model/nodecode.h"
#include "text/html.h"

#include "support.h"

typedef struct source_run {
  nt_host *host;
  nt_arena *arena; /* of the configuration and what opening reports */
  nt_diags diags;
  const nt_plugin *plugin;
  void *self;
} source_run;

static inline nt_value source_words(nt_arena *arena, const char *words) {
  nt_value list = nt_list_new(arena);
  for (nt_str rest = nt_str_c(words); rest.len;) {
    size_t space = nt_str_find(rest, ' ');
    if (space) nt_list_push(&list, arena, nt_string(nt_str_sub(rest, 0, space)));
    rest = nt_str_sub(rest, space + 1, rest.len);
  }
  return list;
}

static inline void source_load(source_run *run, const char *name) {
  const char *build = getenv("NOTIS_BUILD_DIR");
  run->host = nt_host_new();
  run->arena = nt_arena_new();
  nt_diags_init(&run->diags, run->arena);
  nt_str path = nt_arena_format(run->arena, "%s/plugins/%s.so", build ? build : "build", name);
  run->plugin = nt_host_load(run->host, path, &run->diags);
  if (!run->plugin) {
    nt_buf message = {0};
    if (run->diags.len) nt_diag_message(&run->diags.items[0], NT_ENGLISH, &message);
    printf("%.*s\n", NT_FMT(nt_buf_str(&message)));
    exit(1);
  }
}

static inline notis_call source_call(const source_run *run, nt_arena *arena, nt_diags *diags) {
  return (notis_call){.arena = arena, .diags = diags, .file = NT_STR("content/a.md"), .plugin = run->plugin->name};
}

static inline notis_status source_open(source_run *run, const nt_value *config) {
  notis_call call = source_call(run, run->arena, &run->diags);
  return run->plugin->source.open(&nt_services, &call, (const notis_value *)config, NULL, &run->self);
}

static inline void source_close(source_run *run) {
  if (run->self) run->plugin->source.close(run->self);
  run->self = NULL;
}

static inline void source_free(source_run *run) {
  source_close(run);
  nt_host_free(run->host);
  nt_arena_free(run->arena);
}

static inline notis_status source_parse(const source_run *run, nt_str text, nt_arena *arena, nt_diags *diags,
                                        nt_document *out) {
  notis_call call = source_call(run, arena, diags);
  notis_builder *builder = nt_builder_new(arena, diags, call.file);
  notis_item item = {.size = sizeof item};
  item.bytes = item.body = (notis_str){text.ptr, text.len};
  item.yaml_at = item.body_at = (notis_place){1, 1, 0};
  notis_status status = run->plugin->source.parse(run->self, &call, &item, builder);
  *out = (nt_document){.arena = arena};
  nt_builder_finish(builder, out);
  return status;
}

#endif
