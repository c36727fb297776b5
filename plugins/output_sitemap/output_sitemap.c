/* A sitemap (https://www.sitemaps.org/protocol.html), with each page's other languages; or, for a page of number 0, the
 * index of the sitemaps that a large site has. */
#include "write.h"

enum { LIMIT = 50000 };

typedef struct map {
  feed_writer w;
  notis_call *call;
} map;

static notis_str whole(const map *m, notis_str url) {
  return m->w.host->absolute_url(m->call, url);
}

static void put_alternate(const map *m, const char *lang, size_t len, notis_str url) {
  feed_put(&m->w, "    <xhtml:link rel=\"alternate\"");
  feed_put_attribute(&m->w, "hreflang", (notis_str){lang, len});
  feed_put_attribute(&m->w, "href", whole(m, url));
  feed_put(&m->w, "/>\n");
}

/* The site's order has its default language first: that is where a reader of another language is led. */
static void put_alternates(const map *m, const notis_page *page) {
  notis_str lang, url;
  if (!m->w.host->page_alternate(page, 1, &lang, &url)) return;
  for (size_t i = 0; m->w.host->page_alternate(page, i, &lang, &url); i++) put_alternate(m, lang.ptr, lang.len, url);
  m->w.host->page_alternate(page, 0, &lang, &url);
  put_alternate(m, "x-default", strlen("x-default"), url);
}

/* When the document was updated, else its date; lists and the site's own pages say nothing. */
static void put_changed(const map *m, const notis_page *page) {
  static const char *const names[] = {"updated", "date"};
  const notis_services *host = m->w.host;
  const notis_document *document = host->page_document(m->call, page);
  for (size_t i = 0; document && i < sizeof names / sizeof *names; i++) {
    const notis_value *value = host->document_field(m->call, document, feed_str(names[i]));
    if (host->value_type(value) != NOTIS_TIME) continue;
    notis_str time = host->format_time(m->call, host->value_time(value), feed_str("rfc3339"));
    feed_put_element(&m->w, 4, "lastmod", time);
    return;
  }
}

static void put_page(const map *m, const notis_page *page) {
  feed_put(&m->w, "  <url>\n");
  feed_put_element(&m->w, 4, "loc", whole(m, m->w.host->page_url(page)));
  put_changed(m, page);
  put_alternates(m, page);
  feed_put(&m->w, "  </url>\n");
}

static void put_part(const map *m, const notis_page *part) {
  feed_put(&m->w, "  <sitemap>\n");
  feed_put_element(&m->w, 4, "loc", whole(m, m->w.host->page_url(part)));
  feed_put(&m->w, "  </sitemap>\n");
}

static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  const notis_services *host = self;
  map m = {{host, out}, call};
  bool index = host->page_number(page) == 0 && host->page_count(page) > 1;
  if (host->page_document(call, page)) return NOTIS_ERROR;
  feed_put(&m.w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
  feed_put(&m.w, index ? "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
                       : "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\""
                         " xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n");
  size_t count = host->page_site_length(call, page);
  for (size_t i = 0; i < count; i++) (index ? put_part : put_page)(&m, host->page_site_at(call, page, i));
  feed_put(&m.w, index ? "</sitemapindex>\n" : "</urlset>\n");
  return NOTIS_OK;
}

static notis_status open_output(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  *self = (void *)host;
  return NOTIS_OK;
}

static void close_output(void *self) {}

static const notis_output_api api = {.size = sizeof api,
                                     .takes = NOTIS_TAKES_SITE,
                                     .extension = "xml",
                                     .open = open_output,
                                     .render = render,
                                     .close = close_output,
                                     .page_limit = LIMIT};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_sitemap", .version = "1.0", .output = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
