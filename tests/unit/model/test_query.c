#include "model/query.h"
#include "support.h"

#include <math.h>

static int setup(void **state) {
  *state = nt_arena_new();
  return 0;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static bool same_question(const nt_query *a, const nt_query *b) {
  nt_buf x = {0}, y = {0};
  nt_query_normal(a, &x);
  nt_query_normal(b, &y);
  bool same = nt_str_eq(nt_buf_str(&x), nt_buf_str(&y));
  nt_buf_deinit(&x);
  nt_buf_deinit(&y);
  return same;
}

static nt_value list_of(nt_arena *arena, int64_t a, int64_t b) {
  nt_value list = nt_list_new(arena);
  nt_list_push(&list, arena, nt_int(a));
  nt_list_push(&list, arena, nt_int(b));
  return list;
}

static bool holds(nt_compare compare, nt_value field, nt_value wanted) {
  nt_condition c = {NT_STR("x"), compare, wanted};
  return nt_condition_holds(&c, &field);
}

static void words(void **state) {
  nt_compare c;
  assert_true(nt_compare_find(NT_STR("lte"), &c) && c == NT_LE);
  assert_true(nt_compare_find(NT_STR("le"), &c) && c == NT_LE);
  assert_true(nt_compare_find(NT_STR("gte"), &c) && c == NT_GE);
  assert_true(nt_compare_find(NT_STR("in"), &c) && c == NT_IN);
  assert_true(nt_compare_find(NT_STR("ne"), &c) && c == NT_NE);
  assert_false(nt_compare_find(NT_STR("EQ"), &c));
  assert_false(nt_compare_find(NT_STR(""), &c));
}

static void leaves_the_old_as_it_was(void **state) {
  nt_query *all = nt_query_of(*state, NT_STR("nyheter"));
  nt_query *some = nt_query_where(*state, all, NT_STR("lang"), NT_EQ, nt_string(NT_STR("sv")));
  nt_query *sorted = nt_query_sort(*state, some, NT_STR("-date"));
  nt_query *few = nt_query_slice(*state, sorted, 5, 10);
  assert_int_equal(all->condition_count, 0);
  assert_int_equal(some->sort_count, 0);
  assert_int_equal(sorted->limit, 0);
  assert_int_equal(few->offset, 5);
  assert_int_equal(few->limit, 10);
  assert_true(few->sorts[0].descending);
  assert_true(nt_str_eq(few->sorts[0].field, NT_STR("date")));
  assert_false(same_question(all, some));
  assert_false(same_question(some, sorted));
  assert_false(same_question(sorted, few));
}

static void order_of_conditions_is_no_matter(void **state) {
  nt_query *q = nt_query_of(*state, NT_STR("n"));
  nt_query *ab = nt_query_where(*state, q, NT_STR("a"), NT_EQ, nt_int(1));
  ab = nt_query_where(*state, ab, NT_STR("b"), NT_GT, nt_int(2));
  nt_query *ba = nt_query_where(*state, q, NT_STR("b"), NT_GT, nt_int(2));
  ba = nt_query_where(*state, ba, NT_STR("a"), NT_EQ, nt_int(1));
  assert_true(same_question(ab, ba));
  ba = nt_query_where(*state, ba, NT_STR("a"), NT_EQ, nt_int(1));
  assert_true(same_question(ab, ba));
  ba = nt_query_where(*state, ba, NT_STR("a"), NT_NE, nt_int(1));
  assert_false(same_question(ab, ba));
}

static void choices_are_a_set(void **state) {
  nt_query *q = nt_query_of(*state, NT_STR("n"));
  nt_query *x = nt_query_where(*state, q, NT_STR("a"), NT_IN, list_of(*state, 1, 2));
  nt_query *y = nt_query_where(*state, q, NT_STR("a"), NT_IN, list_of(*state, 2, 1));
  assert_true(same_question(x, y));
  x = nt_query_where(*state, q, NT_STR("a"), NT_EQ, list_of(*state, 1, 2));
  y = nt_query_where(*state, q, NT_STR("a"), NT_EQ, list_of(*state, 2, 1));
  assert_false(same_question(x, y));
}

static void order_of_sorts_matters(void **state) {
  nt_query *q = nt_query_of(*state, NT_STR("n"));
  nt_query *x = nt_query_sort(*state, nt_query_sort(*state, q, NT_STR("a")), NT_STR("b"));
  nt_query *y = nt_query_sort(*state, nt_query_sort(*state, q, NT_STR("b")), NT_STR("a"));
  assert_false(same_question(x, y));
  assert_true(same_question(x, nt_query_sort(*state, x, NT_STR("-a"))));
  assert_false(same_question(nt_query_sort(*state, q, NT_STR("a")), nt_query_sort(*state, q, NT_STR("-a"))));
}

/* Fields that run into each other must not make two questions one. */
static void no_confusion(void **state) {
  nt_query *a = nt_query_of(*state, NT_STR("nx")), *b = nt_query_of(*state, NT_STR("n"));
  b = nt_query_sort(*state, b, NT_STR("x"));
  assert_false(same_question(a, b));
}

static void equality(void **state) {
  assert_true(holds(NT_EQ, nt_int(1), nt_float(1.0)));
  assert_false(holds(NT_EQ, nt_int(1), nt_string(NT_STR("1"))));
  assert_true(holds(NT_NE, nt_int(1), nt_string(NT_STR("1"))));
  assert_true(holds(NT_EQ, list_of(*state, 1, 2), nt_int(2)));
  assert_true(holds(NT_EQ, list_of(*state, 1, 2), list_of(*state, 1, 2)));
  assert_false(holds(NT_NE, list_of(*state, 1, 2), nt_int(2)));
  assert_false(holds(NT_EQ, nt_map_new(*state), nt_int(2)));
  assert_false(holds(NT_EQ, nt_float(NAN), nt_int(2)));
  nt_value swedish = nt_timestamp((nt_time){.seconds = 10, .offset = 60}), utc = nt_timestamp((nt_time){.seconds = 10});
  assert_true(holds(NT_EQ, swedish, utc));
}

static void absent(void **state) {
  nt_condition c = {NT_STR("x"), NT_EQ, nt_null()};
  assert_true(nt_condition_holds(&c, NULL));
  c.value = nt_int(1);
  assert_false(nt_condition_holds(&c, NULL));
  c.compare = NT_NE;
  assert_true(nt_condition_holds(&c, NULL));
  c.compare = NT_LT;
  assert_false(nt_condition_holds(&c, NULL));
  c.compare = NT_GE;
  assert_false(nt_condition_holds(&c, NULL));
}

static void membership(void **state) {
  assert_true(holds(NT_IN, nt_int(2), list_of(*state, 1, 2)));
  assert_false(holds(NT_IN, nt_int(3), list_of(*state, 1, 2)));
  assert_true(holds(NT_IN, list_of(*state, 9, 2), list_of(*state, 1, 2)));
  assert_false(holds(NT_IN, nt_int(2), nt_int(2)));
}

static void ordering(void **state) {
  assert_true(holds(NT_LT, nt_int(1), nt_float(1.5)));
  assert_true(holds(NT_LE, nt_int(1), nt_int(1)));
  assert_false(holds(NT_LT, nt_int(1), nt_int(1)));
  assert_true(holds(NT_GE, nt_string(NT_STR("b")), nt_string(NT_STR("a"))));
  assert_true(holds(NT_GT, nt_timestamp((nt_time){.seconds = 2}), nt_timestamp((nt_time){.seconds = 1})));
  assert_false(holds(NT_GT, nt_string(NT_STR("b")), nt_int(1)));
  assert_false(holds(NT_GE, nt_float(NAN), nt_int(1)));
  assert_false(holds(NT_GE, nt_bool(true), nt_bool(false)));
}

/* What was asked can be had back from its normal form, and from no part of that. */
static void reads_what_was_written(void **state) {
  nt_arena *arena = *state;
  nt_query *q = nt_query_lang(arena, nt_query_of(arena, NT_STR("nyheter")), NT_STR("sv")), read;
  q = nt_query_where(arena, q, NT_STR("year"), NT_GE, nt_int(2023));
  q = nt_query_where(arena, q, NT_STR("topics"), NT_IN, list_of(arena, 4, 5));
  q = nt_query_slice(arena, nt_query_sort(arena, nt_query_sort(arena, q, NT_STR("-date")), NT_STR("title")), 10, 5);
  q->from_end = true;
  nt_buf normal = {0}, again = {0};
  nt_query_normal(q, &normal);
  assert_true(nt_query_read(nt_buf_str(&normal), arena, &read));
  assert_true(nt_str_eq(read.collection, NT_STR("nyheter")) && nt_str_eq(read.lang, NT_STR("sv")));
  assert_int_equal(read.condition_count, 2);
  assert_int_equal(read.sort_count, 2);
  assert_true(read.sorts[0].descending && !read.sorts[1].descending && read.from_end);
  assert_int_equal(read.offset, 10);
  assert_int_equal(read.limit, 5);
  nt_query_normal(&read, &again);
  assert_true(nt_str_eq(nt_buf_str(&normal), nt_buf_str(&again)));
  for (size_t i = 0; i < normal.len; i++) assert_false(nt_query_read(nt_str_n(normal.ptr, i), arena, &read));
  nt_buf_deinit(&normal);
  nt_buf_deinit(&again);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(words, setup, teardown),
                                     cmocka_unit_test_setup_teardown(leaves_the_old_as_it_was, setup, teardown),
                                     cmocka_unit_test_setup_teardown(order_of_conditions_is_no_matter, setup, teardown),
                                     cmocka_unit_test_setup_teardown(choices_are_a_set, setup, teardown),
                                     cmocka_unit_test_setup_teardown(order_of_sorts_matters, setup, teardown),
                                     cmocka_unit_test_setup_teardown(no_confusion, setup, teardown),
                                     cmocka_unit_test_setup_teardown(reads_what_was_written, setup, teardown),
                                     cmocka_unit_test_setup_teardown(equality, setup, teardown),
                                     cmocka_unit_test_setup_teardown(absent, setup, teardown),
                                     cmocka_unit_test_setup_teardown(membership, setup, teardown),
                                     cmocka_unit_test_setup_teardown(ordering, setup, teardown)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
