/* Inputs that come, change and go while the engine runs: after each edit what is published is what a clean build
 * gives. What was looked for and not found counts as read. */
#include "fixture.h"
#include "newsroom.h"

#include <stdio.h>
#include <unistd.h>

enum { NEWS = 40 };

static int setup(void **state) {
  fixture *x = fixture_new(NULL, 0);
  newsroom_write(&x->w);
  newsroom_fill(&x->w, NEWS);
  x->w.options.allow_removals = true;
  workspace_open(&x->w);
  *state = x;
  return 0;
}

static void erase(workspace *w, const char *path) {
  char full[4096];
  snprintf(full, sizeof full, "%s/%s", w->dir, path);
  assert_int_equal(unlink(full), 0);
}

/* The edit shows on the page, and the rest is as it should be. */
static void check(workspace *w, const char *what, const char *page, const char *text) {
  workspace_refresh(w);
  char *bytes = workspace_page(w, page);
  if (!bytes || !strstr(bytes, text)) print_error("%s: %s is: %s\n", what, page, bytes ? bytes : "not there");
  assert_non_null(bytes);
  assert_non_null(strstr(bytes, text));
  free(bytes);
  workspace_assert_clean(w, what);
}

static void check_gone(workspace *w, const char *what, const char *page, const char *text) {
  workspace_refresh(w);
  char *bytes = workspace_page(w, page);
  assert_true(!bytes || !strstr(bytes, text));
  free(bytes);
  workspace_assert_clean(w, what);
}

/* ---- settings that every page leans on ---- */

