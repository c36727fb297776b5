/* The outputs that syndicate: what every output must bear, escaping, and what they ask the services for. What they say
 * of real documents is tested by tests/functional/test_feeds.py. */
#include "conform.h"
#include "script/plugin_lua.h"
#include "text/date.h"

enum { DOCUMENTS = 3 };

static nt_value documents[DOCUMENTS]; /* the docref is the index + 1 */
static nt_value config;
static const char *html;
static nt_query asked;

/* ---- a reader that only looks things up, so that threads may share it ---- */

static const nt_value *get_field(nt_reader *reader, nt_docref document, nt_str name) {
  return document && document <= DOCUMENTS ? nt_map_find(&documents[document - 1], name) : NULL;
}

static const nt_node *get_body(nt_reader *reader, nt_docref document) {
  return nt_node_new(reader->arena, NOTIS_NODE_DOCUMENT);
}

static nt_str get_url(nt_reader *reader, nt_docref document) {
  return nt_value_str(get_field(reader, document, NT_STR("_url")));
}

static nt_read run_query(nt_reader *reader, const nt_query *query, nt_diags *diags, nt_docrefs *out) {
  nt_docref *found = NT_NEW_N(reader->arena, nt_docref, DOCUMENTS);
  for (size_t i = 0; i < DOCUMENTS; i++) found[i] = i + 1;
  *out = (nt_docrefs){found + query->offset, query->limit};
  return NT_READ_OK;
}

static nt_read run_query_noted(nt_reader *reader, const nt_query *query, nt_diags *diags, nt_docrefs *out) {
  asked = *query;
  return run_query(reader, query, diags, out);
}

static const nt_value *get_config(nt_reader *reader, nt_str path) {
  return nt_map_find(&config, path);
}

static nt_read get_file(nt_reader *reader, nt_str beside, nt_str path, nt_file_facts *out) {
  if (!nt_str_eq(beside, NT_STR("content/a.md")) || !nt_str_eq(path, NT_STR("r.pdf"))) return NT_READ_ABSENT;
  *out = (nt_file_facts){.media = NT_STR("application/pdf"), .size = 3355443};
  return NT_READ_OK;
}

static nt_str get_file_url(nt_reader *reader, nt_docref from, nt_str path) {
  return NT_STR("/bas/a/r.pdf");
}

/* NT_STR where only a constant will do. */
#define LITERAL(text)                                                                                                  \
  { "" text, sizeof(text) - 1 }

static nt_alternate alternates[] = {{LITERAL("sv"), LITERAL("/a/")}, {LITERAL("en"), LITERAL("/en/a/")}};
static const nt_page plain[] = {
    {.url = LITERAL("/"), .lang = LITERAL("sv")},
    {.url = LITERAL("/404.html"), .unlisted = true},
    {.url = LITERAL("/a/?b&c"), .document = 1, .alternates = alternates, .alternate_count = 2},
    {.url = LITERAL("/c/"), .document = 2},
};
static const nt_page *const listed[] = {&plain[0], &plain[1], &plain[2], &plain[3]};

static nt_pages get_pages(nt_reader *reader) {
  return (nt_pages){listed, 4};
}

static const nt_page *counted; /* whose pages somebody wanted to know the number of */
static uint32_t get_count(nt_reader *reader, const nt_page *page) {
  counted = page;
  return page->count;
}

static const nt_reader_ops ops = {.field = get_field,
                                  .body = get_body,
                                  .url = get_url,
                                  .query = run_query,
                                  .config = get_config,
                                  .file = get_file,
                                  .file_url = get_file_url,
                                  .pages = get_pages,
                                  .page_count = get_count};
static nt_reader reader = {.ops = &ops, .site_url = LITERAL("https://r.example/bas")};

/* ---- an engine ---- */

static notis_status make_html(notis_call *call, nt_docref document, nt_str name, bool absolute, nt_buf *out) {
  nt_buf_c(out, html);
  return NOTIS_OK;
}

