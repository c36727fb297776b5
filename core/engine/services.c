/* What the engine offers to outputs beside rendering: documents as HTML that may leave the site, tag URIs, times. */
#include "base/url.h"
#include "engine/engine.h"
#include "engine/languages.h"
#include "engine/run.h"
#include "model/nodecode.h"
#include "text/escape.h"
#include "text/html_absolute.h"

static nt_str kept(notis_call *call, nt_buf *made) {
  nt_str text = nt_arena_str(call->arena, nt_buf_str(made));
  nt_buf_deinit(made);
  return text;
}

/* ---- HTML ---- */

/* Links are seen from the document that they stand in, whose page this need not be. */
static void put_nodes(notis_call *call, nt_docref document, const nt_node *node, nt_buf *out) {
  nt_run *run = call->ud;
  nt_docref page_document = run->document;
  run->document = document;
  call->engine->html(call, node, out);
  run->document = page_document;
}

static notis_status put_part(notis_call *call, nt_docref document, nt_str name, nt_buf *out) {
  nt_reader *reader = call->reader;
  if (!name.len) {
    put_nodes(call, document, reader->ops->body(reader, document), out);
    return NOTIS_OK;
  }
  const nt_value *value = reader->ops->field(reader, document, name);
  const nt_node *node = value && value->type == NT_MARKUP ? nt_node_decode(value->as.string, call->arena) : NULL;
  if (node)
    put_nodes(call, document, node, out);
  else if (value && value->type == NT_STRING)
    nt_escape_html(value->as.string, out);
  else
    return NOTIS_GONE;
  return NOTIS_OK;
}

notis_status nt_engine_document_html(notis_call *call, nt_docref document, nt_str name, bool absolute, nt_buf *out) {
  if (!absolute) return put_part(call, document, name, out);
  nt_buf part = {0};
  notis_status status = put_part(call, document, name, &part);
  nt_str url = call->reader->ops->url(call->reader, document);
  nt_str page = nt_url_absolute(call->reader->site_url, url.len ? url : NT_STR("/"), call->arena);
  if (status == NOTIS_OK) nt_html_absolute(nt_buf_str(&part), page, call->arena, out);
  nt_buf_deinit(&part);
  return status;
}

/* ---- tag URIs ---- */

enum { FIRST_YEAR = 2020 };

/* A name in lower case, without a port or who logs in. */
static void put_authority(nt_str host, nt_buf *out) {
  size_t at = nt_str_find_last(host, '@');
  host = nt_str_sub(host, at == host.len ? 0 : at + 1, host.len);
  host = nt_str_sub(host, 0, nt_str_find(host, ':'));
  for (size_t i = 0; i < host.len; i++)
    nt_buf_byte(out, (char)(host.ptr[i] >= 'A' && host.ptr[i] <= 'Z' ? host.ptr[i] | 32 : host.ptr[i]));
}

/* "tag:" authority "," date ":" specific (RFC 4151, 2.1), in which a slash stands for itself. */
nt_str nt_engine_document_tag(notis_call *call, nt_str id) {
  const nt_value *since = call->reader->ops->config(call->reader, NT_STR("since"));
  nt_buf out = {0};
  nt_buf_c(&out, "tag:");
  put_authority(nt_site_url_split(call->reader->site_url).host, &out);
  nt_buf_format(&out, ",%lld:", since && since->type == NT_INT ? (long long)since->as.integer : FIRST_YEAR);
  while (id.len) {
    size_t slash = nt_str_find(id, '/');
    nt_escape_component(nt_str_sub(id, 0, slash), &out);
    if (slash < id.len) nt_buf_byte(&out, '/');
    id = nt_str_sub(id, slash + 1, id.len);
  }
  return kept(call, &out);
}

/* ---- times ---- */

nt_str nt_engine_format_time(notis_call *call, nt_time time, nt_str style) {
  nt_run *run = call->ud;
  const nt_inputs *in = run->site->inputs;
  const nt_locale *locale = nt_language_locale(in, call->reader->lang);
  nt_buf out = {0};
  if (!nt_format_date(locale, nt_date_in_zone(time, in->zone), style, &out)) nt_buf_clear(&out);
  return kept(call, &out);
}

/* ---- files and pages ---- */

nt_str nt_engine_document_path(notis_call *call, nt_docref document) {
  nt_run *run = call->ud;
  const nt_record *record = nt_records_at(&run->site->records, document);
  return record && record->frozen ? record->frozen->file : NT_STR("");
}

static bool is_part(const nt_page *page, const nt_page *of) {
  return page->number && !page->document && nt_str_eq(page->output, of->output) &&
         nt_str_eq(page->origin, of->origin) && nt_str_eq(page->lang, of->lang) && page->count == of->count;
}

/* How many there are is said by the page itself, so that their trace is theirs. */
nt_pages nt_engine_page_parts(notis_call *call, const nt_page *page) {
  nt_run *run = call->ud;
  const nt_plan *plan = &run->site->plan;
  const nt_page **parts = NT_NEW_N(call->arena, const nt_page *, page->count);
  size_t found = 0;
  for (size_t i = 0; i < plan->pages.len; i++) {
    const nt_page_record *record = plan->pages.items[i];
    if (!is_part(&record->page, page) || record->page.number > page->count) continue;
    nt_str name = nt_arena_format(call->arena, "page:%.*s", NT_FMT(record->path));
    nt_run_trace(run, NT_KEY_QUERY, 0, name, record->planned);
    if (!parts[record->page.number - 1]) found++;
    parts[record->page.number - 1] = &record->page;
  }
  return found == page->count ? (nt_pages){parts, found} : (nt_pages){0};
}
