/* Renders: documents, scripts, inheritance between layers, what is traced, limits. */
#include "template_support.h"

#include "model/nodecode.h"

#include <pthread.h>

static nt_node *paragraph(nt_arena *arena, const char *text, const char *href) {
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT), *p = nt_node_new(arena, NOTIS_NODE_PARAGRAPH);
  nt_node *link = nt_node_new(arena, NOTIS_NODE_LINK), *t = nt_node_new(arena, NOTIS_NODE_TEXT);
  t->text = nt_str_c(text);
  link->text = nt_str_c(href);
  nt_node_append(root, p);
  nt_node_append(p, link);
  nt_node_append(link, t);
  return root;
}

static void add_news(stage *s) {
  nt_arena *arena = s->fake.arena;
  nt_value fields = nt_map_new(arena), topics = nt_list_new(arena);
  nt_buf lead = {0};
  nt_node_encode(paragraph(arena, "Ingress <1>", "text/b.md"), &lead);
  nt_list_push(&topics, arena, nt_string(NT_STR("Kultur & fritid")));
  nt_list_push(&topics, arena, nt_string(NT_STR("Vård")));
  fake_put(&s->fake, &fields, "title", nt_string(NT_STR("Å \"A\" & <b>'c'</b>")));
  fake_put(&s->fake, &fields, "lead", nt_markup(nt_arena_str(arena, nt_buf_str(&lead))));
  fake_put(&s->fake, &fields, "date", nt_timestamp((nt_time){.seconds = 1712700000, .date_only = 1}));
  fake_put(&s->fake, &fields, "size", nt_int(1234567));
  fake_put(&s->fake, &fields, "share", nt_float(0.12));
  fake_put(&s->fake, &fields, "image", nt_null());
  fake_put(&s->fake, &fields, "topics", topics);
  nt_buf_deinit(&lead);
  s->page.document =
      fake_add(&s->fake, "text/a.md", "news", fields, paragraph(arena, "Brödtext", "x&y"), "/nyheter/a/");
  fields = nt_map_new(arena);
  fake_put(&s->fake, &fields, "title", nt_string(NT_STR("B")));
  fake_put(&s->fake, &fields, "date", nt_timestamp((nt_time){.seconds = 1612700000, .date_only = 1}));
  fake_add(&s->fake, "text/b.md", "report", fields, NULL, "/b/");
}

static void check_news(const char *text, const char *expected) {
  stage s;
  stage_begin(&s, NULL);
  add_news(&s);
  fake_put(&s.fake, &s.fake.config, "title", nt_string(NT_STR("Region & co")));
  fake_put(&s.fake, &s.fake.messages, "read", nt_string(NT_STR("Läs {title} av {who} {")));
  fake_put(&s.fake, &s.page.params, "color", nt_string(NT_STR("blå")));
  fake_add_template(&s.fake, "main", 0, text);
  assert_page(&s, "main", expected);
  stage_end(&s);
}

static void documents_are_read_and_escaped(void **state) {
  check_news("{{ doc.title }}", "Å &quot;A&quot; &amp; &lt;b&gt;&#39;c&#39;&lt;/b&gt;");
  check_news("{% set t = doc.title %}{{ t }}", "Å &quot;A&quot; &amp; &lt;b&gt;&#39;c&#39;&lt;/b&gt;");
  check_news("{{ doc.title|safe }}", "Å \"A\" & <b>'c'</b>");
  check_news("{{ doc.url }} {{ doc.kind }} {{ doc.id }} {{ page.url }} {{ page.params.color }} {{ site.title }}",
             "/nyheter/a/ news text/a.md /a/ blå Region &amp; co");
  check_news("[{{ doc.image }}{{ doc.nosuch }}{{ doc.image.alt }}]", "[]");
  check_news("{{ doc.size }} {{ doc.share }} {{ doc.date }}", "1234567 0.12 2024-04-09");
  check_news("{% for t in doc.topics %}{{ loop.index }}{{ t }};{% endfor %}{{ doc.topics[1] }} {{ doc.topics|length }}",
             "1Kultur &amp; fritid;2Vård;Vård 2");
  check_news("{% for x in doc.image %}x{% else %}none{% endfor %}", "none");
  check_news("{{ doc.topics|join(', ') }} {{ 'y' if 'Vård' in doc.topics }} {{ doc.topics|first }}",
             "Kultur &amp; fritid, Vård y Kultur &amp; fritid");
  check_news("{{ doc.date.year }} {{ 'new' if doc.date > site.documents().limit(2)[1].date }}", "2024 new");
}

