/* The plugin host: finds, checks and keeps plugins, and hands each call what it may use.
 *
 * The host knows no engine: what a service needs of it (reading documents, rendering a template) goes through the
 * nt_host_call that the engine fills in for every call. */
#ifndef NT_HOST_HOST_H
#define NT_HOST_HOST_H

#include "base/diag.h"
#include "model/document.h"
#include "model/page.h"
#include "model/reader.h"

#include <notis/plugin.h>

typedef struct nt_host nt_host; /* all loaded plugins of a workspace */

/* What the engine lends a plugin call. The structs behind the opaque types of plugin.h. */
struct notis_call {
  nt_reader *reader; /* NULL outside parse hooks and render; its arena and diags when set */
  nt_arena *arena;
  nt_diags *diags;
  nt_str file;   /* where report()'s places lie */
  nt_str plugin; /* the plugin's name, for diagnostics */
  void *ud;      /* the engine's */
  const struct nt_host_engine *engine;
  /* The services' own: the documents of the list page that was asked about last. */
  const nt_page *listed;
  nt_docrefs listing;
  /* The pages that a page of the site lists, as it was asked about last. */
  const nt_page *gathered;
  nt_pages gathering;
};

/* The services that only the engine can give; a NULL member answers NOTIS_ERROR or empty. */
typedef struct nt_host_engine {
  notis_status (*render_template)(notis_call *call, const nt_page *page, nt_buf *out);
  /* YAML into a map; places counted from `at`. */
  bool (*front_matter)(notis_call *call, nt_str yaml, nt_pos at, nt_arena *arena, nt_value *out);
  void (*html)(notis_call *call, const nt_node *node, nt_buf *out);
  /* As the services of these names. What they read is traced. */
  notis_status (*document_html)(notis_call *call, nt_docref document, nt_str name, bool absolute, nt_buf *out);
  nt_str (*document_tag)(notis_call *call, nt_str id);
  nt_str (*format_time)(notis_call *call, nt_time time, nt_str style);
  /* The file that the document was read from, from the site's root. */
  nt_str (*document_path)(notis_call *call, nt_docref document);
  /* The other pages of the same output that belong together with this one, by number. */
  nt_pages (*page_parts)(notis_call *call, const nt_page *page);
  notis_status (*sink_begin)(notis_sink *sink, uint64_t generation);
  notis_status (*sink_upsert)(notis_sink *sink, nt_str id, nt_str fingerprint);
  notis_status (*sink_remove)(notis_sink *sink, nt_str id);
  notis_status (*sink_end)(notis_sink *sink, uint64_t generation, notis_scan_end end);
  notis_status (*sink_files)(notis_sink *sink, nt_str path, nt_str match);
} nt_host_engine;

struct notis_buffer {
  nt_buf *buf;
  size_t limit; /* bytes that *buf may hold; 0 stands for NT_BUFFER_LIMIT */
  bool full;    /* something was refused: what is there is not whole, and must not be used */
};

enum { NT_BUFFER_LIMIT = 1 << 30 };

/* A file handed to a target; the descriptor is the engine's. */
struct notis_file {
  int fd;
  uint64_t size;
};

/* Pages and documents handed to an output. */
struct notis_page {
  const nt_page *page;
  nt_reader *reader; /* may be NULL: then URLs stay as the plan has them */
};

struct notis_document {
  nt_docref ref;
  nt_reader *reader;
};

/* ---- sinks ---- */

/* A sink outlives its plugin instance: it is freed with the host, so that a plugin that still calls it after close()
 * gets CLOSED and a diagnostic. The engine's sink_* functions are called one at a time for each sink, from any thread,
 * with an id and a fingerprint that were checked. They must not close the sink. */
notis_sink *nt_sink_new(nt_host *host, nt_str plugin, const nt_host_engine *engine, void *ud);
void *nt_sink_ud(const notis_sink *sink);
/* When it has returned, no call reaches the engine. */
void nt_sink_close(notis_sink *sink);
/* Reports what was refused since the last time: ids that cannot be, calls after close. */
void nt_host_report_sinks(nt_host *host, nt_diags *diags);

/* Builds one document into an arena; plugin sees it as notis_builder. */
notis_builder *nt_builder_new(nt_arena *arena, nt_diags *diags, nt_str file);
/* The fields (a map), the body (never NULL) and the positions of what was built so far. Reports what was left open. */
void nt_builder_finish(notis_builder *builder, nt_document *out);

extern const notis_services nt_services;

/* ---- plugins ---- */

typedef struct nt_plugin {
  nt_str name;
  nt_str file; /* the shared object, or the Lua script */
  nt_str version;
  nt_hash code;                       /* of the file, if it is known: what a plugin of the same version may differ in */
  notis_plugin_descriptor descriptor; /* min(size) copied, the rest zero */
  notis_source_api source;            /* likewise; open is NULL where the plugin is none */
  notis_output_api output;
  notis_target_api target;
} nt_plugin;

nt_host *nt_host_new(void);
/* Every instance must be closed before. Shared objects stay mapped until the process ends. */
void nt_host_free(nt_host *host);
/* Loads one shared object RTLD_NOW | RTLD_LOCAL and checks it before use: ABI, sizes, name, that something is offered.
 * NULL after reporting; a second plugin with the same name is refused. */
const nt_plugin *nt_host_load(nt_host *host, nt_str path, nt_diags *diags);
/* Every *.so of a directory, by name. False if any was refused. */
bool nt_host_load_directory(nt_host *host, nt_str path, nt_diags *diags);
/* A descriptor made by other means (a Lua plugin, a test), held to the same checks. */
const nt_plugin *nt_host_add(nt_host *host, nt_str file, const notis_plugin_descriptor *descriptor, nt_diags *diags);
/* Of name, version and code. */
nt_hash nt_plugin_version(const nt_plugin *plugin);
void nt_host_set_code(nt_host *host, const nt_plugin *plugin, nt_hash code);
const nt_plugin *nt_host_find(const nt_host *host, nt_str name);
size_t nt_host_count(const nt_host *host);
const nt_plugin *nt_host_at(const nt_host *host, size_t index);

#endif
