/* What templates mean: the outputs in jinja_cases.txt are Jinja2's own, see jinja_cases.py. */
#include "template_support.h"

#include "text/yaml.h"

typedef struct section {
  nt_str title; /* "=== case" or "--- name" */
  nt_str text;
} section;

/* Cuts the next section off: a line that begins with === or ---, then its text without the last line end. */
static bool next_section(nt_str *rest, section *out) {
  if (!rest->len) return false;
  size_t end = nt_str_find(*rest, '\n');
  out->title = nt_str_sub(*rest, 0, end);
  *rest = nt_str_sub(*rest, end + 1, rest->len);
  size_t at;
  for (at = 0; at < rest->len; at++) {
    bool start = at == 0 || rest->ptr[at - 1] == '\n';
    nt_str here = nt_str_sub(*rest, at, rest->len);
    if (start && (nt_str_starts(here, NT_STR("=== ")) || nt_str_starts(here, NT_STR("--- ")))) break;
  }
  out->text = nt_str_sub(*rest, 0, at ? at - 1 : 0);
  *rest = nt_str_sub(*rest, at, rest->len);
  return true;
}

static bool run_case(stage *s, nt_str expected, size_t number) {
  const char *got = stage_render(s, "main");
  if (nt_str_eq(nt_str_c(got), expected)) return true;
  const nt_template_source *main_source = &s->fake.templates.items[0];
  print_error("case %zu\n  template: %.*s\n  expected: %.*s\n  got:      %s\n  %s\n", number,
              NT_FMT(main_source->bytes), NT_FMT(expected), got, stage_faults(s));
  return false;
}

static void templates_mean_what_jinja_means(void **state) {
  char path[4096];
  const char *root = getenv("NOTIS_SOURCE_DIR");
  snprintf(path, sizeof path, "%s/tests/unit/template/jinja_cases.txt", root ? root : ".");
  nt_str file = nt_test_read(path), rest = file;
  assert_non_null(file.ptr);
  stage s;
  section part;
  size_t cases = 0, failed = 0;
  stage_begin(&s, NULL);
  while (next_section(&rest, &part)) {
    nt_str title = nt_str_sub(part.title, 4, part.title.len);
    if (nt_str_eq(part.title, NT_STR("=== context"))) {
      assert_true(nt_yaml_parse(part.text, title, (nt_pos){1, 1, 0}, s.fake.arena, &s.fake.diags, &s.page.params));
    } else if (nt_str_eq(part.title, NT_STR("=== case"))) {
      s.fake.templates.len = 0;
      cases++;
    } else if (nt_str_eq(part.title, NT_STR("--- expected"))) {
      failed += !run_case(&s, part.text, cases);
    } else if (nt_str_starts(part.title, NT_STR("--- "))) {
      fake_add_template(&s.fake, nt_arena_str(s.fake.arena, title).ptr, 0, nt_arena_str(s.fake.arena, part.text).ptr);
    }
  }
  assert_true(cases > 100);
  assert_int_equal(failed, 0);
  stage_end(&s);
  free((char *)file.ptr);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(templates_mean_what_jinja_means)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
