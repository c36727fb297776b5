/* What a source may do: scan in part, say too much at once, take back, change its mind while pages are rendered, and
 * speak when nobody listens any more. */
#include "fixture.h"
#include "newsroom.h"

#include <stdio.h>

enum { NEWS = 60 };

static int setup(void **state) {
  fixture *x = fixture_new(NULL, 0);
  newsroom_write(&x->w);
  newsroom_fill(&x->w, NEWS);
  *state = x;
  return 0;
}

static notis_status send_one(workspace *w, const char *set, feed_verb verb, const char *id) {
  return feed_send(&w->port, set, &(feed_word){verb, id}, 1);
}

static bool is_published(workspace *w, const char *path) {
  char *bytes = workspace_page(w, path);
  free(bytes);
  return bytes != NULL;
}

static bool page_holds(workspace *w, const char *path, const char *text) {
  char *bytes = workspace_page(w, path);
  bool holds = bytes && strstr(bytes, text);
  free(bytes);
  return holds;
}

/* ---- scans ---- */

static void test_partial(void **state) {
  workspace *w = &((fixture *)*state)->w;
  w->options.allow_removals = true; /* so that nothing else keeps them */
  workspace_open(w);
  feed_drop(w->feed, "news", "n003");
  send_one(w, "news", FEED_SCAN_PARTIAL, "");
  nt_engine_settle(w->engine);
  assert_true(is_published(w, "nyheter/n003/index.html"));
  assert_int_equal(nt_atomic_get(&w->site->counters.removed), 0);
  assert_int_equal(workspace_count_diags(w, NT_MSG_scan_partial), 1);
  send_one(w, "news", FEED_SCAN, "");
  nt_engine_settle(w->engine);
  assert_false(is_published(w, "nyheter/n003/index.html"));
  assert_int_equal(nt_atomic_get(&w->site->counters.removed), 1);
  workspace_assert_clean(w, "after a complete scan");
}

/* A source that is opened anew knows nothing yet: what it gave before stays until it has said otherwise. */
static void test_reopened(void **state) {
  workspace *w = &((fixture *)*state)->w;
  w->options.allow_removals = true;
  workspace_open(w);
  w->port.ending = NOTIS_PARTIAL;
  workspace_replace(w, "s/site.yaml", "set: news,", "set: news, mark: x,");
  workspace_refresh(w);
  assert_true(is_published(w, "nyheter/n003/index.html"));
  assert_int_equal(nt_atomic_get(&w->site->counters.removed), 0);
  w->port.broken = true;
  workspace_replace(w, "s/site.yaml", "mark: x", "mark: y");
  workspace_refresh(w);
  assert_true(is_published(w, "nyheter/n003/index.html"));
  assert_int_equal(nt_atomic_get(&w->site->counters.removed), 0);
  assert_int_equal(workspace_count_diags(w, NT_MSG_plugin_open_failed), 4);
  w->port.broken = false;
  w->port.ending = NOTIS_COMPLETE;
  workspace_replace(w, "s/site.yaml", "set: news, mark: y,", "set: news,");
  workspace_refresh(w);
  workspace_assert_clean(w, "opened again");
}

/* More than a fifth, and more than a handful. */
static void test_consent(void **state) {
  workspace *w = &((fixture *)*state)->w;
  char ids[NEWS][16];
  feed_word words[NEWS];
  workspace_open(w);
  for (int n = 0; n < 40; n++) {
    feed_drop(w->feed, "news", newsroom_id(n, ids[n]));
    words[n] = (feed_word){FEED_REMOVE, ids[n]};
  }
  tree before = workspace_published(w);
  assert_int_equal(feed_send(&w->port, "news", words, 40), NOTIS_OK);
  nt_engine_settle(w->engine);
  tree after = workspace_published(w);
  assert_int_equal(tree_difference(&before, &after).len, 0);
  assert_true(w->site->failed);
  assert_int_equal(workspace_count_diags(w, NT_MSG_removals_too_many), 1);
  tree_deinit(&before);
  tree_deinit(&after);
  w->engine->options.allow_removals = true;
  workspace_refresh(w);
  assert_false(is_published(w, "nyheter/n003/index.html"));
  workspace_assert_clean(w, "with consent");
}