static void test_basics(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/templates/own.html", "{{ \"/x/\" | absolute_url }} {{ \"2024-06-10T22:30:00Z\" }}\n");
  check(w, "an address in full", "sidor/own/index.html", "https://nyheter.example/x/");
  workspace_replace(w, "s/site.yaml", "https://nyheter.example/", "https://andra.example/bas/");
  check(w, "the site's address", "sidor/own/index.html", "https://andra.example/bas/");
  workspace_replace(w, "s/site.yaml", "Europe/Stockholm", "Pacific/Kiritimati");
  workspace_refresh(w);
  workspace_assert_clean(w, "the time zone");
  workspace_replace(w, "s/site.yaml", "{ sv: { name: Svenska } }", "{ en: { name: English } }");
  check(w, "the language", "nyheter/n007/index.html", "January 8, 2010");
}

/* ---- what leads about: each changes without the page itself being planned otherwise ---- */

static const char leading[] = "menus:\n  main:\n    mal: { to: collection/viktigt, weight: 1 }\n"
                              "    text: { to: content/t1/text-1.md, weight: 2 }\n"
                              "redirects: { /gammal/: content/t1/text-1.md }\n"
                              "params: { color: red, unread: 1 }\n";

static void test_leading(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_replace(w, "s/site.yaml", "params: { color: red, unread: 1 }\n", leading);
  workspace_write(w, "s/templates/own.html",
                  "{% for e in site.menu('main') %}{{ e.title }} {{ e.url }}\n{% endfor %}"
                  "{{ 'content/t2/text-2.md' | url }} {{ 'collection/viktigt' | url }}\n");
  check(w, "a menu", "sidor/own/index.html", "/viktigt/ /viktigt/\nText 1 /texter/text-1/\n/texter/text-2/ /viktigt/");
  workspace_replace(w, "s/content/t1/text-1.md", "title: Text 1", "title: Ett");
  check(w, "the title of what a menu leads to", "sidor/own/index.html", "\nEtt /texter/text-1/\n");
  workspace_replace(w, "s/content/t1/text-1.md", "title: Ett", "title: Ett\nslug: ett");
  check(w, "its address", "sidor/own/index.html", "\nEtt /texter/ett/\n");
  check(w, "and a redirect's", "gammal/index.html", "url=/texter/ett/");
  workspace_replace(w, "s/content/t2/text-2.md", "title: Text 2", "title: Text 2\nslug: tva");
  check(w, "the address of a word", "sidor/own/index.html", "\n/texter/tva/ /viktigt/");
  workspace_replace(w, "s/site.yaml", "path: /viktigt/", "path: /angeläget/");
  check(w, "the address of a list", "sidor/own/index.html", "/texter/tva/ /angeläget/");
  workspace_replace(w, "s/site.yaml", "weight: 2", "weight: 0");
  check(w, "an order", "sidor/own/index.html", "Ett /texter/ett/\n/angeläget/ /angeläget/\n");
  erase(w, "s/content/t1/text-1.md");
  check_gone(w, "no text", "sidor/own/index.html", "/texter/ett/");
  check_gone(w, "no redirect", "gammal/index.html", "url");
}

/* A place in a text, which a menu and a page lead to, comes and goes. */
static void test_places(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_replace(w, "s/site.yaml", "params: { color: red, unread: 1 }\n",
                    "menus: { main: { a: { to: content/t1/text-1.md#plats } } }\nparams: { color: red, unread: 1 }\n");
  workspace_write(w, "s/templates/own.html", "{% for e in site.menu('main') %}{{ e.url }}{% endfor %}");
  check_gone(w, "no such place", "sidor/own/index.html", "#plats");
  workspace_replace(w, "s/content/t1/text-1.md", "\n---\n", "\n---\n<b id=\"plats\">x</b>\n");
  check(w, "a place", "sidor/own/index.html", "/texter/text-1/#plats");
  workspace_write(w, "s/templates/own.html", "{{ 'content/t1/text-1.md#plats' | url }}");
  check(w, "a word", "sidor/own/index.html", "/texter/text-1/#plats");
  workspace_replace(w, "s/content/t1/text-1.md", "plats", "annat");
  workspace_refresh(w);
  assert_int_equal(workspace_count_diags(w, NT_MSG_link_no_anchor), 2); /* for the menu, and for the page */
  workspace_replace(w, "s/content/t1/text-1.md", "annat", "platt");
  workspace_refresh(w);
  assert_int_equal(workspace_count_diags(w, NT_MSG_link_no_anchor_near), 2); /* another hint */
  workspace_replace(w, "s/content/t1/text-1.md", "platt", "plats");
  check(w, "and back", "sidor/own/index.html", "/texter/text-1/#plats");
}

static void test_collections(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_replace(w, "s/site.yaml", "per_page: 20", "per_page: 7");
  check(w, "the length of a list", "nyheter/sida/6/index.html", "6/6");
  workspace_replace(w, "s/site.yaml", "sort: [-date, title]", "sort: [title]");
  workspace_refresh(w);
  workspace_assert_clean(w, "the order of a list");
  workspace_replace(w, "s/site.yaml", "topic: viktigt }", "topic: annat }");
  check(w, "a list's condition", "viktigt/index.html", "n001");
  workspace_replace(w, "s/site.yaml", "path: /viktigt/", "path: /annat/");
  check(w, "a list's path", "annat/index.html", "n001");
}

static void test_kinds(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_replace(w, "s/kinds/page.yaml", "/sidor/{slug}/", "/p/{slug}/");
  check(w, "a permalink", "p/linker/index.html", "/p/goal/");
  workspace_replace(w, "s/kinds/page.yaml", "template: page.html", "template: lead.html");
  check(w, "a kind's template", "p/goal/index.html", "<p></p>");
  workspace_replace(w, "s/kinds/page.yaml", "  lead:  { type: text }", "  lead:  { type: text, required: true }");
  workspace_refresh(w);
  assert_int_equal(nt_atomic_get(&w->site->counters.withheld), 2 + NEWSROOM_MARKED); /* those without a lead */
  workspace_replace(w, "s/kinds/page.yaml", ", required: true }\n  mark", " }\n  mark");
  workspace_refresh(w);
  assert_int_equal(nt_atomic_get(&w->site->counters.withheld), 0);
  workspace_assert_clean(w, "a rule and back");
}

/* ---- scripts that come and go ---- */

static void test_page_hook(void **state) {
  workspace *w = &((fixture *)*state)->w;
  static const char head[] = "local notis = require \"notis\"\nnotis.on(\"page\", function(page)";
  char hook[256];
  workspace_write(w, "s/templates/own.html", "<p>{{ page.params.extra }}</p>\n");
  workspace_refresh(w);
  snprintf(hook, sizeof hook, "%s page.params.extra = \"ett\" end)\n", head);
  workspace_write(w, "s/scripts/60-page.lua", hook);
  check(w, "a page hook", "sidor/own/index.html", "ett");
  snprintf(hook, sizeof hook, "%s page.params.extra = \"två\" end)\n", head);
  workspace_write(w, "s/scripts/60-page.lua", hook);
  check(w, "another page hook", "sidor/own/index.html", "två");
  erase(w, "s/scripts/60-page.lua");
  check_gone(w, "no page hook", "sidor/own/index.html", "två");
}

/* An output hook that shows what only a page hook knows. */
static void test_output_hook(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/scripts/70-output.lua",
                  "local notis = require \"notis\"\nnotis.on(\"output\", function(page, bytes)\n"
                  "  return bytes .. \"<!-- \" .. tostring(page.params.extra) .. \" -->\\n\"\nend)\n");
  check(w, "an output hook", "sidor/own/index.html", "<!-- nil -->");
  workspace_write(w, "s/scripts/60-page.lua",
                  "local notis = require \"notis\"\nnotis.on(\"page\", function(page) page.params.extra = 1 end)\n");
  check(w, "what it reads", "sidor/own/index.html", "<!-- 1 -->");
  workspace_replace(w, "s/scripts/60-page.lua", "extra = 1", "extra = 2");
  check(w, "what it reads, changed", "sidor/own/index.html", "<!-- 2 -->");
  erase(w, "s/scripts/70-output.lua");
  check_gone(w, "no output hook", "sidor/own/index.html", "<!--");
}

