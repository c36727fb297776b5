/* Where templates lead: URLs under a base path, menus, languages, terms, files, assets and words. */
#include "template_support.h"

static nt_value titled(stage *s, const char *title, const char *url) {
  nt_value map = nt_map_new(s->fake.arena);
  fake_put(&s->fake, &map, "title", nt_string(nt_str_c(title)));
  fake_put(&s->fake, &map, "url", nt_string(nt_str_c(url)));
  fake_put(&s->fake, &map, "current", nt_bool(false));
  return map;
}

static void add_languages(stage *s) {
  nt_value languages = nt_map_new(s->fake.arena);
  static const char *const codes[] = {"sv", "en", "se"}, *const names[] = {"Svenska", "English", ""};
  for (int i = 0; i < 3; i++) {
    nt_value language = nt_map_new(s->fake.arena);
    if (*names[i]) fake_put(&s->fake, &language, "name", nt_string(nt_str_c(names[i])));
    fake_put(&s->fake, &languages, codes[i], language);
  }
  fake_put(&s->fake, &s->fake.config, "languages", languages);
}

static void add_menu(stage *s, const char *base) {
  static const char *const paths[] = {"/", "/nyheter/", "/nyheter/arkiv/", "/nyheter-till-press/"};
  static const char *const titles[] = {"Start", "Nyheter", "Arkiv", "Press"};
  nt_value menu = nt_list_new(s->fake.arena);
  for (int i = 0; i < 4; i++) {
    nt_str url = nt_arena_format(s->fake.arena, "%s%s", base, paths[i]);
    nt_list_push(&menu, s->fake.arena, titled(s, titles[i], url.ptr));
  }
  nt_list_push(&menu, s->fake.arena, titled(s, "X", "https://x.example/nyheter/"));
  fake_put(&s->fake, &s->fake.menus, "main", menu);
}

/* A site at the host's root, or below a base path; the page is a document's, the second of a list. */
static void set_out(stage *s, const char *site_url, const char *base) {
  static nt_alternate alternates[] = {{{"sv", 2}, {"/nyheter/a/", 11}}, {{"en", 2}, {"/en/news/a/", 11}}};
  stage_begin(s, NULL);
  s->fake.reader.site_url = nt_str_c(site_url);
  s->page.url = NT_STR("/nyheter/a/");
  s->page.prev = NT_STR("/nyheter/");
  s->page.home = NT_STR("/nyheter/");
  s->page.alternates = alternates;
  s->page.alternate_count = 2;
  add_languages(s);
  add_menu(s, base);
  nt_value fields = nt_map_new(s->fake.arena), many = nt_list_new(s->fake.arena);
  fake_put(&s->fake, &fields, "report", nt_string(NT_STR("text/b.md")));
  nt_list_push(&many, s->fake.arena, nt_string(NT_STR("text/b.md")));
  nt_list_push(&many, s->fake.arena, nt_string(NT_STR("text/c.md")));
  fake_put(&s->fake, &fields, "related", many);
  fake_put(&s->fake, &fields, "nothing", nt_null());
  s->page.document = fake_add(&s->fake, "text/a.md", "news", fields, NULL, "/nyheter/a/");
  nt_value title = nt_map_new(s->fake.arena);
  fake_put(&s->fake, &title, "title", nt_string(NT_STR("Rapporten")));
  fake_add(&s->fake, "text/b.md", "report", title, NULL, "/rapporter/b/");
  fake_add_file(&s->fake, "karta å.png", "content/karta å.png", "png", "image/png", 1234, 640, 480, "/bas/k%20a.png");
  fake_add_file(&s->fake, "bilaga.pdf", "content/bilaga.pdf", "pdf", "application/pdf", 99, 0, 0, "");
  fake_put(&s->fake, &s->fake.words, "collection/nyheter", nt_string(NT_STR("/bas/nyheter/")));
  fake_put(&s->fake, &s->fake.words, "en:collection/nyheter", nt_string(NT_STR("/bas/en/news/")));
  fake_put(&s->fake, &s->fake.words, "asset:/css/site.css", nt_string(NT_STR("/bas/css/site.css?v=1&2")));
}

