/* A stream of changes: after each epoch what is published is what a clean build gives, and only what had to run ran.
 * The counts are worked out by hand from the site in newsroom.c. */
#include "newsroom.h"

#include <time.h>
#include <utime.h>

enum { NEWS = 200 };

static int setup(void **state) {
  workspace *w = nt_zalloc(sizeof *w);
  feed *f = nt_zalloc(sizeof *f);
  feed_init(f);
  workspace_init(w, f);
  newsroom_write(w);
  newsroom_fill(w, NEWS);
  workspace_open(w);
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

typedef struct counts {
  uint64_t parse, document, query, collect, plan, render;
} counts;

static void assert_ran(const workspace *w, const char *what, counts wanted) {
  const struct {
    nt_step_kind kind;
    uint64_t wanted;
  } all[] = {{NT_STEP_PARSE, wanted.parse},     {NT_STEP_DOCUMENT, wanted.document}, {NT_STEP_QUERY, wanted.query},
             {NT_STEP_COLLECT, wanted.collect}, {NT_STEP_PLAN, wanted.plan},         {NT_STEP_RENDER, wanted.render}};
  bool good = true;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    uint64_t ran = workspace_ran(w, all[i].kind);
    if (ran == all[i].wanted) continue;
    print_error("%s: %s ran %llu times, not %llu\n", what, nt_step_kind_name(all[i].kind), (unsigned long long)ran,
                (unsigned long long)all[i].wanted);
    good = false;
  }
  assert_true(good);
}

static void send_one(workspace *w, const char *set, feed_verb verb, const char *id) {
  assert_int_equal(feed_send(&w->port, set, &(feed_word){verb, id}, 1), NOTIS_OK);
}

/* One item is changed, said and published. */
static void change(workspace *w, const char *set, const char *id, const char *bytes) {
  workspace_mark(w);
  feed_put(w->feed, set, id, bytes);
  send_one(w, set, FEED_UPSERT, id);
  nt_engine_settle(w->engine);
}

static void refresh(workspace *w) {
  workspace_mark(w);
  workspace_refresh(w);
}

static void check(workspace *w, const char *what, counts wanted) {
  assert_ran(w, what, wanted);
  workspace_assert_clean(w, what);
}

/* ---- what runs ---- */

static void test_first(void **state) {
  workspace *w = *state;
  size_t documents = NEWS + NEWSROOM_NOTES + NEWSROOM_MARKED + NEWSROOM_TEXTS + 9;
  workspace_assert_clean(w, "the first scan");
  assert_int_equal(nt_atomic_get(&w->site->counters.documents), documents);
  assert_int_equal(workspace_ran(w, NT_STEP_PARSE), documents);
  assert_int_equal(workspace_ran(w, NT_STEP_DOCUMENT), NEWS + NEWSROOM_NOTES);
  /* 10 pages of nyheter, viktigt, texter, start, a picture */
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), documents + 14);
  refresh(w);
  check(w, "nothing", (counts){0});
}

/* n100 is neither among the three newest nor viktigt's first; it stands on one page of nyheter and on one of viktigt.
 */
static void test_edits(void **state) {
  workspace *w = *state;
  change(w, "news", "n101", "---\ntitle: bad 101\ndate: 2010-04-18\ntopic: annat\nslug: n101\n---\nNy text.\n");
  check(w, "a body", (counts){.parse = 1, .document = 1, .render = 1});
  change(w, "news", "n101",
         "---\ntitle: bad 101\ndate: 2010-04-18\ntopic: annat\nslug: n101\nunread: nu\n---\nNy text.\n");
  check(w, "a field that nobody reads", (counts){.parse = 1, .document = 1});
  /* The title is a key of nyheter's order, before and after collect hooks; n101 is none of viktigt's. The answers are
   * as before, so no slice is asked again. */
  change(w, "news", "n101",
         "---\ntitle: bada 101\ndate: 2010-04-18\ntopic: annat\nslug: n101\nunread: nu\n---\nNy text.\n");
  check(w, "a title", (counts){.parse = 1, .document = 1, .query = 2, .render = 2});
  workspace_mark(w);
  send_one(w, "news", FEED_TOUCH, "n101");
  nt_engine_settle(w->engine);
  check(w, "a touch", (counts){0});
}

static void test_files(void **state) {
  workspace *w = *state;
  char path[4096];
  workspace_mark(w);
  workspace_replace(w, "s/content/t1/text-4.md", "stycke", "avsnitt");
  workspace_refresh(w);
  check(w, "a file's body", (counts){.parse = 1, .render = 1});
  snprintf(path, sizeof path, "%s/s/content/t1/text-4.md", w->dir);
  workspace_mark(w);
  assert_int_equal(utime(path, &(struct utimbuf){1000000000, 1000000000}), 0);
  workspace_refresh(w);
  check(w, "a touched file", (counts){0});
  workspace_mark(w);
  workspace_write(w, "s/content/t2/text-5.md", "---\ntitle: Text 5\nslug: annan\n---\n[Nästa](../t0/text-6.md)\n");
  workspace_refresh(w);
  /* text-5 itself, at its new path; text-4 that links to it; the list of texts */
  check(w, "a file's address", (counts){.parse = 1, .plan = 1, .render = 3});
}