static void test_closed(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_open(w);
  notis_sink *sink = feed_sink(&w->port, "marked");
  const notis_services *host = feed_services(&w->port, "marked");
  workspace_replace(w, "s/site.yaml", "  marked: { use: source_feed, set: marked, kind: page, mark: before }\n", "");
  workspace_refresh(w);
  notis_str id = {"n000", 4}, version = {"v1", 2};
  assert_int_equal(host->sink_upsert(sink, id, version), NOTIS_CLOSED);
  assert_int_equal(host->sink_begin(sink, 7), NOTIS_CLOSED);
  assert_int_equal(host->sink_remove(sink, id), NOTIS_CLOSED);
  assert_int_equal(host->sink_end(sink, 7, NOTIS_COMPLETE), NOTIS_CLOSED);
  assert_false(is_published(w, "sidor/m0/index.html"));
  workspace_assert_clean(w, "without the source");
}

/* More than a mailbox holds, said in one breath while the loop stands still: the source waits and is called again. */
static void test_full(void **state) {
  enum { MANY = 4300 };
  workspace *w = &((fixture *)*state)->w;
  workspace_open(w);
  size_t before = nt_atomic_get(&w->site->counters.documents);
  for (int n = 0; n < MANY; n++) {
    char id[16];
    snprintf(id, sizeof id, "m%04d", n);
    feed_format(w->feed, "notes", id, "---\ntitle: %d\nslug: m%d\n---\n", n, n);
  }
  const feed_word word = {FEED_SCAN, ""};
  pthread_t thread = feed_start(&w->port, "notes", &word, 1);
  feed_wait_full(&w->port);
  nt_engine_settle(w->engine);
  feed_join(thread);
  nt_engine_settle(w->engine);
  assert_true(w->port.resumed > 0);
  assert_int_equal(nt_atomic_get(&w->site->counters.documents), before + MANY);
  assert_true(is_published(w, "notiser/m4299/index.html"));
}

/* ---- items ---- */

static void test_gone(void **state) {
  workspace *w = &((fixture *)*state)->w;
  feed_set_answer(w->feed, "news", "n005", NOTIS_GONE);
  workspace_open(w);
  assert_false(is_published(w, "nyheter/n005/index.html"));
  assert_true(is_published(w, "nyheter/n006/index.html"));
  workspace_assert_clean(w, "gone from the first");
  feed_set_answer(w->feed, "news", "n006", NOTIS_GONE);
  send_one(w, "news", FEED_TOUCH, "n006");
  nt_engine_settle(w->engine);
  assert_false(is_published(w, "nyheter/n006/index.html"));
  workspace_assert_clean(w, "gone later");
  feed_set_answer(w->feed, "news", "n006", NOTIS_OK);
  send_one(w, "news", FEED_UPSERT, "n006");
  nt_engine_settle(w->engine);
  assert_true(is_published(w, "nyheter/n006/index.html"));
  workspace_assert_clean(w, "back again");
}

/* What could not be read is tried again at the next round, though its source says nothing of it, and so it is after a
 * restart. What was published of it stays. */
static void test_unreadable(void **state) {
  workspace *w = &((fixture *)*state)->w;
  feed_set_answer(w->feed, "news", "n005", NOTIS_ERROR);
  workspace_open(w);
  assert_false(is_published(w, "nyheter/n005/index.html"));
  assert_int_equal(workspace_count_diags(w, NT_MSG_item_parse_failed), 1);
  feed_set_answer(w->feed, "news", "n005", NOTIS_OK);
  send_one(w, "news", FEED_TOUCH, "n006");
  nt_engine_settle(w->engine);
  assert_true(is_published(w, "nyheter/n005/index.html"));
  workspace_assert_clean(w, "read at last");
  feed_set_answer(w->feed, "news", "n005", NOTIS_ERROR);
  send_one(w, "news", FEED_TOUCH, "n005");
  nt_engine_settle(w->engine);
  assert_true(is_published(w, "nyheter/n005/index.html"));
  assert_int_equal(w->site->diags.errors, 1);
  workspace_close(w);
  feed_set_answer(w->feed, "news", "n005", NOTIS_OK);
  workspace_open(w);
  workspace_assert_clean(w, "read after a restart");
}

