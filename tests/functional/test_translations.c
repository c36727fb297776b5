/* Texts in several languages: where they are published, which are translations of each other, and that a change of one
 * is seen on the other's page. */
#include "fixture.h"

#include <stdio.h>
#include <unistd.h>

static int setup(void **state) {
  fixture *x = fixture_new(NULL, 0);
  workspace *w = &x->w;
  workspace_write(w, "s/site.yaml",
                  "title: T\nurl: https://t.example/\n"
                  "languages: { sv: { name: Svenska }, en: { name: English, path: /english/ }, se: { name: Sámi } }\n"
                  "sources:\n"
                  "  text: { use: source_markdown, path: content, match: \"**/*.md\" }\n"
                  "  more: { use: source_markdown, path: texts/en, match: \"**/*.md\" }\n"
                  "  sami: { use: source_markdown, path: sami, match: \"**/*.md\", lang: se }\n"
                  "collections:\n  alla: { kind: [article, news], sort: [id], path: /alla/, template: list.html }\n");
  workspace_write(w, "s/kinds/news.yaml",
                  "permalink: { sv: '/nyheter/{path}/', en: '/news/{path}/' }\noutputs: [html]\ntemplate: page.html\n"
                  "fields:\n  title: { type: text }\n");
  static const char page[] = "{{ page.lang }} {{ doc.lang }} {{ doc.title }}\n"
                             "{% for a in page.alternates if not a.current %}"
                             "<a hreflang=\"{{ a.lang }}\" href=\"{{ a.url }}\">{{ a.name }}</a>{% endfor %}\n";
  workspace_write(w, "s/templates/page.html", page);
  workspace_write(w, "s/templates/article.html", page);
  workspace_write(w, "s/templates/list.html", "{% for d in documents %}{{ d.id }}\n{% endfor %}\n");
  workspace_write(w, "s/texts/en/utkast.md", "---\ndraft: true\n---\n"); /* the folders are there */
  workspace_write(w, "s/sami/utkast.md", "---\ndraft: true\n---\n");
  w->options.allow_removals = true;
  *state = x;
  return 0;
}

static void put(workspace *w, const char *path, const char *fields) {
  char text[512], full[256];
  snprintf(text, sizeof text, "---\ntitle: %s\n%s---\nText.\n", path, fields);
  snprintf(full, sizeof full, "s/%s", path);
  workspace_write(w, full, text);
}

static void check_page(workspace *w, const char *path, const char *expected) {
  char *bytes = workspace_page(w, path);
  if (!bytes) workspace_print_diags(w);
  if (!bytes || !strstr(bytes, expected)) fail_msg("%s: %s", path, bytes ? bytes : "not there");
  free(bytes);
}

/* The alternates of a page: "sv=/om/ en=/english/om/". */
static void check_alternates(workspace *w, const char *path, const char *expected) {
  const nt_page_record *record = nt_plan_page(&w->site->plan, nt_str_c(path));
  nt_buf out = {0};
  assert_non_null(record);
  for (size_t i = 0; i < record->page.alternate_count; i++) {
    const nt_alternate *a = &record->page.alternates[i];
    nt_buf_format(&out, "%s%.*s=%.*s", i ? " " : "", NT_FMT(a->lang), NT_FMT(a->url));
  }
  nt_buf_byte(&out, '\0');
  if (strcmp(out.ptr, expected) != 0) fail_msg("%s: %s, not %s", path, out.ptr, expected);
  nt_buf_deinit(&out);
}

static void test_addresses(void **state) {
  workspace *w = &((fixture *)*state)->w;
  put(w, "content/om.md", "");
  put(w, "content/om.en.md", "");
  put(w, "content/se/om.md", "");
  put(w, "content/news/a.md", "");
  put(w, "content/en/news/a.md", "");
  put(w, "content/news/en/b.md", "");
  put(w, "content/news/c.se.md", "");
  put(w, "content/egen.md", "lang: en\n");
  put(w, "texts/en/hela.md", "");
  put(w, "texts/en/hel.sv.md", "");
  put(w, "sami/okta.md", "");
  workspace_open(w);
  check_page(w, "om/index.html", "sv sv content/om.md");
  check_page(w, "english/om/index.html", "en en content/om.en.md");
  check_page(w, "se/om/index.html", "se se content/se/om.md");
  check_page(w, "nyheter/news/a/index.html", "sv sv");
  check_page(w, "english/news/news/a/index.html",
             "en en content/en/news/a.md"); /* the folder after the language's is its kind */
  check_page(w, "english/news/news/b/index.html", "en en");
  check_page(w, "se/nyheter/news/c/index.html", "se se"); /* no permalink of its own: the first */
  check_page(w, "english/egen/index.html", "en en");
  check_page(w, "english/hela/index.html", "en en"); /* of the folder that the source reads */
  check_page(w, "hel/index.html", "sv sv");
  check_page(w, "se/okta/index.html", "se se"); /* as its source says */
  assert_int_equal(w->site->diags.len, 0);
}