static nt_str make_tag(notis_call *call, nt_str id) {
  return nt_arena_format(call->arena, "tag:r.example,2020:%.*s", NT_FMT(id));
}

/* "rfc822" is told from the other by its brackets. */
static nt_str make_time(notis_call *call, nt_time time, nt_str style) {
  nt_buf out = {0};
  if (nt_str_eq(style, NT_STR("rfc822"))) nt_buf_c(&out, "822:");
  nt_date_rfc3339(nt_date_in_zone(time, NULL), &out);
  nt_str text = nt_arena_str(call->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return text;
}

static nt_str get_path(notis_call *call, nt_docref document) {
  return document == 1 ? NT_STR("content/a.md") : NT_STR("content/b.md");
}

static nt_pages get_parts(notis_call *call, const nt_page *page) {
  return (nt_pages){listed, 2};
}

static const nt_host_engine engine = {.document_html = make_html,
                                      .document_tag = make_tag,
                                      .format_time = make_time,
                                      .document_path = get_path,
                                      .page_parts = get_parts};

/* ---- fixture ---- */

typedef struct fixture {
  nt_arena *arena;
  nt_host *host;
  nt_diags diags;
} fixture;

static void put(fixture *f, nt_value *map, const char *name, nt_value value) {
  nt_map_put(map, f->arena, nt_str_c(name), (nt_pos){0}, value);
}

static nt_value word(const char *text) {
  return nt_string(nt_str_c(text));
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  static const char *const ids[DOCUMENTS] = {"text/a.md", "text/b.md", "text/c.md"};
  f->arena = nt_arena_new();
  f->host = nt_host_new();
  nt_diags_init(&f->diags, f->arena);
  config = nt_map_new(f->arena);
  put(f, &config, "title", word("Region"));
  for (size_t i = 0; i < DOCUMENTS; i++) {
    documents[i] = nt_map_new(f->arena);
    put(f, &documents[i], "id", word(ids[i]));
    put(f, &documents[i], "title", word(ids[i]));
    put(f, &documents[i], "_url", word("/a/"));
  }
  html = "<p>a</p>";
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_host_free(f->host);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static const nt_plugin *load(fixture *f, const char *name) {
  nt_str file = nt_arena_format(f->arena, "%s/plugins/output_%s.so", getenv("NOTIS_BUILD_DIR"), name);
  const nt_plugin *plugin = nt_host_find(f->host, nt_arena_format(f->arena, "output_%s", name));
  if (!plugin) plugin = nt_host_load(f->host, file, &f->diags);
  assert_non_null(plugin);
  return plugin;
}

static nt_page list_page(void) {
  return (nt_page){.url = NT_STR("/rss.xml"),
                   .collection = NT_STR("news"),
                   .first = 0,
                   .shown = DOCUMENTS,
                   .title = NT_STR("Nyheter"),
                   .home = NT_STR("/nyheter/"),
                   .lang = NT_STR("sv")};
}

/* The page in the arena, terminated. */
static const char *rendered_by(fixture *f, const nt_plugin *plugin, const nt_page *page) {
  conform_call c;
  nt_reader own = reader;
  nt_buf out = {0};
  void *self = plugin->descriptor.data;
  conform_begin(&c, &engine, &own);
  own.arena = c.call.arena;
  own.diags = &c.diags;
  notis_buffer buffer = {.buf = &out};
  notis_page handed = {page, &own};
  assert_int_equal(plugin->output.open(&nt_services, &c.call, NULL, &self), NOTIS_OK);
  assert_int_equal(plugin->output.render(self, &c.call, &handed, &buffer), NOTIS_OK);
  plugin->output.close(self);
  const char *text = nt_arena_str(f->arena, nt_buf_str(&out)).ptr;
  nt_buf_deinit(&out);
  conform_end(&c);
  return text;
}

static const char *rendered(fixture *f, const char *name, const nt_page *page) {
  return rendered_by(f, load(f, name), page);
}

static void has(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("no %s in\n%s", part, text);
}

static void has_not(const char *text, const char *part) {
  if (strstr(text, part)) fail_msg("%s in\n%s", part, text);
}

/* ---- tests ---- */

static void conforms(void **state) {
  fixture *f = *state;
  static const char *const names[] = {"rss", "atom", "jsonfeed", "sitemap"};
  nt_page list = list_page(), site = {.url = NT_STR("/sitemap.xml"), .number = 1, .count = 1};
  for (size_t i = 0; i < 4; i++) {
    conform_output o = {.plugin = load(f, names[i]),
                        .config = &config,
                        .engine = &engine,
                        .reader = &reader,
                        .page = i < 3 ? &list : &site};
    conform_output_all(&o);
  }
}

/* XML 1.0, 2.2 and 2.4; RFC 8259, 7; RFC 3629. */
static void escapes(void **state) {
  fixture *f = *state;
  static const char nasty[] =
      "a]]>b\x01\x0B<&\"'\t\r\n\xEF\xBF\xBE\xF0\x9F\x98\x80\xC3\x28\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF\xE2\x80\xA8z";
  static const char *const xml =
      "a]]&gt;b&lt;&amp;&quot;'\t&#13;\n\xF0\x9F\x98\x80\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF"
      "\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x80\xA8z";
  static const char *const json =
      "\"a]]>b\\u0001\\u000b<&\\\"'\\t\\u000d\\n\xEF\xBF\xBE\xF0\x9F\x98\x80\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF"
      "\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\\u2028z\"";
  put(f, &documents[1], "title", word(nasty));
  put(f, &documents[1], "topics", word(nasty));
  html = nasty;
  nt_page list = list_page();
  const char *rss = rendered(f, "rss", &list), *atom = rendered(f, "atom", &list);
  has(rss, nt_arena_format(f->arena, "<title>%s</title>", xml).ptr);
  has(rss, nt_arena_format(f->arena, "<content:encoded>%s</content:encoded>", xml).ptr);
  has(atom, nt_arena_format(f->arena, "<content type=\"html\">%s</content>", xml).ptr);
  has(rendered(f, "jsonfeed", &list), nt_arena_format(f->arena, "\"title\": %s,", json).ptr);
  has(rendered(f, "jsonfeed", &list), nt_arena_format(f->arena, "\"tags\": [%s]", json).ptr);
}

/* An attribute's white space is kept only when it is written as references (XML 1.0, 3.3.3). */
static void escapes_in_attributes(void **state) {
  fixture *f = *state;
  put(f, &documents[0], "topics", word("a\tb\n\"c\""));
  nt_page list = list_page();
  has(rendered(f, "atom", &list), "<category term=\"a&#9;b&#10;&quot;c&quot;\"/>");
}

static nt_value day(const char *text) {
  nt_time time;
  assert_int_equal(nt_date_parse(nt_str_c(text), NULL, &time), NT_DATE_OK);
  return nt_timestamp(time);
}

static void dates(void **state) {
  fixture *f = *state;
  put(f, &documents[0], "date", day("2024-01-02"));
  put(f, &documents[0], "updated", day("2024-03-01T12:00:00Z"));
  put(f, &documents[1], "date", day("2024-02-01T12:00:00Z"));
  put(f, &documents[2], "date", word("i morgon")); /* no date at all */
  nt_page list = list_page();
  const char *rss = rendered(f, "rss", &list), *atom = rendered(f, "atom", &list),
             *json = rendered(f, "jsonfeed", &list);
  has(rss, "<lastBuildDate>822:2024-03-01T12:00:00Z</lastBuildDate>");
  has(rss, "<pubDate>822:2024-01-02T00:00:00Z</pubDate>");
  has(atom, "  <updated>2024-03-01T12:00:00Z</updated>\n  <author>");
  has(atom, "<published>2024-01-02T00:00:00Z</published>\n    <updated>2024-03-01T12:00:00Z</updated>");
  has(atom, "<published>2024-02-01T12:00:00Z</published>\n    <updated>2024-02-01T12:00:00Z</updated>");
  has(atom, "text/html\" href=\"https://r.example/bas/a/\"/>\n    <updated>2020-01-01T00:00:00Z</updated>");
  has(json, "\"date_published\": \"2024-01-02T00:00:00Z\",\n      \"date_modified\": \"2024-03-01T12:00:00Z\"");
  put(f, &config, "since", nt_int(2024));
  has(rendered(f, "atom", &list), "<updated>2024-01-01T00:00:00Z</updated>");
}

static void files_and_terms(void **state) {
  fixture *f = *state;
  nt_value file = nt_map_new(f->arena), list = nt_list_new(f->arena);
  put(f, &file, "path", word("r.pdf"));
  nt_list_push(&list, f->arena, word("Kultur"));
  nt_list_push(&list, f->arena, word("Kultur"));
  nt_list_push(&list, f->arena, nt_int(1));
  nt_list_push(&list, f->arena, word("Hälsa"));
  put(f, &documents[0], "file", file);
  put(f, &documents[0], "topics", list);
  put(f, &documents[1], "file", word("missing.pdf"));
  nt_page page = list_page();
  const char *rss = rendered(f, "rss", &page), *json = rendered(f, "jsonfeed", &page);
  has(rss, "<enclosure url=\"https://r.example/bas/a/r.pdf\" length=\"3355443\" type=\"application/pdf\"/>");
  has(rss, "<category>Kultur</category>\n      <category>Hälsa</category>\n");
  has(json, "\"attachments\": [{ \"url\": \"https://r.example/bas/a/r.pdf\", \"mime_type\": \"application/pdf\", "
            "\"size_in_bytes\": 3355443 }]");
  has(json, "\"tags\": [\"Kultur\", \"Hälsa\"]");
  has_not(rss, "missing.pdf");
  nt_value taxonomies = nt_map_new(f->arena);
  put(f, &taxonomies, "places", nt_map_new(f->arena));
  put(f, &config, "taxonomies", taxonomies);
  put(f, &documents[0], "places", word("Umeå"));
  has(rendered(f, "rss", &page), "<category>Umeå</category>\n");
  has_not(rendered(f, "rss", &page), "Kultur");
}

static void says_what_it_is(void **state) {
  fixture *f = *state;
  nt_page list = list_page();
  const char *rss = rendered(f, "rss", &list);
  has(rss, "<title>Nyheter – Region</title>\n    <link>https://r.example/bas/nyheter/</link>");
  has(rss, "<atom:link href=\"https://r.example/bas/rss.xml\" rel=\"self\" type=\"application/rss+xml\"/>");
  list.title = NT_STR("Regionens nyheter: Region");
  has(rendered(f, "rss", &list), "<title>Regionens nyheter: Region</title>");
  list.title = NT_STR("");
  has(rendered(f, "rss", &list), "<title>Region</title>");
  list.shown = 0;
  has(rendered(f, "jsonfeed", &list), "\"items\": []\n");
  has(rendered(f, "atom", &list), "<updated>2020-01-01T00:00:00Z</updated>");
  nt_page one = {.document = 1, .url = NT_STR("/a/")};
  notis_page handed = {&one, &reader};
  conform_call c;
  nt_buf out = {0};
  notis_buffer buffer = {.buf = &out};
  void *self = NULL;
  conform_begin(&c, &engine, &reader);
  const nt_plugin *plugin = load(f, "atom");
  assert_int_equal(plugin->output.open(&nt_services, &c.call, NULL, &self), NOTIS_OK);
  assert_int_equal(plugin->output.render(self, &c.call, &handed, &buffer), NOTIS_ERROR);
  conform_end(&c);
  nt_buf_deinit(&out);
}

static void maps_the_site(void **state) {
  fixture *f = *state;
  put(f, &documents[0], "date", day("2024-01-02"));
  put(f, &documents[1], "date", day("2024-01-02"));
  put(f, &documents[1], "updated", day("2024-03-01T12:00:00Z"));
  nt_page site = {.url = NT_STR("/sitemap.xml"), .number = 1, .count = 1};
  const char *map = rendered(f, "sitemap", &site);
  has(map, "<url>\n    <loc>https://r.example/bas/</loc>\n  </url>");
  has_not(map, "404");
  has(map, "<loc>https://r.example/bas/a/?b&amp;c</loc>\n    <lastmod>2024-01-02</lastmod>\n"
           "    <xhtml:link rel=\"alternate\" hreflang=\"sv\" href=\"https://r.example/bas/a/\"/>\n"
           "    <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://r.example/bas/en/a/\"/>\n"
           "    <xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"https://r.example/bas/a/\"/>\n");
  has(map, "<loc>https://r.example/bas/c/</loc>\n    <lastmod>2024-03-01T12:00:00Z</lastmod>\n  </url>");
  nt_page part = {.url = NT_STR("/sitemap-2.xml"), .number = 2, .count = 2, .first = 1, .shown = 1};
  map = rendered(f, "sitemap", &part);
  has(map, "/bas/a/?b");
  has_not(map, "<loc>https://r.example/bas/</loc>");
  has_not(map, "/bas/c/");
  nt_page index = {.url = NT_STR("/sitemap.xml"), .number = 0, .count = 2};
  map = rendered(f, "sitemap", &index);
  has(map, "<sitemapindex ");
  has(map, "<sitemap>\n    <loc>https://r.example/bas/404.html</loc>\n  </sitemap>"); /* whatever the parts are */
}

/* ---- the services themselves ---- */

static void asks_in_the_language_of_the_page(void **state) {
  conform_call c;
  nt_reader own = reader;
  nt_reader_ops noted = ops;
  noted.query = run_query_noted;
  own.ops = &noted;
  conform_begin(&c, &engine, &own);
  own.arena = c.call.arena;
  nt_page list = list_page();
  list.first = 1;
  list.shown = 2;
  notis_page page = {&list, &own};
  const notis_document *document = nt_services.page_at(&c.call, &page, 1);
  assert_int_equal(document->ref, 3);
  assert_true(nt_str_eq(asked.lang, NT_STR("sv")) && nt_str_eq(asked.collection, NT_STR("news")));
  assert_int_equal(asked.offset, 1);
  assert_int_equal(asked.limit, 2);
  assert_null(nt_services.page_at(&c.call, &page, 2));
  conform_end(&c);
}

static const char script[] =
    "local notis = require 'notis'\n"
    "notis.output { name = 'output_x', extension = 'txt', takes = { 'collection', 'site' }, render = function(page)\n"
    "  local function say(...) for _, v in ipairs { ... } do page:write(tostring(v) .. '|') end end\n"
    "  say(page.url, page.title, page.lang, page.home, page.number, page.count, page.params.color)\n"
    "  for _, a in ipairs(page.alternates) do say(a.lang, a.url) end\n"
    "  for _, d in ipairs(page:documents()) do\n"
    "    say(d.url, page:document_tag(d), page:document_html(d, '', true), page:document_text(d, 'title'))\n"
    "    say(page:format_time(d.date, 'rfc3339'))\n"
    "    local file = page:document_file(d, 'r.pdf')\n"
    "    say(file and file.url .. ' ' .. file.media .. ' ' .. file.size)\n"
    "  end\n"
    "  for _, p in ipairs(page:site_pages()) do say(p.url, p.document and p.document.id, #p.alternates) end\n"
    "  return page:absolute_url('/x/')\n"
    "end }\n";

/* What a Lua plugin is told is what one in C is. */
static void tells_lua(void **state) {
  fixture *f = *state;
  nt_vm_options options = {0};
  nt_script_source source = {.file = NT_STR("x.lua"), .bytes = nt_str_n(script, sizeof script - 1)};
  nt_lua_plugin *lua = nt_lua_plugin_load(&source, &options, &f->diags);
  assert_non_null(lua);
  const nt_plugin *plugin = nt_host_add(f->host, source.file, nt_lua_plugin_descriptor(lua), &f->diags);
  nt_value params = nt_map_new(f->arena);
  put(f, &params, "color", word("röd"));
  put(f, &documents[0], "date", day("2024-01-02"));
  nt_page list = list_page();
  list.shown = 1;
  list.number = 2;
  list.count = 3;
  list.params = params;
  list.alternates = alternates;
  list.alternate_count = 2;
  assert_string_equal(rendered_by(f, plugin, &list),
                      "/bas/rss.xml|Nyheter|sv|/bas/nyheter/|2|3|röd|sv|/bas/a/|en|/bas/en/a/|/bas/a/|"
                      "tag:r.example,2020:text/a.md|<p>a</p>|text/a.md|2024-01-02|"
                      "/bas/a/r.pdf application/pdf 3355443|https://r.example/bas/x/");
  assert_ptr_equal(counted, &list);
  nt_page site = {.url = NT_STR("/x.txt"), .params = params};
  assert_string_equal(rendered_by(f, plugin, &site), "/bas/x.txt|/bas/|/bas/a/?b&c|text/a.md|2|/bas/c/|text/b.md|0|"
                                                     "https://r.example/bas/x/");
  nt_host_free(f->host);
  f->host = nt_host_new();
  nt_lua_plugin_free(lua);
}

/* A plugin may call any service with anything. */
static void bears_anything(void **state) {
  conform_call c;
  nt_reader own = {.ops = &ops};
  conform_begin(&c, NULL, &own);
  own.arena = c.call.arena;
  nt_page bare = {0};
  notis_page page = {&bare, NULL};
  notis_document document = {.ref = 1, .reader = &own};
  notis_str none = {NULL, 0}, lang, url;
  const notis_services *s = &nt_services;
  for (int i = 0; i < 2; i++) {
    notis_call *call = i ? &c.call : NULL;
    const notis_page *p = i ? &page : NULL;
    const notis_document *d = i ? &document : NULL;
    assert_int_equal(s->page_title(call, p).len + s->page_lang(p).len + s->page_home(p).len + s->page_url(p).len, 0);
    assert_int_equal(s->page_number(p) + s->page_count(p), 0);
    assert_int_equal(s->page_site_length(i ? NULL : &c.call, p), 0);
    assert_null(s->page_site_at(call, NULL, 0));
    assert_null(s->page_at(call, p, 0));
    assert_false(s->page_alternate(p, 0, &lang, &url));
    assert_false(s->page_alternate(p, SIZE_MAX, NULL, NULL));
    assert_int_equal(s->absolute_url(call, none).len, 0);
    assert_int_equal(s->document_tag(call, d).len, 0);
    assert_null(s->document_html(call, d, none, true).ptr);
    assert_int_equal(s->document_text(call, NULL, none).len, 0);
    assert_int_equal(s->document_file(call, d, none, NULL, NULL, NULL), NOTIS_GONE);
    assert_int_equal(s->format_time(call, (notis_time){0}, none).len, 0);
    assert_int_equal(s->render_template(call, p, NULL), NOTIS_ERROR);
  }
  assert_int_equal(s->page_site_length(&c.call, &page), 3);
  conform_end(&c);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {with(conforms),      with(escapes),         with(escapes_in_attributes),
                                     with(dates),         with(files_and_terms), with(says_what_it_is),
                                     with(maps_the_site), with(tells_lua),       with(asks_in_the_language_of_the_page),
                                     with(bears_anything)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
