/* Each name that a trace may hold is needed, not only its class: an engine that looks at no key of that name publishes,
 * or says, something else than a clean build after an edit that nothing but the name tells of. */
#include "workspace.h"

#include <stdio.h>

static const char *const files[][2] = {
    {"s/site.yaml",
     "title: Namn\nurl: https://namn.example/\nlanguages: { sv: { name: Svenska }, en: { name: English } }\n"
     "sources: { text: { use: source_markdown, path: content, match: \"**/*.md\" } }\n"
     "collections:\n"
     "  nyheter: { kind: news, sort: slug, path: /nyheter/, title: Nyheter }\n"
     "  bilder: { kind: bild, sort: [-title], path: /bilder/, title: Bilder, template: antal.html, per_page: 1,\n"
     "            number_from: oldest }\n"
     "taxonomies:\n"
     "  topics: { of: report, path: \"/amnen/{term}/\", title: Ämnen }\n"
     "menus:\n  main: { a: { to: pages/meny, weight: 1 }, b: { to: pages/termer, weight: 2 } }\n"
     "redirects: { /hit.html: pages/meny }\n"
     "pages:\n"
     "  meny: { path: /meny/ }\n  termer: { path: /termer/ }\n  amne: { path: /amne/ }\n  om: { path: /om/ }\n"
     "  ord: { path: /ord/ }\n  blad: { path: /blad/ }\n  sort: { path: /sort/ }\n"
     "outputs: { sitemap: { path: /sitemap.xml } }\n"
     "links: { missing: warn }\n"
     "since: 2020\n"
     "params: { extra: { x: x } }\n"},
    {"s/kinds/news.yaml", "permalink: /nyheter/{slug}/\ntemplate: news.html\nunknown_fields: allow\nfields:\n"
                          "  title: { type: text }\n  report: { type: ref, kind: report }\n  file: { type: file }\n"},
    {"s/kinds/report.yaml", "permalink: /rapporter/{path}.html\ntemplate: report.html\nunknown_fields: allow\nfields:\n"
                            "  title: { type: text }\n  topics: { type: list, of: term }\n"},
    {"s/kinds/bild.yaml", "permalink: /bild/{slug}/\ntemplate: bild.html\nfields:\n  title: { type: text }\n"},
    {"s/templates/news.html",
     "{{ doc.title }} {% set r = doc.ref(\"report\") %}{{ r.title if r }} {% for a in page.alternates %}{{ a.url }} "
     "{% endfor %}{{ doc.body }}\n"},
    {"s/templates/report.html",
     "{{ doc.title }} {% set f = doc.file(\"karta.gif\") %}{{ f.url if f }} {{ f.width if f }}\n"},
    {"s/templates/other.html", "{{ doc.title }} on another template\n"},
    {"s/templates/extra.html", "Av en hake.\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }}\n{% endfor %}{{ page.params.hooked }}\n"},
    {"s/templates/antal.html", "{{ page.number }} of {{ page.count }}\n"},
    {"s/templates/bild.html", "{{ doc.title }}\n"},
    {"s/templates/meny.html", "{% for e in site.menu(\"main\") %}{{ e.url }} {{ e.title }}\n{% endfor %}"},
    {"s/templates/termer.html",
     "{% for t in site.terms(\"topics\") %}{{ t.title }} {{ t.count }} {{ t.url }}\n{% endfor %}"},
    {"s/templates/amne.html", "{% for d in site.collection(\"topics/kultur\") %}{{ d.title }}\n{% endfor %}"},
    {"s/templates/om.html", "{% set d = site.document(\"text/content/news/ny.md\") %}{{ d.title if d }}\n"},
    {"s/templates/ord.html", "{{ \"content/news/a.md\"|url }}\n"},
    {"s/templates/blad.html", "{{ asset(\"/css/site.css\") }}\n"},
    {"s/templates/sort.html", "{{ \"-\" if site.params.extra is mapping else site.params.extra }}\n"},
    {"s/static/css/site.css", "p { color: red }\n"},
    {"s/data/extra.yaml", "path: /ett/\n"},
    {"s/scripts/10.lua", "local notis = require \"notis\"\n"
                         "notis.on(\"collect\", function(site, collect)\n"
                         "  collect:page { path = notis.data(\"data/extra.yaml\").path, template = \"extra.html\" }\n"
                         "end)\n"
                         "notis.on(\"page\", function(page) page.params.hooked = page.title end)\n"},
    {"s/content/news/a.md", "---\ntitle: A\nreport: r\n---\nSe [b](b.md#plats).\n"},
    {"s/content/news/a.en.md", "---\ntitle: A in English\nslug: a-en\n---\nText.\n"},
    {"s/content/news/utan.md", "---\ntitle: Utan\nreport: ingen\n---\nText.\n"},
    {"s/content/news/b.md", "---\ntitle: B\n---\n<a id=\"plats\"></a>Text.\n"},
    {"s/content/news/bilaga.pdf", "%PDF-1.4\n"},
    {"s/content/news/annan.pdf", "%PDF-1.4 annan\n"},
    {"s/content/report/r.en.md", "---\ntitle: R\ntopics: [kultur, zon]\n---\nText.\n"},
    {"s/content/report/a.md", "---\ntitle: RA\ntopics: [kultur, natur]\n---\nText.\n"},
    {"s/content/report/b.md", "---\ntitle: RB\ntopics: [kultur, natur]\n---\nText.\n"},
    {"s/content/report/c.md", "---\ntitle: RC\ntopics: [kultur, natur]\n---\nText.\n"},
    {"s/content/news/c.en.md", "---\ntitle: C\ntranslation_key: k\n---\n[Död](saknas.md)\n"},
    {"s/content/bild/a.md", "---\ntitle: Bild A\n---\nText.\n"},
    {"s/content/bild/b.md", "---\ntitle: Bild B\n---\nText.\n"},
    {"s/content/bild/c.md", "---\ntitle: Bild C\n---\nText.\n"},
    {"s/content/report/karta.gif", "GIF89a\x25\x01\x17\x01\x80\x01\x01"},
};

