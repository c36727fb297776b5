/* The Markdown sources' settings, fragments and front matter, and what hard input does to them. */
#include "sources.h"

#include <pthread.h>
#include <time.h>

static const char *const both[] = {"source_commonmark", "source_markdown"};

static nt_str html_of(const source_run *run, nt_str markdown, nt_arena *arena) {
  nt_diags diags;
  nt_document document;
  nt_buf html = {0};
  nt_diags_init(&diags, arena);
  assert_int_equal(source_parse(run, markdown, arena, &diags, &document), NOTIS_OK);
  nt_html_write(document.body, NULL, &html);
  nt_str copy = nt_arena_str(arena, nt_buf_str(&html));
  nt_buf_deinit(&html);
  return copy;
}

static void assert_html(const source_run *run, const char *markdown, const char *expected) {
  nt_arena *arena = nt_arena_new();
  assert_string_equal(html_of(run, nt_str_c(markdown), arena).ptr, expected);
  nt_arena_free(arena);
}

static void open_with(source_run *run, const char *key, nt_value value) {
  nt_value config = nt_map_new(run->arena);
  nt_map_put(&config, run->arena, nt_str_c(key), (nt_pos){0}, value);
  source_close(run);
  assert_int_equal(source_open(run, &config), NOTIS_OK);
}

static void raw_html_is_treated_as_told(void **state) {
  const char *text = "a <script>b</script>\n\n<style>\n*c*\n</style>\n\n<div>d</div>\n";
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    assert_html(&run, text, "<p>a <script>b</script></p>\n<style>\n*c*\n</style>\n<div>d</div>\n");
    open_with(&run, "raw_html", nt_string(NT_STR("filter")));
    assert_html(&run, text, "<p>a &lt;script>b&lt;/script></p>\n&lt;style>\n*c*\n&lt;/style>\n<div>d</div>\n");
    open_with(&run, "raw_html", nt_string(NT_STR("escape")));
    assert_html(&run, text,
                "<p>a &lt;script&gt;b&lt;/script&gt;</p>\n<p>&lt;style&gt;\n*c*\n&lt;/style&gt;</p>\n"
                "<p>&lt;div&gt;d&lt;/div&gt;</p>\n");
    open_with(&run, "raw_html", nt_string(NT_STR("drop")));
    assert_html(&run, text, "<p>a b</p>\n");
    source_free(&run);
  }
}

static void smart_is_off_until_asked_for(void **state) {
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    assert_html(&run, "\"a\" -- b...\n", "<p>&quot;a&quot; -- b...</p>\n");
    open_with(&run, "smart", nt_bool(true));
    assert_html(&run, "\"a\" -- b...\n", "<p>“a” – b…</p>\n");
    source_free(&run);
  }
}

static void extensions_are_chosen(void **state) {
  source_run run = {0};
  const char *text = "~~a~~ www.b.se a[^1]\n\n[^1]: c\n";
  source_load(&run, "source_markdown");
  assert_int_equal(source_open(&run, NULL), NOTIS_OK);
  /* as cmark-gfm 0.29.0.gfm.6 prints it */
  assert_html(&run, text,
              "<p><del>a</del> <a href=\"http://www.b.se\">www.b.se</a> a<sup class=\"footnote-ref\"><a href=\"#fn-1\" "
              "id=\"fnref-1\" data-footnote-ref>1</a></sup></p>\n<section class=\"footnotes\" data-footnotes>\n<ol>\n"
              "<li id=\"fn-1\">\n<p>c <a href=\"#fnref-1\" class=\"footnote-backref\" data-footnote-backref "
              "aria-label=\"Back to content\">↩</a></p>\n</li>\n</ol>\n</section>\n");
  open_with(&run, "extensions", source_words(run.arena, "table"));
  assert_html(&run, text, "<p>~~a~~ www.b.se a<a href=\"c\">^1</a></p>\n");
  source_free(&run);
}

/* The first reference in the text is the first, also when the walk meets it last. */
static void footnotes_are_numbered_as_written(void **state) {
  source_run run = {0};
  nt_arena *arena = nt_arena_new();
  source_load(&run, "source_markdown");
  assert_int_equal(source_open(&run, NULL), NOTIS_OK);
  nt_str html = html_of(&run, NT_STR("a[^x]\n\n[^x]: b[^y]\n\nc[^y]\n\n[^y]: d\n"), arena);
  size_t in_definition = nt_str_search(html, NT_STR("id=\"fnref-y\"")),
         in_text = nt_str_search(html, NT_STR("id=\"fnref-y-2\""));
  assert_true(in_definition < html.len && in_text < html.len);
  assert_true(in_text < in_definition);
  nt_arena_free(arena);
  source_free(&run);
}

