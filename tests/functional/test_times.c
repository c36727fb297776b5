/* Texts that are drafts, under embargo, dated in the future or expired, as time goes on in one process: at each instant
 * exactly those are published whose time it is, and what is published is what a clean build gives. */
#include "fixture.h"

#include <stdio.h>

enum { EACH = 24, FIRST = 8, DAYS = 8 }; /* of each state; their days are FIRST to FIRST + DAYS - 1 */

static const char *const files[][2] = {
    {"s/site.yaml",
     "title: T\nurl: https://t.example/\ntimezone: Europe/Stockholm\n"
     "sources:\n  feed: { use: source_feed, set: news, kind: news }\n"
     "collections:\n"
     "  alla: { kind: [news, note], sort: [-date, title], path: /alla/, per_page: 10, template: list.html }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text }\n  date: { type: datetime }\n"},
    {"s/kinds/note.yaml", "permalink: /lappar/{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text }\n  date: { type: datetime }\n"},
    {"s/templates/page.html", "<h1>{{ doc.heading or doc.title }}</h1>\n{{ doc.body }}\n"},
    {"s/templates/list.html", "{{ page.count }}{% for d in documents %} {{ d.title }}={{ d.url }}{% endfor %}\n"},
    {"s/templates/count.html", "{{ page.params.count }}\n"},
    {"s/scripts/10-news.lua", "local notis = require \"notis\"\n"
                              "notis.on(\"document\", { kind = \"news\" }, function(doc)\n"
                              "  doc.heading = doc.title:upper()\n"
                              "  if doc.secret then doc.draft = true end\n"
                              "  if doc.hold then doc.embargo = doc.hold end\n"
                              "  if doc.note then\n"
                              "    doc:derive(\"lapp\", { kind = \"note\", title = \"Lapp \" .. doc.title,\n"
                              "      slug = doc.slug, embargo = doc.note })\n"
                              "  end\n"
                              "end)\n"},
    {"s/scripts/20-collect.lua",
     "local notis = require \"notis\"\n"
     "notis.on(\"collect\", function(site, collect)\n"
     "  local count = 0\n"
     "  for doc in site:collection(\"alla\"):each() do count = count + 1 end\n"
     "  collect:page { path = \"/antal/\", template = \"count.html\","
     " params = { count = count } }\n"
     "  collect:document { id = \"sum\", kind = \"note\", title = \"Summan\", slug = \"sum\",\n"
     "    embargo = \"2024-06-12 12:00\" }\n"
     "  collect:document { id = \"plan\", kind = \"note\", title = \"Planen\", slug = \"plan\",\n"
     "    date = \"2024-06-13 12:00\" }\n"
     "end)\n"},
};

static int setup(void **state) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  x->w.options.at = june(1);
  *state = x;
  return 0;
}

static void put(fixture *x, const char *id, const char *fields) {
  feed_format(&x->f, "news", id, "---\ntitle: Titel %s\nslug: %s\n%s\n---\nText %s.\n", id, id, fields, id);
}

static int day_of(int n) {
  return FIRST + n % DAYS;
}

static void put_all(fixture *x) {
  for (int n = 0; n < EACH; n++) {
    char id[24], fields[64];
    static const char *const words[] = {"embargo", "date", "expires"};
    for (int w = 0; w < 3; w++) {
      snprintf(id, sizeof id, "%s%d", words[w], n);
      snprintf(fields, sizeof fields, "%s: 2024-06-%02d 12:00", words[w], day_of(n));
      put(x, id, fields);
    }
    snprintf(id, sizeof id, "draft%d", n);
    put(x, id, "draft: true");
  }
}

static bool is_published(workspace *w, const char *path) {
  char *bytes = workspace_page(w, path);
  free(bytes);
  return bytes != NULL;
}

static void go_to(workspace *w, int64_t at) {
  nt_engine_set_time(w->engine, at);
  workspace_refresh(w);
}

/* Exactly those whose time has come, by what their texts say. */
static void check_day(workspace *w, int64_t at) {
  static const char *const words[] = {"embargo", "date", "expires", "draft"};
  for (int n = 0; n < EACH; n++)
    for (int k = 0; k < 4; k++) {
      char path[64];
      bool due = at >= june(day_of(n)), wanted = k == 3 ? false : k == 2 ? !due : due;
      snprintf(path, sizeof path, "n/%s%d/index.html", words[k], n);
      if (is_published(w, path) != wanted) fail_msg("%s at %lld", path, (long long)at);
    }
}

static void test_days(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put_all(x);
  workspace_open(w);
  check_day(w, june(1));
  static const int days[] = {7, 8, 9, 12, 13, 15, 16, 30, 11, 1}; /* and back again */
  for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
    char when[32];
    snprintf(when, sizeof when, "day %d", days[i]);
    w->options.allow_removals = true;
    w->engine->options.allow_removals = true;
    go_to(w, june(days[i]));
    check_day(w, june(days[i]));
    workspace_assert_clean(w, when);
  }
  go_to(w, june(10) - 1); /* to the second */
  check_day(w, june(10) - 1);
  go_to(w, june(10));
  check_day(w, june(10));
}

