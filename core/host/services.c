/* The table of services. A plugin may call any of them with anything, so each bears NULL and out-of-range arguments. */
#include "host/builder.h"
#include "host/durable.h"
#include "host/internal.h"
#include "host/pages.h"
#include "host/sink.h"
#include "model/nodecode.h"

#include <errno.h>
#include <unistd.h>

enum { MESSAGE_MAX = 4096, ALLOCATION_MAX = 1 << 30, PLACE_MAX = 1 << 30 };

/* The opaque types of the interface are the model's own. */
static const nt_value *value_in(const notis_value *v) {
  return (const nt_value *)v;
}
static const notis_value *value_out(const nt_value *v) {
  return (const notis_value *)v;
}
static const nt_node *node_in(const notis_node *n) {
  return (const nt_node *)n;
}
static const notis_node *node_out(const nt_node *n) {
  return (const notis_node *)n;
}

/* ---- diagnostics and memory ---- */

static nt_where where_of(const notis_call *call, notis_place at) {
  nt_where where = {.file = call->file};
  if (at.line == 0 || at.line > PLACE_MAX) return where;
  where.line = at.line;
  where.column = at.column == 0 || at.column > PLACE_MAX ? 1 : at.column;
  where.span = at.length > PLACE_MAX ? 0 : at.length;
  return where;
}

static void report(notis_call *call, notis_severity severity, notis_place at, notis_str message, notis_str hint) {
  if (!call || !call->diags) return;
  nt_code code = severity == NOTIS_SEVERITY_WARNING ? NT_MSG_plugin_warning
                 : severity == NOTIS_SEVERITY_NOTE  ? NT_MSG_plugin_note
                                                    : NT_MSG_plugin_message;
  nt_arena *arena = call->diags->arena;
  nt_str text = nt_plugin_text(arena, message, MESSAGE_MAX);
  nt_diag *diag = nt_report(call->diags, code, where_of(call, at), text.len ? text : call->plugin);
  diag->hint = nt_plugin_text(arena, hint, MESSAGE_MAX);
}

static void report_code(notis_call *call, notis_place at, const char *code, const notis_str *args, size_t count) {
  if (!call || !call->diags || !code) return;
  int found = 0;
  while (found < NT_MSG_COUNT && strcmp(nt_message_get((nt_code)found)->name, code) != 0) found++;
  if (found == NT_MSG_COUNT) {
    report(call, NOTIS_SEVERITY_ERROR, at, nt_out(nt_str_c(code)), (notis_str){0});
    return;
  }
  nt_str texts[NT_DIAG_ARGS + 1] = {{0}};
  for (size_t i = 0; args && i < count && i < NT_DIAG_ARGS; i++)
    texts[i] = nt_plugin_text(call->diags->arena, args[i], MESSAGE_MAX);
  nt_report_args(call->diags, (nt_code)found, where_of(call, at), texts);
}

static void *allocate(notis_call *call, size_t bytes) {
  return call && call->arena && bytes <= ALLOCATION_MAX ? nt_arena_alloc(call->arena, bytes) : NULL;
}

static void append(notis_buffer *out, notis_str bytes) {
  if (!out || !out->buf || !bytes.ptr) return;
  size_t limit = out->limit ? out->limit : NT_BUFFER_LIMIT;
  if (out->full || out->buf->len > limit || bytes.len > limit - out->buf->len)
    out->full = true;
  else
    nt_buf_put(out->buf, nt_in(bytes));
}

/* ---- values ---- */

static const nt_value *typed(const notis_value *v, nt_type type) {
  return v && value_in(v)->type == type ? value_in(v) : NULL;
}

static notis_type value_type(const notis_value *v) {
  return v ? (notis_type)value_in(v)->type : NOTIS_NULL;
}

static bool value_bool(const notis_value *v) {
  const nt_value *value = typed(v, NT_BOOL);
  return value && value->as.boolean;
}

static int64_t value_int(const notis_value *v) {
  const nt_value *value = typed(v, NT_INT);
  return value ? value->as.integer : 0;
}

static double value_float(const notis_value *v) {
  const nt_value *value = typed(v, NT_FLOAT);
  return value ? value->as.number : 0;
}

static notis_str value_string(const notis_value *v) {
  const nt_value *value = typed(v, NT_STRING);
  return value ? nt_out(value->as.string) : (notis_str){"", 0};
}