static void check_at(const char *site_url, const char *base, const char *text, const char *expected) {
  stage s;
  set_out(&s, site_url, base);
  fake_add_template(&s.fake, "main", 0, text);
  assert_page(&s, "main", expected);
  stage_end(&s);
}
static void check_based(const char *text, const char *expected) {
  check_at("https://exempel.test/bas", "/bas", text, expected);
}
static void check_rooted(const char *text, const char *expected) {
  check_at("https://exempel.test", "", text, expected);
}

static void urls_begin_with_the_base_path(void **state) {
  static const char text[] =
      "{{ doc.url }} {% set d = doc.url %}{{ d }} {{ page.url }} {{ page.prev }} [{{ page.next }}] "
      "{{ page.home }} {{ 'y' if page.next is none }}";
  check_based(text, "/bas/nyheter/a/ /bas/nyheter/a/ /bas/nyheter/a/ /bas/nyheter/ [] /bas/nyheter/ y");
  check_rooted(text, "/nyheter/a/ /nyheter/a/ /nyheter/a/ /nyheter/ [] /nyheter/ y");
}

static void absolute_takes_both(void **state) {
  check_based("{{ doc.url|absolute_url }} {{ '/om/'|absolute_url }} {{ 'b.png'|absolute_url }} {{ '#c'|absolute_url }}",
              "https://exempel.test/bas/nyheter/a/ https://exempel.test/bas/om/ "
              "https://exempel.test/bas/nyheter/a/b.png https://exempel.test/bas/nyheter/a/#c");
  check_rooted("{{ doc.url|absolute_url }} {{ '../b/'|absolute_url }} {{ 'tel:1'|absolute_url }}",
               "https://exempel.test/nyheter/a/ https://exempel.test/nyheter/b/ tel:1");
}

/* The start page is above everything, and so nobody is told that they are below it. */
static void menus_know_where_the_page_is(void **state) {
  static const char text[] = "{% for m in site.menu('main') %}{{ m.title }}{{ '=' if m.current }}{{ '!' if m.active }} "
                             "{{ m.url }};{% endfor %}";
  check_rooted(text, "Start /;Nyheter! /nyheter/;Arkiv /nyheter/arkiv/;Press /nyheter-till-press/;"
                     "X https://x.example/nyheter/;");
  check_based(text, "Start /bas/;Nyheter! /bas/nyheter/;Arkiv /bas/nyheter/arkiv/;Press /bas/nyheter-till-press/;"
                    "X https://x.example/nyheter/;");
  stage s;
  set_out(&s, "https://exempel.test", "");
  s.page.url = NT_STR("/nyheter/");
  fake_add_template(&s.fake, "main", 0,
                    "{% for m in site.menu('main') if m.current or m.active %}{{ m.title }}{% endfor %}");
  assert_page(&s, "main", "Nyheter");
  assert_true(fake_traced(&s.fake, "menu sv main"));
  stage_end(&s);
  check_rooted("[{% for m in site.menu('none') %}x{% endfor %}]{{ site.menu('none') is none }}", "[]true");
}

static void pages_know_their_languages(void **state) {
  static const char text[] =
      "{% for a in page.alternates %}{{ a.lang }} {{ a.name }} {{ a.url }} {{ a.current }};{% endfor %}";
  stage s;
  set_out(&s, "https://exempel.test/bas", "/bas");
  fake_add_template(&s.fake, "main", 0, text);
  assert_page(&s, "main", "sv Svenska /bas/nyheter/a/ true;en English /bas/en/news/a/ false;");
  assert_true(fake_traced(&s.fake, "config languages.en.name"));
  s.page.alternate_count = 0;
  assert_page(&s, "main", "");
  stage_end(&s);
  check_rooted("{% for l in site.languages %}{{ l.lang }} {{ l.name }};{% endfor %}", "sv Svenska;en English;se se;");
}

