#include "engine/publish/outputs.h"

#include "engine/engine.h"
#include "engine/run.h"

static nt_str short_name(nt_str plugin) {
  return nt_str_starts(plugin, NT_STR("output_")) ? nt_str_sub(plugin, 7, plugin.len) : plugin;
}

void nt_outputs_open(nt_engine *engine) {
  size_t count = nt_host_count(engine->host);
  nt_outputs *outputs = &engine->outputs;
  outputs->items = NT_NEW_N(engine->arena, nt_output, count);
  nt_value config = nt_map_new(engine->arena);
  for (size_t i = 0; i < count; i++) {
    const nt_plugin *plugin = nt_host_at(engine->host, i);
    if (!plugin->output.open) continue;
    nt_output o = {.name = short_name(plugin->name), .plugin = plugin, .self = plugin->descriptor.data};
    notis_call call = {.arena = engine->arena,
                       .diags = &engine->diags,
                       .plugin = plugin->name,
                       .file = plugin->file,
                       .engine = &nt_engine_services};
    size_t before = engine->diags.errors;
    if (plugin->output.open(&nt_services, &call, (const notis_value *)&config, &o.self) == NOTIS_OK) {
      o.version = nt_plugin_version(plugin);
      outputs->items[outputs->len++] = o;
    } else if (engine->diags.errors == before) {
      nt_report(&engine->diags, NT_MSG_plugin_open_failed, nt_where_file(plugin->file, 0, 0), plugin->name);
    }
  }
}

void nt_outputs_close(nt_engine *engine) {
  for (size_t i = engine->outputs.len; i-- > 0;) {
    nt_output *o = &engine->outputs.items[i];
    o->plugin->output.close(o->self);
  }
  engine->outputs.len = 0;
}

const nt_output *nt_outputs_get(const nt_engine *engine, nt_str name) {
  for (size_t i = 0; i < engine->outputs.len; i++)
    if (nt_str_eq(engine->outputs.items[i].name, name)) return &engine->outputs.items[i];
  return NULL;
}

const nt_plugin *nt_outputs_find(const nt_engine *engine, nt_str name) {
  const nt_output *o = nt_outputs_get(engine, name);
  return o ? o->plugin : NULL;
}

nt_hash nt_outputs_version(const nt_engine *engine, nt_str name) {
  const nt_output *o = nt_outputs_get(engine, name);
  return o ? o->version : NT_HASH_ABSENT;
}

void nt_outputs_names(const nt_engine *engine, nt_buf *out) {
  for (size_t i = 0; i < engine->outputs.len; i++) {
    if (i) nt_buf_c(out, ", ");
    nt_buf_put(out, engine->outputs.items[i].name);
  }
}
