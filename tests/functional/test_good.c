/* A text breaks: its newest good version stays in force everywhere, until it is whole, gone, or its own time is out. */
#include "engine/memo/keeping.h"
#include "fixture.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static const char *const files[][2] = {
    {"s/site.yaml", "title: T\nurl: https://t.example/\ntimezone: Europe/Stockholm\n"
                    "sources:\n  text: { use: source_markdown, path: content, match: '**/*.md' }\n"
                    "  flow: { use: source_feed, set: news, kind: news }\n"
                    "collections:\n  alla: { kind: news, sort: [title], path: /alla/, template: list.html,\n"
                    "    outputs: { html: {}, rss: { path: rss.xml } } }\n"},
    {"s/kinds/news.yaml", "permalink: /{slug}/\ntemplate: page.html\nunknown_fields: allow\n"
                          "fields:\n  title: { type: text, required: true }\n  count: { type: integer }\n"},
    {"s/kinds/blank.yaml", "permalink: /blank/\ntemplate: page.html\nunknown_fields: allow\n"},
    {"s/templates/page.html", "{{ doc.title }}\n{{ doc.body }}"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }},{% endfor %}\n"},
    {"s/scripts/a.lua", "local notis = require 'notis'\n"
                        "notis.on('item', function(item)\n"
                        "  if item.bytes:find('NOITEM', 1, true) then error('no item') end\nend)\n"
                        "notis.on('document', function(doc)\n"
                        "  local title = doc.title or ''\n"
                        "  if title:find('NODOC', 1, true) then error('no document') end\n"
                        "  doc.title = title .. '!'\nend)\n"},
    {"s/content/b.md", "---\nkind: news\ntitle: Bulle\n---\n[A](a.md)\n"},
};

/* So many that one hook that raises is not a fifth. */
enum { OTHERS = 6 };

static const char good[] = "---\nkind: news\ntitle: Alfa\n---\nText.\n";

static int setup(void **state) {
  char path[64], text[128];
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  workspace_write(&x->w, "notis.yaml", "notis: 1\nsites: [s]\nlimits: { item: 1 kB }\n");
  for (int i = 0; i < OTHERS; i++) {
    snprintf(path, sizeof path, "s/content/x%d.md", i);
    snprintf(text, sizeof text, "---\nkind: news\ntitle: X%d\n---\n", i);
    workspace_write(&x->w, path, text);
  }
  workspace_write(&x->w, "s/content/a.md", good);
  x->w.options.allow_removals = true;
  workspace_open(&x->w);
  *state = x;
  return 0;
}

static void edit(fixture *x, const char *path, const char *text) {
  workspace_write(&x->w, path, text);
  workspace_refresh(&x->w);
}

static void restart(fixture *x) {
  workspace_close(&x->w);
  workspace_open(&x->w);
}

static void wait_until(fixture *x, int64_t instant) {
  nt_engine_set_time(x->w.engine, instant);
  workspace_refresh(&x->w);
}

static bool holds(fixture *x, const char *path, const char *text) {
  char *bytes = workspace_page(&x->w, path);
  bool found = bytes && strstr(bytes, text);
  free(bytes);
  return found;
}

static size_t kept(fixture *x) {
  char path[4096];
  size_t count = 0;
  snprintf(path, sizeof path, "%s/.notis/state/s/good", x->w.dir);
  DIR *dir = opendir(path);
  for (struct dirent *e; dir && (e = readdir(dir));) count += e->d_name[0] != '.';
  if (dir) closedir(dir);
  return count;
}

/* In its page, in the list, in the feed, and as what a link leads to. */
static void assert_in_force(fixture *x, const char *title, bool is) {
  assert_int_equal(holds(x, "a/index.html", title), is);
  assert_int_equal(holds(x, "alla/index.html", title), is);
  assert_int_equal(holds(x, "alla/rss.xml", title), is);
  assert_int_equal(holds(x, "b/index.html", "<a href=\"/a/\">"), is);
}

