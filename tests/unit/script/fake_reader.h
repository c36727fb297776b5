/* A reader over a few documents in memory, for tests of scripts and templates. It writes down what is asked of it.
 *
 *     fake_reader fake;
 *     fake_init(&fake);                       // fake.reader is the nt_reader
 *     fake.config = …;                        // a map
 *     fake_add(&fake, "text/a.md", "news", fields, body, "/a/");
 *     … fake_traced(&fake, "config title") …
 *     fake_deinit(&fake);
 */
#ifndef NOTIS_TESTS_FAKE_READER_H
#define NOTIS_TESTS_FAKE_READER_H

#include "base/vec.h"
#include "model/reader.h"

#include <stdlib.h>

typedef struct fake_document {
  nt_value fields; /* with id, kind, lang, source, file */
  nt_node *body;
  nt_str url;
} fake_document;

typedef struct fake_reader {
  nt_reader reader; /* first: the functions cast back */
  nt_arena *arena;
  nt_diags diags;
  nt_value config;
  nt_value data;     /* path -> value */
  nt_value messages; /* key -> text */
  nt_value words;    /* word, or "en:word" -> where it leads */
  nt_value files;    /* path as asked for -> map { path, format, media, size, width, height, url } */
  nt_value menus;    /* name -> list */
  nt_value terms;    /* taxonomy -> list */
  nt_time now;
  struct {
    fake_document *items;
    size_t len;
    size_t cap;
  } documents; /* the docref is the index + 1 */
  struct {
    nt_template_source *items;
    size_t len;
    size_t cap;
  } templates;
  struct {
    nt_str *items;
    size_t len;
    size_t cap;
  } trace; /* "field 1 title", "config params.color", "script a.lua", … in the order asked */
} fake_reader;

static inline fake_reader *fake_of(nt_reader *reader) {
  return (fake_reader *)reader;
}

static inline void fake_note(nt_reader *reader, nt_str entry) {
  nt_push(&fake_of(reader)->trace, entry);
}
#define fake_notef(reader, ...) fake_note((reader), nt_arena_format((reader)->arena, __VA_ARGS__))

static inline size_t fake_traced_count(const fake_reader *fake, const char *entry) {
  size_t count = 0;
  for (size_t i = 0; i < fake->trace.len; i++) count += nt_str_eq(fake->trace.items[i], nt_str_c(entry));
  return count;
}
static inline bool fake_traced(const fake_reader *fake, const char *entry) {
  return fake_traced_count(fake, entry) > 0;
}

static inline const fake_document *fake_document_of(nt_reader *reader, nt_docref document) {
  fake_reader *fake = fake_of(reader);
  return document && document <= fake->documents.len ? &fake->documents.items[document - 1] : NULL;
}

static inline const nt_value *fake_field(nt_reader *reader, nt_docref document, nt_str name) {
  const fake_document *found = fake_document_of(reader, document);
  fake_notef(reader, "field %d %.*s", (int)document, NT_FMT(name));
  return found ? nt_map_find(&found->fields, name) : NULL;
}

static inline const nt_value *fake_fields(nt_reader *reader, nt_docref document) {
  const fake_document *found = fake_document_of(reader, document);
  fake_notef(reader, "fields %d", (int)document);
  return found ? &found->fields : NULL;
}

static inline const nt_node *fake_body(nt_reader *reader, nt_docref document) {
  fake_notef(reader, "body %d", (int)document);
  return fake_document_of(reader, document)->body;
}

static inline nt_str fake_url(nt_reader *reader, nt_docref document) {
  fake_notef(reader, "url %d", (int)document);
  return fake_document_of(reader, document)->url;
}

static inline nt_docref fake_find(nt_reader *reader, nt_str id) {
  fake_reader *fake = fake_of(reader);
  fake_notef(reader, "find %.*s", NT_FMT(id));
  for (size_t i = 0; i < fake->documents.len; i++)
    if (nt_str_eq(nt_value_str(nt_map_find(&fake->documents.items[i].fields, NT_STR("id"))), id)) return i + 1;
  return 0;
}

