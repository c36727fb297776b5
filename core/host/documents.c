/* What an output learns of documents and of the site. A plugin may call any of these with anything. */
#include "base/url.h"
#include "host/internal.h"
#include "host/pages.h"
#include "model/nodecode.h"

static const notis_str nothing = {"", 0};

notis_str nt_service_document_id(const notis_document *d) {
  const nt_value *id = d ? d->reader->ops->field(d->reader, d->ref, NT_STR("id")) : NULL;
  return id && id->type == NT_STRING ? nt_out(id->as.string) : nothing;
}

notis_str nt_service_document_url(notis_call *call, const notis_document *d) {
  if (!d) return nothing;
  return nt_out(nt_url_rooted(d->reader->site_url, d->reader->ops->url(d->reader, d->ref), d->reader->arena));
}

const notis_value *nt_service_document_field(notis_call *call, const notis_document *d, notis_str name) {
  return d ? (const notis_value *)d->reader->ops->field(d->reader, d->ref, nt_in(name)) : NULL;
}

const notis_node *nt_service_document_body(notis_call *call, const notis_document *d) {
  return d ? (const notis_node *)d->reader->ops->body(d->reader, d->ref) : NULL;
}

notis_str nt_service_document_tag(notis_call *call, const notis_document *d) {
  if (!call || !call->engine || !call->engine->document_tag || !d) return nothing;
  return nt_out(call->engine->document_tag(call, nt_in(nt_service_document_id(d))));
}

/* ---- its content ---- */

static notis_str kept(notis_call *call, nt_buf *made) {
  nt_str text = nt_arena_str(call->arena, nt_buf_str(made));
  nt_buf_deinit(made);
  return nt_out(text);
}

notis_str nt_service_document_html(notis_call *call, const notis_document *d, notis_str name, bool absolute) {
  nt_buf made = {0};
  if (!call || !call->arena || !call->engine || !call->engine->document_html || !d) return (notis_str){NULL, 0};
  if (call->engine->document_html(call, d->ref, nt_in(name), absolute, &made) == NOTIS_OK) return kept(call, &made);
  nt_buf_deinit(&made);
  return (notis_str){NULL, 0};
}

static notis_str plain(notis_call *call, const nt_node *node) {
  nt_buf out = {0};
  if (node) nt_node_plain_text(node, &out);
  return kept(call, &out);
}

notis_str nt_service_document_text(notis_call *call, const notis_document *d, notis_str name) {
  if (!call || !call->arena || !d) return nothing;
  if (!name.len) return plain(call, d->reader->ops->body(d->reader, d->ref));
  const nt_value *value = d->reader->ops->field(d->reader, d->ref, nt_in(name));
  switch (value ? value->type : NT_NULL) {
  case NT_STRING: return nt_out(value->as.string);
  case NT_MARKUP: return plain(call, nt_node_decode(value->as.string, call->arena));
  case NT_INT: return nt_out(nt_arena_format(call->arena, "%lld", (long long)value->as.integer));
  default: return nothing;
  }
}

notis_status nt_service_document_file(notis_call *call, const notis_document *d, notis_str path, notis_str *url,
                                      notis_str *media, uint64_t *size) {
  nt_file_facts facts = {0};
  if (url) *url = nothing;
  if (media) *media = nothing;
  if (size) *size = 0;
  if (!call || !call->engine || !call->engine->document_path || !d || !path.len) return NOTIS_GONE;
  const nt_reader_ops *ops = d->reader->ops;
  if (!ops->file || !ops->file_url) return NOTIS_GONE;
  nt_str beside = call->engine->document_path(call, d->ref);
  if (ops->file(d->reader, beside, nt_in(path), &facts) != NT_READ_OK) return NOTIS_GONE;
  nt_str address = ops->file_url(d->reader, d->ref, nt_in(path));
  if (!address.len) return NOTIS_GONE;
  if (url) *url = nt_out(address);
  if (media) *media = nt_out(facts.media);
  if (size) *size = facts.size;
  return NOTIS_OK;
}

/* ---- the site ---- */

const notis_value *nt_service_site_config(notis_call *call, notis_str path) {
  return call && call->reader ? (const notis_value *)call->reader->ops->config(call->reader, nt_in(path)) : NULL;
}

notis_str nt_service_absolute_url(notis_call *call, notis_str url) {
  if (!call || !call->reader || !url.len) return nothing;
  return nt_out(nt_url_absolute(call->reader->site_url, nt_in(url), call->arena));
}

notis_str nt_service_format_time(notis_call *call, notis_time t, notis_str style) {
  if (!call || !call->engine || !call->engine->format_time) return nothing;
  nt_time time = {t.seconds, t.nanoseconds, t.offset, t.date_only, t.unzoned};
  return nt_out(call->engine->format_time(call, time, nt_in(style)));
}

void nt_service_html(notis_call *call, const notis_node *node, notis_buffer *out) {
  if (call && call->engine && call->engine->html && node && out && out->buf)
    call->engine->html(call, (const nt_node *)node, out->buf);
}