/* Hooks run on those that come into force and on no other; nothing is parsed again. */
static void test_cost(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put_all(x);
  workspace_open(w);
  assert_int_equal(nt_atomic_get(&w->site->counters.run[NT_STEP_DOCUMENT]), EACH); /* those that are to expire */
  workspace_mark(w);
  go_to(w, june(FIRST));
  assert_int_equal(workspace_ran(w, NT_STEP_PARSE), 0);
  assert_int_equal(workspace_ran(w, NT_STEP_DOCUMENT), 2 * EACH / DAYS);
  workspace_mark(w);
  go_to(w, june(FIRST) + 3600);
  for (int kind = 0; kind < NT_STEP_KINDS; kind++) assert_int_equal(workspace_ran(w, (nt_step_kind)kind), 0);
}

static void assert_held(const workspace *w, int draft, int embargo, int future, int expired) {
  const nt_atomic *held = w->site->counters.held;
  assert_int_equal(nt_atomic_get(&held[NT_STATE_DRAFT]), draft);
  assert_int_equal(nt_atomic_get(&held[NT_STATE_EMBARGO]), embargo);
  assert_int_equal(nt_atomic_get(&held[NT_STATE_FUTURE]), future);
  assert_int_equal(nt_atomic_get(&held[NT_STATE_EXPIRED]), expired);
  assert_int_equal(nt_atomic_get(&w->site->counters.withheld), 0);
}

/* The next instant at which somebody must look again. */
static void test_counts_and_next(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put_all(x);
  workspace_open(w);
  assert_held(w, EACH, EACH + 1, EACH + 1, 0); /* and two that a collect hook adds */
  assert_int_equal(nt_atomic_get(&w->site->counters.documents), EACH);
  assert_int_equal(w->site->next_state, june(FIRST));
  go_to(w, june(12) + 1);
  assert_int_equal(w->site->next_state, june(13));
  go_to(w, june(30));
  assert_held(w, EACH, 0, 0, EACH);
  assert_int_equal(nt_atomic_get(&w->site->counters.documents), 2 * EACH + 2);
  assert_int_equal(w->site->next_state, INT64_MAX);
}

/* What hooks write, what they derive, and what a collect hook adds, obey the same. */
static void test_of_hooks(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put(x, "open", "date: 2024-01-01");
  put(x, "secret", "secret: true");
  put(x, "hold", "hold: 2024-06-12 12:00");
  put(x, "note", "note: 2024-06-12 12:00");
  put(x, "both", "embargo: 2024-06-14 12:00\nnote: 2024-06-12 12:00");
  workspace_open(w);
  static const struct {
    const char *path;
    int from; /* day; 0: always, 99: never */
  } pages[] = {{"n/open/index.html", 0},       {"n/secret/index.html", 99},    {"n/hold/index.html", 12},
               {"n/note/index.html", 0},       {"lappar/note/index.html", 12}, {"n/both/index.html", 14},
               {"lappar/both/index.html", 14}, {"lappar/sum/index.html", 12},  {"lappar/plan/index.html", 13}};
  for (int day = 11; day <= 14; day++) {
    go_to(w, june(day));
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
      if (is_published(w, pages[i].path) != (day >= pages[i].from)) fail_msg("%s on day %d", pages[i].path, day);
    workspace_assert_clean(w, "hooks");
  }
  workspace_replace(w, "s/scripts/10-news.lua", "doc.draft = true", "doc.draft = false");
  workspace_refresh(w);
  assert_true(is_published(w, "n/secret/index.html"));
  workspace_assert_clean(w, "no longer a draft");
}

/* What a hook writes is of its type, or the text is withheld with an error. */
static void test_bad_words_of_hooks(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  for (int n = 0; n < 9; n++) {
    char id[16];
    snprintf(id, sizeof id, "good%d", n);
    put(x, id, "date: 2024-01-01");
  }
  put(x, "bad", "hold: snart");
  workspace_open(w);
  assert_false(w->site->failed);
  assert_int_equal(workspace_count_diags(w, NT_MSG_fields_not_datetime), 1);
  assert_false(is_published(w, "n/bad/index.html"));
  assert_int_equal(nt_atomic_get(&w->site->counters.withheld), 1);
}

/* A kind comes to publish what is dated in the future, also what hooks gave. */
static void test_kind_changes(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put(x, "fest", "date: 2024-06-20 12:00");
  workspace_open(w);
  assert_false(is_published(w, "n/fest/index.html"));
  workspace_replace(w, "s/kinds/news.yaml", "unknown_fields", "future: publish\nunknown_fields");
  workspace_refresh(w);
  assert_true(is_published(w, "n/fest/index.html"));
  assert_false(is_published(w, "lappar/plan/index.html"));
  workspace_replace(w, "s/kinds/note.yaml", "unknown_fields", "future: publish\nunknown_fields");
  workspace_refresh(w);
  assert_true(is_published(w, "lappar/plan/index.html"));
  workspace_assert_clean(w, "future: publish");
  workspace_replace(w, "s/kinds/news.yaml", "future: publish\n", "");
  workspace_refresh(w);
  assert_false(is_published(w, "n/fest/index.html"));
  workspace_assert_clean(w, "withheld again");
}