static const notis_node *value_node(notis_call *call, const notis_value *v) {
  const nt_value *value = typed(v, NT_MARKUP);
  return value && call && call->arena ? node_out(nt_node_decode(value->as.string, call->arena)) : NULL;
}

static notis_time value_time(const notis_value *v) {
  const nt_value *value = typed(v, NT_TIME);
  if (!value) return (notis_time){0};
  nt_time t = value->as.time;
  return (notis_time){.seconds = t.seconds,
                      .nanoseconds = t.nanoseconds,
                      .offset = t.offset,
                      .date_only = t.date_only,
                      .unzoned = t.unzoned};
}

static size_t value_length(const notis_value *v) {
  return nt_value_len(value_in(v));
}

static const notis_value *value_at(const notis_value *v, size_t index, notis_str *key) {
  const nt_value *value = value_in(v);
  if (key) *key = (notis_str){"", 0};
  if (index >= nt_value_len(value)) return NULL;
  if (value->type == NT_LIST) return value_out(&value->as.list->items[index]);
  nt_entry *entry = &value->as.map->entries[index];
  if (key) *key = nt_out(entry->key);
  return value_out(&entry->value);
}

static const notis_value *value_get(const notis_value *map, notis_str key) {
  return value_out(nt_map_find(value_in(map), nt_in(key)));
}

/* ---- nodes ---- */

static void node_info(const notis_node *n, notis_node_info *info) {
  const nt_node *node = node_in(n);
  if (!node || !info || info->size < sizeof info->size) return;
  notis_node_info full = {.size = info->size,
                          .type = (notis_node_type)node->type,
                          .flags = node->flags,
                          .number = node->number,
                          .text = nt_out(node->text),
                          .extra = nt_out(node->extra)};
  memcpy(info, &full, info->size < sizeof full ? info->size : sizeof full);
}

static const notis_node *node_parent(const notis_node *n) {
  return n ? node_out(node_in(n)->parent) : NULL;
}
static const notis_node *node_first(const notis_node *n) {
  return n ? node_out(node_in(n)->first) : NULL;
}
static const notis_node *node_next(const notis_node *n) {
  return n ? node_out(node_in(n)->next) : NULL;
}

static notis_str node_attribute_get(const notis_node *n, notis_str name) {
  for (const nt_attr *attr = n ? node_in(n)->attrs : NULL; attr; attr = attr->next)
    if (nt_str_eq(attr->name, nt_in(name))) return nt_out(attr->value);
  return (notis_str){NULL, 0};
}

/* ---- files ---- */

static notis_status status_of(nt_durable result) {
  switch (result) {
  case NT_DURABLE_OK: return NOTIS_OK;
  case NT_DURABLE_ABSENT: return NOTIS_GONE;
  case NT_DURABLE_NOT_EMPTY: return NOTIS_AGAIN;
  default: return NOTIS_ERROR;
  }
}

static nt_diags *diags_of(notis_call *call) {
  return call ? call->diags : NULL;
}

static notis_status file_write(notis_call *call, notis_str path, notis_str bytes) {
  return status_of(nt_durable_write(nt_in(path), nt_in(bytes), diags_of(call)));
}

static notis_status file_sync(notis_call *call, notis_str path) {
  return status_of(nt_durable_sync(nt_in(path), diags_of(call)));
}

static notis_status file_rename(notis_call *call, notis_str from, notis_str to) {
  return status_of(nt_durable_rename(nt_in(from), nt_in(to), diags_of(call)));
}

static notis_status file_remove(notis_call *call, notis_str path) {
  return status_of(nt_durable_remove(nt_in(path), diags_of(call)));
}

static notis_status directory_make(notis_call *call, notis_str path) {
  return status_of(nt_durable_mkdirs(nt_in(path), diags_of(call)));
}

static notis_status directory_remove(notis_call *call, notis_str path) {
  return status_of(nt_durable_rmdir(nt_in(path), diags_of(call)));
}

static notis_status directory_clear(notis_call *call, notis_str path) {
  return status_of(nt_durable_clear(nt_in(path), diags_of(call)));
}

static notis_status tree_remove(notis_call *call, notis_str path) {
  return status_of(nt_durable_remove_tree(nt_in(path), diags_of(call)));
}