static void test_derived(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/kinds/slip.yaml",
                  "label: Lapp\npermalink: /lappar/{slug}/\ntemplate: note.html\noutputs: [html]\n"
                  "fields:\n  title: { type: text, required: true }\n  stamp: { type: text }\n");
  workspace_write(
      w, "s/scripts/60-derive.lua",
      "local notis = require \"notis\"\nnotis.on(\"document\", { kind = \"text\" }, function(doc)\n"
      "  doc:derive(\"lapp\", { kind = \"slip\", title = \"Om \" .. doc.title, slug = \"om-\" .. doc.title:sub(6) })\n"
      "end)\n");
  check(w, "derived documents", "lappar/om-4/index.html", "Om Text 4");
  workspace_replace(w, "s/kinds/slip.yaml", "stamp: { type: text }", "stamp: { type: text, default: Ny }");
  check(w, "their kind", "lappar/om-4/index.html", "Om Text 4 Ny");
  workspace_replace(w, "s/content/t1/text-4.md", "Text 4", "Text fyra");
  check(w, "their parent", "lappar/om-fyra/index.html", "Om Text fyra");
  erase(w, "s/content/t1/text-4.md");
  check_gone(w, "no parent", "lappar/om-fyra/index.html", "Om");
  erase(w, "s/scripts/60-derive.lua");
  check_gone(w, "no hook", "lappar/om-5/index.html", "Om");
}

/* Collect hooks see what there is before they run, also the second time. */
static void test_collect(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/scripts/60-sum.lua",
                  "local notis = require \"notis\"\nnotis.on(\"collect\", function(site, collect)\n"
                  "  local again = site:document(\"sum\") and \"again\" or \"first\"\n"
                  "  local doc = site:document(\"feed/n001\")\n"
                  "  local count = site:documents():where{ kind = \"note\" }:count()\n"
                  "  collect:document { id = \"sum\", kind = \"note\", slug = \"sum\", stamp = \"S\",\n"
                  "    title = again .. \" \" .. count .. \" \" .. (doc and doc.title or \"none\") }\n"
                  "  collect:redirect(\"/gammal/\", \"/notiser/sum/\")\n"
                  "  collect:collection(\"noter\", { kind = \"note\", sort = \"title\", path = \"/noter/\", template = "
                  "\"list.html\" })\n"
                  "end)\n");
  check(w, "a collect hook", "notiser/sum/index.html", "first 5 Ögon 001 S");
  check(w, "once more", "notiser/sum/index.html", "first 5 Ögon 001 S");
  feed_put(w->feed, "news", "n001", "---\ntitle: Öppet 001\ndate: 2010-01-02\nslug: n001\n---\nText.\n");
  feed_send(&w->port, "news", &(feed_word){FEED_UPSERT, "n001"}, 1);
  check(w, "what it read", "noter/index.html", "first 5 Öppet 001");
  erase(w, "s/scripts/60-sum.lua");
  check_gone(w, "no collect hook", "noter/index.html", "first");
  char *redirect = workspace_page(w, "gammal/index.html");
  assert_null(redirect);
}

static void test_module(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/scripts/lib/stamps.lua", "return { note = \"ur modul\" }\n");
  workspace_write(w, "s/scripts/20-note.lua",
                  "local notis = require \"notis\"\nlocal stamps = require \"stamps\"\n"
                  "notis.on(\"document\", { kind = \"note\" }, function(doc)\n"
                  "  doc.stamp = stamps.note\nend)\n");
  check(w, "a module", "notiser/n1/index.html", "ur modul");
  workspace_replace(w, "s/scripts/lib/stamps.lua", "ur modul", "ur annan");
  check(w, "another module", "notiser/n1/index.html", "ur annan");
}