static inline nt_read fake_resolve(nt_reader *reader, nt_docref from, nt_str link, nt_str *url, nt_code *why) {
  (void)why;
  fake_notef(reader, "resolve %d %.*s", (int)from, NT_FMT(link));
  nt_docref found = fake_find(reader, link);
  if (!found) return NT_READ_ABSENT;
  *url = fake_document_of(reader, found)->url;
  return NT_READ_OK;
}

/* Words are told apart by language where there is an entry for that language. */
static inline nt_read fake_address(nt_reader *reader, nt_str word, nt_str lang, nt_where where, nt_str *url) {
  fake_reader *fake = fake_of(reader);
  nt_str in_lang = nt_arena_format(reader->arena, "%.*s:%.*s", NT_FMT(lang), NT_FMT(word));
  const nt_value *found = nt_map_find(&fake->words, in_lang);
  fake_notef(reader, "address %.*s %.*s", NT_FMT(lang), NT_FMT(word));
  if (!found) found = nt_map_find(&fake->words, word);
  if (!found) {
    nt_report(reader->diags, NT_MSG_plugin_message, where, NT_STR("no such address"));
    return NT_READ_FAILED;
  }
  *url = nt_value_str(found);
  return NT_READ_OK;
}

/* The document whose id is the word. */
static inline nt_docref fake_refer(nt_reader *reader, nt_docref from, nt_str field, nt_str word, nt_str kind) {
  fake_notef(reader, "refer %d %.*s %.*s %.*s", (int)from, NT_FMT(field), NT_FMT(word), NT_FMT(kind));
  return fake_find(reader, word);
}

static inline nt_read fake_file(nt_reader *reader, nt_str beside, nt_str path, nt_file_facts *out) {
  const nt_value *found = nt_map_find(&fake_of(reader)->files, path);
  fake_notef(reader, "file %.*s %.*s", NT_FMT(beside), NT_FMT(path));
  if (!found) return NT_READ_ABSENT;
  const nt_value *width = nt_map_find(found, NT_STR("width")), *height = nt_map_find(found, NT_STR("height"));
  out->path = nt_value_str(nt_map_find(found, NT_STR("path")));
  out->format = nt_value_str(nt_map_find(found, NT_STR("format")));
  out->media = nt_value_str(nt_map_find(found, NT_STR("media")));
  out->size = (uint64_t)nt_map_find(found, NT_STR("size"))->as.integer;
  out->width = width ? (uint32_t)width->as.integer : 0;
  out->height = height ? (uint32_t)height->as.integer : 0;
  return NT_READ_OK;
}

static inline nt_str fake_file_url(nt_reader *reader, nt_docref from, nt_str path) {
  fake_notef(reader, "file_url %d %.*s", (int)from, NT_FMT(path));
  return nt_value_str(nt_map_find(nt_map_find(&fake_of(reader)->files, path), NT_STR("url")));
}

static inline nt_read fake_asset(nt_reader *reader, nt_str path, nt_str *url) {
  nt_str key = nt_arena_format(reader->arena, "asset:%.*s", NT_FMT(path));
  const nt_value *found = nt_map_find(&fake_of(reader)->words, key);
  fake_notef(reader, "asset %.*s", NT_FMT(path));
  if (!found) return NT_READ_ABSENT;
  *url = nt_value_str(found);
  return NT_READ_OK;
}

static inline const nt_value *fake_menu(nt_reader *reader, nt_str name, nt_str lang) {
  fake_notef(reader, "menu %.*s %.*s", NT_FMT(lang), NT_FMT(name));
  return nt_map_find(&fake_of(reader)->menus, name);
}

static inline const nt_value *fake_terms(nt_reader *reader, nt_str taxonomy, nt_str lang) {
  fake_notef(reader, "terms %.*s %.*s", NT_FMT(lang), NT_FMT(taxonomy));
  return nt_map_find(&fake_of(reader)->terms, taxonomy);
}

static inline bool fake_meets(const fake_document *document, const nt_query *query) {
  for (size_t i = 0; i < query->condition_count; i++)
    if (!nt_condition_holds(&query->conditions[i], nt_map_path(&document->fields, query->conditions[i].field)))
      return false;
  return true;
}