static void assert_refused(const char *plugin, const char *key, nt_value value, nt_code code) {
  source_run run = {0};
  source_load(&run, plugin);
  nt_value config = nt_map_new(run.arena);
  nt_map_put(&config, run.arena, NT_STR("use"), (nt_pos){0}, nt_string(nt_str_c(plugin)));
  nt_map_put(&config, run.arena, nt_str_c(key), (nt_pos){0}, value);
  assert_int_equal(source_open(&run, &config), NOTIS_ERROR);
  assert_null(run.self);
  assert_int_equal(run.diags.len, 1);
  assert_int_equal(run.diags.items[0].code, code);
  assert_string_equal(run.diags.items[0].args[0].ptr, key);
  source_free(&run);
}

static void bad_settings_are_refused(void **state) {
  nt_arena *arena = nt_arena_new();
  assert_refused("source_markdown", "raw_htm", nt_bool(true), NT_MSG_markdown_unknown_option);
  assert_refused("source_commonmark", "extensions", source_words(arena, "table"), NT_MSG_markdown_unknown_option);
  assert_refused("source_markdown", "extensions", source_words(arena, "tables"), NT_MSG_markdown_bad_option);
  assert_refused("source_markdown", "extensions", nt_string(NT_STR("table")), NT_MSG_markdown_bad_option);
  assert_refused("source_markdown", "raw_html", nt_bool(false), NT_MSG_markdown_bad_option);
  assert_refused("source_commonmark", "smart", nt_string(NT_STR("yes")), NT_MSG_markdown_bad_option);
  nt_arena_free(arena);
}

static bool yaml(notis_call *call, nt_str text, nt_pos pos, nt_arena *arena, nt_value *out) {
  *out = nt_map_new(arena);
  nt_value title = nt_string(text);
  title.pos = pos;
  nt_map_put(out, arena, NT_STR("title"), pos, title);
  return nt_str_eq(text, NT_STR("good\n"));
}

/* "---\ngood\n---\nText [a](b)" as the host splits it. */
static void front_matter_and_body_keep_their_places(void **state) {
  static const nt_host_engine engine = {.front_matter = yaml};
  for (int i = 0; i < 4; i++) {
    source_run run = {0};
    nt_diags diags;
    nt_document document = {0};
    bool good = i < 2;
    source_load(&run, both[i % 2]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    nt_diags_init(&diags, run.arena);
    notis_call call = source_call(&run, run.arena, &diags);
    call.engine = &engine;
    notis_item item = {.size = sizeof item, .yaml = {good ? "good\n" : "bad!\n", 5}, .yaml_at = {2, 1, 0}};
    item.body = (notis_str){"Text [a](b)", 11};
    item.body_at = (notis_place){4, 1, 0};
    notis_builder *builder = nt_builder_new(run.arena, &diags, call.file);
    notis_status status = run.plugin->source.parse(run.self, &call, &item, builder);
    nt_builder_finish(builder, &document);
    assert_int_equal(status, good ? NOTIS_OK : NOTIS_ERROR);
    assert_int_equal(nt_map_find(&document.fields, NT_STR("title"))->pos.line, 2);
    static const nt_node_pos expected[] = {{4, 1, 0, 0}, {4, 1, 0, 0}, {4, 1, 0, 0}, {4, 6, 4, 10}, {4, 7, 0, 0}};
    assert_int_equal(document.position_count, 5); /* the body is read also when the front matter is bad */
    assert_memory_equal(document.positions, expected, sizeof expected);
    source_free(&run);
  }
}

static void fragments_begin_where_they_stand(void **state) {
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    nt_diags diags;
    nt_document document = {0};
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    nt_diags_init(&diags, run.arena);
    notis_call call = source_call(&run, run.arena, &diags);
    notis_builder *builder = nt_builder_new(run.arena, &diags, call.file);
    notis_str text = {"en [a](b)\n[c](d)", 16};
    assert_int_equal(run.plugin->source.fragment(run.self, &call, text, (notis_place){7, 9, 0}, builder), NOTIS_OK);
    nt_builder_finish(builder, &document);
    static const nt_node_pos expected[] = {{7, 9, 0, 0},  {7, 9, 0, 0},  {7, 9, 0, 0}, {7, 12, 7, 16},
                                           {7, 13, 0, 0}, {7, 18, 0, 0}, {8, 1, 8, 5}, {8, 2, 0, 0}};
    assert_int_equal(document.position_count, 8);
    assert_memory_equal(document.positions, expected, sizeof expected);
    source_free(&run);
  }
}