/* Gives a document the id of a text that may come. */
static const char taking[] = "require(\"notis\").on(\"collect\", function(site, collect)\n"
                             "  collect:document { id = \"text/content/news/tagen.md\", kind = \"report\", title = "
                             "\"Samlad\", slug = \"samlad\" }\n"
                             "end)\n";

typedef struct edit {
  nt_key_class cls;
  const char *name, *file;
  const char *from, *to; /* no `from`: the file is written anew */
  const char *script;    /* one more than the site has, or NULL */
} edit;

/* What is said, not what is published, changes with the faults of terms, anchors and texts that are held back. Two
 * names are not here, for others tell of the same: ":name" never changes without an id or a language, and "bytes:" is
 * asked only of a page whose own step holds. */
static const edit edits[] = {
    {NT_KEY_QUERY, "ref:", "s/content/report/r.md", NULL, "---\ntitle: R på svenska\n---\nText.\n"},
    {NT_KEY_QUERY, "menu:", "s/site.yaml", "weight: 1", "weight: 3"},
    {NT_KEY_QUERY, "terms:", "s/content/report/a.md", "natur]", "natur, ljud]"},
    {NT_KEY_QUERY, "term:", "s/content/report/a.md", "[kultur, natur]", "[natur]"},
    {NT_KEY_QUERY, "term-pages:", "s/site.yaml", "/amnen/{term}/", "/teman/{term}/"},
    {NT_KEY_QUERY, "term-faults:", "s/content/report/a.md", "natur]", "Natur]"},
    {NT_KEY_QUERY, "pages", "s/content/news/b.md", "title: B", "title: B\nslug: bb"},
    {NT_KEY_QUERY, "page:", "s/site.yaml", "title: Nyheter", "title: Nytt"},
    {NT_KEY_QUERY, "count:", "s/content/bild/d.md", NULL, "---\ntitle: Bild D\n---\nText.\n"},
    {NT_KEY_QUERY, "hooked:", "s/site.yaml", "/meny/ }", "/menyn/ }"},
    {NT_KEY_QUERY, "id:", "s/content/news/ny.md", NULL, "---\ntitle: Ny\n---\nText.\n"},
    {NT_KEY_QUERY, "item:", "s/content/news/tagen.md", NULL, "---\ntitle: Tagen\ndraft: true\n---\nText.\n", taking},
    {NT_KEY_QUERY, "assets", "s/static/ny.txt", NULL, "Ny fil.\n"},
    {NT_KEY_QUERY, "withheld", "s/content/news/utkast.md", NULL, "---\ntitle: U\ndraft: true\n---\n[b](annan.pdf)\n"},
    {NT_KEY_QUERY, "collected", "s/data/extra.yaml", "/ett/", "/tva/"},
    {NT_KEY_URL, "sv:", "s/content/news/a.md", "title: A", "title: A\nslug: aa"},
    {NT_KEY_URL, "b.md#plats", "s/content/news/b.md", "title: B", "title: B\nslug: bb"},
    {NT_KEY_URL, "file ", "s/content/report/b.md", "Text.", "![Karta](karta.gif)"},
    {NT_KEY_ASSET, "/css/", "s/static/css/site.css", "red", "tan"},
    {NT_KEY_ASSET, "s/content/report/", "s/content/report/karta.gif", NULL, "GIF89a\x26\x01\x18\x01\x80\x01\x01"},
    {NT_KEY_CONFIG, "menus", "s/site.yaml", "weight: 1", "weight: 3"},
    {NT_KEY_CONFIG, "pages", "s/site.yaml", "/meny/ }", "/menyn/ }"},
    {NT_KEY_CONFIG, "outputs", "s/site.yaml", "/sitemap.xml", "/karta.xml"},
    {NT_KEY_CONFIG, "redirects", "s/site.yaml", "/hit.html", "/dit.html"},
    {NT_KEY_CONFIG, "links", "s/site.yaml", "missing: warn", "missing: ignore"},
    {NT_KEY_CONFIG, "collections", "s/site.yaml", "title: Nyheter", "title: Nytt"},
    {NT_KEY_CONFIG, "taxonomies", "s/site.yaml", "/amnen/{term}/", "/teman/{term}/"},
    {NT_KEY_CONFIG, "kinds/", "s/kinds/news.yaml", "/nyheter/{slug}/", "/nytt/{slug}/"},
    {NT_KEY_CONFIG, "site/basics", "s/site.yaml", "{ name: English }", "{ name: English, path: /e/ }"},
    {NT_KEY_CONFIG, "type:", "s/site.yaml", "extra: { x: x }", "extra: x"},
    {NT_KEY_FIELD, ":links", "s/content/news/b.md", "Text.", "[bilaga](bilaga.pdf)"},
    {NT_KEY_FIELD, ":anchors", "s/content/news/b.md", "<a id=\"plats\"></a>", "Utan. "},
    {NT_KEY_FIELD, "file", "s/content/news/b.md", "title: B", "title: B\nfile: bilaga.pdf"},
    {NT_KEY_FIELD, "report", "s/content/news/utan.md", "report: ingen", "report: r"},
    {NT_KEY_FIELD, "aliases", "s/content/news/b.md", "title: B", "title: B\naliases: /gammal/"},
    {NT_KEY_FIELD, "translation_key", "s/content/news/a.md", "title: A", "title: A\ntranslation_key: k"},
    {NT_KEY_FIELD, "template", "s/content/news/b.md", "title: B", "title: B\ntemplate: other.html"},
    {NT_KEY_FIELD, "slug", "s/content/news/b.md", "title: B", "title: B\nslug: bb"},
    {NT_KEY_FIELD, "lang", "s/content/news/b.md", "title: B", "title: B\nlang: en"},
    {NT_KEY_FIELD, "kind", "s/content/news/b.md", "title: B", "title: B\nkind: report"},
};
enum { EDITS = sizeof edits / sizeof *edits };