static void lists_say_what_they_are_of(void **state) {
  stage s;
  set_out(&s, "https://exempel.test", "");
  fake_add_template(&s.fake, "main", 0,
                    "{{ page.title or 'none' }} {{ page.taxonomy }}/{{ page.term }} {{ page.unlisted }} "
                    "{% for t in site.terms('topics') %}{{ t.title }} {{ t.count }} {{ t.url }};{% endfor %}"
                    "{{ site.terms('nosuch') is none }}");
  nt_value terms = nt_list_new(s.fake.arena), term = titled(&s, "Kultur & fritid", "/amnen/kultur/");
  fake_put(&s.fake, &term, "count", nt_int(3));
  nt_list_push(&terms, s.fake.arena, term);
  fake_put(&s.fake, &s.fake.terms, "topics", terms);
  assert_page(&s, "main", "none / false Kultur &amp; fritid 3 /amnen/kultur/;true");
  s.page.title = NT_STR("Kultur");
  s.page.taxonomy = NT_STR("topics");
  s.page.term = NT_STR("kultur");
  s.page.lang = NT_STR("en");
  s.page.unlisted = true;
  assert_page(&s, "main", "Kultur topics/kultur true Kultur &amp; fritid 3 /amnen/kultur/;true");
  assert_true(fake_traced(&s.fake, "terms en topics"));
  stage_end(&s);
}

static void files_have_facts(void **state) {
  check_based("{% set f = doc.file('karta å.png') %}{{ f.url }} {{ f.path }} {{ f.format }} {{ f.media }} {{ f.size }} "
              "{{ f.width }}x{{ f.height }}",
              "/bas/k%20a.png content/karta å.png png image/png 1234 640x480");
  check_based("{% set f = doc.file('bilaga.pdf') %}[{{ f.url }}{{ f.width }}]{{ f.url is none }}{{ f.height is none }}",
              "[]truetrue");
  check_based(
      "{{ doc.file('nosuch.pdf') is none }} {{ doc.file(doc.nothing) is none }} {{ doc.file(doc.nosuch) is none }}",
      "true true true");
}

static void fields_refer(void **state) {
  check_based("{% set r = doc.ref('report') %}{{ r.title }} {{ r.url }} {{ doc.ref('nothing') is none }} "
              "{{ doc.ref('nosuch') is none }}",
              "Rapporten /bas/rapporter/b/ true true");
  check_based("{% for r in doc.ref('related', 'report') %}{{ r.title }};{% endfor %}", "Rapporten;");
}

static void words_lead(void **state) {
  check_based("{{ 'collection/nyheter'|url }} {{ 'collection/nyheter'|url('en') }} [{{ doc.nothing|url }}]",
              "/bas/nyheter/ /bas/en/news/ []");
  check_based("{{ asset('/css/site.css') }}", "/bas/css/site.css?v=1&amp;2");
}

static void a_miss_is_at_its_own_place(void **state) {
  stage s;
  set_out(&s, "https://exempel.test", "");
  fake_add_template(&s.fake, "word", 0, "a\n <a href=\"{{ '/nosuch/'|url }}\">");
  assert_faults(&s, "word", "layer0/templates/word:2:25 plugin_message no such address");
  fake_add_template(&s.fake, "asset", 0, "a\n\n{{ asset('/css/nosuch.css') }}");
  assert_faults(&s, "asset", "layer0/templates/asset:3:4 template_no_asset /css/nosuch.css");
  stage_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(urls_begin_with_the_base_path),
      cmocka_unit_test(absolute_takes_both),
      cmocka_unit_test(menus_know_where_the_page_is),
      cmocka_unit_test(pages_know_their_languages),
      cmocka_unit_test(lists_say_what_they_are_of),
      cmocka_unit_test(files_have_facts),
      cmocka_unit_test(fields_refer),
      cmocka_unit_test(words_lead),
      cmocka_unit_test(a_miss_is_at_its_own_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
