/* Two texts with one address: the earlier keeps it, and the later is nowhere until the earlier goes. */
#include "small_site.h"

static void text(small_site *f, const char *name, const char *date, const char *slug) {
  nt_str path = nt_arena_format(f->arena, "s/content/%s.md", name);
  nt_str bytes = nt_arena_format(f->arena, "---\ntitle: %s\ndate: %s\nslug: %s\n---\n", name, date, slug);
  small_put(f, path.ptr, bytes.ptr);
}

static int setup(void **state) {
  small_setup(state);
  small_site *f = *state;
  small_put(f, "s/site.yaml",
            "title: T\nurl: https://t.example/\nsources:\n"
            "  text: { use: source_markdown, path: content, match: '**/*.md' }\n"
            "collections:\n  alla: { kind: article, sort: [title], path: /alla/ }\n");
  small_put(f, "s/kinds/article.yaml",
            "permalink: /{slug}/\nfields:\n  title: { type: text }\n  date: { type: date }\n");
  small_put(f, "s/templates/article.html", "{{ doc.title }}");
  small_put(f, "s/templates/list.html", "{% for d in documents %}{{ d.title }}={{ d.url }} {% endfor %}");
  text(f, "a", "2024-01-02", "x");
  text(f, "b", "2024-01-01", "x");
  text(f, "c", "2024-01-03", "c");
  small_settle(f);
  return 0;
}

static size_t errors(small_site *f) {
  return nt_engine_site(f->engine, NT_STR("s"))->diags.errors;
}

static void test_the_later_is_in_no_list(void **state) {
  small_site *f = *state;
  small_assert(f, "x", "b");
  small_assert(f, "alla", "b=/x/ c=/c/ ");
  assert_int_equal(errors(f), 1);
  assert_int_equal(nt_engine_site(f->engine, NT_STR("s"))->diags.items[0].code, NT_MSG_path_taken);
}

static void test_it_comes_back(void **state) {
  small_site *f = *state;
  text(f, "b", "2024-01-01", "y");
  small_settle(f);
  assert_int_equal(errors(f), 0);
  small_assert(f, "x", "a");
  small_assert(f, "alla", "a=/x/ b=/y/ c=/c/ ");
}

static void test_they_change_places(void **state) {
  small_site *f = *state;
  text(f, "b", "2024-02-01", "x");
  small_settle(f);
  small_assert(f, "x", "a");
  small_assert(f, "alla", "a=/x/ c=/c/ ");
  text(f, "d", "2023-01-01", "c"); /* a new one takes another's address */
  small_settle(f);
  small_assert(f, "alla", "a=/x/ d=/c/ ");
  assert_int_equal(errors(f), 2);
}

/* That somebody is withheld is no reason to plan again and again. */
static void test_nothing_runs_when_nothing_changes(void **state) {
  small_site *f = *state;
  nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  uint64_t plans = nt_atomic_get(&site->counters.run[NT_STEP_PLAN]),
           queries = nt_atomic_get(&site->counters.run[NT_STEP_QUERY]),
           renders = nt_atomic_get(&site->counters.run[NT_STEP_RENDER]);
  small_settle(f);
  assert_int_equal(nt_atomic_get(&site->counters.run[NT_STEP_PLAN]), plans);
  assert_int_equal(nt_atomic_get(&site->counters.run[NT_STEP_QUERY]), queries);
  assert_int_equal(nt_atomic_get(&site->counters.run[NT_STEP_RENDER]), renders);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, small_teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_the_later_is_in_no_list),
      with(test_it_comes_back),
      with(test_they_change_places),
      with(test_nothing_runs_when_nothing_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