/* For a text that breaks its kind's rules its newest good version stands in. */
static void test_withheld(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_open(w);
  feed_put(w->feed, "news", "n004", "---\ndate: 2011-01-01\nslug: n004\n---\nUtan rubrik.\n");
  send_one(w, "news", FEED_UPSERT, "n004");
  workspace_write(w, "s/content/t1/text-4.md", "---\ntitle: [\n---\n");
  workspace_refresh(w);
  assert_false(w->site->failed);
  assert_true(page_holds(w, "nyheter/n004/index.html", "Text 4."));
  assert_true(page_holds(w, "texter/text-4/index.html", "stycke"));
  assert_int_equal(nt_atomic_get(&w->site->counters.withheld), 0);
  assert_int_equal(w->site->diags.errors, 2);
  feed_put(w->feed, "news", "n004", "---\ntitle: Åter\ndate: 2011-01-01\nslug: n004\n---\nMed rubrik.\n");
  send_one(w, "news", FEED_UPSERT, "n004");
  workspace_write(w, "s/content/t1/text-4.md", "---\ntitle: Text 4\n---\nHelt ny.\n");
  workspace_refresh(w);
  workspace_assert_clean(w, "mended");
}

/* The earlier date keeps the path, then the smaller id; in whatever order they came. */
static void test_one_path(void **state) {
  workspace *w = &((fixture *)*state)->w;
  workspace_open(w);
  feed_put(w->feed, "news", "b", "---\ntitle: Sen\ndate: 2020-02-02\nslug: samma\n---\nSen.\n");
  send_one(w, "news", FEED_UPSERT, "b");
  nt_engine_settle(w->engine);
  assert_true(page_holds(w, "nyheter/samma/index.html", "Sen"));
  feed_put(w->feed, "news", "c", "---\ntitle: Tidig\ndate: 2020-01-01\nslug: samma\n---\nTidig.\n");
  send_one(w, "news", FEED_UPSERT, "c");
  nt_engine_settle(w->engine);
  assert_true(page_holds(w, "nyheter/samma/index.html", "Tidig"));
  assert_int_equal(workspace_count_diags(w, NT_MSG_path_taken), 1);
  workspace_assert_clean(w, "the earlier date");
  feed_put(w->feed, "news", "a", "---\ntitle: Först\ndate: 2020-01-01\nslug: samma\n---\nFörst.\n");
  send_one(w, "news", FEED_UPSERT, "a");
  nt_engine_settle(w->engine);
  assert_true(page_holds(w, "nyheter/samma/index.html", "Först"));
  assert_int_equal(workspace_count_diags(w, NT_MSG_path_taken), 2);
  workspace_assert_clean(w, "the smaller id");
}

/* ---- while it runs ---- */

typedef struct interruption {
  fixture *x;
  unsigned left;  /* how often something new still comes while pages are rendered */
  uint64_t epoch; /* the present one, and how many rounds it has had */
  unsigned rounds, most;
  unsigned total;
  nt_epoch_phase phase; /* when the inputs are to be read again */
} interruption;

/* On the loop thread, when a phase begins. */
static void interrupt(void *ud, const nt_site *site) {
  interruption *i = ud;
  if (site->phase != NT_PHASE_RENDER) return;
  i->rounds = site->epoch == i->epoch ? i->rounds + 1 : 1;
  i->epoch = site->epoch;
  if (i->rounds > i->most) i->most = i->rounds;
  i->total++;
  if (!i->left) return;
  i->left--;
  feed *f = &i->x->f;
  feed_format(f, "news", "n001", "---\ntitle: Gång %u\ndate: 2024-06-01\nslug: n001\n---\nGång %u.\n", i->left,
              i->left);
  feed_format(f, "news", "extra", "---\ntitle: Extra %u\ndate: 2024-06-02\nslug: extra-%u\n---\nText.\n", i->left,
              i->left);
  const feed_word words[] = {{FEED_UPSERT, "n001"}, {FEED_UPSERT, "extra"}};
  feed_send(&i->x->w.port, "news", words, 2);
}

