/* Two regions in one engine, of which one has a hook or a template without end: what the other waits for, in spent
 * budgets. */
#include "fixture.h"
#include "io/loop.h"

enum { TEXTS = 600, EDITS = 10 };

static const char site_yaml[] = "title: T\nurl: https://t.example/\n"
                                "sources:\n  text: { use: source_markdown, path: content }\n";

static const char *const files[][2] = {
    {"s/site.yaml", site_yaml},
    {"s/templates/article.html", "{{ doc.title }}\n"},
    {"s/content/a.md", "---\ntitle: First\n---\n"},
    {"ill/site.yaml", site_yaml},
    {"ill/templates/article.html", "{{ doc.title }}\n"},
    {"ill/scripts/hook.lua", ""},
};

static const char good_script[] = "local notis = require \"notis\"\n";
static const char endless_document[] = "local notis = require \"notis\"\n"
                                       "notis.on(\"document\", function(doc) while true do end end)\n";
static const char endless_page[] = "local notis = require \"notis\"\n"
                                   "notis.on(\"page\", function(page) while true do end end)\n";
static const char endless_template[] = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor "
                                       "%}";

static int setup(void **state) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  for (int i = 0; i < TEXTS; i++) {
    char path[64], text[64];
    snprintf(path, sizeof path, "ill/content/t%d.md", i);
    snprintf(text, sizeof text, "---\ntitle: T%d\n---\n", i);
    workspace_write(&x->w, path, text);
  }
  *state = x;
  return 0;
}

static void open_with(fixture *x, unsigned workers, const char *budget) {
  char yaml[256];
  snprintf(yaml, sizeof yaml, "notis: 1\nsites: [s, ill]\nout: public/{site}\nlimits: { hook_instructions: %s }\n",
           budget);
  workspace_write(&x->w, "notis.yaml", yaml);
  x->w.options.workers = workers;
  workspace_open(&x->w);
}

static nt_site *ill(const fixture *x) {
  return nt_engine_site(x->w.engine, NT_STR("ill"));
}

static void write_and_tell(fixture *x, nt_site *site, const char *path, const char *text) {
  workspace_write(&x->w, path, text);
  nt_site_changed(site, true);
  nt_site_pump(site);
}

typedef struct spending {
  nt_site *site;
  nt_step_kind kind;
  uint64_t from;
} spending;

static uint64_t spent(const spending *s) {
  return nt_atomic_get(&s->site->counters.run[s->kind]) - s->from;
}

static bool has_spent(void *ud) {
  return spent(ud) > 0;
}

static bool is_idle(void *ud) {
  return nt_site_idle(ud);
}

static void edit(fixture *x, int number) {
  char text[64], title[32];
  snprintf(title, sizeof title, "Edit %d", number);
  snprintf(text, sizeof text, "---\ntitle: %s\n---\n", title);
  write_and_tell(x, x->w.site, "s/content/a.md", text);
  nt_loop_run_until(x->w.engine->loop, is_idle, x->w.site);
  assert_false(x->w.site->failed);
  char *page = workspace_page(&x->w, "a/index.html");
  assert_string_equal(page, title);
  free(page);
}

/* How many budgets the ill region spends while a text of the other is edited and published, EDITS times. */
static uint64_t spent_beside_edits(fixture *x, nt_step_kind kind, const char *path, const char *endless) {
  spending s = {ill(x), kind, nt_atomic_get(&ill(x)->counters.run[kind])};
  nt_loop *loop = x->w.engine->loop;
  write_and_tell(x, s.site, path, endless);
  nt_loop_run_until(loop, has_spent, &s);
  s.from += spent(&s);
  for (int i = 0; i < EDITS; i++) edit(x, i);
  uint64_t count = spent(&s);
  assert_false(nt_site_idle(s.site));
  nt_engine_stop(x->w.engine);
  return count;
}

/* An edit has some jobs, one after the other, and each may find that the only worker has just begun with a hook. */
static void one_worker_takes_turns(void **state) {
  open_with(*state, 1, "20000000");
  assert_in_range(spent_beside_edits(*state, NT_STEP_DOCUMENT, "ill/scripts/hook.lua", endless_document), 0,
                  10 * EDITS);
}

static void an_endless_hook_leaves_a_worker(void **state) {
  open_with(*state, 2, "20000000");
  assert_in_range(spent_beside_edits(*state, NT_STEP_DOCUMENT, "ill/scripts/hook.lua", endless_document), 0, 2 * EDITS);
}

static void an_endless_page_hook_leaves_a_worker(void **state) {
  open_with(*state, 2, "20000000");
  assert_in_range(spent_beside_edits(*state, NT_STEP_PAGE, "ill/scripts/hook.lua", endless_page), 0, 2 * EDITS);
}

static void an_endless_template_leaves_a_worker(void **state) {
  open_with(*state, 2, "20000000");
  assert_in_range(spent_beside_edits(*state, NT_STEP_RENDER, "ill/templates/article.html", endless_template), 0,
                  2 * EDITS);
}

/* ---- what a job hands back is done ---- */

static tree all_published(const workspace *w) {
  char path[4096];
  snprintf(path, sizeof path, "%s/public", w->dir);
  return tree_of(path);
}

/* Each has its turn, once, and is as it was when the script is mended. */
static void none_is_left_out(fixture *x, nt_step_kind kind, const char *endless) {
  open_with(x, 2, "100000");
  assert_int_equal(ill(x)->plan.pages.len, TEXTS);
  tree before = all_published(&x->w);
  spending s = {ill(x), kind, nt_atomic_get(&ill(x)->counters.run[kind])};
  write_and_tell(x, s.site, "ill/scripts/hook.lua", endless);
  nt_engine_settle(x->w.engine);
  assert_int_equal(spent(&s), TEXTS);
  assert_true(s.site->failed);
  write_and_tell(x, s.site, "ill/scripts/hook.lua", good_script);
  nt_engine_settle(x->w.engine);
  assert_false(s.site->failed);
  tree after = all_published(&x->w);
  assert_int_equal(tree_difference(&before, &after).len, 0);
  tree_deinit(&before);
  tree_deinit(&after);
}

static void no_document_is_left_out(void **state) {
  none_is_left_out(*state, NT_STEP_DOCUMENT, endless_document);
}

static void no_page_is_left_out(void **state) {
  none_is_left_out(*state, NT_STEP_PAGE, endless_page);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_free)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(one_worker_takes_turns),
      TEST(an_endless_hook_leaves_a_worker),
      TEST(an_endless_page_hook_leaves_a_worker),
      TEST(an_endless_template_leaves_a_worker),
      TEST(no_document_is_left_out),
      TEST(no_page_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