static void test_groups(void **state) {
  workspace *w = &((fixture *)*state)->w;
  put(w, "content/om.md", "");
  put(w, "content/om.en.md", "");
  put(w, "content/se/om.md", "");
  put(w, "content/ensam.md", "");
  put(w, "content/start.md", "translation_key: first\n");
  put(w, "content/hello.md", "lang: en\ntranslation_key: first\n");
  put(w, "content/sida.md", "translation_key: nobody-else\n"); /* says nothing: the path counts */
  put(w, "content/sida.en.md", "");
  put(w, "content/x/a.md", "translation_key: x1\n"); /* keys go before paths */
  put(w, "content/x/a.en.md", "translation_key: x2\nslug: a2\n");
  put(w, "content/x/b.md", "translation_key: x2\n");
  put(w, "content/x/b.en.md", "translation_key: x1\nslug: b1\n");
  workspace_open(w);
  assert_int_equal(w->site->diags.len, 0);
  const char *three = "sv=/om/ en=/english/om/ se=/se/om/";
  check_alternates(w, "om/index.html", three);
  check_alternates(w, "english/om/index.html", three);
  check_alternates(w, "se/om/index.html", three);
  check_page(w, "om/index.html",
             "<a hreflang=\"en\" href=\"/english/om/\">English</a>"
             "<a hreflang=\"se\" href=\"/se/om/\">Sámi</a>");
  check_alternates(w, "ensam/index.html", "sv=/ensam/");
  check_alternates(w, "start/index.html", "sv=/start/ en=/english/hello/");
  check_alternates(w, "english/sida/index.html", "sv=/sida/ en=/english/sida/");
  check_alternates(w, "a/index.html", "sv=/a/ en=/english/b1/");
  check_alternates(w, "b/index.html", "sv=/b/ en=/english/a2/");
}

static void test_two_in_one_language(void **state) {
  workspace *w = &((fixture *)*state)->w;
  put(w, "content/a.md", "translation_key: k\n");
  put(w, "content/b.md", "translation_key: k\n");
  put(w, "content/c.md", "lang: en\ntranslation_key: k\n");
  workspace_open(w);
  assert_false(w->site->failed);
  assert_int_equal(w->site->diags.errors, 0);
  assert_int_equal(w->site->diags.len, 1);
  const nt_diag *d = &w->site->diags.items[0];
  assert_int_equal(d->code, NT_MSG_translation_twice);
  assert_true(nt_str_eq(d->where.file, NT_STR("s/content/b.md")));
  check_alternates(w, "english/c/index.html", "sv=/a/ en=/english/c/");
  check_alternates(w, "a/index.html", "sv=/a/ en=/english/c/");
  check_alternates(w, "b/index.html", "");
}

/* Each edit is seen on the page of a text that was not touched. */
static void test_edits(void **state) {
  workspace *w = &((fixture *)*state)->w;
  const char *page = "om/index.html";
  put(w, "content/om.md", "");
  put(w, "content/about.md", "lang: en\n");
  workspace_open(w);
  check_alternates(w, page, "sv=/om/");
  static const struct {
    const char *about; /* NULL: the file goes */
    const char *expected;
  } edits[] = {{"lang: en\ntranslation_key: k\n", "sv=/om/"},
               {"lang: se\n", "sv=/om/"},
               {NULL, "sv=/om/"},
               {"lang: en\n", "sv=/om/"}};
  for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
    if (edits[i].about)
      put(w, "content/about.md", edits[i].about);
    else
      workspace_write(w, "s/content/about.md", "---\ntitle: A\ndraft: true\n---\n");
    workspace_refresh(w);
    check_alternates(w, page, edits[i].expected);
    workspace_assert_clean(w, "no translation");
  }
  put(w, "content/om.md", "translation_key: k\n");
  put(w, "content/about.md", "lang: en\ntranslation_key: k\n");
  workspace_refresh(w);
  check_alternates(w, page, "sv=/om/ en=/english/about/");
  static const struct {
    const char *about, *expected;
  } more[] = {{"lang: se\ntranslation_key: k\n", "sv=/om/ se=/se/about/"},
              {"lang: se\ntranslation_key: k\nslug: birra\n", "sv=/om/ se=/se/birra/"},
              {"lang: se\ntranslation_key: other\n", "sv=/om/"},
              {"lang: en\ntranslation_key: k\n", "sv=/om/ en=/english/about/"},
              {"lang: en\ntranslation_key: k\ndraft: true\n", "sv=/om/"},
              {"lang: en\ntranslation_key: k\nembargo: 2024-06-20 12:00\n", "sv=/om/"}};
  for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
    put(w, "content/about.md", more[i].about);
    workspace_mark(w);
    workspace_refresh(w);
    check_alternates(w, page, more[i].expected);
    if (i != 5 && workspace_ran(w, NT_STEP_RENDER) < 1) fail_msg("edit %zu: the other page was not made anew", i);
    workspace_assert_clean(w, "a translation");
  }
  nt_engine_set_time(w->engine, june(20));
  workspace_mark(w);
  workspace_refresh(w);
  check_alternates(w, page, "sv=/om/ en=/english/about/");
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), 4); /* its page, the other's, and a list in each language */
  workspace_assert_clean(w, "the embargo is over");
}