/* The same inputs and state, but nothing published and nothing remembered, give the same files and words. */
static void assert_pure(fixture *x) {
  workspace clean;
  char path[4096];
  workspace_init(&clean, &x->f);
  tree_copy_all(x->w.dir, clean.dir);
  snprintf(path, sizeof path, "%s/public", clean.dir);
  tree_delete(path);
  snprintf(path, sizeof path, "%s/.notis/memo", clean.dir);
  tree_delete(path);
  clean.options.at = x->w.engine->options.at;
  clean.options.allow_removals = true;
  workspace_open(&clean);
  tree is = workspace_published(&x->w), should = workspace_published(&clean);
  nt_str other = tree_difference(&is, &should);
  if (other.len) fail_msg("%.*s differs", NT_FMT(other));
  assert_int_equal(x->w.site->diags.len, clean.site->diags.len);
  for (size_t i = 0; i < clean.site->diags.len; i++) {
    const nt_diag *a = &x->w.site->diags.items[i], *b = &clean.site->diags.items[i];
    assert_int_equal(a->code, b->code);
    assert_int_equal(a->where.line, b->where.line);
    assert_true(nt_str_eq(a->where.file, b->where.file));
  }
  tree_deinit(&is);
  tree_deinit(&should);
  workspace_deinit(&clean);
}

typedef struct breach {
  const char *text; /* NULL: too large */
  nt_code code;
  uint32_t line;
} breach;

static const breach breaches[] = {
    {"---\nkind: news\ntitle: Alfa \xff\n---\n", NT_MSG_item_invalid_utf8, 3},
    {"---\nkind: news\ntitle: [\n---\n", NT_MSG_yaml_syntax, 0},
    {"---\nkind: news\nslug: a\n---\nText.\n", NT_MSG_fields_missing, 1},
    {"---\nkind: nowhere\ntitle: Alfa\n---\n", NT_MSG_kind_unknown, 2},
    {"---\nkind: news\ntitle: NODOC\n---\n", NT_MSG_script_raised_document, 0},
    {"---\nkind: news\ntitle: NOITEM\n---\n", NT_MSG_script_raised, 0},
    {NULL, NT_MSG_file_too_large, 0},
};

static void breaks(fixture *x, const breach *b) {
  char large[2000];
  memset(large, 'x', sizeof large - 1);
  large[sizeof large - 1] = '\0';
  edit(x, "s/content/a.md", b->text ? b->text : large);
}

static void it_stays_in_force(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
    breaks(x, &breaches[i]);
    assert_false(x->w.site->failed);
    assert_int_equal(x->w.site->diags.len, 1);
    if (breaches[i].line) assert_int_equal(x->w.site->diags.items[0].where.line, breaches[i].line);
    if (x->w.site->diags.items[0].code != breaches[i].code)
      fail_msg("%zu says %s", i, nt_message_get(x->w.site->diags.items[0].code)->name);
    assert_in_force(x, "Alfa!", true);
    assert_int_equal(kept(x), 1);
    assert_pure(x);
    edit(x, "s/content/a.md", "---\nkind: news\ntitle: Annat\n---\n");
    assert_int_equal(x->w.site->diags.len, 0);
    assert_in_force(x, "Annat!", true);
    assert_int_equal(kept(x), 0);
    workspace_assert_clean(&x->w, "healed");
    edit(x, "s/content/a.md", good);
  }
}

/* One fault after the other, and none of them is the newest good version. */
static void it_stays_through_other_faults(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i < sizeof breaches / sizeof *breaches; i++) {
    breaks(x, &breaches[i]);
    assert_in_force(x, "Alfa!", true);
    assert_pure(x);
    if (i % 2) restart(x);
    assert_in_force(x, "Alfa!", true);
    assert_int_equal(x->w.site->diags.len, 1);
  }
}