static void said(const workspace *w, nt_buf *out) {
  for (size_t i = 0; i < w->site->diags.len; i++) {
    const nt_diag *d = &w->site->diags.items[i];
    nt_buf_format(out, "%.*s%.*s:%u:%u ", NT_FMT(d->where.file), NT_FMT(d->where.doc), d->where.line, d->where.column);
    nt_diag_message(d, NT_ENGLISH, out);
    nt_buf_byte(out, '\n');
  }
}

typedef struct outcome {
  uint64_t files, said;
} outcome;

static outcome outcome_of(workspace *w) {
  nt_buf text = {0};
  tree published = workspace_published(w);
  said(w, &text);
  outcome o = {tree_hash(&published), nt_hash_bytes(nt_buf_str(&text))};
  nt_buf_deinit(&text);
  tree_deinit(&published);
  return o;
}

static bool same(outcome a, outcome b) {
  return a.files == b.files && a.said == b.said;
}

static void make(workspace *w, const edit *e) {
  if (e->from)
    workspace_replace(w, e->file, e->from, e->to);
  else
    workspace_write(w, e->file, e->to);
}

typedef enum manner {
  CLEAN,    /* built with the edit made */
  SEEN,     /* by an engine that takes it in */
  RESTARTED /* by another engine that is opened after it */
} manner;

