/* How many pages a list has is read apart from its pages: an item that adds one makes those pages anew that show it or
 * read how many they are, whatever way they read it. The counts are worked out by hand. */
#include "fixture.h"

enum { PER_PAGE = 2, ITEMS = 9 };

static const char *const files[][2] = {
    {"s/site.yaml", "title: T\nurl: https://t.example/\n"
                    "sources:\n  feed: { use: source_feed, set: news, kind: news }\n"
                    "collections:\n  alla: { kind: news, sort: [-slug], path: /alla/, per_page: 2, number_from: oldest,"
                    " template: list.html }\n"},
    {"s/kinds/news.yaml", "permalink: /n/{slug}/\ntemplate: page.html\nfields:\n  title: { type: text }\n"},
    {"s/templates/page.html", "{{ doc.title }}\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}{{ page.prev }} {{ page.next }}\n"},
};

/* What a site has besides those. */
static const char *const in_template[] = {"s/templates/list.html", "{{ page.number }} of {{ page.count }}"
                                                                   "{% for d in documents %}{{ d.title }} {% endfor %}"
                                                                   "{{ page.prev }} {{ page.next }}\n"};
static const char *const in_page_hook[] = {
    "s/scripts/hook.lua", "require('notis').on('page', function(page) page.params.pages = page.count end)\n"};
static const char *const in_output_hook[] = {
    "s/scripts/hook.lua",
    "require('notis').on('output', function(page, bytes) return bytes .. page.count .. '\\n' end)\n"};

static void put(fixture *x, int number) {
  char id[8];
  snprintf(id, sizeof id, "n%02d", number);
  feed_format(&x->f, "news", id, "---\ntitle: N%d\nslug: %s\n---\nText.\n", number, id);
}

static void open_site(fixture *x) {
  for (int i = 1; i <= ITEMS; i++) put(x, i);
  workspace_open(&x->w);
  workspace_refresh(&x->w);
  assert_false(x->w.site->failed);
  workspace_mark(&x->w);
}

static void assert_rendered(fixture *x, feed_verb verb, int number, uint64_t pages) {
  char id[8];
  snprintf(id, sizeof id, "n%02d", number);
  const feed_word word = {verb, id};
  if (verb == FEED_UPSERT) put(x, number);
  if (verb == FEED_REMOVE) feed_drop(&x->f, "news", id);
  assert_int_equal(feed_send(&x->w.port, "news", &word, 1), NOTIS_OK);
  nt_engine_settle(x->w.engine);
  assert_int_equal(workspace_ran(&x->w, NT_STEP_RENDER), pages);
  workspace_assert_clean(&x->w, id);
  workspace_mark(&x->w);
}

/* Nine items stand on the lists /alla/ (9, 8, 7), sida/3/ (6, 5), sida/2/ and sida/1/. `others` of the full pages are
 * made whenever there is a page more or less: those that lead to no page that comes or goes, where they say how many
 * they are. */
static void check(const char *const *more, uint64_t others) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  void *state = x;
  if (more) workspace_write(&x->w, more[0], more[1]);
  open_site(x);
  /* The tenth's own page, /alla/ (10, 9), sida/4/ (8, 7), and sida/3/, which leads to that. */
  assert_rendered(x, FEED_UPSERT, ITEMS + 1, 4 + others);
  /* Its own page and /alla/, which takes it in. */
  assert_rendered(x, FEED_UPSERT, ITEMS + 2, 2);
  assert_rendered(x, FEED_REMOVE, ITEMS + 2, 1);
  /* /alla/ and sida/3/, as they were; */
  assert_rendered(x, FEED_REMOVE, ITEMS + 1, 2 + others);
  fixture_free(&state);
}

static void nobody_reads_it(void **state) {
  check(NULL, 0);
}

static void a_template_reads_it(void **state) {
  check(in_template, 2);
}

static void a_page_hook_reads_it(void **state) {
  check(in_page_hook, 2);
}

static void an_output_hook_reads_it(void **state) {
  check(in_output_hook, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_reads_it), cmocka_unit_test(a_template_reads_it),
                                     cmocka_unit_test(a_page_hook_reads_it), cmocka_unit_test(an_output_hook_reads_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
