/* An epoch looks at what may have changed and at nothing else: how many steps ran, and how many were only gone through.
 */
#include "small_site.h"

#include "engine/trace/edges.h"

#include <signal.h>
#include <sys/wait.h>

typedef struct looked {
  uint64_t run[NT_STEP_KINDS], kept[NT_STEP_KINDS];
} looked;

static nt_site *site_of(small_site *f) {
  return nt_engine_site(f->engine, NT_STR("s"));
}

static looked count(small_site *f) {
  looked l;
  for (int kind = 0; kind < NT_STEP_KINDS; kind++) {
    l.run[kind] = nt_atomic_get(&site_of(f)->counters.run[kind]);
    l.kept[kind] = nt_atomic_get(&site_of(f)->counters.kept[kind]);
  }
  return l;
}

/* Settles, and tells what was looked at on the way. */
static looked look(small_site *f) {
  looked before = count(f), now;
  small_settle(f);
  now = count(f);
  for (int kind = 0; kind < NT_STEP_KINDS; kind++) {
    now.run[kind] -= before.run[kind];
    now.kept[kind] -= before.kept[kind];
  }
  return now;
}

/* Documents are not asked how often they were kept: a file that was written a moment ago is read once more. */
static void assert_ran(looked l, nt_step_kind kind, uint64_t ran) {
  assert_int_equal(l.run[kind], ran);
}

static void assert_rendered(looked l, uint64_t ran, uint64_t kept) {
  assert_int_equal(l.run[NT_STEP_RENDER], ran);
  assert_int_equal(l.kept[NT_STEP_RENDER], kept);
}

static int setup(void **state) {
  small_setup(state);
  small_site *f = *state;
  small_put(f, "s/site.yaml",
            "title: T\nurl: https://t.example/\n"
            "sources:\n  text: { use: source_markdown, path: content, match: '**/*.md' }\n"
            "collections:\n  alla: { sort: [title], path: /alla/, template: list.html }\n"
            "pages:\n  om: { path: /om/, title: Om, template: om.html }\n");
  small_put(f, "s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}");
  small_put(f, "s/templates/om.html", "{{ site.title }}");
  for (int i = 0; i < 5; i++) {
    const char *name = nt_arena_format(f->arena, "s/content/t%d.md", i).ptr;
    small_put(f, name, nt_arena_format(f->arena, "---\ntitle: T%d\n---\nett\n", i).ptr);
  }
  small_settle(f);
  return 0;
}

static void nothing_changed(void **state) {
  looked l = look(*state);
  for (int kind = 0; kind < NT_STEP_KINDS; kind++)
    if (kind != NT_STEP_PARSE && kind != NT_STEP_QUERY) assert_int_equal(l.run[kind] + l.kept[kind], 0);
  assert_ran(l, NT_STEP_PARSE, 0);
}

static void a_body_reaches_its_page(void **state) {
  small_site *f = *state;
  small_put(f, "s/content/t1.md", "---\ntitle: T1\n---\ntvå\n");
  looked l = look(f);
  assert_ran(l, NT_STEP_PARSE, 1);
  assert_ran(l, NT_STEP_PLAN, 0);
  assert_rendered(l, 1, 0);
  small_assert(f, "t1", "<p>två</p>\n");
}

static void a_title_reaches_who_shows_it(void **state) {
  small_site *f = *state;
  small_put(f, "s/content/t1.md", "---\ntitle: T1½\n---\nett\n");
  looked l = look(f);
  assert_ran(l, NT_STEP_PARSE, 1);
  assert_ran(l, NT_STEP_PLAN, 0);
  assert_rendered(l, 1, 0); /* its own page shows none */
  small_assert(f, "alla", "T0 T1½ T2 T3 T4 ");
}

static void a_template_reaches_who_uses_it(void **state) {
  small_site *f = *state;
  small_put(f, "s/templates/om.html", "{{ site.title }}!");
  looked l = look(f);
  assert_ran(l, NT_STEP_PARSE, 0);
  assert_rendered(l, 1, 0);
  small_put(f, "s/templates/article.html", "<b>{{ doc.title }}</b>");
  assert_rendered(look(f), 5, 0);
  small_assert(f, "t3", "<b>T3</b>");
}