/* Nothing is done again while nothing changes. */
static void it_is_memoised(void **state) {
  fixture *x = *state;
  for (size_t i = 0; i + 1 < sizeof breaches / sizeof *breaches; i++) {
    breaks(x, &breaches[i]);
    workspace_mark(&x->w);
    workspace_refresh(&x->w);
    assert_int_equal(workspace_ran(&x->w, NT_STEP_PARSE), 0);
    assert_int_equal(workspace_ran(&x->w, NT_STEP_DOCUMENT), 0);
    assert_int_equal(workspace_ran(&x->w, NT_STEP_RENDER), 0);
  }
}

static void it_is_read_by_the_present_rules(void **state) {
  fixture *x = *state;
  breaks(x, &breaches[1]);
  edit(x, "s/templates/page.html", "<h1>{{ doc.title }}</h1>\n{{ doc.body }}");
  assert_in_force(x, "Alfa!", true);
  assert_true(holds(x, "a/index.html", "<h1>Alfa!</h1>"));
  workspace_replace(&x->w, "s/scripts/a.lua", "'!'", "'?'");
  workspace_refresh(&x->w);
  assert_in_force(x, "Alfa?", true);
  assert_pure(x);
}

/* A rule that the good version breaks too withholds the text; its page stays as it was. */
static void the_good_version_may_break_too(void **state) {
  fixture *x = *state;
  breaks(x, &breaches[1]);
  workspace_replace(&x->w, "s/scripts/a.lua", "NODOC", "Alfa");
  workspace_refresh(&x->w);
  assert_false(x->w.site->failed);
  assert_true(holds(x, "a/index.html", "Alfa!"));
  assert_false(holds(x, "alla/index.html", "Alfa"));
  assert_int_equal(kept(x), 1);
  workspace_replace(&x->w, "s/scripts/a.lua", "Alfa", "NODOC");
  workspace_refresh(&x->w);
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
}

/* The kind comes to allow what was a fault. */
static void a_rule_may_heal_it(void **state) {
  fixture *x = *state;
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: Annan\ncount: många\n---\n");
  assert_int_equal(x->w.site->diags.errors, 1);
  assert_in_force(x, "Alfa!", true);
  workspace_replace(&x->w, "s/kinds/news.yaml", "type: integer", "type: text");
  workspace_refresh(&x->w);
  assert_int_equal(x->w.site->diags.len, 0);
  assert_in_force(x, "Annan!", true);
  assert_int_equal(kept(x), 0);
  workspace_assert_clean(&x->w, "healed by its kind");
}

static void it_goes_with_the_text(void **state) {
  fixture *x = *state;
  char path[4096];
  breaks(x, &breaches[1]);
  snprintf(path, sizeof path, "%s/s/content/a.md", x->w.dir);
  assert_int_equal(unlink(path), 0);
  workspace_refresh(&x->w);
  assert_in_force(x, "Alfa", false);
  assert_int_equal(kept(x), 0);
  edit(x, "s/content/a.md", breaches[1].text); /* a new text, and never good */
  assert_in_force(x, "Alfa", false);
  assert_pure(x);
}

/* While the engine was away the text went. */
static void it_goes_after_a_restart(void **state) {
  fixture *x = *state;
  char path[4096];
  breaks(x, &breaches[1]);
  workspace_close(&x->w);
  snprintf(path, sizeof path, "%s/s/content/a.md", x->w.dir);
  assert_int_equal(unlink(path), 0);
  workspace_open(&x->w);
  assert_in_force(x, "Alfa", false);
  assert_int_equal(kept(x), 0);
}

static void its_own_time_runs_out(void **state) {
  fixture *x = *state;
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: Alfa\nexpires: 2024-06-12 12:00\n---\n");
  breaks(x, &breaches[1]);
  assert_in_force(x, "Alfa!", true);
  wait_until(x, june(12) - 1);
  assert_in_force(x, "Alfa!", true);
  wait_until(x, june(12));
  assert_in_force(x, "Alfa", false);
  assert_int_equal(kept(x), 1);
  assert_pure(x);
}

