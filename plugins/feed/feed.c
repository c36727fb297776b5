#include "feed.h"

enum { FILES_MAX = 20, TERMS_MAX = 100 };

static const notis_services *host_of(const feed *f) {
  return f->w.host;
}

static const notis_value *field(const feed *f, const notis_document *document, const char *name) {
  return host_of(f)->document_field(f->call, document, feed_str(name));
}

static bool same(notis_str a, notis_str b) {
  return a.len == b.len && (!a.len || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ---- times ---- */

/* A day begins at midnight where the site is. */
notis_str feed_time(const feed *f, notis_time time, const char *style) {
  if (time.date_only) time.unzoned = 1;
  time.date_only = 0;
  return host_of(f)->format_time(f->call, time, feed_str(style));
}

static bool read_time(const feed *f, const notis_document *document, const char *name, notis_time *out) {
  const notis_value *value = field(f, document, name);
  if (host_of(f)->value_type(value) != NOTIS_TIME) return false;
  *out = host_of(f)->value_time(value);
  return true;
}

static void read_dates(const feed *f, feed_entry *e) {
  bool date = read_time(f, e->document, "date", &e->date), updated = read_time(f, e->document, "updated", &e->updated);
  if (date && !updated) e->updated = e->date;
  if (updated && !date) e->date = e->updated;
  e->has_date = date || updated;
}

/* In one zone the text of a time sorts as the time does. */
static bool is_later(notis_str time, notis_str than) {
  size_t least = time.len < than.len ? time.len : than.len;
  int order = least ? memcmp(time.ptr, than.ptr, least) : 0;
  return order > 0 || (order == 0 && time.len > than.len);
}

static void find_newest(feed *f) {
  for (size_t i = 0; i < f->length; i++) {
    feed_entry e = {.document = host_of(f)->page_at(f->call, f->page, i)};
    if (!e.document) continue;
    read_dates(f, &e);
    notis_str time = e.has_date ? feed_time(f, e.updated, "rfc3339") : (notis_str){"", 0};
    if (!is_later(time, f->updated)) continue;
    f->updated = time;
    f->newest = e.updated;
  }
}

/* ---- the feed ---- */

static bool contains(notis_str text, notis_str part) {
  for (size_t i = 0; part.len && i + part.len <= text.len; i++)
    if (memcmp(text.ptr + i, part.ptr, part.len) == 0) return true;
  return false;
}

/* Among a reader's feeds "Nyheter" alone says nothing. */
static notis_str title_of(const feed *f) {
  static const char dash[] = " \xE2\x80\x93 ";
  notis_str title = host_of(f)->page_title(f->call, f->page);
  if (!title.len) return f->site;
  if (!f->site.len || contains(title, f->site)) return title;
  size_t len = title.len + sizeof dash - 1 + f->site.len;
  char *bytes = host_of(f)->allocate(f->call, len);
  if (!bytes) return title;
  memcpy(bytes, title.ptr, title.len);
  memcpy(bytes + title.len, dash, sizeof dash - 1);
  memcpy(bytes + title.len + sizeof dash - 1, f->site.ptr, f->site.len);
  return (notis_str){bytes, len};
}

bool feed_open(feed *f, const notis_services *host, notis_call *call, const notis_page *page, notis_buffer *out) {
  *f = (feed){.w = {host, out}, .call = call, .page = page, .updated = {"", 0}};
  if (host->page_document(call, page)) return false;
  f->length = host->page_length(call, page);
  f->site = host->value_string(host->site_config(call, feed_str("title")));
  f->title = title_of(f);
  f->lang = host->page_lang(page);
  f->self = host->absolute_url(call, host->page_url(page));
  notis_str home = host->page_home(page);
  f->home = host->absolute_url(call, home.len ? home : feed_str("/"));
  find_newest(f);
  return true;
}

/* ---- terms ---- */

static void add_term(const feed *f, feed_entry *e, const notis_value *value) {
  notis_str term = host_of(f)->value_string(value);
  if (!term.len || e->term_count == TERMS_MAX) return;
  for (size_t i = 0; i < e->term_count; i++)
    if (same(e->terms[i], term)) return;
  e->terms[e->term_count++] = term;
}

static void add_terms(const feed *f, feed_entry *e, const char *name, size_t len) {
  const notis_value *value = host_of(f)->document_field(f->call, e->document, (notis_str){name, len});
  if (host_of(f)->value_type(value) != NOTIS_LIST) {
    add_term(f, e, value);
    return;
  }
  for (size_t i = 0; i < host_of(f)->value_length(value); i++) add_term(f, e, host_of(f)->value_at(value, i, NULL));
}

/* The fields that the site has taxonomies of; "topics" where it has none. */
static void read_terms(const feed *f, feed_entry *e) {
  e->terms = host_of(f)->allocate(f->call, TERMS_MAX * sizeof *e->terms);
  if (!e->terms) return;
  const notis_value *taxonomies = host_of(f)->site_config(f->call, feed_str("taxonomies"));
  size_t count = host_of(f)->value_type(taxonomies) == NOTIS_MAP ? host_of(f)->value_length(taxonomies) : 0;
  for (size_t i = 0; i < count; i++) {
    notis_str name;
    host_of(f)->value_at(taxonomies, i, &name);
    add_terms(f, e, name.ptr, name.len);
  }
  if (!count) add_terms(f, e, "topics", 6);
}

/* ---- files ---- */

/* "rapport.pdf", or a map that says where it is. */
static notis_str path_of(const feed *f, const notis_value *value) {
  static const char *const names[] = {"path", "src", "file"};
  notis_str path = host_of(f)->value_string(value);
  for (size_t i = 0; !path.len && i < sizeof names / sizeof *names; i++)
    path = host_of(f)->value_string(host_of(f)->value_get(value, feed_str(names[i])));
  return path;
}

static void add_file(const feed *f, feed_entry *e, const notis_value *value) {
  feed_file file = {0};
  notis_str path = path_of(f, value), url;
  if (!path.len || e->file_count == FILES_MAX) return;
  if (host_of(f)->document_file(f->call, e->document, path, &url, &file.media, &file.size) != NOTIS_OK) return;
  file.url = host_of(f)->absolute_url(f->call, url);
  if (!file.media.len) file.media = feed_str("application/octet-stream");
  e->files[e->file_count++] = file;
}

static void read_files(const feed *f, feed_entry *e) {
  static const char *const names[] = {"file", "files"};
  e->files = host_of(f)->allocate(f->call, FILES_MAX * sizeof *e->files);
  for (size_t n = 0; e->files && n < sizeof names / sizeof *names; n++) {
    const notis_value *value = field(f, e->document, names[n]);
    if (host_of(f)->value_type(value) != NOTIS_LIST) {
      add_file(f, e, value);
      continue;
    }
    for (size_t i = 0; i < host_of(f)->value_length(value); i++) add_file(f, e, host_of(f)->value_at(value, i, NULL));
  }
}

/* ---- entries ---- */

static notis_str text_of(const feed *f, const feed_entry *e, const char *name) {
  return host_of(f)->document_text(f->call, e->document, feed_str(name));
}

bool feed_read(feed *f, size_t index, feed_entry *e) {
  *e = (feed_entry){.document = host_of(f)->page_at(f->call, f->page, index)};
  if (!e->document) return false;
  e->id = host_of(f)->document_tag(f->call, e->document);
  e->url = host_of(f)->absolute_url(f->call, host_of(f)->document_url(f->call, e->document));
  e->title = text_of(f, e, "title");
  if (!e->title.len) e->title = e->url.len ? e->url : e->id;
  e->summary = text_of(f, e, "lead");
  if (!e->summary.len) e->summary = text_of(f, e, "summary");
  notis_str lang = host_of(f)->value_string(field(f, e->document, "lang"));
  if (!same(lang, f->lang)) e->lang = lang;
  e->html = host_of(f)->document_html(f->call, e->document, feed_str(""), true);
  read_dates(f, e);
  read_terms(f, e);
  read_files(f, e);
  return true;
}

/* ---- the plugin ---- */

notis_status feed_output_open(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  *self = (void *)host;
  return NOTIS_OK;
}

void feed_output_close(void *self) {}
