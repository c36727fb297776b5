/* What a step remembers: names, the tracer, and the step itself. */
#include "engine/trace/trace.h"
#include "support.h"

#include <uv.h>

static void names_are_numbered_in_order(void **state) {
  nt_names *names = nt_names_new();
  assert_int_equal(nt_names_id(names, NT_STR("")), 0);
  assert_int_equal(nt_names_id(names, NT_STR("title")), 1);
  assert_int_equal(nt_names_id(names, NT_STR("date")), 2);
  assert_int_equal(nt_names_id(names, NT_STR("title")), 1);
  assert_true(nt_str_eq(nt_names_str(names, 2), NT_STR("date")));
  char text[] = "borrowed";
  uint32_t id = nt_names_id(names, nt_str_c(text));
  text[0] = 'B';
  assert_true(nt_str_eq(nt_names_str(names, id), NT_STR("borrowed")));
  nt_names_free(names);
}

static void a_cache_says_what_the_table_says(void **state) {
  nt_names *names = nt_names_new();
  nt_names_cache cache = {{0}};
  char name[32];
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 300; i++) {
      snprintf(name, sizeof name, "name-%d", i);
      assert_int_equal(nt_names_cached(names, &cache, nt_str_c(name)), nt_names_id(names, nt_str_c(name)));
    }
  nt_map_deinit(&cache.known);
  nt_names_free(names);
}

static void keys_hold_class_scope_and_name(void **state) {
  nt_key key = nt_key_of(NT_KEY_CLOCK, NT_SCOPE_ALL, UINT32_MAX);
  assert_int_equal(nt_key_class_of(key), NT_KEY_CLOCK);
  assert_int_equal(nt_key_scope_of(key), NT_SCOPE_ALL);
  key = nt_key_of(NT_KEY_FILE, 7, 9);
  assert_int_equal(nt_key_class_of(key), NT_KEY_FILE);
  assert_int_equal(nt_key_scope_of(key), 7);
  assert_int_equal(key.name, 9);
  for (int i = 0; i < NT_KEY_CLASSES; i++) assert_non_null(nt_key_class_name((nt_key_class)i));
}

/* Far beyond the table's first size, every key twice, and keys that differ in one part only. */
static void a_tracer_keeps_each_key_once(void **state) {
  enum { COUNT = 5000 };
  nt_tracer tracer = {0};
  for (int round = 0; round < 3; round++) {
    nt_tracer_start(&tracer);
    assert_int_equal(tracer.entries.len, 0);
    for (int twice = 0; twice < 2; twice++)
      for (uint32_t i = 0; i < COUNT; i++)
        nt_tracer_add(&tracer, nt_key_of(NT_KEY_FIELD, i % 50, i / 50), i + 1 + (nt_hash)twice);
    assert_int_equal(tracer.entries.len, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) { /* in order, with the first hash */
      assert_int_equal(tracer.entries.items[i].hash, i + 1);
      assert_int_equal(nt_key_scope_of(tracer.entries.items[i].key), i % 50);
    }
    nt_tracer_add(&tracer, nt_key_of(NT_KEY_BODY, 0, 0), 1);
    assert_int_equal(tracer.entries.len, COUNT + 1);
  }
  nt_tracer_deinit(&tracer);
}

static void a_step_keeps_copies(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_tracer tracer = {0};
  nt_step step = {0};
  nt_diags_init(&diags, arena);
  nt_report(&diags, NT_MSG_kind_unknown, nt_where_file(NT_STR("a.md"), 3, 1), NT_STR("nyhet"), NT_STR("news"));
  nt_tracer_start(&tracer);
  nt_tracer_add(&tracer, nt_key_of(NT_KEY_DATA, 0, 4), 99);
  nt_step_set(&step, &tracer, NT_STEP_FAILED, 5, &diags);
  nt_arena_free(arena);
  nt_tracer_deinit(&tracer);
  assert_int_equal(step.state, NT_STEP_FAILED);
  assert_int_equal(step.value, 5);
  assert_int_equal(step.count, 1);
  assert_int_equal(step.trace[0].hash, 99);
  assert_int_equal(step.diag_count, 1);
  assert_true(nt_str_eq(step.diags[0].args[0], NT_STR("nyhet")));
  nt_tracer none = {0};
  nt_tracer_start(&none);
  nt_step_set(&step, &none, NT_STEP_OK, 6, NULL); /* again: what was there is freed */
  assert_int_equal(step.count, 0);
  assert_int_equal(step.diag_count, 0);
  nt_step_deinit(&step);
  assert_int_equal(step.state, NT_STEP_NONE);
  nt_tracer_deinit(&none);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_are_numbered_in_order),
      cmocka_unit_test(a_cache_says_what_the_table_says),
      cmocka_unit_test(keys_hold_class_scope_and_name),
      cmocka_unit_test(a_tracer_keeps_each_key_once),
      cmocka_unit_test(a_step_keeps_copies),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