/* Markup is safe HTML; a link to a file of the site leads to its page. */
static void markup_is_html(void **state) {
  check_news("{{ doc.lead }}", "<p><a href=\"/b/\">Ingress &lt;1&gt;</a></p>\n");
  check_news("{{ doc.body }}", "<p><a href=\"x&amp;y\">Brödtext</a></p>\n");
  check_news("{% set b = doc.body %}{{ b }}", "<p><a href=\"x&amp;y\">Brödtext</a></p>\n");
  check_news("{{ doc.lead|striptags }} {{ doc.lead|length }} {{ doc.lead|upper }}",
             "Ingress &lt;1&gt; 11 INGRESS &lt;1&gt;");
  check_news("{{ doc.body ~ '<' }}", "<p><a href=\"x&amp;y\">Brödtext</a></p>\n&lt;");
  check_news("{{ 'y' if doc.lead }}{{ 'y' if doc.body }}", "yy");
}

static void formats_follow_the_language(void **state) {
  check_news("{{ doc.date|date }} {{ doc.date|date('iso') }} {{ '2024-01-02'|date('short') }}",
             "9 april 2024 2024-04-09 2024-01-02");
  check_news("{{ doc.size|number }} {{ 2.5|number(2) }} {{ doc.share|percent }} {{ 3355443|filesize }}",
             "1\xC2\xA0"
             "234\xC2\xA0"
             "567 2,50 12\xC2\xA0% 3,2\xC2\xA0MB");
  check_news("[{{ doc.image|date }}{{ doc.nosuch|number }}{{ none|percent }}{{ none|filesize }}]", "[]");
  check_news("{{ 'Västerbottens mål'|slug }} {{ 'a'|absolute_url }} {{ '/b/'|absolute_url }} {{ '#c'|absolute_url }}",
             "vasterbottens-mal https://exempel.test/a/a https://exempel.test/b/ https://exempel.test/a/#c");
  check_news("{{ 'https://x.se/y'|absolute_url }} {{ '//x.se/y'|absolute_url }} {{ 'mailto:a@b.se'|absolute_url }}",
             "https://x.se/y https://x.se/y mailto:a@b.se");
  check_news("{{ 'read'|t(title='<T>', who=5) }} {{ t('read') }}", "Läs &lt;T&gt; av 5 { Läs {title} av {who} {");
  check_news("{{ ['zebra', 'ål', 'äpple', 'Öl', 'apa']|sort|join(' ') }}", "apa zebra ål äpple Öl");
  check_news("{{ {'a': doc.date, 'l': [1, none]}|json }}", "{\"a\":\"2024-04-09\",\"l\":[1,null]}");
}

/* As notis.format.date has it; a day without time of day is the same everywhere. */
static void times_are_those_of_the_site(void **state) {
  stage s;
  nt_value fields;
  nt_zone *zone = nt_zone_open(NT_STR("Europe/Stockholm"));
  stage_begin_with(&s,
                   "local notis = require 'notis'\n"
                   "notis.filter('own', function(date, style) return notis.format.date(date, style) end)\n",
                   (nt_vm_options){.zone = zone});
  fields = nt_map_new(s.fake.arena);
  fake_put(&s.fake, &fields, "at", nt_timestamp((nt_time){.seconds = 1704065400, .offset = -300})); /* 23:30 UTC */
  fake_put(&s.fake, &fields, "day", nt_timestamp((nt_time){.seconds = 1704052800, .offset = 240, .date_only = 1}));
  s.page.document = fake_add(&s.fake, "a", "news", fields, NULL, "/a/");
  fake_add_template(&s.fake, "main", 0, "{{ doc.at|date }} {{ doc.at|date('time') }} {{ doc.at|date('rfc3339') }}");
  assert_page(&s, "main", "1 januari 2024 00:30 2024-01-01T00:30:00+01:00");
  fake_add_template(&s.fake, "own", 0, "{{ doc.at|own('long') }} {{ doc.at|own('time') }} {{ doc.day|own('long') }}");
  assert_page(&s, "own", "1 januari 2024 00:30 1 januari 2024");
  fake_add_template(&s.fake, "days", 0, "{{ doc.day|date }} {{ '2024-01-01'|date('iso') }}");
  assert_page(&s, "days", "1 januari 2024 2024-01-01");
  fake_add_template(&s.fake, "texts", 0,
                    "{{ '2023-12-31T23:30:00Z'|date('time') }} {{ '2024-01-01 09:00'|date('time') }}");
  assert_page(&s, "texts", "00:30 09:00");
  stage_end(&s);
  nt_zone_close(zone);
}