/* ---- what was not there ---- */

static void test_absent(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/templates/own.html",
                  "{% include \"part.html\" ignore missing %}[{{ \"later\" | t }}][{{ site.params.later }}]\n");
  workspace_refresh(w);
  workspace_write(w, "s/templates/part.html", "del\n");
  check(w, "a template that was missing", "sidor/own/index.html", "del");
  workspace_replace(w, "s/i18n/sv.yaml", "more:", "later: Senare\nmore:");
  check(w, "a message that was missing", "sidor/own/index.html", "[Senare]");
  workspace_replace(w, "s/site.yaml", "color: red", "color: red, later: nu");
  check(w, "a setting that was missing", "sidor/own/index.html", "[nu]");
  erase(w, "s/templates/part.html");
  check_gone(w, "and gone again", "sidor/own/index.html", "del");
  feed_put(w->feed, "pages", "linker", "---\ntitle: Länk\nslug: linker\n---\n-> annan Dit\n");
  feed_send(&w->port, "pages", &(feed_word){FEED_UPSERT, "linker"}, 1);
  workspace_refresh(w);
  feed_put(w->feed, "pages", "annan", "---\ntitle: Annan\nslug: annan\n---\n");
  feed_send(&w->port, "pages", &(feed_word){FEED_UPSERT, "annan"}, 1);
  check(w, "a goal that was missing", "sidor/linker/index.html", "/sidor/annan/");
}

static void test_assets(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_write(w, "s/static/css/a.css", "a {}\n");
  check(w, "a file", "css/a.css", "a {}");
  workspace_write(w, "s/static/css/a.css", "b {} \n");
  check(w, "a file, changed", "css/a.css", "b {}");
  erase(w, "s/static/css/a.css");
  check_gone(w, "no file", "css/a.css", "b");
}

/* ---- what does not load ---- */

static void test_broken(void **state) {
  workspace *w = &((fixture *)*state)->w;
  tree before = workspace_published(w);
  static const char *const breaks[][3] = {{"s/scripts/20-note.lua", "local", "locl"},
                                          {"s/site.yaml", "title:", "titel:"},
                                          {"s/kinds/note.yaml", "fields:", "felds:"},
                                          {"s/scripts/30-start.lua", "newest = {}", "newest = nil + 1"}};
  for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
    workspace_replace(w, breaks[i][0], breaks[i][1], breaks[i][2]);
    workspace_refresh(w);
    assert_true(w->site->failed);
    tree after = workspace_published(w);
    assert_int_equal(tree_difference(&before, &after).len, 0);
    tree_deinit(&after);
    workspace_replace(w, breaks[i][0], breaks[i][2], breaks[i][1]);
    workspace_refresh(w);
    workspace_assert_clean(w, breaks[i][0]);
  }
  tree_deinit(&before);
}

/* What failed is tried again at the next news, though the file that is told of is as it was. */
static void test_mended(void **state) {
  workspace *w = &((fixture *)*state)->w;
  char public[4200], away[4200];
  snprintf(public, sizeof public, "%s/public", w->dir);
  snprintf(away, sizeof away, "%s/away", w->dir);
  assert_int_equal(rename(public, away), 0);
  workspace_write(w, "public", "No folder.\n");
  workspace_write(w, "s/content/t1/text-4.md", "---\ntitle: Annan\n---\nNy text.\n");
  nt_site_told(w->site, NT_STR("s"), NT_STR("content/t1/text-4.md"), false);
  nt_engine_settle(w->engine);
  assert_true(w->site->failed);
  assert_int_equal(unlink(public), 0);
  assert_int_equal(rename(away, public), 0);
  nt_site_told(w->site, NT_STR("s"), NT_STR("content/t1/text-5.md"), false);
  nt_engine_settle(w->engine);
  workspace_assert_clean(w, "mended");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)
  const struct CMUnitTest tests[] = {
      TEST(test_basics),    TEST(test_leading),     TEST(test_places),  TEST(test_collections), TEST(test_kinds),
      TEST(test_page_hook), TEST(test_output_hook), TEST(test_derived), TEST(test_collect),     TEST(test_module),
      TEST(test_absent),    TEST(test_assets),      TEST(test_broken),  TEST(test_mended)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