/* May the stamp of a file hide a change? Such a file is known by its bytes too, and what asks for it is made anew
 * by a later process, whatever was left out. */
static bool is_in_doubt(const nt_site *site) {
  bool doubt = false;
  for (size_t i = 0; i < site->records.slots.len; i++) doubt |= site->records.slots.items[i]->racy;
  for (size_t i = 0; i < site->inputs->assets.len; i++) doubt |= site->inputs->assets.items[i].racy;
  return doubt;
}

/* An engine looks until no file is too young, and leaves nothing behind. */
static void outlast_doubt(workspace *w) {
  static const char *const left[] = {".notis", "public"};
  char path[4096];
  workspace_open(w);
  while (is_in_doubt(w->site)) workspace_refresh(w);
  workspace_close(w);
  for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
    snprintf(path, sizeof path, "%s/%s", w->dir, left[i]);
    tree_delete(path);
  }
}

/* Before the edit and after it, with an engine that leaves the name out or one that does not. False if a restart finds
 * nothing of what was done before. */
static bool publish(const edit *e, bool ignored, manner way, outcome *before, outcome *after) {
  workspace w;
  feed f;
  feed_init(&f);
  workspace_init(&w, &f);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) workspace_write(&w, files[i][0], files[i][1]);
  if (e->script) workspace_write(&w, "s/scripts/20.lua", e->script);
  if (way == CLEAN) make(&w, e);
  if (way != CLEAN) outlast_doubt(&w);
  if (ignored) {
    w.options.ignored_keys = 1u << e->cls;
    w.options.ignored_name = nt_str_c(e->name);
  }
  w.options.allow_removals = true;
  workspace_open(&w);
  if (w.site->failed) workspace_print_diags(&w);
  assert_false(w.site->failed);
  *before = outcome_of(&w);
  if (way == RESTARTED) workspace_close(&w);
  if (way != CLEAN) make(&w, e);
  if (way == RESTARTED) workspace_open(&w);
  if (way == SEEN) workspace_refresh(&w);
  bool warm = way != RESTARTED || workspace_is_warm(&w);
  *after = outcome_of(&w);
  workspace_deinit(&w);
  feed_deinit(&f);
  return warm;
}

/* The plan and the answers to questions outlast no process, so what only they read is looked at whoever leaves it out.
 */
static bool is_made_anew(const edit *e) {
  static const char *const queries[] = {"terms:", "term:", "term-faults:", "assets", "withheld", "collected", NULL};
  static const char *const config[] = {"menus",       "pages",      "outputs", "redirects", "links",
                                       "collections", "taxonomies", "kinds/",  NULL};
  static const char *const fields[] = {":links",   ":anchors", "file", "report", "aliases", "translation_key",
                                       "template", "slug",     "lang", "kind",   NULL};
  const char *const *names = e->cls == NT_KEY_QUERY    ? queries
                             : e->cls == NT_KEY_CONFIG ? config
                             : e->cls == NT_KEY_FIELD  ? fields
                                                       : fields + 10;
  while (*names && strcmp(e->name, *names) != 0) names++;
  return *names;
}

static const char *fault_of(const edit *e, manner way) {
  outcome before, other, clean, full, without;
  publish(e, false, CLEAN, &other, &clean);
  bool warm = publish(e, false, way, &before, &full);
  if (!same(full, clean)) return "is not as a clean build";
  if (same(before, full)) return "changes nothing";
  if (!warm) return NULL;
  publish(e, true, way, &other, &without);
  bool seen = same(without, clean), anew = way == RESTARTED && is_made_anew(e);
  return seen == anew ? NULL : seen ? "is seen all the same" : "is missed after all";
}

static void test_names(manner way) {
  bool good = true;
  for (size_t i = 0; i < EDITS; i++) {
    const char *fault = fault_of(&edits[i], way);
    if (fault) print_error("%s %s: %s\n", nt_key_class_name(edits[i].cls), edits[i].name, fault);
    good &= !fault;
  }
  assert_true(good);
}

static void names_in_one_process(void **state) {
  test_names(SEEN);
}

static void names_over_restarts(void **state) {
  test_names(RESTARTED);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_in_one_process), cmocka_unit_test(names_over_restarts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