static void null_and_undefined_differ(void **state) {
  check_news("{{ 'd' if doc.image is defined }}{{ 'n' if doc.image is none }}{{ 'u' if doc.nosuch is undefined }}",
             "dnu");
  check_news("{{ doc.image|default('x') }} {{ doc.nosuch|default('y') }}", "x y");
  check_news("{{ [] == {} }} {{ none == doc.image }} {{ none == doc.nosuch }} {{ true }}", "false true false true");
}

static void a_missing_message_is_a_warning(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "main", 0, "a\n {{ 'nope'|t }}");
  assert_page(&s, "main", "a\n nope");
  assert_string_equal(stage_faults(&s), "layer0/templates/main:2:12 template_message_absent nope sv");
  stage_end(&s);
}

/* Methods of ours are called with a dot, and get themselves. */
static void collections_are_queried(void **state) {
  stage s;
  stage_begin(&s, NULL);
  add_news(&s);
  fake_add_template(&s.fake, "main", 0,
                    "{% for d in site.collection('nyheter').where({'kind': 'report'}).limit(10) %}{{ d.title }} "
                    "{{ d.url }}{% endfor %} {{ site.collection('nyheter')|length }}");
  assert_page(&s, "main", "B /b/ 2");
  fake_add_template(&s.fake, "bad", 0, "{{ site.collection('missing')|length }}");
  assert_string_equal(stage_render(&s, "bad"), "");
  assert_true(s.fake.diags.errors > 0);
  stage_end(&s);
}

static void list_pages_get_their_slice(void **state) {
  stage s;
  stage_begin(&s, NULL);
  add_news(&s);
  s.page.document = 0;
  s.page.path = NT_STR("nyheter/index.html");
  s.page.collection = NT_STR("nyheter");
  s.page.first = 1;
  s.page.shown = 5;
  s.page.count = 2;
  fake_add_template(&s.fake, "main", 0, "{% for d in documents %}{{ d.title }}{% endfor %}{{ 'x' if doc is defined }}");
  assert_page(&s, "main", "B");
  assert_false(fake_traced(&s.fake, "count nyheter/index.html"));
  fake_add_template(&s.fake, "counted", 0, "{{ page.count }}");
  assert_page(&s, "counted", "2");
  assert_true(fake_traced(&s.fake, "count nyheter/index.html"));
  stage_end(&s);
}

/* ---- scripts ---- */

static const char script[] = "local notis = require 'notis'\n"
                             "notis.filter('shout', function(s, n) return s .. string.rep('!', n or 1) end)\n"
                             "notis.filter('options', function(s, o) return s .. o.a .. #o.list end)\n"
                             "notis.filter('none', function(s) return nil end)\n"
                             "notis.filter('pair', function(s) return { s, s .. 2 } end)\n"
                             "notis.filter('map3', function(s) return { b = 1, a = 2 } end)\n"
                             "notis.filter('bad', function(s)\n  error('it broke')\nend)\n"
                             "notis.filter('nils', function(a, b) return tostring(a) .. tostring(b) end)\n"
                             "notis.global('answer', function(x) return 40 + (x or 2) end)\n"
                             "notis.is('long', function(s) return #s > 3 end)\n";

static void scripts_give_filters(void **state) {
  check(script, "{{ 'a<'|shout }} {{ 'a'|shout(3) }} {{ 'a'|options(a='<', list=[1, 2]) }} [{{ 'a'|none }}]",
        "a&lt;! a!!! a&lt;2 []");
  check(script, "{{ answer() }} {{ answer(5) }} {{ 'y' if 'abcd' is long }}{{ 'n' if 'ab' is not long }}", "42 45 yn");
  check(script,
        "{% for p in 'x'|pair %}{{ p }};{% endfor %}{{ ('x'|pair)[1] }} {{ ('x'|map3).a }}{% for k, v in 'x'|map3 %}{{ "
        "k }}{{ v }}{% endfor %}",
        "x;x2;x2 2a2b1");
  check(script, "{{ none|nils([][0]) }} {{ ['a', 'b']|map('shout')|join }} {{ ['abcd', 'x']|select('long')|join }}",
        "nilnil a!b! abcd");
}