static inline bool fake_before(const fake_document *a, const fake_document *b, const nt_query *query) {
  static const nt_value none = {0};
  for (size_t i = 0; i < query->sort_count; i++) {
    const nt_value *x = nt_map_path(&a->fields, query->sorts[i].field),
                   *y = nt_map_path(&b->fields, query->sorts[i].field);
    int order = nt_value_cmp(x ? x : &none, y ? y : &none);
    if (order) return query->sorts[i].descending ? order > 0 : order < 0;
  }
  return false;
}

/* Every collection but "missing" holds every document. */
static inline nt_read fake_query(nt_reader *reader, const nt_query *query, nt_diags *diags, nt_docrefs *out) {
  fake_reader *fake = fake_of(reader);
  nt_docref *found = nt_arena_alloc(reader->arena, (fake->documents.len + 1) * sizeof *found);
  size_t count = 0;
  fake_notef(reader, "query %.*s", NT_FMT(query->collection));
  if (nt_str_eq(query->collection, NT_STR("missing"))) {
    nt_report(diags, NT_MSG_plugin_message, nt_where_file(nt_str_n(NULL, 0), 0, 0), NT_STR("no such collection"));
    return NT_READ_FAILED;
  }
  for (size_t i = 0; i < fake->documents.len; i++) {
    const fake_document *document = &fake->documents.items[i];
    if (!fake_meets(document, query)) continue;
    size_t at = count++;
    for (; at && fake_before(document, &fake->documents.items[found[at - 1] - 1], query); at--)
      found[at] = found[at - 1];
    found[at] = i + 1;
  }
  size_t first = query->offset < count ? (size_t)query->offset : count;
  size_t most = query->limit && query->limit < count - first ? (size_t)query->limit : count - first;
  *out = (nt_docrefs){found + first, most};
  return NT_READ_OK;
}

static inline const nt_value *fake_config(nt_reader *reader, nt_str path) {
  fake_notef(reader, "config %.*s", NT_FMT(path));
  return nt_map_path(&fake_of(reader)->config, path);
}

static inline nt_type fake_config_type(nt_reader *reader, nt_str path) {
  const nt_value *value = nt_map_path(&fake_of(reader)->config, path);
  fake_notef(reader, "config_type %.*s", NT_FMT(path));
  return value ? value->type : NT_NULL;
}

static inline nt_read fake_data(nt_reader *reader, nt_str path, nt_diags *diags, const nt_value **out) {
  fake_notef(reader, "data %.*s", NT_FMT(path));
  *out = nt_map_find(&fake_of(reader)->data, path);
  return *out ? NT_READ_OK : NT_READ_ABSENT;
}

static inline nt_read fake_message(nt_reader *reader, nt_str lang, nt_str key, nt_str *out) {
  const nt_value *found = nt_map_find(&fake_of(reader)->messages, key);
  fake_notef(reader, "message %.*s %.*s", NT_FMT(lang), NT_FMT(key));
  if (!found) return NT_READ_ABSENT;
  *out = nt_value_str(found);
  return NT_READ_OK;
}

static inline nt_read fake_template(nt_reader *reader, nt_str name, uint32_t from_layer, nt_template_source *out) {
  fake_reader *fake = fake_of(reader);
  const nt_template_source *best = NULL;
  fake_notef(reader, "template %.*s %u", NT_FMT(name), (unsigned)from_layer);
  for (size_t i = 0; i < fake->templates.len; i++) {
    const nt_template_source *source = &fake->templates.items[i];
    if (!nt_str_eq(source->name, name) || source->layer < from_layer) continue;
    if (!best || source->layer < best->layer) best = source;
  }
  if (!best) return NT_READ_ABSENT;
  *out = *best;
  return NT_READ_OK;
}

static inline uint32_t fake_page_count(nt_reader *reader, const nt_page *page) {
  fake_notef(reader, "count %.*s", NT_FMT(page->path));
  return page->count;
}

static inline void fake_script(nt_reader *reader, nt_str file) {
  fake_notef(reader, "script %.*s", NT_FMT(file));
}

static inline nt_time fake_now(nt_reader *reader, nt_resolution resolution) {
  fake_notef(reader, "now %d", (int)resolution);
  return fake_of(reader)->now;
}

