/* What an output learns of its page. A plugin may call any of these with anything. */
#include "host/pages.h"

#include "base/url.h"
#include "host/internal.h"

static const notis_str nothing = {"", 0};

/* The plan's URLs begin at the publication's root; a plugin's are ready for an href. */
static notis_str rooted(const notis_page *p, nt_str url) {
  return nt_out(p->reader ? nt_url_rooted(p->reader->site_url, url, p->reader->arena) : url);
}

notis_str nt_service_page_path(const notis_page *p) {
  return p ? nt_out(p->page->path) : nothing;
}

notis_str nt_service_page_url(const notis_page *p) {
  return p ? rooted(p, p->page->url) : nothing;
}

notis_str nt_service_page_template(const notis_page *p) {
  return p ? nt_out(p->page->template_name) : nothing;
}

notis_str nt_service_page_title(notis_call *call, const notis_page *p) {
  return p ? nt_out(p->page->title) : nothing;
}

notis_str nt_service_page_lang(const notis_page *p) {
  return p ? nt_out(p->page->lang) : nothing;
}

notis_str nt_service_page_home(const notis_page *p) {
  return p ? rooted(p, p->page->home) : nothing;
}

uint32_t nt_service_page_number(const notis_page *p) {
  return p ? p->page->number : 0;
}

uint32_t nt_service_page_count(const notis_page *p) {
  if (!p) return 0;
  return p->reader ? p->reader->ops->page_count(p->reader, p->page) : p->page->count;
}

const notis_value *nt_service_page_params(const notis_page *p) {
  return p ? (const notis_value *)&p->page->params : NULL;
}

bool nt_service_page_alternate(const notis_page *p, size_t index, notis_str *lang, notis_str *url) {
  bool there = p && index < p->page->alternate_count;
  if (lang) *lang = there ? nt_out(p->page->alternates[index].lang) : nothing;
  if (url) *url = there ? rooted(p, p->page->alternates[index].url) : nothing;
  return there;
}

/* ---- its documents ---- */

static const notis_document *document_of(notis_call *call, nt_docref ref) {
  notis_document *document = NT_NEW(call->arena, notis_document);
  document->ref = ref;
  document->reader = call->reader;
  return document;
}

const notis_document *nt_service_page_document(notis_call *call, const notis_page *p) {
  if (!call || !call->reader || !p || !p->page->document) return NULL;
  return document_of(call, p->page->document);
}

size_t nt_service_page_length(notis_call *call, const notis_page *p) {
  return p && p->page->collection.len ? p->page->shown : 0;
}

/* The page's slice of its collection is asked for once for all its documents. */
const notis_document *nt_service_page_at(notis_call *call, const notis_page *p, size_t index) {
  if (!call || !call->reader || index >= nt_service_page_length(call, p)) return NULL;
  const nt_page *page = p->page;
  if (call->listed != page) {
    nt_query query = {.collection = page->collection,
                      .lang = page->lang,
                      .offset = page->first,
                      .limit = page->shown,
                      .from_end = page->from_end};
    nt_docrefs found = {0};
    if (call->reader->ops->query(call->reader, &query, call->diags, &found) != NT_READ_OK) return NULL;
    call->listed = page;
    call->listing = found;
  }
  return index < call->listing.len ? document_of(call, call->listing.items[index]) : NULL;
}

/* ---- the site's pages ---- */

/* Those of the site that are to be found, and of these the share that this page has. */
static nt_pages share_of(notis_call *call, const nt_page *page) {
  nt_pages all = call->reader->ops->pages(call->reader);
  const nt_page **listed = NT_NEW_N(call->arena, const nt_page *, all.len);
  size_t count = 0;
  for (size_t i = 0; i < all.len; i++)
    if (!all.items[i]->unlisted) listed[count++] = all.items[i];
  size_t first = page->first < count ? (size_t)page->first : count, left = count - first;
  return (nt_pages){listed + first, page->shown && page->shown < left ? (size_t)page->shown : left};
}

static nt_pages gathered(notis_call *call, const notis_page *p) {
  if (!call || !call->reader || !p || p->page->document || p->page->collection.len) return (nt_pages){0};
  if (call->gathered == p->page) return call->gathering;
  nt_pages pages = {0};
  if (p->page->number == 0 && p->page->count > 1 && call->engine && call->engine->page_parts)
    pages = call->engine->page_parts(call, p->page);
  else if (call->reader->ops->pages)
    pages = share_of(call, p->page);
  call->gathered = p->page;
  call->gathering = pages;
  return pages;
}

size_t nt_service_page_site_length(notis_call *call, const notis_page *p) {
  return gathered(call, p).len;
}

const notis_page *nt_service_page_site_at(notis_call *call, const notis_page *p, size_t index) {
  nt_pages pages = gathered(call, p);
  if (index >= pages.len) return NULL;
  notis_page *page = NT_NEW(call->arena, notis_page);
  *page = (notis_page){pages.items[index], call->reader};
  return page;
}

/* ---- rendering ---- */

notis_status nt_service_render_template(notis_call *call, const notis_page *p, notis_buffer *out) {
  if (!call || !call->engine || !call->engine->render_template || !p || !out || !out->buf) return NOTIS_ERROR;
  return call->engine->render_template(call, p->page, out->buf);
}
