/* Taxonomies in two languages: which terms there are, what they are called, whose documents they have, and how little
 * is done when one document changes. The expected values are worked out by hand from the items below. */
#include "engine/query/terms.h"
#include "engine/run.h"
#include "workspace.h"

#include <stdio.h>

enum { MANY = 10000, TERMS = 100 };

static const char site_yaml[] =
    "title: T\nurl: https://t.example/bas/\nlanguages: { sv: { name: Svenska }, en: { name: English } }\n"
    "sources:\n"
    "  feed: { use: source_feed, set: news, kind: news }\n"
    "  pages: { use: source_feed, set: pages, kind: page }\n"
    "collections:\n  nyheter: { kind: news, sort: title }\n"
    "taxonomies:\n"
    "  topics: { of: news, sort: [-date, title], terms: { hembygd: { title: { sv: Bygd, en: Home } } } }\n";

static void write_site(workspace *w, const char *site) {
  workspace_write(w, "s/site.yaml", site);
  workspace_write(w, "s/kinds/news.yaml",
                  "label: Nyhet\nfields:\n  title: { type: text }\n  date: { type: date }\n"
                  "  topics: { type: list, of: { type: term } }\n");
  workspace_write(w, "s/kinds/page.yaml",
                  "label: Sida\npermalink: /{slug}/\ntemplate: page.html\nfields:\n  title: { type: text }\n");
  workspace_write(w, "s/templates/page.html", "{% for d in site.collection(doc.title) %}{{ d.title }}\n{% endfor %}");
  workspace_write(w, "s/templates/first.html", "{{ site.collection('nyheter').limit(1)[0].title }}");
  workspace_write(w, "s/templates/all.html",
                  "{% for d in site.collection('nyheter').where({'lang': ['sv', 'en']}) %}{{ d.title }}\n{% endfor %}");
}

static void put_news(feed *f, const char *id, const char *lang, const char *date, const char *topics) {
  feed_format(f, "news", id, "---\ntitle: %s\nlang: %s\ndate: %s\ntopics: [%s]\n---\nText.\n", id, lang, date, topics);
}

static void put_page(feed *f, const char *slug, const char *title, const char *lang) {
  feed_format(f, "pages", slug, "---\ntitle: %s\nlang: %s\nslug: %s\n---\n", title, lang, slug);
}

static int setup(void **state) {
  workspace *w = nt_zalloc(sizeof *w);
  feed *f = nt_zalloc(sizeof *f);
  feed_init(f);
  workspace_init(w, f);
  write_site(w, site_yaml);
  put_news(f, "a", "sv", "2024-01-01", "Kultur, Å");
  put_news(f, "b", "sv", "2024-01-03", "kultur, öppet, hembygd");
  put_news(f, "c", "sv", "2024-01-02", "Kultur, Ängar, KULTUR, Öppet");
  put_news(f, "d", "sv", "2024-01-02", "Zon, Hembygd");
  put_news(f, "e", "en", "2024-01-01", "kultur, Zon, hembygd");
  feed_put(f, "news", "g", "---\ntitle: Ål\nlang: en\ndate: 2024-01-01\n---\n");
  put_page(f, "kultur", "topics/kultur", "sv");
  put_page(f, "zon", "topics/zon", "sv");
  put_page(f, "zone", "topics/zon", "en");
  put_page(f, "alla", "nyheter", "sv");
  put_page(f, "all", "nyheter", "en");
  feed_put(f, "pages", "both", "---\ntitle: both\nlang: sv\nslug: both\ntemplate: all.html\n---\n");
  feed_put(f, "pages", "first", "---\ntitle: first\nlang: en\nslug: first\ntemplate: first.html\n---\n");
  feed_put(f, "pages", "word", "---\ntitle: word\nlang: en\nslug: word\ntemplate: word.html\n---\n");
  workspace_write(w, "s/templates/word.html", "{{ 'more'|t }}");
  workspace_write(w, "s/i18n/sv.yaml", "more: Mer\n");
  workspace_open(w);
  if (w->site->failed) workspace_print_diags(w);
  assert_false(w->site->failed);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  workspace *w = *state;
  feed *f = w->feed;
  workspace_deinit(w);
  feed_deinit(f);
  free(f);
  free(w);
  return 0;
}