/* As in Jinja, where a site's filter of a name replaces the language's; tests and functions likewise. */
static void scripts_replace_what_is_built_in(void **state) {
  static const char own[] = "local notis = require 'notis'\n"
                            "notis.filter('upper', function(x, y) return '<' .. x .. (y or '') .. '>' end)\n"
                            "notis.filter('truncate', function(x, n, kill, mark) return x .. n .. mark end)\n"
                            "notis.filter('lower', function(x) return 'l' end)\n"
                            "notis.filter('t', function(key) return 't:' .. key end)\n"
                            "notis.is('even', function(x) return x == 'e' end)\n"
                            "notis.is('odd', function(x) return nil end)\n"
                            "notis.global('range', function(n) return {n, n + 1} end)\n";
  check(own, "{{ 'a'|upper }} {{ 'abc'|truncate(2, end='!') }} {{ ['a']|map('upper')|join }}",
        "&lt;a&gt; abc2! &lt;a&gt;");
  check(own, "{{ 'e' is even }} {{ 2 is even }} {{ 1 is odd }} {{ ['e', 'f']|select('even')|join }}",
        "true false false e");
  check(own, "{% for i in range(5) %}{{ i }},{% endfor %} {{ 'k'|t }} {{ t('k') }}", "5,6, t:k t:k");
  check(own, "{{ ['A', 'a', 'b']|unique|join }}", "Ab"); /* what filters do inside is not the script's */
  check("", "{{ 'a'|upper }} {{ 2 is even }} {{ range(2)|list|length }}", "A true 2");
}

static void a_scripts_error_has_both_places(void **state) {
  stage s;
  stage_begin(&s, script);
  fake_add_template(&s.fake, "main", 0, "a\n  {{ 'x'|bad }}");
  assert_string_equal(stage_render(&s, "main"), "");
  assert_true(s.fake.diags.len == 2);
  assert_true(nt_str_eq(s.fake.diags.items[0].where.file, NT_STR("scripts/a.lua")));
  assert_int_equal(s.fake.diags.items[0].where.line, 8);
  assert_true(nt_str_search(s.fake.diags.items[0].trace, NT_STR("layer0/templates/main:2:10")) <
              s.fake.diags.items[0].trace.len);
  assert_int_equal(s.fake.diags.items[1].code, NT_MSG_template_script_called);
  assert_int_equal(s.fake.diags.items[1].where.line, 2);
  assert_int_equal(s.fake.diags.items[1].where.column, 10);
  stage_end(&s);
}

static void a_macro_cannot_go_to_a_script(void **state) {
  stage s;
  stage_begin(&s, script);
  fake_add_template(&s.fake, "main", 0, "{% macro m() %}{% endmacro %}{{ m|nils }}");
  assert_faults(&s, "main", "layer0/templates/main:1:35 template_not_portable");
  stage_end(&s);
}

/* ---- layers ---- */

static void shared_reaches_the_layer_below(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "base", 2, "2<{% block a %}A2{% endblock %}{% block b %}B2{% endblock %}>");
  fake_add_template(&s.fake, "base", 1, "{% extends 'shared:base' %}{% block a %}A1{{ super() }}{% endblock %}");
  fake_add_template(&s.fake, "base", 0, "{% extends 'shared:base' %}{% block b %}B0{{ super() }}{% endblock %}");
  fake_add_template(&s.fake, "main", 1, "{% extends 'base' %}{% block a %}M{{ super() }}{% endblock %}");
  assert_page(&s, "main", "2<MA1A2B0B2>");
  stage_end(&s);
}

static void every_candidate_is_traced_every_time(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "base", 1, "<{% block a %}{% endblock %}>");
  fake_add_template(&s.fake, "part", 0, "p");
  fake_add_template(
      &s.fake, "news", 0,
      "{% extends 'base' %}{% block a %}{% include 'part' %}{% include 'no' ignore missing %}{% endblock %}");
  nt_str names[] = {NT_STR("first.html"), NT_STR("news"), NT_STR("default.html")};
  for (int round = 0; round < 3; round++) {
    s.fake.trace.len = 0;
    nt_buf_clear(&s.out);
    assert_true(nt_template_render(s.cache, s.vm, &s.fake.reader, names, 3, &s.page, &s.out));
    assert_true(nt_str_eq(nt_buf_str(&s.out), NT_STR("<p>")));
    assert_true(fake_traced(&s.fake, "template first.html 0"));
    assert_true(fake_traced(&s.fake, "template news 0"));
    assert_true(fake_traced(&s.fake, "template base 0"));
    assert_true(fake_traced(&s.fake, "template part 0"));
    assert_true(fake_traced(&s.fake, "template no 0"));
    assert_false(fake_traced(&s.fake, "template default.html 0"));
  }
  stage_end(&s);
}

static void no_candidate_is_a_fault(void **state) {
  stage s;
  stage_begin(&s, NULL);
  nt_str names[] = {NT_STR("a.html"), NT_STR("b.html")};
  s.page.origin = NT_STR("text/a.md");
  assert_false(nt_template_render(s.cache, s.vm, &s.fake.reader, names, 2, &s.page, &s.out));
  assert_string_equal(stage_faults(&s), "text/a.md:0:0 template_absent a.html, b.html");
  stage_end(&s);
}