/* The oldest of all is on nyheter's last page alone, which is full: the new one opens the eleventh, and every page says
 * how many there are. */
static void test_arrivals(void **state) {
  workspace *w = *state;
  feed_put(w->feed, "news", "old", "---\ntitle: Gammal\ndate: 1999-01-01\nslug: old\n---\nText.\n");
  workspace_mark(w);
  send_one(w, "news", FEED_UPSERT, "old");
  nt_engine_settle(w->engine);
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), 1 + 11);
  workspace_assert_clean(w, "an arrival on a page of its own");
  feed_put(w->feed, "news", "older", "---\ntitle: Äldre\ndate: 1998-01-01\nslug: older\n---\nText.\n");
  workspace_mark(w);
  send_one(w, "news", FEED_UPSERT, "older");
  nt_engine_settle(w->engine);
  assert_int_equal(workspace_ran(w, NT_STEP_PARSE), 1);
  assert_int_equal(workspace_ran(w, NT_STEP_PLAN), 1);
  assert_int_equal(workspace_ran(w, NT_STEP_COLLECT), 0);
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), 1 + 1); /* the page, and the last one of nyheter */
  workspace_assert_clean(w, "an arrival");
  feed_drop(w->feed, "news", "older");
  uint64_t removed = nt_atomic_get(&w->site->counters.removed);
  workspace_mark(w);
  send_one(w, "news", FEED_REMOVE, "older");
  nt_engine_settle(w->engine);
  assert_int_equal(workspace_ran(w, NT_STEP_PARSE), 0);
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), 1);
  assert_int_equal(nt_atomic_get(&w->site->counters.removed) - removed, 1);
  workspace_assert_clean(w, "a departure");
}

/* Pages that are numbered from the oldest show what they showed before, whatever comes and goes in front of them. */
static void test_arrivals_in_front(void **state) {
  workspace *w = *state;
  workspace_replace(w, "s/site.yaml", "per_page: 20,", "per_page: 20, number_from: oldest,");
  workspace_refresh(w);
  feed_put(w->feed, "news", "new", "---\ntitle: Ny\ndate: 2019-01-01\nslug: new\n---\nText.\n");
  workspace_mark(w);
  send_one(w, "news", FEED_UPSERT, "new");
  nt_engine_settle(w->engine);
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER),
                   1 + 1 + 1); /* the page, the first one of nyheter, and the start, which names the newest */
  workspace_assert_clean(w, "an arrival in front");
  feed_drop(w->feed, "news", "new");
  workspace_mark(w);
  send_one(w, "news", FEED_REMOVE, "new");
  nt_engine_settle(w->engine);
  assert_int_equal(workspace_ran(w, NT_STEP_RENDER), 1 + 1);
  workspace_assert_clean(w, "a departure in front");
}

/* A watch whose state somebody removes goes on, and writes it anew. */
static void test_state_removed(void **state) {
  workspace *w = *state;
  char path[4096];
  snprintf(path, sizeof path, "%s/.notis/state/s", w->dir);
  tree_delete(path);
  workspace_replace(w, "s/content/t1/text-4.md", "stycke", "avsnitt");
  workspace_refresh(w);
  assert_false(w->site->failed);
  snprintf(path, sizeof path, "%s/.notis/state/s/ledger", w->dir);
  assert_int_equal(access(path, F_OK), 0);
  workspace_assert_clean(w, "a state that was removed");
}