/* The site comes to have a language, and loses it. */
static void test_languages_change(void **state) {
  workspace *w = &((fixture *)*state)->w;
  put(w, "content/om.md", "");
  put(w, "content/om.fi.md", "");
  workspace_open(w);
  check_page(w, "om-fi/index.html", "sv sv");
  workspace_replace(w, "s/site.yaml", "se: {", "fi: { name: suomi }, se: {");
  workspace_refresh(w);
  check_page(w, "fi/om/index.html", "fi fi");
  check_alternates(w, "om/index.html", "sv=/om/ fi=/fi/om/");
  workspace_assert_clean(w, "Finnish");
  workspace_replace(w, "s/site.yaml", "fi: { name: suomi }", "fi: { name: suomi, path: /suomi/ }");
  workspace_refresh(w);
  check_alternates(w, "om/index.html", "sv=/om/ fi=/suomi/om/");
  workspace_assert_clean(w, "at another path");
  workspace_replace(w, "s/site.yaml", "fi: { name: suomi, path: /suomi/ }, ", "");
  workspace_refresh(w);
  check_alternates(w, "om/index.html", "sv=/om/");
  workspace_assert_clean(w, "no Finnish");
}

/* The language of the source itself changes: its texts move. */
static void test_source_changes(void **state) {
  workspace *w = &((fixture *)*state)->w;
  put(w, "sami/okta.md", "");
  workspace_open(w);
  check_page(w, "se/okta/index.html", "se se");
  workspace_replace(w, "s/site.yaml", "lang: se }", "lang: en }");
  workspace_refresh(w);
  check_page(w, "english/okta/index.html", "en en");
  workspace_assert_clean(w, "in English");
  workspace_replace(w, "s/site.yaml", "lang: en }", "lang: tlh }");
  workspace_refresh(w);
  assert_int_equal(workspace_count_diags(w, NT_MSG_lang_unknown), 1);
  assert_true(w->site->failed);
}

/* Hooks may set the language, and add documents in one: only such as the site has. */
static void test_hooks(void **state) {
  workspace *w = &((fixture *)*state)->w;
  for (int n = 0; n < 8; n++) {
    char path[64];
    snprintf(path, sizeof path, "content/t%d.md", n);
    put(w, path, "");
  }
  put(w, "content/om.md", "to: en\n");
  put(w, "content/de.md", "to: de\n");
  workspace_write(w, "s/scripts/10.lua",
                  "local notis = require \"notis\"\n"
                  "notis.on(\"document\", function(doc)\n"
                  "  if doc.to then doc.lang = doc.to end\n"
                  "  if doc.to == \"en\" then doc:derive(\"a\", { title = \"D\", slug = \"d\" }) end\n"
                  "end)\n"
                  "notis.on(\"collect\", function(site, collect)\n"
                  "  collect:document { id = \"x\", kind = \"article\", lang = \"se\", title = \"X\", slug = \"x\" }\n"
                  "  collect:document { id = \"y\", kind = \"article\", lang = \"de\", title = \"Y\", slug = \"y\" }\n"
                  "end)\n");
  workspace_open(w);
  check_page(w, "english/om/index.html", "en en");
  check_page(w, "english/d/index.html", "en en D");
  check_page(w, "se/x/index.html", "se se X");
  assert_int_equal(workspace_count_diags(w, NT_MSG_lang_unknown), 2);
  assert_null(workspace_page(w, "de/de/index.html"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(test_addresses), TEST(test_groups),           TEST(test_two_in_one_language),
                                     TEST(test_edits),     TEST(test_languages_change), TEST(test_source_changes),
                                     TEST(test_hooks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