static void empty_texts_are_documents(void **state) {
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    nt_arena *arena = nt_arena_new();
    assert_int_equal(html_of(&run, nt_str_n(NULL, 0), arena).len, 0);
    assert_int_equal(html_of(&run, NT_STR("\n\r\n \t\n"), arena).len, 0);
    assert_string_equal(html_of(&run, NT_STR("\xEF\xBB\xBF# a"), arena).ptr, "<h1>a</h1>\n");
    assert_string_equal(html_of(&run, NT_STR("a\0b"), arena).ptr, "<p>a\xEF\xBF\xBD"
                                                                  "b</p>\n");
    nt_arena_free(arena);
    source_free(&run);
  }
}

/* ---- hard input ---- */

static nt_str repeated(nt_arena *arena, const char *unit, size_t times, const char *end) {
  nt_buf out = {0};
  for (size_t i = 0; i < times; i++) nt_buf_c(&out, unit);
  nt_buf_c(&out, end);
  nt_str copy = nt_arena_str(arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return copy;
}

/* Of this thread's own work: on a machine that is busy with other things it takes longer, but not more. */
static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Deep, or slow for a parser that goes back. Through the whole way, in little time and without recursion. */
static void hard_texts_are_read(void **state) {
  static const struct {
    const char *unit;
    size_t times;
    const char *end;
  } texts[] = {
      {">", 100000, " a"},      {"> ", 10000, "a\nb\n"},    {"*a ", 50000, ""},
      {"**a *a ", 20000, "b"},  {"[", 50000, "a"},          {"[a](", 50000, ""},
      {"![[]()", 20000, ""},    {"[a](<b", 20000, ""},      {"`", 50000, "a"},
      {"a`b``", 20000, ""},     {"<a ", 50000, ""},         {"&#", 50000, ""},
      {"[a]: b \"", 10000, ""}, {"[a]: x\n", 20000, "[a]"}, {"[a][b] ", 20000, "\n\n[a]: c \"d"},
      {"\\", 100001, ""},       {"a\n", 100000, "==="},     {"_a__b ", 20000, ""},
      {"* a\n", 20000, ""},     {"|a", 10000, "|\n|-|"},    {"]", 100000, ""},
      {"\r", 100000, "a"},      {"<!--", 20000, ""},
  };
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
      nt_arena *arena = nt_arena_new();
      double before = seconds();
      html_of(&run, repeated(arena, texts[t].unit, texts[t].times, texts[t].end), arena);
      if (seconds() - before > 20)
        fail_msg("%s: %zu times \"%s\" took too long", both[i], texts[t].times, texts[t].unit);
      if (getenv("NOTIS_TIMES")) printf("%s %-8.8s %.3f s\n", both[i], texts[t].unit, seconds() - before);
      nt_arena_free(arena);
    }
    source_free(&run);
  }
}

/* What cmark-gfm 0.29.0.gfm.6 would take minutes or gigabytes for is refused at its line; what only looks alike is
 * read. */
