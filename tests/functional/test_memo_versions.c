/* What another version of the engine remembered is not believed, and nothing is said of it. */
#include "fixture.h"

enum { TEXTS = 12 };

static const char *const files[][2] = {
    {"s/site.yaml", "title: T\nurl: https://t.example/\n"
                    "sources:\n  text: { use: source_markdown, path: content }\n"
                    "collections:\n  alla: { sort: [title], path: /alla/, template: list.html }\n"},
    {"s/templates/article.html", "{{ doc.title }} {{ doc.body }}\n"},
    {"s/templates/list.html", "{% for d in documents %}{{ d.title }} {% endfor %}\n"},
};

static int setup(void **state) {
  fixture *x = fixture_new(files, sizeof files / sizeof *files);
  for (int i = 0; i < TEXTS; i++) {
    char path[64], text[64];
    snprintf(path, sizeof path, "s/content/t%d.md", i);
    snprintf(text, sizeof text, "---\ntitle: T%d\n---\nText %d.\n", i, i);
    workspace_write(&x->w, path, text);
  }
  *state = x;
  return 0;
}

/* A process of that version comes and goes: how many texts it parsed. */
static uint64_t live(fixture *x, uint64_t version) {
  x->w.options.memo_version = version;
  workspace_open(&x->w);
  uint64_t parsed = nt_atomic_get(&x->w.site->counters.run[NT_STEP_PARSE]);
  assert_int_equal(x->w.site->diags.len, 0);
  workspace_assert_clean(&x->w, "another version");
  workspace_close(&x->w);
  return parsed;
}

static void versions_come_and_go(void **state) {
  fixture *x = *state;
  assert_int_equal(live(x, 1), TEXTS);
  assert_int_equal(live(x, 1), 0);
  assert_int_equal(live(x, 2), TEXTS);
  assert_int_equal(live(x, 2), 0);
  assert_int_equal(live(x, 1), TEXTS);
}

/* What was edited under one is not what the other has forgotten. */
static void an_edit_between_versions(void **state) {
  fixture *x = *state;
  assert_int_equal(live(x, 1), TEXTS);
  workspace_write(&x->w, "s/content/t3.md", "---\ntitle: Other\n---\nText.\n");
  assert_int_equal(live(x, 2), TEXTS);
  workspace_write(&x->w, "s/content/t3.md", "---\ntitle: T3\n---\nText 3.\n");
  assert_int_equal(live(x, 2), 1);
  assert_int_equal(live(x, 1), TEXTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(versions_come_and_go, setup, fixture_free),
      cmocka_unit_test_setup_teardown(an_edit_between_versions, setup, fixture_free),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
