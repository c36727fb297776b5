/* The engine under a clock that the test sets: when it is to wake, and what it does then. */
#include "engine/clock.h"
#include "fixture.h"

#include <stdio.h>

enum { HOUR = 3600, DAY = 86400 };

static const char *const files[][2] = {
    {"s/site.yaml", "title: T\nurl: https://t.example/\ntimezone: Europe/Stockholm\n"
                    "sources:\n  feed: { use: source_feed, set: news, kind: news }\n"
                    "collections:\n  alla: { kind: news, sort: [title], path: /alla/, template: list.html,\n"
                    "    outputs: { html: {}, rss: { path: rss.xml } } }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text }\n  date: { type: datetime }\n"},
    {"s/templates/page.html", "{{ doc.title }}\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}\n"},
};

static int setup(void **state) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  x->now = june(1);
  x->w.options.at = x->now;
  x->w.options.allow_removals = true;
  fixture_set_clock(x);
  feed_put(&x->f, "news", "a", "---\ntitle: A\ndate: 2024-01-01\n---\nText.\n");
  *state = x;
  return 0;
}

/* The machine's clock is `now`, and the alarm rings; true if that began an epoch. */
static bool wake(fixture *x, int64_t now) {
  uint64_t epoch = x->w.site->epoch;
  x->now = x->w.engine->options.at = x->w.options.at = now; /* `at` for the clean build */
  nt_engine_wake(x->w.engine);
  nt_engine_settle(x->w.engine);
  return x->w.site->epoch > epoch;
}

static int64_t due(fixture *x) {
  return nt_engine_due(x->w.engine);
}

static bool is_published(fixture *x, const char *path) {
  char *bytes = workspace_page(&x->w, path);
  free(bytes);
  return bytes != NULL;
}

static bool holds(fixture *x, const char *path, const char *text) {
  char *bytes = workspace_page(&x->w, path);
  bool found = bytes && strstr(bytes, text);
  free(bytes);
  return found;
}

static void put_timed(fixture *x) {
  feed_put(&x->f, "news", "b",
           "---\ntitle: Bulle\nslug: b\nembargo: 2024-06-10 12:00\nexpires: 2024-06-12 12:00\n---\nText.\n");
}

/* In the page, in the list and in the feed, at the second and not before. */
static void assert_out(fixture *x, bool out) {
  assert_int_equal(is_published(x, "n/b/index.html"), out);
  assert_int_equal(holds(x, "alla/index.html", "Bulle"), out);
  assert_int_equal(holds(x, "alla/rss.xml", "Bulle"), out);
  workspace_assert_clean(&x->w, "at that instant");
}

static void it_wakes_for_embargo_and_expiry(void **state) {
  fixture *x = *state;
  put_timed(x);
  workspace_open(&x->w);
  assert_out(x, false);
  assert_int_equal(due(x), june(10));
  assert_false(wake(x, june(10) - 1));
  assert_true(wake(x, june(10)));
  assert_out(x, true);
  assert_int_equal(due(x), june(12));
  assert_false(wake(x, june(11)));
  assert_true(wake(x, june(12)));
  assert_out(x, false);
  assert_int_equal(due(x), INT64_MAX);
  assert_false(wake(x, june(30)));
}

/* The machine slept past both instants, or past one. */
static void it_wakes_late(void **state) {
  fixture *x = *state;
  put_timed(x);
  workspace_open(&x->w);
  assert_true(wake(x, june(11)));
  assert_out(x, true);
  assert_true(wake(x, june(20)));
  assert_out(x, false);
  assert_int_equal(due(x), INT64_MAX);
}

static void the_clock_is_set_back(void **state) {
  fixture *x = *state;
  put_timed(x);
  workspace_open(&x->w);
  assert_true(wake(x, june(11)));
  assert_true(wake(x, june(9)));
  assert_out(x, false);
  assert_int_equal(due(x), june(10));
  assert_true(wake(x, june(10)));
  assert_out(x, true);
  assert_false(wake(x, june(11)));
}

static void a_restart_across_the_instant(void **state) {
  fixture *x = *state;
  put_timed(x);
  workspace_open(&x->w);
  workspace_close(&x->w);
  x->now = x->w.options.at = june(11);
  workspace_open(&x->w);
  assert_out(x, true);
  assert_int_equal(due(x), june(12));
}

/* A site that fails at the instant is not begun again and again; the edit that mends it sees the new time. */
static void a_failed_epoch_does_not_spin(void **state) {
  fixture *x = *state;
  put_timed(x);
  workspace_open(&x->w);
  workspace_replace(&x->w, "s/site.yaml", "title: T", "titel: T");
  workspace_refresh(&x->w);
  assert_true(x->w.site->failed);
  assert_true(wake(x, june(10)));
  assert_true(x->w.site->failed);
  assert_true(due(x) > june(10));
  assert_false(wake(x, june(10)));
  workspace_replace(&x->w, "s/site.yaml", "titel: T", "title: T");
  workspace_refresh(&x->w);
  assert_out(x, true);
}