/* Ten changes, each in the middle of rendering: three rounds are given up, the fourth is carried through. */
static void test_cancelled(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  interruption i = {.x = x, .left = 10};
  w->options.progress = interrupt;
  w->options.ud = &i;
  w->options.shuffle_seed = 17;
  workspace_open(w);
  assert_int_equal(i.left, 0);
  assert_int_equal(i.most, 4);
  assert_int_equal(i.total, 11); /* every change is followed by a round that takes it in */
  assert_true(page_holds(w, "nyheter/n001/index.html", "Gång 0."));
  assert_true(is_published(w, "nyheter/extra-0/index.html"));
  assert_false(is_published(w, "nyheter/extra-1/index.html"));
  workspace_assert_clean(w, "interrupted");
}

/* Inputs that change in the middle of an epoch are taken in as well. */
static void refresh_once(void *ud, const nt_site *site) {
  interruption *i = ud;
  if (site->phase != i->phase || !i->left) return;
  i->left = 0;
  workspace_replace(&i->x->w, "s/site.yaml", "color: red", "color: blue");
  nt_engine_refresh(i->x->w.engine);
}

static void test_refreshed(void **state) {
  fixture *x = *state;
  workspace_open(&x->w);
  for (nt_epoch_phase phase = NT_PHASE_INPUTS; phase <= NT_PHASE_COMMIT; phase++) {
    interruption i = {.x = x, .left = 1, .phase = phase};
    x->w.engine->options.progress = refresh_once;
    x->w.engine->options.ud = &i;
    workspace_refresh(&x->w);
    x->w.engine->options.progress = NULL;
    assert_int_equal(i.left, 0);
    assert_true(page_holds(&x->w, "sidor/color/index.html", "blue"));
    workspace_assert_clean(&x->w, "refreshed in the middle");
    workspace_replace(&x->w, "s/site.yaml", "color: blue", "color: red");
    workspace_refresh(&x->w);
  }
}

/* Upserts and removals that come at any time, from two threads, with shuffled completion. */
static void test_any_time(void **state) {
  fixture *x = *state;
  workspace *w = &x->w;
  char ids[80][16];
  w->options.shuffle_seed = 20240611;
  w->options.workers = 4;
  w->options.allow_removals = true;
  print_message("seed %llu\n", (unsigned long long)w->options.shuffle_seed);
  workspace_open(w);
  for (int round = 0; round < 10; round++) {
    feed_word words[2][40];
    for (int n = 0; n < 80; n++) {
      newsroom_id(n * 2 + round, ids[n]);
      bool remove = (n * 7 + round) % 3 == 0;
      words[n % 2][n / 2] = (feed_word){remove ? FEED_REMOVE : FEED_UPSERT, ids[n]};
      if (remove)
        feed_drop(w->feed, "news", ids[n]);
      else
        feed_format(w->feed, "news", ids[n], "---\ntitle: R%d\ndate: 2020-01-%02d\nslug: %s\n---\nR.\n", round,
                    n % 28 + 1, ids[n]);
    }
    pthread_t a = feed_start(&w->port, "news", words[0], 40), b = feed_start(&w->port, "news", words[1], 40);
    nt_engine_refresh(w->engine);
    nt_engine_settle(w->engine);
    feed_join(a);
    nt_engine_settle(w->engine);
    feed_join(b);
    nt_engine_settle(w->engine);
    workspace_assert_clean(w, "at any time");
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)
  const struct CMUnitTest tests[] = {TEST(test_partial),    TEST(test_reopened),  TEST(test_consent),
                                     TEST(test_closed),     TEST(test_full),      TEST(test_gone),
                                     TEST(test_unreadable), TEST(test_withheld),  TEST(test_one_path),
                                     TEST(test_cancelled),  TEST(test_refreshed), TEST(test_any_time)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
