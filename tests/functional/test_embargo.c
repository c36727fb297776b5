/* A text whose time comes, and goes, in everything that a site makes of it: at the second, on the nights when clocks
 * are moved, when the clock is set back, and across restarts. */
#include "engine/clock.h"
#include "fixture.h"

#include <stdio.h>

enum { HOUR = 3600 };

static const char *const files[][2] = {
    {"s/site.yaml",
     "title: T\nurl: https://t.example/\ntimezone: Europe/Stockholm\n"
     "sources: { text: { use: source_markdown, path: content, match: \"**/*.md\" } }\n"
     "collections:\n  alla: { kind: news, sort: [title], path: /alla/, template: list.html, outputs: { html: {},\n"
     "    rss: { path: rss.xml }, atom: { path: atom.xml }, jsonfeed: { path: feed.json } } }\n"
     "taxonomies: { topics: { of: news, path: \"/amnen/{term}/\", template: list.html } }\n"
     "redirects: { /hit.html: content/news/b.md }\n"
     "pages: { start: { path: /, template: start.html } }\n"
     "outputs: { sitemap: { path: /sitemap.xml } }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nunknown_fields: allow\nfields:\n"
                          "  title: { type: text }\n  date: { type: datetime }\n  topics: { type: list, of: term }\n"
                          "  report: { type: ref, kind: news }\n"},
    {"s/templates/page.html", "{{ doc.title }} {{ doc.body }}\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}\n"},
    {"s/templates/start.html", "{% for t in site.terms(\"topics\") %}{{ t.title }}={{ t.count }} {% endfor %}\n"},
    {"s/content/news/a.md", "---\ntitle: Alltid\ndate: 2024-01-01\ntopics: [natur]\n---\nSe [den](b.md).\n"},
    {"s/content/news/karta.gif", "GIF89a\x25\x01\x17\x01\x80\x01\x01"},
};

static int setup(void **state) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  x->w.options.allow_removals = true;
  fixture_set_clock(x);
  *state = x;
  return 0;
}

static void set_clock(fixture *x, int64_t now) {
  x->now = x->w.options.at = now; /* `at` for the clean build */
  if (x->w.engine) x->w.engine->options.at = now;
}

/* True if an epoch began. */
static bool wake(fixture *x, int64_t now) {
  uint64_t epoch = x->w.site->epoch;
  set_clock(x, now);
  nt_engine_wake(x->w.engine);
  nt_engine_settle(x->w.engine);
  return x->w.site->epoch > epoch;
}

static void restart(fixture *x, int64_t now) {
  if (x->w.engine) workspace_close(&x->w);
  set_clock(x, now);
  workspace_open(&x->w);
}

static void assert_file(fixture *x, const char *path, const char *word, bool out) {
  char *bytes = workspace_page(&x->w, path);
  bool is = bytes && (!word || strstr(bytes, word));
  free(bytes);
  if (is != out) fail_msg("%s %s %s", path, out ? "does not show" : "shows", word ? word : "it");
}

/* In every output. */
static void assert_out(fixture *x, bool out) {
  static const char *const shows[][2] = {
      {"n/b/index.html", "Bulle"},
      {"n/b/karta.gif", NULL},
      {"alla/index.html", "Bulle"},
      {"alla/rss.xml", "Bulle"},
      {"alla/atom.xml", "Bulle"},
      {"alla/feed.json", "Bulle"},
      {"amnen/kultur/index.html", "Bulle"},
      {"index.html", "kultur=1"},
      {"sitemap.xml", "t.example/n/b/"},
      {"gammal/index.html", "/n/b/"},
      {"hit.html", "/n/b/"},
      {"n/a/index.html", "href=\"/n/b/\""},
  };
  for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) assert_file(x, shows[i][0], shows[i][1], out);
  assert_file(x, "alla/rss.xml", "Alltid", true);
  workspace_assert_clean(&x->w, "at that instant");
}

/* In the site's zone, and the instant that it is. */
typedef struct moment {
  const char *field, *words;
  int64_t instant;
  bool comes; /* else it goes */
} moment;

static const moment moments[] = {
    {"embargo", "2024-06-10 12:00", 1718013600, true},
    {"embargo", "2024-03-31 03:00", 1711846800, true}, /* the second after 01:59:59, when clocks are put forward */
    {"embargo", "2024-10-27 02:30", 1729992600, true}, /* twice that night: the later counts */
    {"expires", "2024-10-27 03:00", 1729994400, false},
    {"expires", "2024-03-31 01:59", 1711846740, false},
    {"date", "2024-03-31 03:00", 1711846800, true},
};

static void put(fixture *x, const moment *m) {
  char text[512];
  snprintf(text, sizeof text,
           "---\ntitle: Bulle\nslug: b\ntopics: [kultur]\naliases: /gammal/\n%s%s: %s\n---\n![Karta](karta.gif)\n",
           strcmp(m->field, "date") == 0 ? "" : "date: 2024-01-02\n", m->field, m->words);
  workspace_write(&x->w, "s/content/news/b.md", text);
}

static void each_output_at_the_second(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    const moment *m = &moments[i];
    put(x, m);
    restart(x, m->instant - 5 * HOUR);
    assert_out(x, !m->comes);
    assert_int_equal(nt_engine_due(x->w.engine), m->instant);
    assert_false(wake(x, m->instant - 1));
    assert_true(wake(x, m->instant));
    assert_out(x, m->comes);
    assert_int_equal(nt_engine_due(x->w.engine), INT64_MAX);
  }
}

static void the_clock_is_set_back(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    const moment *m = &moments[i];
    put(x, m);
    restart(x, m->instant + HOUR);
    assert_out(x, m->comes);
    assert_true(wake(x, m->instant - 1));
    assert_out(x, !m->comes);
    assert_int_equal(nt_engine_due(x->w.engine), m->instant);
    assert_true(wake(x, m->instant));
    assert_out(x, m->comes);
  }
}

/* The engine is not there at the instant, and the one that is opened later knows what time it is. */
static void restarts_across_the_instant(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    const moment *m = &moments[i];
    put(x, m);
    restart(x, m->instant - 1);
    assert_out(x, !m->comes);
    restart(x, m->instant - 1);
    assert_out(x, !m->comes);
    assert_int_equal(nt_engine_due(x->w.engine), m->instant);
    restart(x, m->instant);
    assert_out(x, m->comes);
    restart(x, m->instant + HOUR);
    assert_out(x, m->comes);
    restart(x, m->instant - HOUR); /* set back while no engine ran */
    assert_out(x, !m->comes);
    assert_true(wake(x, m->instant));
    assert_out(x, m->comes);
  }
}

/* Both on one night, and the engine wakes only after them. */
static void both_instants_are_slept_through(void **state) {
  fixture *x = *state;
  static const moment night = {"expires: 2024-10-27 03:00\nembargo", "2024-10-27 02:30", 1729992600, true};
  put(x, &night);
  restart(x, night.instant - 10 * HOUR);
  assert_out(x, false);
  assert_true(wake(x, night.instant + 10 * HOUR));
  assert_out(x, false);
  assert_true(wake(x, night.instant));
  assert_out(x, true);
  assert_int_equal(nt_engine_due(x->w.engine), night.instant + HOUR / 2);
  restart(x, night.instant + HOUR / 2 - 1);
  assert_out(x, true);
  assert_true(wake(x, night.instant + HOUR / 2));
  assert_out(x, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(each_output_at_the_second), TEST(the_clock_is_set_back),
                                     TEST(restarts_across_the_instant), TEST(both_instants_are_slept_through)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