static void test_inputs(void **state) {
  workspace *w = *state;
  workspace_replace(w, "s/templates/own.html", "first", "second");
  refresh(w);
  check(w, "a template", (counts){.render = 1});
  workspace_replace(w, "s/data/goals.yaml", "Ett", "Ettan");
  refresh(w);
  check(w, "a data file", (counts){.document = NEWS / 50, .render = NEWS / 50});
  workspace_replace(w, "s/data/goals.yaml", "first: Ettan", "first:   Ettan # samma");
  refresh(w);
  assert_ran(w, "a data file with the same value", (counts){0});
  workspace_replace(w, "s/i18n/sv.yaml", "Mer", "Läs mer");
  refresh(w);
  check(w, "a message", (counts){.render = 1});
  workspace_replace(w, "s/i18n/sv.yaml", "Oläst", "Olästa");
  refresh(w);
  assert_ran(w, "a message that nobody reads", (counts){0});
  workspace_replace(w, "s/scripts/20-note.lua", "\"A\"", "\"B\"");
  refresh(w);
  check(w, "a script", (counts){.document = NEWSROOM_NOTES, .render = NEWSROOM_NOTES});
  workspace_replace(w, "s/scripts/20-note.lua", "local", "-- A line more.\nlocal");
  refresh(w);
  check(w, "a script's lines", (counts){.document = NEWSROOM_NOTES});
  workspace_replace(w, "s/scripts/40-today.lua", "tostring(", "\"i dag \" .. tostring(");
  refresh(w);
  check(w, "a script of names", (counts){.render = 1});
  workspace_replace(w, "s/site.yaml", "color: red", "color: blue");
  refresh(w);
  check(w, "a setting", (counts){.render = 1});
  workspace_replace(w, "s/site.yaml", "unread: 1", "unread: 2");
  refresh(w);
  assert_ran(w, "a setting that nobody reads", (counts){0});
  unsigned opened = w->port.opened;
  workspace_replace(w, "s/site.yaml", "mark: before", "mark: after");
  refresh(w);
  check(w, "a plugin's configuration", (counts){.parse = NEWSROOM_MARKED, .render = NEWSROOM_MARKED});
  assert_true(w->port.opened > opened);
}

static void test_clock(void **state) {
  workspace *w = *state;
  nt_engine_set_time(w->engine, june(10) + 3600);
  refresh(w);
  check(w, "an hour", (counts){0});
  nt_engine_set_time(w->engine, june(11));
  refresh(w);
  check(w, "a day", (counts){.render = 1});
}

/* ---- many changes ---- */

typedef struct random {
  uint64_t state;
} random_source;

static int pick(random_source *r, int below) {
  return (int)(nt_random_next(&r->state) % (uint64_t)below);
}

static void edit_news(workspace *w, random_source *r, int n, int round) {
  char id[16];
  feed_format(w->feed, "news", newsroom_id(n, id),
              "---\ntitle: %s %d\ndate: 20%02d-%02d-%02d\ntopic: %s\nslug: n%03d\n%s---\nRunda %d.\n",
              pick(r, 2) ? "Åter" : "Öar", pick(r, 5), 10 + pick(r, 10), pick(r, 12) + 1, pick(r, 28) + 1,
              pick(r, 3) ? "annat" : "viktigt", pick(r, 8) ? n : n + 300, pick(r, 5) ? "" : "goal: second\n", round);
}

/* Some of the words are said from one thread and some from another at the same time. */
static void round_of_changes(workspace *w, random_source *r, int round, size_t *said) {
  enum { CHANGES = 30 };
  static char ids[CHANGES][16];
  feed_word words[2][CHANGES];
  size_t lengths[2] = {0};
  for (int i = 0; i < CHANGES; i++) {
    int n = (i * 8 + pick(r, 8)) % 240, thread = i % 2;
    bool remove = pick(r, 5) == 0;
    newsroom_id(n, ids[i]);
    if (remove)
      feed_drop(w->feed, "news", ids[i]);
    else
      edit_news(w, r, n, round);
    words[thread][lengths[thread]++] = (feed_word){remove ? FEED_REMOVE : FEED_UPSERT, ids[i]};
  }
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) threads[i] = feed_start(&w->port, "news", words[i], lengths[i]);
  if (round % 2) nt_engine_settle(w->engine); /* while they are at it */
  for (int i = 0; i < 2; i++) feed_join(threads[i]);
  char path[64], text[256];
  snprintf(path, sizeof path, "s/content/t%d/text-%d.md", round % 3, round);
  snprintf(text, sizeof text, "---\ntitle: Ny text %d\n---\nTill [en annan](../t0/text-%d.md).\n", round, round + 1);
  workspace_write(w, path, text);
  workspace_refresh(w);
  *said += lengths[0] + lengths[1];
}

static void test_rounds(void **state) {
  workspace *w = *state;
  random_source r = {.state = 20240410};
  size_t said = 0;
  w->engine->options.allow_removals = true;
  for (int round = 0; round < 8; round++) {
    char when[32];
    snprintf(when, sizeof when, "round %d", round);
    round_of_changes(w, &r, round, &said);
    workspace_assert_clean(w, when);
  }
  assert_true(said >= 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_first, setup, teardown),
      cmocka_unit_test_setup_teardown(test_edits, setup, teardown),
      cmocka_unit_test_setup_teardown(test_files, setup, teardown),
      cmocka_unit_test_setup_teardown(test_arrivals, setup, teardown),
      cmocka_unit_test_setup_teardown(test_arrivals_in_front, setup, teardown),
      cmocka_unit_test_setup_teardown(test_state_removed, setup, teardown),
      cmocka_unit_test_setup_teardown(test_inputs, setup, teardown),
      cmocka_unit_test_setup_teardown(test_clock, setup, teardown),
      cmocka_unit_test_setup_teardown(test_rounds, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
