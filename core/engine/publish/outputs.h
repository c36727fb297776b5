/* The outputs of an engine: every loaded plugin that renders, opened once. "html" is the plugin output_html. */
#ifndef NT_ENGINE_PUBLISH_OUTPUTS_H
#define NT_ENGINE_PUBLISH_OUTPUTS_H

#include "host/host.h"

struct nt_engine;

typedef struct nt_output {
  nt_str name; /* without "output_" */
  const nt_plugin *plugin;
  void *self;
  nt_hash version;
} nt_output;

typedef struct nt_outputs {
  nt_output *items;
  size_t len;
} nt_outputs;

/* Before the loop runs. Faults are the engine's. */
void nt_outputs_open(struct nt_engine *engine);
void nt_outputs_close(struct nt_engine *engine);
const nt_output *nt_outputs_get(const struct nt_engine *engine, nt_str name); /* NULL */
const nt_plugin *nt_outputs_find(const struct nt_engine *engine, nt_str name);
nt_hash nt_outputs_version(const struct nt_engine *engine, nt_str name);
void nt_outputs_names(const struct nt_engine *engine, nt_buf *out);

#endif