static const nt_reader_ops fake_ops = {.field = fake_field,
                                       .fields = fake_fields,
                                       .body = fake_body,
                                       .url = fake_url,
                                       .find = fake_find,
                                       .resolve = fake_resolve,
                                       .address = fake_address,
                                       .refer = fake_refer,
                                       .file = fake_file,
                                       .file_url = fake_file_url,
                                       .asset = fake_asset,
                                       .menu = fake_menu,
                                       .terms = fake_terms,
                                       .page_count = fake_page_count,
                                       .query = fake_query,
                                       .config = fake_config,
                                       .config_type = fake_config_type,
                                       .data = fake_data,
                                       .message = fake_message,
                                       .template_source = fake_template,
                                       .script = fake_script,
                                       .now = fake_now};

static inline void fake_init(fake_reader *fake) {
  memset(fake, 0, sizeof *fake);
  fake->arena = nt_arena_new();
  nt_diags_init(&fake->diags, fake->arena);
  fake->reader.ops = &fake_ops;
  fake->reader.arena = fake->arena;
  fake->reader.diags = &fake->diags;
  fake->reader.lang = NT_STR("sv");
  fake->reader.site_url = NT_STR("https://exempel.test/");
  fake->config = nt_map_new(fake->arena);
  fake->data = nt_map_new(fake->arena);
  fake->messages = nt_map_new(fake->arena);
  fake->words = nt_map_new(fake->arena);
  fake->files = nt_map_new(fake->arena);
  fake->menus = nt_map_new(fake->arena);
  fake->terms = nt_map_new(fake->arena);
  fake->now = (nt_time){.seconds = 1712700000}; /* 2024-04-09T22:00:00Z */
}

static inline void fake_deinit(fake_reader *fake) {
  nt_vec_deinit(&fake->documents);
  nt_vec_deinit(&fake->templates);
  nt_vec_deinit(&fake->trace);
  nt_arena_free(fake->arena);
}

static inline void fake_put(fake_reader *fake, nt_value *map, const char *key, nt_value value) {
  nt_map_put(map, fake->arena, nt_str_c(key), (nt_pos){0}, value);
}

/* A file as it is asked for; of a picture when width is not 0. */
static inline void fake_add_file(fake_reader *fake, const char *asked, const char *path, const char *format,
                                 const char *media, int64_t size, int width, int height, const char *url) {
  nt_value map = nt_map_new(fake->arena);
  fake_put(fake, &map, "path", nt_string(nt_str_c(path)));
  fake_put(fake, &map, "format", nt_string(nt_str_c(format)));
  fake_put(fake, &map, "media", nt_string(nt_str_c(media)));
  fake_put(fake, &map, "size", nt_int(size));
  if (width) fake_put(fake, &map, "width", nt_int(width));
  if (height) fake_put(fake, &map, "height", nt_int(height));
  fake_put(fake, &map, "url", nt_string(nt_str_c(url)));
  fake_put(fake, &fake->files, asked, map);
}

/* Fields may be null for none; the body may be NULL for an empty one. */
static inline nt_docref fake_add(fake_reader *fake, const char *id, const char *kind, nt_value fields, nt_node *body,
                                 const char *url) {
  fake_document document = {.fields = fields.type == NT_MAP ? fields : nt_map_new(fake->arena), .body = body};
  fake_put(fake, &document.fields, "id", nt_string(nt_str_c(id)));
  fake_put(fake, &document.fields, "kind", nt_string(nt_str_c(kind)));
  fake_put(fake, &document.fields, "lang", nt_string(NT_STR("sv")));
  fake_put(fake, &document.fields, "source", nt_string(NT_STR("text")));
  fake_put(fake, &document.fields, "file", nt_string(nt_str_c(id)));
  if (!body) document.body = nt_node_new(fake->arena, NOTIS_NODE_DOCUMENT);
  document.url = nt_str_c(url);
  nt_push(&fake->documents, document);
  return fake->documents.len;
}

static inline void fake_add_template(fake_reader *fake, const char *name, uint32_t layer, const char *text) {
  nt_template_source source = {.name = nt_str_c(name),
                               .file = nt_arena_format(fake->arena, "layer%u/templates/%s", (unsigned)layer, name),
                               .bytes = nt_str_c(text),
                               .hash = nt_hash_bytes(nt_str_c(text)),
                               .layer = layer};
  nt_push(&fake->templates, source);
}

#endif