static void costly_texts_are_refused(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_str columns = repeated(arena, "x|", 5000, "\n"), marks = repeated(arena, "-|", 5000, "\n");
  nt_str rows = repeated(arena, "a\n", 5000, ""), full = repeated(arena, "|a|b|c|\n", 100000, "");
  struct {
    nt_str text;
    bool refused;
  } texts[] = {
      {nt_arena_format(arena, "a\n\n|%.*s|%.*s%.*s", NT_FMT(columns), NT_FMT(marks), NT_FMT(rows)), true},
      {repeated(arena, "*a* [b](c) ", 200000, ""), true},
      {repeated(arena, ")", 200000, "\n"), true},
      {nt_arena_format(arena, "www.a.b%.*s", NT_FMT(repeated(arena, ")", 200000, "\n"))), true},
      {nt_arena_format(arena, "|a|b|c|\n|-|-|-|\n%.*s", NT_FMT(full)), false},
      {repeated(arena, "*a* [b](c) *d* [e](f)\n\n", 50000, ""), false},
      {repeated(arena, "*a* [b](c) ", 1000, ""), false},
  };
  source_run run = {0};
  source_load(&run, "source_markdown");
  assert_int_equal(source_open(&run, NULL), NOTIS_OK);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    nt_arena *own = nt_arena_new();
    nt_diags diags;
    nt_document document;
    nt_diags_init(&diags, own);
    double before = seconds();
    assert_int_equal(source_parse(&run, texts[i].text, own, &diags, &document),
                     texts[i].refused ? NOTIS_ERROR : NOTIS_OK);
    if (seconds() - before > 20) fail_msg("text %zu took too long", i);
    assert_int_equal(diags.len, texts[i].refused);
    if (texts[i].refused) {
      assert_int_equal(diags.items[0].code, NT_MSG_markdown_costly);
      assert_true(diags.items[0].where.line >= (i ? 1 : 3));
    }
    nt_arena_free(own);
  }
  nt_arena_free(arena);
  source_free(&run);
}

static void nesting_is_kept(void **state) {
  for (int i = 0; i < 2; i++) {
    source_run run = {0};
    nt_arena *arena = nt_arena_new();
    source_load(&run, both[i]);
    assert_int_equal(source_open(&run, NULL), NOTIS_OK);
    nt_str html = html_of(&run, repeated(arena, ">", 100000, " a"), arena);
    assert_int_equal(html.len, 100000 * strlen("<blockquote>\n</blockquote>\n") + strlen("<p>a</p>\n"));
    nt_arena_free(arena);
    source_free(&run);
  }
}

/* ---- threads ---- */

typedef struct worker {
  const source_run *run;
  const char *text, *expected;
  size_t wrong;
} worker;

static void *parse_often(void *ud) {
  worker *w = ud;
  for (int i = 0; i < 3000; i++) {
    nt_arena *arena = nt_arena_new();
    nt_str html = html_of(w->run, nt_str_c(w->text), arena);
    if (!nt_str_eq(html, nt_str_c(w->expected))) w->wrong++;
    nt_arena_free(arena);
  }
  return NULL;
}

/* Two sites with other extensions, and more threads than cores: every text comes out as it does alone. */
static void threads_do_not_disturb_each_other(void **state) {
  static const char *const text = "~~a~~ *~~b~~* www.c.se\n\n| a |\n|---|\n| ~~b~~ |\n";
  static const char *const gfm =
      "<p><del>a</del> <em><del>b</del></em> <a href=\"http://www.c.se\">www.c.se</a></p>\n<table>\n<thead>\n<tr>\n"
      "<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><del>b</del></td>\n</tr>\n</tbody>\n</table>\n";
  static const char *const plain = "<p>~~a~~ <em>~~b~~</em> www.c.se</p>\n<p>| a |\n|---|\n| ~~b~~ |</p>\n";
  source_run all = {0}, few = {0};
  source_load(&all, "source_markdown");
  source_load(&few, "source_markdown");
  assert_int_equal(source_open(&all, NULL), NOTIS_OK);
  open_with(&few, "extensions", source_words(few.arena, ""));
  worker workers[8];
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) {
    workers[i] = (worker){i % 2 ? &few : &all, text, i % 2 ? plain : gfm, 0};
    assert_int_equal(pthread_create(&threads[i], NULL, parse_often, &workers[i]), 0);
  }
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < 8; i++) assert_int_equal(workers[i].wrong, 0);
  source_free(&all);
  source_free(&few);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raw_html_is_treated_as_told),
      cmocka_unit_test(smart_is_off_until_asked_for),
      cmocka_unit_test(extensions_are_chosen),
      cmocka_unit_test(footnotes_are_numbered_as_written),
      cmocka_unit_test(bad_settings_are_refused),
      cmocka_unit_test(front_matter_and_body_keep_their_places),
      cmocka_unit_test(fragments_begin_where_they_stand),
      cmocka_unit_test(empty_texts_are_documents),
      cmocka_unit_test(hard_texts_are_read),
      cmocka_unit_test(costly_texts_are_refused),
      cmocka_unit_test(nesting_is_kept),
      cmocka_unit_test(threads_do_not_disturb_each_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
