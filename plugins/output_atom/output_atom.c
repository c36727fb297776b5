/* The Atom syndication format (RFC 4287). */
#include "feed.h"

#include <stdio.h>

/* An entry must say when it was updated (4.1.2), and so must a feed (4.1.1), also where no document has a date: then it
 * is the instant that tag URIs are dated with (RFC 4151, 2.1), which is always the same. */
static notis_str undated(const feed *f) {
  enum { FIRST_YEAR = 2020, LENGTH = 24 };
  const notis_services *host = f->w.host;
  const notis_value *since = host->site_config(f->call, feed_str("since"));
  long long year = host->value_type(since) == NOTIS_INT ? host->value_int(since) : FIRST_YEAR;
  char *text = host->allocate(f->call, LENGTH);
  if (!text || year < 0 || year > 9999) return feed_str("2020-01-01T00:00:00Z");
  snprintf(text, LENGTH, "%04lld-01-01T00:00:00Z", year);
  return feed_str(text);
}

static void put_link(const feed_writer *w, int indent, const char *rel, const char *type, notis_str href) {
  feed_put(w, indent == 4 ? "    <link rel=\"" : "  <link rel=\"");
  feed_put(w, rel);
  feed_put(w, "\" type=\"");
  feed_put(w, type);
  feed_put(w, "\"");
  feed_put_attribute(w, "href", href);
  feed_put(w, "/>\n");
}

static void put_enclosure(const feed_writer *w, const feed_file *file) {
  char size[24];
  snprintf(size, sizeof size, "%llu", (unsigned long long)file->size);
  feed_put(w, "    <link rel=\"enclosure\"");
  feed_put_attribute(w, "type", file->media);
  feed_put_attribute(w, "length", feed_str(size));
  feed_put_attribute(w, "href", file->url);
  feed_put(w, "/>\n");
}

static void put_terms(const feed_writer *w, const feed_entry *e) {
  for (size_t i = 0; i < e->term_count; i++) {
    feed_put(w, "    <category");
    feed_put_attribute(w, "term", e->terms[i]);
    feed_put(w, "/>\n");
  }
}

/* Content that is HTML is escaped text (4.1.3.3). Without a page to link to there must be some (4.1.2). */
static void put_content(const feed_writer *w, const feed_entry *e) {
  if (e->summary.len) feed_put_element(w, 4, "summary", e->summary);
  if (!e->html.len && e->url.len) return;
  feed_put(w, "    <content type=\"html\">");
  feed_put_xml(w, e->html);
  feed_put(w, "</content>\n");
}

static void put_entry(const feed *f, const feed_entry *e) {
  const feed_writer *w = &f->w;
  feed_put(w, "  <entry");
  if (e->lang.len) feed_put_attribute(w, "xml:lang", e->lang);
  feed_put(w, ">\n");
  feed_put_element(w, 4, "title", e->title);
  feed_put_element(w, 4, "id", e->id);
  if (e->url.len) put_link(w, 4, "alternate", "text/html", e->url);
  if (e->has_date) feed_put_element(w, 4, "published", feed_time(f, e->date, "rfc3339"));
  feed_put_element(w, 4, "updated", e->has_date ? feed_time(f, e->updated, "rfc3339") : undated(f));
  put_terms(w, e);
  for (size_t i = 0; i < e->file_count; i++) put_enclosure(w, &e->files[i]);
  put_content(w, e);
  feed_put(w, "  </entry>\n");
}

static void put_head(const feed *f) {
  const feed_writer *w = &f->w;
  feed_put(w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"");
  if (f->lang.len) feed_put_attribute(w, "xml:lang", f->lang);
  feed_put(w, ">\n");
  feed_put_element(w, 2, "title", f->title);
  feed_put_element(w, 2, "id", f->self);
  put_link(w, 2, "self", "application/atom+xml", f->self);
  put_link(w, 2, "alternate", "text/html", f->home);
  feed_put_element(w, 2, "updated", f->updated.len ? f->updated : undated(f));
  feed_put(w, "  <author>\n");
  feed_put_element(w, 4, "name", f->site.len ? f->site : f->title);
  feed_put(w, "  </author>\n");
}

static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  feed f;
  feed_entry entry;
  if (!feed_open(&f, self, call, page, out)) return NOTIS_ERROR;
  put_head(&f);
  for (size_t i = 0; i < f.length; i++)
    if (feed_read(&f, i, &entry)) put_entry(&f, &entry);
  feed_put(&f.w, "</feed>\n");
  return NOTIS_OK;
}

static const notis_output_api api = {.size = sizeof api,
                                     .takes = NOTIS_TAKES_COLLECTION,
                                     .extension = "xml",
                                     .open = feed_output_open,
                                     .render = render,
                                     .close = feed_output_close};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_atom", .version = "1.0", .output = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