/* A changed template is another one; the page that used the old one is made anew. */
static void a_changed_template_is_compiled_again(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "main", 0, "one");
  assert_page(&s, "main", "one");
  s.fake.templates.len = 0;
  fake_add_template(&s.fake, "main", 0, "two");
  assert_page(&s, "main", "two");
  stage_end(&s);
}

static void warnings_come_with_every_render(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "base", 0, "b");
  fake_add_template(&s.fake, "main", 0, "{% extends 'base' %}\n\n  lost\n{{ 1 }}");
  for (int round = 0; round < 2; round++) {
    assert_page(&s, "main", "b");
    assert_string_equal(stage_faults(&s), "layer0/templates/main:3:3 template_outside_blocks");
  }
  stage_end(&s);
}

static void what_was_written_before_a_fault_is_cut_off(void **state) {
  stage s;
  stage_begin(&s, NULL);
  fake_add_template(&s.fake, "main", 0, "{% set x %}caught {{ 1 / page.params.zero }}{% endset %}");
  fake_add_template(&s.fake, "good", 0, "fine");
  fake_put(&s.fake, &s.page.params, "zero", nt_int(0));
  nt_buf_c(&s.out, "before");
  nt_str name = NT_STR("main");
  assert_false(nt_template_render(s.cache, s.vm, &s.fake.reader, &name, 1, &s.page, &s.out));
  assert_true(nt_str_eq(nt_buf_str(&s.out), NT_STR("before")));
  assert_page(&s, "good", "fine");
  stage_end(&s);
}

static void other_line_ends_and_a_mark_do_not_show(void **state) {
  check(NULL,
        "\xEF\xBB\xBF"
        "a\r\n{{ 'b' }}\r\nc\r\n",
        "a\nb\nc");
}

/* ---- the cache ---- */

static void checking_needs_no_page(void **state) {
  nt_template_cache *cache = nt_template_cache_new();
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_template_source source = {NT_STR("a"), NT_STR("a"), NT_STR("{{ a b }}"), 1, 0};
  assert_false(nt_template_check(cache, &source, &diags));
  assert_int_equal(diags.len, 1);
  source = (nt_template_source){NT_STR("a"), NT_STR("a"), NT_STR("{{ a }}"), 2, 0};
  assert_true(nt_template_check(cache, &source, &diags));
  nt_template_cache_free(cache);
  nt_arena_free(arena);
}

static void *render_often(void *ud) {
  stage s;
  nt_template_cache *own;
  stage_begin(&s, NULL);
  own = s.cache;
  s.cache = ud;
  fake_add_template(&s.fake, "base", 0, "<{% block a %}{% endblock %}>");
  fake_add_template(&s.fake, "main", 0, "{% extends 'base' %}{% block a %}{{ page.url }}{% endblock %}");
  for (int i = 0; i < 200; i++) assert_string_equal(stage_render(&s, "main"), "</a/>");
  s.cache = own;
  stage_end(&s);
  return NULL;
}

static void threads_share_the_cache(void **state) {
  nt_template_cache *cache = nt_template_cache_new();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, render_often, cache);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  nt_template_cache_free(cache);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(documents_are_read_and_escaped),
      cmocka_unit_test(markup_is_html),
      cmocka_unit_test(formats_follow_the_language),
      cmocka_unit_test(times_are_those_of_the_site),
      cmocka_unit_test(null_and_undefined_differ),
      cmocka_unit_test(a_missing_message_is_a_warning),
      cmocka_unit_test(collections_are_queried),
      cmocka_unit_test(list_pages_get_their_slice),
      cmocka_unit_test(scripts_give_filters),
      cmocka_unit_test(scripts_replace_what_is_built_in),
      cmocka_unit_test(a_scripts_error_has_both_places),
      cmocka_unit_test(a_macro_cannot_go_to_a_script),
      cmocka_unit_test(shared_reaches_the_layer_below),
      cmocka_unit_test(every_candidate_is_traced_every_time),
      cmocka_unit_test(no_candidate_is_a_fault),
      cmocka_unit_test(a_changed_template_is_compiled_again),
      cmocka_unit_test(warnings_come_with_every_render),
      cmocka_unit_test(what_was_written_before_a_fault_is_cut_off),
      cmocka_unit_test(other_line_ends_and_a_mark_do_not_show),
      cmocka_unit_test(checking_needs_no_page),
      cmocka_unit_test(threads_share_the_cache),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