static void its_own_time_comes(void **state) {
  fixture *x = *state;
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: Alfa\nembargo: 2024-06-12 12:00\n---\n");
  breaks(x, &breaches[1]);
  assert_in_force(x, "Alfa", false);
  restart(x);
  assert_in_force(x, "Alfa", false);
  wait_until(x, june(12));
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
}

/* A text on which a hook raises says itself when it expires, and then no hook runs on it. */
static void the_broken_text_expires(void **state) {
  fixture *x = *state;
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: NODOC\nexpires: 2024-06-12 12:00\n---\n");
  assert_int_equal(x->w.site->diags.errors, 1);
  assert_in_force(x, "Alfa!", true);
  wait_until(x, june(12));
  assert_in_force(x, "Alfa", false);
  assert_int_equal(workspace_count_diags(&x->w, NT_MSG_script_raised_document), 0);
  assert_int_equal(kept(x), 0);
  assert_pure(x);
}

/* What was never committed is not what stays. */
static void a_version_that_was_never_published(void **state) {
  fixture *x = *state;
  workspace_write(&x->w, "s/site.yaml", "nothing: good\n");
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: Gamma\n---\n");
  assert_true(x->w.site->failed);
  workspace_write(&x->w, "s/site.yaml", files[0][1]);
  workspace_replace(&x->w, "s/templates/list.html", "endfor", "endfo");
  workspace_refresh(&x->w); /* read and found good, but nothing can be published */
  assert_true(x->w.site->failed);
  breaks(x, &breaches[1]);
  assert_true(x->w.site->failed);
  workspace_replace(&x->w, "s/templates/list.html", "endfo", "endfor");
  workspace_refresh(&x->w);
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
}

/* Nothing at all may be a good text, and is then the version that stays. */
static void it_may_be_empty(void **state) {
  fixture *x = *state;
  edit(x, "s/content/blank/a.md", "Text.\n");
  assert_true(holds(x, "blank/index.html", "Text."));
  for (int round = 0; round < 2; round++) {
    edit(x, "s/content/blank/a.md", "");
    assert_int_equal(x->w.site->diags.errors, 0);
    assert_int_equal(workspace_count_diags(&x->w, NT_MSG_item_empty), 1);
    if (round) restart(x);
    edit(x, "s/content/blank/a.md", "---\ntitle: [\n---\nBroken.\n");
    assert_int_equal(x->w.site->diags.errors, 1);
    assert_int_equal(kept(x), 1);
    workspace_replace(&x->w, "s/templates/page.html", "{{ doc.title }}", "<h1>{{ doc.title }}</h1>");
    workspace_refresh(&x->w);
    assert_true(holds(x, "blank/index.html", "<h1>!</h1>\n"));
    assert_false(holds(x, "blank/index.html", "Text."));
    assert_pure(x);
    restart(x);
    assert_true(holds(x, "blank/index.html", "<h1>!</h1>\n"));
    assert_int_equal(x->w.site->diags.errors, 1);
    assert_pure(x);
    workspace_replace(&x->w, "s/templates/page.html", "<h1>{{ doc.title }}</h1>", "{{ doc.title }}");
    edit(x, "s/content/blank/a.md", "Text.\n");
    assert_int_equal(x->w.site->diags.len, 0);
    assert_int_equal(kept(x), 0);
  }
}

static void it_breaks_while_nobody_looks(void **state) {
  fixture *x = *state;
  edit(x, "s/content/a.md", "---\nkind: news\ntitle: Gamma\n---\n");
  for (int i = 0; i < 2; i++) {
    workspace_close(&x->w);
    workspace_write(&x->w, "s/content/a.md", breaches[i].text);
    workspace_open(&x->w);
    assert_in_force(x, "Gamma!", true);
  }
  assert_pure(x);
}