static void begin(nt_run *run, workspace *w, nt_run_scope scope) {
  nt_run_start(run, w->site, &w->site->seats[0], scope);
}

/* "slug:label:count …" */
static void assert_terms(workspace *w, const char *lang, const char *expected) {
  nt_run run;
  begin(&run, w, NT_RUN_PAGE);
  nt_terms terms;
  nt_buf out = {0};
  assert_true(nt_terms_list(&run, NT_STR("topics"), nt_str_c(lang), &terms));
  for (size_t i = 0; i < terms.len; i++)
    nt_buf_format(&out, "%s%.*s:%.*s:%zu", i ? " " : "", NT_FMT(terms.items[i].slug), NT_FMT(terms.items[i].label),
                  terms.items[i].count);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

static void assert_page(workspace *w, const char *slug, const char *expected) {
  char path[64];
  snprintf(path, sizeof path, "%s/index.html", slug);
  char *page = workspace_page(w, path);
  assert_non_null(page);
  assert_string_equal(page, expected);
  free(page);
}

/* Å stands before Ä and Ö in Swedish. "Öppet" and "öppet" are used once each: the smaller by bytes is it. "Kultur" is
 * written twice in Swedish, "kultur" and "KULTUR" once each; a document that writes it in two ways has it once. */
static void test_terms(void **state) {
  assert_terms(*state, "sv", "hembygd:Bygd:2 kultur:Kultur:3 zon:Zon:1 a:Å:1 angar:Ängar:1 oppet:Öppet:2");
  assert_terms(*state, "en", "hembygd:Home:1 kultur:kultur:1 zon:Zon:1");
  assert_terms(*state, "se", "");
}

static void test_documents(void **state) {
  workspace *w = *state;
  assert_page(w, "kultur", "b\nc\na\n"); /* newest first */
  assert_page(w, "zon", "d\n");
  assert_page(w, "en/zone", "e\n");
}

/* A page's collection is that of its language, unless it says which it wants. */
static void test_languages(void **state) {
  workspace *w = *state;
  assert_page(w, "alla", "a\nb\nc\nd\n");
  assert_page(w, "en/all", "Ål\ne\n"); /* in English with A, in Swedish after Z */
  assert_page(w, "en/first", "Ål");
  assert_page(w, "both", "a\nb\nc\nd\ne\nÅl\n");
}

static void assert_fault(const nt_diag *d, nt_code code, const char *doc, const char *field, const char *text,
                         const char *usual) {
  assert_int_equal(d->code, code);
  assert_true(nt_str_eq(d->where.doc, nt_str_c(doc)));
  assert_true(nt_str_eq(d->where.field, nt_str_c(field)));
  assert_true(nt_str_eq(d->args[0], nt_str_c(text)));
  assert_true(nt_str_eq(d->args[1], nt_str_c(usual)));
}

/* "Hembygd" has a name in site.yaml, and may be written in any way. */
static void test_spellings(void **state) {
  nt_terms terms;
  nt_run run;
  begin(&run, *state, NT_RUN_PLAN);
  assert_true(nt_terms_list(&run, NT_STR("topics"), NT_STR("sv"), &terms));
  assert_int_equal(run.diags.len, 3);
  assert_fault(&run.diags.items[0], NT_MSG_term_spelled_twice, "feed/b", "topics[1]", "kultur", "Kultur");
  assert_fault(&run.diags.items[1], NT_MSG_term_spelled_twice, "feed/b", "topics[2]", "öppet", "Öppet");
  assert_fault(&run.diags.items[2], NT_MSG_term_spelled_twice, "feed/c", "topics[3]", "KULTUR", "Kultur");
  /* topics: [Kultur, Ängar, KULTUR, Öppet] is the fifth line, and columns count bytes. */
  const nt_record *r = nt_records_find(&((workspace *)*state)->site->records, NT_STR("feed/c"));
  nt_frozen_locate(r->frozen, &run.diags.items[2].where);
  assert_int_equal(run.diags.items[2].where.line, 5);
  assert_int_equal(run.diags.items[2].where.column, 26);
  begin(&run, *state, NT_RUN_PLAN);
  assert_true(nt_terms_list(&run, NT_STR("topics"), NT_STR("en"), &terms));
  assert_int_equal(run.diags.len, 0);
  assert_false(nt_terms_list(&run, NT_STR("tropics"), NT_STR("sv"), &terms));
}

static void test_no_slug(void **state) {
  workspace *w = *state;
  nt_terms terms;
  put_news(w->feed, "n", "en", "2024-01-01", "'!?', Zon");
  assert_int_equal(feed_send(&w->port, "news", &(feed_word){FEED_UPSERT, "n"}, 1), NOTIS_OK);
  nt_engine_settle(w->engine);
  nt_run run;
  begin(&run, w, NT_RUN_PLAN);
  assert_true(nt_terms_list(&run, NT_STR("topics"), NT_STR("en"), &terms));
  assert_int_equal(run.diags.len, 1);
  assert_fault(&run.diags.items[0], NT_MSG_term_without_slug, "feed/n", "topics[1]", "!?", "topics");
  assert_int_equal(run.diags.items[0].severity, NT_ERROR);
  assert_terms(w, "en", "hembygd:Home:1 kultur:kultur:1 zon:Zon:2");
}

static void edit(workspace *w, const char *id) {
  assert_int_equal(feed_send(&w->port, "news", &(feed_word){FEED_UPSERT, id}, 1), NOTIS_OK);
  workspace_mark(w);
  nt_engine_settle(w->engine);
}

/* After an edit, how many queries and pages are made anew. */
static void assert_work(workspace *w, const char *what, uint64_t queries, uint64_t pages) {
  uint64_t q = workspace_ran(w, NT_STEP_QUERY), p = workspace_ran(w, NT_STEP_RENDER);
  if (q != queries || p != pages) fail_msg("%s: %u queries, %u pages", what, (unsigned)q, (unsigned)p);
  workspace_assert_clean(w, what);
}

static void test_edits(void **state) {
  workspace *w = *state;
  feed_put(w->feed, "news", "a", "---\ntitle: a\nlang: sv\ndate: 2024-01-01\ntopics: [Kultur, Å]\n---\nAnnat.\n");
  edit(w, "a");
  assert_work(w, "a body", 0, 0);
  put_news(w->feed, "a", "sv", "2024-01-01", "Kultur, Zon");
  edit(w, "a"); /* the indexes of both languages, and the question about "zon" */
  assert_work(w, "a topic", 3, 1);
  assert_page(w, "zon", "d\na\n");
  put_news(w->feed, "a", "sv", "2024-01-04", "Kultur, Zon");
  edit(w, "a"); /* a new order in "kultur" and "zon" */
  assert_work(w, "a date", 4, 2);
  assert_page(w, "kultur", "a\nb\nc\n");
  assert_page(w, "zon", "a\nd\n");
  put_news(w->feed, "a", "en", "2024-01-04", "Kultur, Zon");
  edit(w,
       "a"); /* every query is over languages: two indexes, three terms, four of "nyheter" and one by language each */
  assert_work(w, "a language", 11, 6);
  assert_page(w, "en/zone", "a\ne\n");
  put_news(w->feed, "a", "sv", "2024-01-01", "Kultur, Å");
  edit(w, "a");
  workspace_assert_clean(w, "as it was");
}

/* The list of terms changes with its counts and labels, not with which documents have them. */
static void test_list_trace(void **state) {
  workspace *w = *state;
  nt_run run;
  begin(&run, w, NT_RUN_PAGE);
  nt_step step = {0};
  const nt_value *list = run.reader.ops->terms(&run.reader, NT_STR("topics"), NT_STR("sv"));
  assert_int_equal(nt_value_len(list), 6);
  nt_run_finish(&run, &step, NT_STEP_OK, 1);
  assert_true(nt_step_holds(w->site, NULL, NT_RUN_PAGE, &step));
  put_news(w->feed, "d", "sv", "2024-01-09", "Zon, Hembygd");
  edit(w, "d");
  assert_true(nt_step_holds(w->site, NULL, NT_RUN_PAGE, &step));
  put_news(w->feed, "d", "sv", "2024-01-09", "Zon, Hembygd, Å");
  edit(w, "d");
  assert_false(nt_step_holds(w->site, NULL, NT_RUN_PAGE, &step));
  put_news(w->feed, "d", "sv", "2024-01-02", "Zon, Hembygd");
  edit(w, "d");
  assert_true(nt_step_holds(w->site, NULL, NT_RUN_PAGE, &step));
  workspace_replace(w, "s/site.yaml", "sv: Bygd", "sv: Bygden");
  workspace_refresh(w);
  assert_false(nt_step_holds(w->site, NULL, NT_RUN_PAGE, &step));
  workspace_replace(w, "s/site.yaml", "sv: Bygden", "sv: Bygd");
  workspace_refresh(w);
  nt_step_deinit(&step);
}

/* An English page with a Swedish word is made anew when that word changes, and when English gets one of its own. */
static void test_borrowed_words(void **state) {
  workspace *w = *state;
  assert_page(w, "en/word", "Mer");
  workspace_write(w, "s/i18n/sv.yaml", "more: Mera\n");
  workspace_refresh(w);
  assert_page(w, "en/word", "Mera");
  workspace_assert_clean(w, "a borrowed word");
  workspace_write(w, "s/i18n/en.yaml", "more: More\n");
  workspace_refresh(w);
  assert_page(w, "en/word", "More");
  workspace_assert_clean(w, "a word of its own");
}

static void assert_text(const nt_value *map, const char *key, const char *expected) {
  assert_true(nt_str_eq(nt_value_str(nt_map_find(map, nt_str_c(key))), nt_str_c(expected)));
}

/* A page of the plan that lists a term's documents is where the term leads, with the site's base path. */
static void test_where_terms_lead(void **state) {
  workspace *w = *state;
  nt_page_record *record = nt_plan_page(&w->site->plan, NT_STR("kultur/index.html"));
  assert_non_null(record);
  nt_page kept = record->page;
  record->page.taxonomy = NT_STR("topics");
  record->page.term = NT_STR("kultur");
  nt_queries_turn(w->site->queries);
  nt_run run;
  begin(&run, w, NT_RUN_PAGE);
  const nt_value *list = run.reader.ops->terms(&run.reader, NT_STR("topics"), NT_STR("sv"));
  assert_text(&list->as.list->items[1], "title", "Kultur");
  assert_text(&list->as.list->items[1], "term", "kultur");
  assert_text(&list->as.list->items[1], "url", "/bas/kultur/");
  assert_int_equal(nt_map_find(&list->as.list->items[1], NT_STR("count"))->as.integer, 3);
  assert_text(&list->as.list->items[0], "url", "");
  list = run.reader.ops->terms(&run.reader, NT_STR("topics"), NT_STR("en"));
  assert_text(&list->as.list->items[1], "url", "");
  assert_null(run.reader.ops->terms(&run.reader, NT_STR("tropics"), NT_STR("en")));
  begin(&run, w, NT_RUN_COLLECT);
  assert_null(run.reader.ops->terms(&run.reader, NT_STR("topics"), NT_STR("sv")));
  record->page = kept;
  nt_queries_turn(w->site->queries);
}

/* A hundred terms of ten thousand documents are found in one pass: every further answer looks at no document. */
static void test_one_pass(void **state) {
  uint64_t kept = 0;
  workspace w;
  feed f;
  feed_init(&f);
  workspace_init(&w, &f);
  write_site(&w, site_yaml);
  for (int i = 0; i < MANY; i++) {
    char id[16], topic[32];
    snprintf(id, sizeof id, "n%05d", i);
    snprintf(topic, sizeof topic, "Ämne %d", i % TERMS);
    put_news(&f, id, "sv", "2024-01-01", topic);
  }
  workspace_open(&w);
  workspace_mark(&w);
  nt_run run;
  begin(&run, &w, NT_RUN_PAGE);
  nt_terms terms;
  nt_queries_turn(w.site->queries);
  assert_true(nt_terms_list(&run, NT_STR("topics"), NT_STR("sv"), &terms));
  assert_int_equal(terms.len, TERMS);
  assert_int_equal(nt_atomic_get(&w.site->counters.run[NT_STEP_QUERY]), 2); /* by the plan, in each language */
  for (size_t i = 0; i < terms.len; i++) {
    nt_docrefs found;
    uint32_t name;
    nt_hash hash;
    nt_str collection = nt_arena_format(run.reader.arena, "topics/%.*s", NT_FMT(terms.items[i].slug));
    assert_true(nt_terms_documents(w.site, collection, NT_STR("sv"), NT_AFTER_COLLECT, &found, &name, &hash));
    assert_int_equal(found.len, MANY / TERMS);
    uint64_t looked = nt_atomic_get(&w.site->counters.kept[NT_STEP_QUERY]);
    if (i == 0) kept = looked;
    assert_int_equal(looked, kept); /* nor is its trace gone through again */
  }
  assert_int_equal(workspace_ran(&w, NT_STEP_QUERY), 0);
  uint64_t considered = nt_queries_considered(w.site->queries);
  put_news(&f, "n00100", "sv", "2024-01-01", "Ämne 1");
  edit(&w, "n00100"); /* by the index of each language, which look at this document alone */
  assert_int_equal(nt_queries_considered(w.site->queries) - considered, 2);
  assert_int_equal(workspace_ran(&w, NT_STEP_QUERY), 2);
  begin(&run, &w, NT_RUN_PAGE);
  assert_true(nt_terms_list(&run, NT_STR("topics"), NT_STR("sv"), &terms));
  assert_int_equal(terms.items[0].count, MANY / TERMS - 1);
  assert_int_equal(terms.items[1].count, MANY / TERMS + 1);
  workspace_deinit(&w);
  feed_deinit(&f);
}

/* A term that a document leaves behind is gone, however many it leaves. */
static void test_passing_terms(void **state) {
  workspace *w = *state;
  for (int i = 0; i < 200; i++) {
    char topics[64];
    snprintf(topics, sizeof topics, "Kultur, Tillfällig %d", i);
    put_news(w->feed, "a", "sv", "2024-01-01", topics);
    edit(w, "a");
  }
  assert_terms(w, "sv",
               "hembygd:Bygd:2 kultur:Kultur:3 tillfallig-199:Tillfällig 199:1 zon:Zon:1 angar:Ängar:1 oppet:Öppet:2");
  workspace_assert_clean(w, "terms that came and went");
  put_news(w->feed, "a", "sv", "2024-01-01", "Kultur, Å");
  edit(w, "a");
  test_terms(state);
}

/* Another kind, another order, and as it was. */
static void test_settings(void **state) {
  workspace *w = *state;
  workspace_replace(w, "s/site.yaml", "of: news", "of: page");
  workspace_refresh(w);
  assert_terms(w, "sv", "");
  workspace_replace(w, "s/site.yaml", "of: page, sort: [-date, title]", "of: news, sort: [date, title]");
  workspace_refresh(w);
  assert_page(w, "kultur", "a\nc\nb\n"); /* oldest first */
  workspace_replace(w, "s/site.yaml", "sort: [date, title]", "sort: [-date, title]");
  workspace_refresh(w);
  test_terms(state);
  test_documents(state);
}

/* Where there is one language everything is in it: to name it is not another question. */
static void test_one_language(void **state) {
  workspace w;
  feed f;
  feed_init(&f);
  workspace_init(&w, &f);
  write_site(&w, site_yaml);
  workspace_replace(&w, "s/site.yaml", ", en: { name: English }", "");
  workspace_replace(&w, "s/site.yaml", "title: { sv: Bygd, en: Home }", "title: Trakt");
  put_news(&f, "a", "sv", "2024-01-01", "Kultur");
  put_news(&f, "b", "sv", "2024-01-02", "Kultur, hembygd");
  put_page(&f, "kultur", "topics/kultur", "sv");
  workspace_open(&w);
  assert_page(&w, "kultur", "b\na\n");
  workspace_mark(&w);
  assert_terms(&w, "sv", "kultur:Kultur:2 hembygd:Trakt:1");
  assert_terms(&w, "", "kultur:Kultur:2 hembygd:Trakt:1");
  assert_int_equal(workspace_ran(&w, NT_STEP_QUERY), 0);
  workspace_deinit(&w);
  feed_deinit(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_terms),          cmocka_unit_test(test_documents),
                                     cmocka_unit_test(test_languages),      cmocka_unit_test(test_spellings),
                                     cmocka_unit_test(test_edits),          cmocka_unit_test(test_passing_terms),
                                     cmocka_unit_test(test_settings),       cmocka_unit_test(test_list_trace),
                                     cmocka_unit_test(test_borrowed_words), cmocka_unit_test(test_where_terms_lead),
                                     cmocka_unit_test(test_no_slug),        cmocka_unit_test(test_one_pass),
                                     cmocka_unit_test(test_one_language)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