/* Who has run since and reads it no longer is not looked at. */
static void what_is_no_longer_read_reaches_nobody(void **state) {
  small_site *f = *state;
  small_put(f, "s/templates/om.html", "{% include 'del.html' %}");
  small_put(f, "s/templates/del.html", "ett");
  small_settle(f);
  small_put(f, "s/templates/del.html", "två");
  assert_rendered(look(f), 1, 0);
  small_assert(f, "om", "två");
  small_put(f, "s/templates/om.html", "inget");
  small_settle(f);
  small_put(f, "s/templates/del.html", "tre");
  assert_rendered(look(f), 0, 0);
}

static void who_looked_in_vain_is_reached(void **state) {
  small_site *f = *state;
  small_put(f, "s/templates/alla.html", "samma");
  assert_rendered(look(f), 0, 0); /* a name that nobody looked for */
  small_put(f, "s/kinds/news.yaml", "template: om.html\noutputs: [html]\nfields: { title: { type: text } }\n");
  small_put(f, "s/content/news/n.md", "---\ntitle: N\n---\n");
  small_settle(f);
  assert_ran(look(f), NT_STEP_PARSE, 0);
}

/* What an epoch that fails has not come to is suspect in the next. */
static void a_fault_forgets_no_suspect(void **state) {
  small_site *f = *state;
  small_put(f, "s/templates/om.html", "{{ site.title }}!");
  small_put(f, "s/content/t1.md", "---\ntitle: T1\n---\ntvå\n");
  small_put(f, "s/scripts/a.lua",
            "local notis = require 'notis'\n"
            "notis.on('collect', function() error('nej') end)\n");
  small_settle(f);
  assert_true(site_of(f)->failed);
  small_assert(f, "om", "T");
  small_put(f, "s/scripts/a.lua", "local notis = require 'notis'\n");
  small_settle(f);
  assert_false(site_of(f)->failed);
  small_assert(f, "om", "T!");
  small_assert(f, "t1", "<p>två</p>\n");
}

/* A hook that comes reaches those that had none, which no trace tells. */
static void a_first_hook_reaches_everybody(void **state) {
  small_site *f = *state;
  small_put(f, "s/scripts/a.lua",
            "local notis = require 'notis'\n"
            "notis.on('document', function(doc) doc.body:append(notis.node('thematic_break')) end)\n");
  assert_ran(look(f), NT_STEP_DOCUMENT, 5);
  small_assert(f, "t2", "<p>ett</p>\n<hr />\n");
}

static void a_page_says_why(void **state) {
  small_site *f = *state;
  small_put(f, "s/templates/om.html", "{{ site.title }}!");
  small_settle(f);
  const nt_page_record *page = nt_plan_page(&site_of(f)->plan, NT_STR("om/index.html"));
  assert_int_equal(page->why.epoch, site_of(f)->epoch);
  assert_int_equal(page->why.reason, NT_WHY_KEY);
  assert_int_equal(nt_key_class_of(page->why.key), NT_KEY_TEMPLATE);
  page = nt_plan_page(&site_of(f)->plan, NT_STR("t1/index.html"));
  assert_int_equal(page->why.epoch, 1);
  assert_int_equal(page->why.reason, NT_WHY_NEW);
}

/* Distrust finds what nobody suspects: here a step that is said to have read something else. */
static void distrust_finds_it(void **state) {
  small_site *f = *state;
  pid_t child = fork();
  if (child == 0) {
    nt_page_record *page = nt_plan_page(&site_of(f)->plan, NT_STR("om/index.html"));
    freopen("/dev/null", "w", stderr);
    page->render.trace[page->render.count - 1].hash++;
    nt_edges_distrust(site_of(f));
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, small_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {with(nothing_changed),
                                     with(a_body_reaches_its_page),
                                     with(a_title_reaches_who_shows_it),
                                     with(a_template_reaches_who_uses_it),
                                     with(what_is_no_longer_read_reaches_nobody),
                                     with(who_looked_in_vain_is_reached),
                                     with(a_fault_forgets_no_suspect),
                                     with(a_first_hook_reaches_everybody),
                                     with(a_page_says_why),
                                     with(distrust_finds_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