/* 2024-03-30 and -31, when clocks go forward: the day has 23 hours. In autumn it has 25. */
static void days_that_a_template_asks_for(void **state) {
  static const struct {
    int64_t noon; /* of the day before clocks move */
    int64_t hours;
    const char *days[3];
  } moves[] = {{1711796400, 23, {"2024-3-30", "2024-3-31", "2024-4-1"}},      /* 2024-03-30T11:00:00Z */
               {1729936800, 25, {"2024-10-26", "2024-10-27", "2024-10-28"}}}; /* 2024-10-26T10:00:00Z */
  fixture *x = *state;
  workspace_write(&x->w, "s/scripts/10-now.lua",
                  "local notis = require \"notis\"\n"
                  "notis.global(\"today\", function()\n  local d = notis.now()\n"
                  "  return d.year .. \"-\" .. d.month .. \"-\" .. d.day\nend)\n");
  workspace_write(&x->w, "s/templates/list.html", "day {{ today() }}.\n");
  for (int i = 0; i < 2; i++) {
    char text[32];
    int64_t midnight = moves[i].noon + 12 * HOUR;
    x->now = x->w.options.at = moves[i].noon;
    workspace_open(&x->w);
    for (int day = 0; day < 3; day++) {
      snprintf(text, sizeof text, "day %s.", moves[i].days[day]);
      if (!holds(x, "alla/index.html", text)) fail_msg("not %s", text);
      assert_int_equal(due(x), midnight);
      assert_false(wake(x, midnight - 1));
      assert_true(wake(x, midnight));
      workspace_assert_clean(&x->w, text);
      midnight += day ? DAY : moves[i].hours * HOUR;
    }
    workspace_close(&x->w);
  }
}

/* What no page asks any more wakes nobody. */
static void an_answer_that_is_no_longer_asked(void **state) {
  fixture *x = *state;
  workspace_write(&x->w, "s/scripts/10-now.lua",
                  "local notis = require \"notis\"\n"
                  "notis.global(\"hour\", function() return notis.now(\"hour\").hour end)\n");
  workspace_write(&x->w, "s/templates/list.html", "{{ hour() }}\n");
  workspace_open(&x->w);
  assert_int_equal(due(x), june(1) + HOUR);
  workspace_mark(&x->w);
  assert_true(wake(x, june(1) + HOUR));
  assert_int_equal(workspace_ran(&x->w, NT_STEP_RENDER), 1);
  assert_int_equal(due(x), june(1) + 2 * HOUR); /* also of a step that was kept */
  workspace_refresh(&x->w);
  assert_int_equal(due(x), june(1) + 2 * HOUR);
  workspace_write(&x->w, "s/templates/list.html", "never\n");
  workspace_refresh(&x->w);
  assert_int_equal(due(x), INT64_MAX);
}

/* What could not be published asks no more, but what still is published does: the next hour is another try. */
static void an_answer_that_could_not_be_dropped(void **state) {
  fixture *x = *state;
  char public[4200], away[4200];
  snprintf(public, sizeof public, "%s/public", x->w.dir);
  snprintf(away, sizeof away, "%s/away", x->w.dir);
  workspace_write(&x->w, "s/scripts/10-now.lua",
                  "local notis = require \"notis\"\n"
                  "notis.global(\"hour\", function() return notis.now(\"hour\").hour end)\n");
  workspace_write(&x->w, "s/templates/list.html", "{{ hour() }}\n");
  workspace_open(&x->w);
  assert_int_equal(rename(public, away), 0);
  workspace_write(&x->w, "public", "No folder.\n");
  workspace_write(&x->w, "s/templates/list.html", "never\n");
  workspace_refresh(&x->w);
  assert_true(x->w.site->failed);
  assert_int_equal(due(x), june(1) + HOUR);
  assert_int_equal(remove(public), 0);
  assert_int_equal(rename(away, public), 0);
  assert_true(wake(x, june(1) + HOUR));
  assert_true(holds(x, "alla/index.html", "never"));
  assert_int_equal(due(x), INT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(it_wakes_for_embargo_and_expiry),
                                     TEST(it_wakes_late),
                                     TEST(the_clock_is_set_back),
                                     TEST(a_restart_across_the_instant),
                                     TEST(a_failed_epoch_does_not_spin),
                                     TEST(days_that_a_template_asks_for),
                                     TEST(an_answer_that_is_no_longer_asked),
                                     TEST(an_answer_that_could_not_be_dropped)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