/* A text that expires has said so itself; texts that all become drafts may be a mistake, and that waits for consent. */
static void test_consent(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  char id[16];
  for (int n = 0; n < 40; n++) {
    snprintf(id, sizeof id, "a%d", n);
    put(x, id, n < 20 ? "expires: 2024-06-10 12:00" : "date: 2024-01-01");
  }
  workspace_open(w);
  go_to(w, june(10));
  assert_false(w->site->failed);
  assert_false(is_published(w, "n/a0/index.html"));
  assert_true(is_published(w, "n/a39/index.html"));
  workspace_assert_clean(w, "expired");
  for (int n = 20; n < 40; n++) {
    snprintf(id, sizeof id, "a%d", n);
    put(x, id, "draft: true");
    feed_send(&w->port, "news", &(feed_word){FEED_UPSERT, id}, 1);
  }
  workspace_refresh(w);
  assert_true(w->site->failed);
  assert_int_equal(workspace_count_diags(w, NT_MSG_removals_too_many), 1);
  assert_true(is_published(w, "n/a39/index.html"));
}

/* A source that did not get to the end of its scan leaves what it published, but not what has expired. */
static void test_partial(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put(x, "kort", "expires: 2024-06-10 12:00");
  put(x, "kvar", "date: 2024-01-01");
  workspace_open(w);
  assert_true(is_published(w, "n/kort/index.html"));
  feed_send(&w->port, "news", &(feed_word){FEED_SCAN_PARTIAL, NULL}, 1);
  go_to(w, june(10));
  assert_false(is_published(w, "n/kort/index.html"));
  assert_true(is_published(w, "n/kvar/index.html"));
}

/* An epoch that a source begins has the instant of its own beginning. */
static void test_without_refresh(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put(x, "embargo", "embargo: 2024-06-10 12:00");
  workspace_open(w);
  nt_engine_set_time(w->engine, june(10));
  put(x, "ny", "date: 2024-01-01");
  feed_send(&w->port, "news", &(feed_word){FEED_UPSERT, "ny"}, 1);
  nt_engine_settle(w->engine);
  assert_true(is_published(w, "n/ny/index.html"));
  assert_true(is_published(w, "n/embargo/index.html"));
  workspace_assert_clean(w, "an item came");
}

/* Of two texts on one address the earlier has it, but not before its time. */
static void test_one_address(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  feed_put(&x->f, "news", "a", "---\ntitle: A\nslug: x\ndate: 2024-01-01\nembargo: 2024-06-10 12:00\n---\nText A.\n");
  feed_put(&x->f, "news", "b", "---\ntitle: B\nslug: x\ndate: 2024-02-02\n---\nText B.\n");
  workspace_open(w);
  assert_int_equal(w->site->diags.errors, 0);
  assert_int_equal(w->site->next_state, june(10)); /* of a text that no hook has seen */
  char *page = workspace_page(w, "n/x/index.html");
  assert_non_null(strstr(page, "Text B."));
  free(page);
  go_to(w, june(10));
  assert_int_equal(workspace_count_diags(w, NT_MSG_path_taken), 1);
  page = workspace_page(w, "n/x/index.html");
  assert_non_null(strstr(page, "Text A."));
  free(page);
  workspace_assert_clean(w, "the earlier has come");
}

/* Whether an id is taken is asked of what the source has, whether it is in force or not. */
static void test_taken_id(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  put(x, "sum", "draft: true");
  workspace_replace(w, "s/scripts/20-collect.lua", "id = \"sum\"", "id = \"feed/sum\"");
  workspace_open(w);
  assert_int_equal(workspace_count_diags(w, NT_MSG_script_derived_twice), 1);
  feed_drop(&x->f, "news", "sum");
  feed_send(&w->port, "news", &(feed_word){FEED_REMOVE, "sum"}, 1);
  go_to(w, june(12));
  assert_int_equal(workspace_count_diags(w, NT_MSG_script_derived_twice), 0);
  assert_true(is_published(w, "lappar/sum/index.html"));
  workspace_assert_clean(w, "the draft is gone");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(test_days),
                                     TEST(test_cost),
                                     TEST(test_counts_and_next),
                                     TEST(test_of_hooks),
                                     TEST(test_bad_words_of_hooks),
                                     TEST(test_kind_changes),
                                     TEST(test_consent),
                                     TEST(test_partial),
                                     TEST(test_without_refresh),
                                     TEST(test_one_address),
                                     TEST(test_taken_id)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
