#include "base/map.h"
#include "support.h"

static void *number(uintptr_t n) {
  return (void *)n;
}

static void set_get_remove(void **state) {
  nt_map map = {0};
  assert_null(nt_map_get(&map, NT_STR("a")));
  assert_null(nt_map_remove(&map, NT_STR("a")));
  assert_null(nt_map_set(&map, NT_STR("a"), number(1)));
  assert_ptr_equal(nt_map_set(&map, NT_STR("a"), number(2)), number(1));
  assert_ptr_equal(nt_map_get(&map, NT_STR("a")), number(2));
  assert_int_equal(map.live, 1);
  assert_ptr_equal(nt_map_remove(&map, NT_STR("a")), number(2));
  assert_false(nt_map_has(&map, NT_STR("a")));
  assert_null(nt_map_remove(&map, NT_STR("a")));
  assert_null(nt_map_set(&map, NT_STR("a"), number(3)));
  assert_ptr_equal(nt_map_get(&map, NT_STR("a")), number(3));
  nt_map_deinit(&map);
}

static void odd_keys(void **state) {
  nt_map map = {0};
  nt_map_set(&map, nt_str_n(NULL, 0), number(1));
  nt_map_set(&map, nt_str_n("a\0b", 3), number(2));
  nt_map_set(&map, nt_str_n("a\0c", 3), number(3));
  nt_map_set(&map, NT_STR("a"), NULL);
  assert_ptr_equal(nt_map_get(&map, NT_STR("")), number(1));
  assert_ptr_equal(nt_map_get(&map, nt_str_n("a\0b", 3)), number(2));
  assert_true(nt_map_has(&map, NT_STR("a")));
  assert_null(nt_map_get(&map, NT_STR("a")));
  assert_int_equal(map.live, 4);
  nt_map_deinit(&map);
}

static void keeps_order(void **state) {
  static const char *const keys[] = {"z", "a", "m", "b", "y"};
  nt_map map = {0};
  for (size_t i = 0; i < 5; i++) nt_map_set(&map, nt_str_c(keys[i]), number(i));
  nt_map_remove(&map, NT_STR("m"));
  nt_map_set(&map, NT_STR("a"), number(9)); /* keeps its place */
  nt_map_set(&map, NT_STR("m"), number(8)); /* comes last */
  char order[8] = {0};
  const nt_map_entry *e;
  size_t n = 0;
  for (size_t i = 0; nt_map_each(&map, &i, &e);) order[n++] = e->key.ptr[0];
  assert_string_equal(order, "zabym");
  nt_map_clear(&map);
  size_t i = 0;
  assert_false(nt_map_each(&map, &i, &e));
  assert_null(nt_map_get(&map, NT_STR("z")));
  nt_map_deinit(&map);
}

/* Twenty thousand operations in no order against a plain array. */
static void as_an_array_would(void **state) {
  enum { KEYS = 500 };
  char names[KEYS][8];
  uintptr_t model[KEYS] = {0};
  nt_map map = {0};
  uint32_t random = 12345;
  for (int i = 0; i < KEYS; i++) snprintf(names[i], sizeof names[i], "k%d", i);
  for (uintptr_t step = 1; step < 20000; step++) {
    random = random * 1103515245 + 12345;
    size_t key = random / 65536 % KEYS;
    bool remove = random >> 28 < 6;
    void *got =
        remove ? nt_map_remove(&map, nt_str_c(names[key])) : nt_map_set(&map, nt_str_c(names[key]), number(step));
    assert_ptr_equal(got, number(model[key]));
    model[key] = remove ? 0 : step;
  }
  size_t live = 0;
  for (int i = 0; i < KEYS; i++) {
    assert_ptr_equal(nt_map_get(&map, nt_str_c(names[i])), number(model[i]));
    live += model[i] != 0;
  }
  assert_int_equal(map.live, live);
  assert_true(map.slot_count <= KEYS * 8); /* removal does not make it grow without end */
  nt_map_deinit(&map);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(set_get_remove), cmocka_unit_test(odd_keys),
                                     cmocka_unit_test(keeps_order), cmocka_unit_test(as_an_array_would)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