static void find_good_unpublished(fixture *x, const char *text) {
  workspace_replace(&x->w, "s/templates/list.html", "endfor", "endfo");
  edit(x, "s/content/a.md", text);
  assert_true(x->w.site->failed);
}

static void mend_template(fixture *x) {
  workspace_replace(&x->w, "s/templates/list.html", "endfo", "endfor");
}

static void what_another_process_never_published(void **state) {
  fixture *x = *state;
  find_good_unpublished(x, "---\nkind: news\ntitle: Gamma\n---\n");
  workspace_close(&x->w);
  mend_template(x);
  workspace_write(&x->w, "s/content/a.md", breaches[1].text);
  workspace_open(&x->w);
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
  edit(x, "s/content/a.md", good); /* the bytes that were good all the time, and then others again */
  restart(x);
  breaks(x, &breaches[2]);
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
}

/* The process that publishes it reads neither the text nor its bytes. */
static void what_another_process_found_good(void **state) {
  fixture *x = *state;
  find_good_unpublished(x, "---\nkind: news\ntitle: Gamma\n---\n");
  workspace_close(&x->w);
  mend_template(x);
  workspace_open(&x->w);
  assert_int_equal(nt_atomic_get(&x->w.site->counters.run[NT_STEP_PARSE]), 0);
  assert_in_force(x, "Gamma!", true);
  breaks(x, &breaches[1]);
  assert_in_force(x, "Gamma!", true);
  assert_pure(x);
}

/* Two versions in one go, of which the last is published; each follows what was there before. */
static void one_version_after_the_other(void **state) {
  static const char *const titles[] = {"Gamma", "Delta", "Epsilon", "Alfa"};
  fixture *x = *state;
  char text[64], shown[16];
  for (int i = 0; i < 8; i++) {
    find_good_unpublished(x, "---\nkind: news\ntitle: Mellan\n---\n");
    if (i % 3 == 1) restart(x);
    snprintf(text, sizeof text, "---\nkind: news\ntitle: %s\n---\n", titles[i % 4]);
    snprintf(shown, sizeof shown, "%s!", titles[i % 4]);
    mend_template(x);
    edit(x, "s/content/a.md", text);
    if (i % 3 == 2) restart(x);
    breaks(x, &breaches[i % 7]);
    assert_in_force(x, shown, true);
  }
  assert_pure(x);
}

/* A whole new text, of which no version was published. */
static void a_new_text_that_was_never_published(void **state) {
  fixture *x = *state;
  workspace_replace(&x->w, "s/templates/list.html", "endfor", "endfo");
  edit(x, "s/content/ny.md", "---\nkind: news\ntitle: Ny\n---\n");
  assert_true(x->w.site->failed);
  workspace_close(&x->w);
  mend_template(x);
  workspace_write(&x->w, "s/content/ny.md", breaches[1].text);
  workspace_open(&x->w);
  assert_false(holds(x, "alla/index.html", "Ny!"));
  assert_int_equal(kept(x), 0);
  workspace_refresh(&x->w);
  restart(x);
  assert_false(holds(x, "alla/index.html", "Ny!"));
  assert_pure(x);
}

static void say(fixture *x, const char *bytes) {
  feed_put(&x->f, "news", "c", bytes);
  assert_int_equal(feed_send(&x->w.port, "news", &(feed_word){FEED_UPSERT, "c"}, 1), NOTIS_OK);
  nt_engine_settle(x->w.engine);
}

/* What was good in a process before this one is known without the item having been read again. A file that is as young
 * as these would be: the item is a feed's. */
