/* Expected places are counted by hand in the texts below. */
#include "support.h"

#include "text/scalar_place.h"

static void assert_place(const char *file, nt_pos at, uint32_t line, uint32_t column, uint32_t indent, bool folded) {
  nt_scalar_place place = nt_scalar_place_find(nt_str_c(file), at);
  assert_int_equal(place.line, line);
  assert_int_equal(place.column, column);
  assert_int_equal(place.indent, indent);
  assert_int_equal(place.folded, folded);
}

static void test_styles(void **state) {
  assert_place("---\nlead: En text.\n---\n", (nt_pos){2, 7, 0}, 2, 7, 0, false);
  assert_place("---\nlead: \"En text.\"\n---\n", (nt_pos){2, 7, 0}, 2, 8, 0, false);
  assert_place("---\nlead: 'En\n  text.'\n---\n", (nt_pos){2, 7, 0}, 2, 8, 0, true);
  assert_place("---\nlead: |\n\n   En text.\n---\n", (nt_pos){2, 7, 0}, 3, 1, 3, false);
  assert_place("---\r\nlead: |-\r\n\r\n  En text.\r\n", (nt_pos){2, 7, 0}, 3, 1, 2, false);
  assert_place("---\nlead: >\n  En text.\n---\n", (nt_pos){2, 7, 0}, 2, 7, 0, true);
  assert_place("---\nlead: |", (nt_pos){2, 7, 0}, 3, 1, 0, false);
  assert_place("", (nt_pos){2, 7, 0}, 2, 7, 0, false);
  assert_place("x", (nt_pos){0}, 0, 0, 0, false);
}

static void test_positions(void **state) {
  nt_scalar_place literal = {.line = 3, .column = 1, .indent = 2}, folded = {.line = 2, .column = 7, .folded = true};
  nt_node_pos pos = {.line = 4, .column = 5, .text_line = 4, .text_column = 9}, other = pos;
  nt_scalar_place_apply(&literal, (nt_pos){2, 7, 0}, &pos);
  assert_int_equal(pos.column, 7);
  assert_int_equal(pos.text_column, 11);
  nt_scalar_place_apply(&folded, (nt_pos){2, 7, 0}, &other);
  assert_int_equal(other.line, 2);
  assert_int_equal(other.column, 7);
  assert_int_equal(other.text_line, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_styles), cmocka_unit_test(test_positions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
