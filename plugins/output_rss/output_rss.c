/* RSS 2.0 (https://www.rssboard.org/rss-specification), with the whole text as content:encoded. */
#include "feed.h"

#include <stdio.h>

static void put_enclosure(const feed_writer *w, const feed_file *file) {
  char size[24];
  snprintf(size, sizeof size, "%llu", (unsigned long long)file->size);
  feed_put(w, "      <enclosure");
  feed_put_attribute(w, "url", file->url);
  feed_put_attribute(w, "length", feed_str(size));
  feed_put_attribute(w, "type", file->media);
  feed_put(w, "/>\n");
}

static void put_item(const feed *f, const feed_entry *e) {
  const feed_writer *w = &f->w;
  feed_put(w, "    <item>\n");
  feed_put_element(w, 6, "title", e->title);
  if (e->url.len) feed_put_element(w, 6, "link", e->url);
  feed_put(w, "      <guid isPermaLink=\"false\">");
  feed_put_xml(w, e->id);
  feed_put(w, "</guid>\n");
  if (e->has_date) feed_put_element(w, 6, "pubDate", feed_time(f, e->date, "rfc822"));
  for (size_t i = 0; i < e->term_count; i++) feed_put_element(w, 6, "category", e->terms[i]);
  if (e->summary.len) feed_put_element(w, 6, "description", e->summary);
  if (e->html.len) feed_put_element(w, 6, "content:encoded", e->html);
  if (e->file_count) put_enclosure(w, &e->files[0]); /* an item has at most one */
  feed_put(w, "    </item>\n");
}

static void put_channel(const feed *f) {
  const feed_writer *w = &f->w;
  feed_put_element(w, 4, "title", f->title);
  feed_put_element(w, 4, "link", f->home);
  feed_put_element(w, 4, "description", f->title);
  if (f->lang.len) feed_put_element(w, 4, "language", f->lang);
  if (f->updated.len) feed_put_element(w, 4, "lastBuildDate", feed_time(f, f->newest, "rfc822"));
  feed_put(w, "    <atom:link");
  feed_put_attribute(w, "href", f->self);
  feed_put(w, " rel=\"self\" type=\"application/rss+xml\"/>\n");
}

static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  feed f;
  feed_entry entry;
  if (!feed_open(&f, self, call, page, out)) return NOTIS_ERROR;
  feed_put(&f.w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                 "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\""
                 " xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n  <channel>\n");
  put_channel(&f);
  for (size_t i = 0; i < f.length; i++)
    if (feed_read(&f, i, &entry)) put_item(&f, &entry);
  feed_put(&f.w, "  </channel>\n</rss>\n");
  return NOTIS_OK;
}

static const notis_output_api api = {.size = sizeof api,
                                     .takes = NOTIS_TAKES_COLLECTION,
                                     .extension = "xml",
                                     .open = feed_output_open,
                                     .render = render,
                                     .close = feed_output_close};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_rss", .version = "1.0", .output = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
