/* What a descriptor must be before any function of it is called. Structs may be longer than ours (a newer plugin) or
 * shorter, down to what the first version of the interface had (an older one). */
#include "host/internal.h"

enum { NAME_MAX_LEN = 64, STRUCT_MAX = 1 << 16 };

#define END_OF(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))

/* The first version of each struct ended with this member. Never change these. */
enum {
  DESCRIPTOR_FIRST = END_OF(notis_plugin_descriptor, data),
  SOURCE_FIRST = END_OF(notis_source_api, close),
  OUTPUT_FIRST = END_OF(notis_output_api, close),
  TARGET_FIRST = END_OF(notis_target_api, close)
};

typedef struct check {
  nt_arena *arena;
  nt_diags *diags;
  nt_str file;
  bool good;
} check;

nt_str nt_plugin_text(nt_arena *arena, notis_str text, size_t limit) {
  nt_str in = nt_str_sub(nt_in(text), 0, limit);
  nt_buf out = {0};
  for (size_t at = 0; at < in.len;) {
    char bytes[4];
    uint32_t c = nt_utf8_next(in, &at);
    nt_buf_put(&out, nt_str_n(bytes, nt_utf8_put(bytes, c ? c : 0xFFFD)));
  }
  nt_str copy = nt_arena_str(arena, out.len ? nt_buf_str(&out) : nt_str_c(""));
  nt_buf_deinit(&out);
  return copy;
}

static nt_where whole_file(const check *c) {
  return nt_where_file(c->file, 0, 0);
}

/* Copies min(theirs, ours) of a struct that begins with its size, which then says how much of it is theirs. */
static bool copy_sized(check *c, void *ours, size_t our_size, size_t first, const void *theirs, uint32_t size,
                       const char *what) {
  if (size < first || size > STRUCT_MAX) {
    c->good = false;
    nt_report(c->diags, NT_MSG_plugin_struct_size, whole_file(c), nt_str_c(what),
              nt_arena_format(c->arena, "%u", (unsigned)size), nt_arena_format(c->arena, "%zu", first));
    return false;
  }
  memset(ours, 0, our_size);
  memcpy(ours, theirs, size < our_size ? size : our_size);
  return true;
}

/* A function that the interface demands. */
static void need(check *c, bool there, const char *what) {
  if (there) return;
  c->good = false;
  nt_report(c->diags, NT_MSG_plugin_no_function, whole_file(c), nt_str_c(what));
}

static bool name_is_good(const char *name) {
  size_t len = strnlen(name, NAME_MAX_LEN + 1);
  if (len == 0 || len > NAME_MAX_LEN || name[0] < 'a' || name[0] > 'z') return false;
  for (size_t i = 0; i < len; i++) {
    char c = name[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

static bool is_printable(const char *text, size_t limit) {
  size_t len = strnlen(text, limit + 1);
  if (len == 0 || len > limit) return false;
  for (size_t i = 0; i < len; i++)
    if (text[i] <= ' ' || text[i] > '~') return false;
  return true;
}

static bool extension_is_good(const char *text) {
  return text && is_printable(text, 16) && text[0] != '.' && !strchr(text, '/');
}

static void check_names(check *c, const notis_plugin_descriptor *d, nt_plugin *plugin) {
  if (d->name && name_is_good(d->name)) {
    plugin->name = nt_arena_str(c->arena, nt_str_c(d->name));
  } else {
    c->good = false;
    notis_str said = {d->name, d->name ? strnlen(d->name, NAME_MAX_LEN) : 0};
    nt_report(c->diags, NT_MSG_plugin_name, whole_file(c), nt_plugin_text(c->arena, said, NAME_MAX_LEN));
  }
  if (d->version && is_printable(d->version, NAME_MAX_LEN)) {
    plugin->version = nt_arena_str(c->arena, nt_str_c(d->version));
  } else {
    c->good = false;
    nt_report0(c->diags, NT_MSG_plugin_version, whole_file(c));
  }
}

static void check_source(check *c, const notis_source_api *theirs, notis_source_api *api) {
  if (!copy_sized(c, api, sizeof *api, SOURCE_FIRST, theirs, theirs->size, "notis_source_api")) return;
  need(c, api->open, "source.open");
  need(c, api->parse, "source.parse");
  need(c, api->close, "source.close");
}

static void check_output(check *c, const notis_output_api *theirs, notis_output_api *api) {
  enum { KNOWN = NOTIS_TAKES_DOCUMENT | NOTIS_TAKES_COLLECTION | NOTIS_TAKES_SITE };
  if (!copy_sized(c, api, sizeof *api, OUTPUT_FIRST, theirs, theirs->size, "notis_output_api")) return;
  need(c, api->open, "output.open");
  need(c, api->render, "output.render");
  need(c, api->close, "output.close");
  if (!(api->takes & KNOWN)) {
    c->good = false;
    nt_report0(c->diags, NT_MSG_plugin_takes_nothing, whole_file(c));
  }
  if (extension_is_good(api->extension)) {
    api->extension = nt_arena_str(c->arena, nt_str_c(api->extension)).ptr;
  } else {
    c->good = false;
    nt_report0(c->diags, NT_MSG_plugin_extension, whole_file(c));
  }
}

static void check_target(check *c, const notis_target_api *theirs, notis_target_api *api) {
  if (!copy_sized(c, api, sizeof *api, TARGET_FIRST, theirs, theirs->size, "notis_target_api")) return;
  need(c, api->open, "target.open");
  need(c, api->begin, "target.begin");
  need(c, api->put, "target.put");
  need(c, api->remove, "target.remove");
  need(c, api->commit, "target.commit");
  need(c, api->abort, "target.abort");
  need(c, api->close, "target.close");
}

nt_plugin *nt_plugin_check(nt_arena *arena, nt_str file, const notis_plugin_descriptor *theirs, nt_diags *diags) {
  check c = {.arena = arena, .diags = diags, .file = file, .good = true};
  if (theirs->abi != NOTIS_ABI) { /* nothing after it can be trusted to be what it seems */
    nt_report(diags, NT_MSG_plugin_abi, whole_file(&c), nt_arena_format(arena, "%u", (unsigned)theirs->abi),
              nt_arena_format(arena, "%u", NOTIS_ABI));
    return NULL;
  }
  nt_plugin *plugin = NT_NEW(arena, nt_plugin);
  notis_plugin_descriptor *d = &plugin->descriptor;
  if (!copy_sized(&c, d, sizeof *d, DESCRIPTOR_FIRST, theirs, theirs->size, "notis_plugin_descriptor")) return NULL;
  plugin->file = nt_arena_str(arena, file);
  check_names(&c, d, plugin);
  if (d->source) check_source(&c, d->source, &plugin->source);
  if (d->output) check_output(&c, d->output, &plugin->output);
  if (d->target) check_target(&c, d->target, &plugin->target);
  if (!d->source && !d->output && !d->target) {
    c.good = false;
    nt_report0(diags, NT_MSG_plugin_offers_nothing, whole_file(&c));
  }
  d->name = plugin->name.ptr;
  d->version = plugin->version.ptr;
  d->source = d->source ? &plugin->source : NULL;
  d->output = d->output ? &plugin->output : NULL;
  d->target = d->target ? &plugin->target : NULL;
  return c.good ? plugin : NULL;
}