static void an_earlier_process_knew_it(void **state) {
  static const char *const texts[] = {"---\ntitle: Cesar\nslug: c\n---\nText.\n", ""};
  fixture *x = *state;
  workspace_replace(&x->w, "s/site.yaml", "kind: news }", "kind: blank }");
  workspace_refresh(&x->w);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    say(x, "---\ntitle: Innan\n---\n");
    say(x, texts[i]);
    assert_int_equal(x->w.site->diags.errors, 0);
    restart(x);
    assert_int_equal(workspace_ran(&x->w, NT_STEP_PARSE), 0);
    say(x, "---\ntitle: [\n---\n");
    assert_int_equal(x->w.site->diags.errors, 1);
    assert_int_equal(kept(x), 1);
    workspace_replace(&x->w, "s/templates/page.html", "doc.title", "doc.title|upper");
    workspace_refresh(&x->w);
    assert_true(holds(x, "blank/index.html", i ? "!\n" : "CESAR!"));
    assert_false(holds(x, "blank/index.html", "INNAN"));
    assert_pure(x);
    workspace_replace(&x->w, "s/templates/page.html", "doc.title|upper", "doc.title");
    workspace_refresh(&x->w);
  }
}

/* The memo cannot be written any more, and what it had is gone with it. */
static void it_breaks_when_the_memo_is_lost(void **state) {
  enum { A_PAGE_OF_IT = 16 << 10 };
  fixture *x = *state;
  struct rlimit before, full;
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &before);
  full = before;
  full.rlim_cur = A_PAGE_OF_IT;
  setrlimit(RLIMIT_FSIZE, &full);
  edit(x, "s/content/b.md", "---\nkind: news\ntitle: Betty\n---\n[A](a.md)\n");
  nt_memo_wait(x->w.site->memo);
  setrlimit(RLIMIT_FSIZE, &before);
  assert_false(nt_memo_keeps(x->w.site->memo));
  edit(x, "s/content/b.md", files[sizeof files / sizeof *files - 1][1]);
  breaks(x, &breaches[1]);
  assert_in_force(x, "Alfa!", true);
  assert_pure(x);
}

/* A memo whose rows do not fit together is begun anew. Until then it lies there with what it had of others, to whom the
 * numbers of texts belonged. */
static void what_was_good_of_another(void **state) {
  fixture *x = *state;
  for (int i = 0; i < 2; i++) /* in both rows that the text may have */
    edit(x, "s/content/b.md", i ? "---\nkind: news\ntitle: Betty\n---\n" : "---\nkind: news\ntitle: Bella\n---\n");
  nt_memo_put(x->w.site->memo, NT_MEMO_SITE, NT_KEPT_HEAD, NT_STR("another program's"));
  nt_memo_flush(x->w.site->memo, NULL, NULL);
  workspace_close(&x->w);
  for (int i = 0; i < 8; i++) {
    char path[64];
    snprintf(path, sizeof path, "s/content/0%d.md", i);
    workspace_write(&x->w, path, breaches[1].text);
  }
  workspace_open(&x->w);
  assert_int_equal(workspace_count_diags(&x->w, NT_MSG_memo_damaged), 1);
  assert_int_equal(kept(x), 0);
  workspace_refresh(&x->w);
  assert_pure(x);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)
  const struct CMUnitTest tests[] = {
      TEST(it_stays_in_force),
      TEST(it_stays_through_other_faults),
      TEST(it_is_memoised),
      TEST(it_is_read_by_the_present_rules),
      TEST(the_good_version_may_break_too),
      TEST(a_rule_may_heal_it),
      TEST(it_goes_with_the_text),
      TEST(it_goes_after_a_restart),
      TEST(its_own_time_runs_out),
      TEST(its_own_time_comes),
      TEST(the_broken_text_expires),
      TEST(a_version_that_was_never_published),
      TEST(it_may_be_empty),
      TEST(an_earlier_process_knew_it),
      TEST(it_breaks_while_nobody_looks),
      TEST(it_breaks_when_the_memo_is_lost),
      TEST(what_was_good_of_another),
      TEST(what_another_process_never_published),
      TEST(what_another_process_found_good),
      TEST(one_version_after_the_other),
      TEST(a_new_text_that_was_never_published),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
