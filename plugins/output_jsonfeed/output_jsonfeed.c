/* JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
#include "feed.h"

#include <stdio.h>

/* A member and its comma; the first of an object has none before it. */
static void put_member(const feed_writer *w, const char *before, const char *name, notis_str text) {
  feed_put(w, before);
  feed_put(w, "\"");
  feed_put(w, name);
  feed_put(w, "\": ");
  feed_put_json(w, text);
}

static void put_if(const feed_writer *w, const char *name, notis_str text) {
  if (text.len) put_member(w, ",\n      ", name, text);
}

static void put_tags(const feed_writer *w, const feed_entry *e) {
  if (!e->term_count) return;
  feed_put(w, ",\n      \"tags\": [");
  for (size_t i = 0; i < e->term_count; i++) {
    if (i) feed_put(w, ", ");
    feed_put_json(w, e->terms[i]);
  }
  feed_put(w, "]");
}

static void put_attachments(const feed_writer *w, const feed_entry *e) {
  char size[40];
  if (!e->file_count) return;
  feed_put(w, ",\n      \"attachments\": [");
  for (size_t i = 0; i < e->file_count; i++) {
    put_member(w, i ? ", { " : "{ ", "url", e->files[i].url);
    put_member(w, ", ", "mime_type", e->files[i].media);
    snprintf(size, sizeof size, ", \"size_in_bytes\": %llu }", (unsigned long long)e->files[i].size);
    feed_put(w, size);
  }
  feed_put(w, "]");
}

static void put_item(const feed *f, const feed_entry *e, bool first) {
  const feed_writer *w = &f->w;
  feed_put(w, first ? "\n" : ",\n");
  put_member(w, "    {\n      ", "id", e->id);
  put_if(w, "url", e->url);
  put_if(w, "title", e->title);
  put_if(w, "summary", e->summary);
  if (e->html.len) /* an item must have one of the two */
    put_if(w, "content_html", e->html);
  else
    put_if(w, "content_text", e->summary.len ? e->summary : e->title);
  if (e->has_date) put_if(w, "date_published", feed_time(f, e->date, "rfc3339"));
  if (e->has_date) put_if(w, "date_modified", feed_time(f, e->updated, "rfc3339"));
  put_if(w, "language", e->lang);
  put_tags(w, e);
  put_attachments(w, e);
  feed_put(w, "\n    }");
}

static void put_head(const feed *f) {
  const feed_writer *w = &f->w;
  put_member(w, "{\n  ", "version", feed_str("https://jsonfeed.org/version/1.1"));
  put_member(w, ",\n  ", "title", f->title);
  put_member(w, ",\n  ", "home_page_url", f->home);
  put_member(w, ",\n  ", "feed_url", f->self);
  if (f->lang.len) put_member(w, ",\n  ", "language", f->lang);
  put_member(w, ",\n  \"authors\": [{ ", "name", f->site.len ? f->site : f->title);
  feed_put(w, " }],\n  \"items\": [");
}

static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  feed f;
  feed_entry entry;
  bool first = true;
  if (!feed_open(&f, self, call, page, out)) return NOTIS_ERROR;
  put_head(&f);
  for (size_t i = 0; i < f.length; i++) {
    if (!feed_read(&f, i, &entry)) continue;
    put_item(&f, &entry, first);
    first = false;
  }
  feed_put(&f.w, first ? "]\n}\n" : "\n  ]\n}\n");
  return NOTIS_OK;
}

static const notis_output_api api = {.size = sizeof api,
                                     .takes = NOTIS_TAKES_COLLECTION,
                                     .extension = "json",
                                     .open = feed_output_open,
                                     .render = render,
                                     .close = feed_output_close};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_jsonfeed", .version = "1.0", .output = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