static notis_status file_stamp(notis_call *call, notis_str path, uint64_t *stamp) {
  return nt_durable_stamp(nt_in(path), stamp) == NT_DURABLE_OK ? NOTIS_OK : NOTIS_GONE;
}

static notis_status file_hash(notis_call *call, notis_str path, uint64_t *hash) {
  return nt_durable_hash(nt_in(path), hash) == NT_DURABLE_OK ? NOTIS_OK : NOTIS_GONE;
}

static notis_file_kind file_kind(notis_call *call, notis_str path) {
  return nt_durable_kind(nt_in(path));
}

static bool file_exists(notis_call *call, notis_str path) {
  return file_kind(call, path) != NOTIS_FILE_NONE;
}

static notis_status file_copy(notis_call *call, const notis_file *from, notis_str path) {
  return from ? status_of(nt_durable_copy(from->fd, nt_in(path), diags_of(call))) : NOTIS_ERROR;
}

static uint64_t file_size(const notis_file *file) {
  return file ? file->size : 0;
}

static size_t file_read(const notis_file *file, uint64_t offset, void *out, size_t length) {
  size_t got = 0;
  while (file && out && got < length) {
    ssize_t n = pread(file->fd, (char *)out + got, length - got, (off_t)(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += (size_t)n;
  }
  return got;
}

const notis_services nt_services = {
    .size = sizeof(notis_services),
    .abi = NOTIS_ABI,
    .report = report,
    .allocate = allocate,
    .append = append,
    .value_type = value_type,
    .value_bool = value_bool,
    .value_int = value_int,
    .value_float = value_float,
    .value_string = value_string,
    .value_time = value_time,
    .value_length = value_length,
    .value_at = value_at,
    .value_get = value_get,
    .sink_begin = nt_sink_begin,
    .sink_upsert = nt_sink_upsert,
    .sink_remove = nt_sink_remove,
    .sink_end = nt_sink_end,
    .sink_files = nt_sink_files,
    .front_matter = nt_builder_front_matter,
    .field_key = nt_builder_field_key,
    .field_null = nt_builder_field_null,
    .field_bool = nt_builder_field_bool,
    .field_int = nt_builder_field_int,
    .field_float = nt_builder_field_float,
    .field_string = nt_builder_field_string,
    .field_time = nt_builder_field_time,
    .field_list = nt_builder_field_list,
    .field_map = nt_builder_field_map,
    .field_end = nt_builder_field_end,
    .node_open = nt_builder_node_open,
    .node_attribute = nt_builder_node_attribute,
    .node_close = nt_builder_node_close,
    .node_info = node_info,
    .node_parent = node_parent,
    .node_first = node_first,
    .node_next = node_next,
    .page_path = nt_service_page_path,
    .page_url = nt_service_page_url,
    .page_template = nt_service_page_template,
    .page_document = nt_service_page_document,
    .page_length = nt_service_page_length,
    .page_at = nt_service_page_at,
    .document_id = nt_service_document_id,
    .document_url = nt_service_document_url,
    .document_field = nt_service_document_field,
    .document_body = nt_service_document_body,
    .site_config = nt_service_site_config,
    .html = nt_service_html,
    .render_template = nt_service_render_template,
    .file_write = file_write,
    .file_sync = file_sync,
    .file_rename = file_rename,
    .file_remove = file_remove,
    .directory_make = directory_make,
    .directory_remove = directory_remove,
    .file_exists = file_exists,
    .file_kind = file_kind,
    .directory_clear = directory_clear,
    .report_code = report_code,
    .node_attribute_get = node_attribute_get,
    .file_stamp = file_stamp,
    .file_hash = file_hash,
    .tree_remove = tree_remove,
    .value_node = value_node,
    .page_title = nt_service_page_title,
    .page_lang = nt_service_page_lang,
    .page_home = nt_service_page_home,
    .page_number = nt_service_page_number,
    .page_count = nt_service_page_count,
    .page_params = nt_service_page_params,
    .page_alternate = nt_service_page_alternate,
    .page_site_length = nt_service_page_site_length,
    .page_site_at = nt_service_page_site_at,
    .absolute_url = nt_service_absolute_url,
    .document_tag = nt_service_document_tag,
    .document_html = nt_service_document_html,
    .document_text = nt_service_document_text,
    .document_file = nt_service_document_file,
    .format_time = nt_service_format_time,
    .file_copy = file_copy,
    .file_size = file_size,
    .file_read = file_read,
};
