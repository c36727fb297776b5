#include "support.h"
#include "text/yaml.h"

static nt_front_matter split(const char *text) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_front_matter f;
  bool good = nt_front_matter_split(nt_str_c(text), NT_STR("a.md"), &diags, &f);
  size_t reports = diags.len;
  nt_arena_free(arena);
  assert_true(good);
  assert_int_equal(reports, 0);
  return f;
}

static void check(const char *text, const char *yaml, const char *body, unsigned yaml_line, unsigned body_line) {
  nt_front_matter f = split(text);
  if (!f.present || !nt_str_eq(f.yaml, nt_str_c(yaml)) || !nt_str_eq(f.body, nt_str_c(body)) ||
      f.yaml_line != yaml_line || f.body_line != body_line)
    fail_msg("%s\n  gave [%.*s] from %u, [%.*s] from %u", text, NT_FMT(f.yaml), f.yaml_line, NT_FMT(f.body),
             f.body_line);
}

static void check_none(const char *text) {
  nt_front_matter f = split(text);
  assert_false(f.present);
  assert_int_equal(f.yaml.len, 0);
  assert_true(nt_str_eq(f.body, nt_str_c(text)));
  assert_int_equal(f.body_line, 1);
}

static void present(void **state) {
  check("---\na: 1\n---\nText\n", "a: 1\n", "Text\n", 2, 4);
  check("---\na: 1\n...\nText\n", "a: 1\n", "Text\n", 2, 4);
  check("---\r\na: 1\r\n---\r\nText\r\n", "a: 1\r\n", "Text\r\n", 2, 4);
  check("\xEF\xBB\xBF---\na: 1\n---\nText", "a: 1\n", "Text", 2, 4);
  check("\n \t\n---\na: 1\n---\n", "a: 1\n", "", 4, 6);
  check("\xEF\xBB\xBF\r\n---\r\na: 1\r\n---", "a: 1\r\n", "", 3, 5);
  check("---  \na: 1\n--- \t\nText", "a: 1\n", "Text", 2, 4);
  check("---\n---\nText", "", "Text", 2, 3);
  check("---\na: |\n  ----\n --- \n---x\n---\n---\n", "a: |\n  ----\n --- \n---x\n", "---\n", 2, 7);
}

static void absent(void **state) {
  check_none("");
  check_none("\n\n");
  check_none("Text\n---\na: 1\n---\n");
  check_none("----\n---\n");
  check_none(" ---\na: 1\n---\n");
  check_none("--- a: 1\n---\n");
}

static void unclosed(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_front_matter f;
  assert_false(nt_front_matter_split(NT_STR("\n---\na: 1\n\nText\n"), NT_STR("a.md"), &diags, &f));
  assert_int_equal(diags.len, 1);
  assert_int_equal(diags.items[0].code, NT_MSG_front_matter_unclosed);
  assert_int_equal(diags.items[0].where.line, 2);
  assert_int_equal(diags.items[0].where.column, 1);
  assert_false(nt_front_matter_split(NT_STR("---"), NT_STR("a.md"), &diags, &f));
  nt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(present), cmocka_unit_test(absent), cmocka_unit_test(unclosed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
