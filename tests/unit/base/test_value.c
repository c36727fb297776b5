/* The bytes that the encoding's description in value.h gives, by hand; then damage of every kind. */
#include "base/value.h"
#include "support.h"

static int setup(void **state) {
  *state = nt_arena_new();
  return 0;
}

static int teardown(void **state) {
  nt_arena_free(*state);
  return 0;
}

static void put(nt_value *map, nt_arena *arena, const char *key, nt_value value) {
  nt_map_put(map, arena, nt_str_c(key), (nt_pos){0}, value);
}

static nt_value sample(nt_arena *arena) {
  nt_value map = nt_map_new(arena), list = nt_list_new(arena), inner = nt_map_new(arena);
  nt_list_push(&list, arena, nt_int(-300));
  nt_list_push(&list, arena, nt_float(1.5));
  nt_list_push(&list, arena, nt_null());
  put(&inner, arena, "tid", nt_timestamp((nt_time){1712734200, 500, -120, 0, 1}));
  put(&inner, arena, "dag", nt_timestamp((nt_time){-86400, 0, 0, 1, 0}));
  nt_list_push(&list, arena, inner);
  put(&map, arena, "titel", nt_string(NT_STR("Mål")));
  put(&map, arena, "lista", list);
  put(&map, arena, "ja", nt_bool(true));
  put(&map, arena, "kod", nt_markup(NT_STR("\1\2")));
  return map;
}

static void check_bytes(nt_value value, const char *bytes, size_t len) {
  nt_buf out = {0};
  nt_value_encode(&value, &out);
  assert_int_equal(out.len, len);
  assert_memory_equal(out.ptr, bytes, len);
  nt_buf_deinit(&out);
}

static void encoding(void **state) {
  nt_arena *arena = *state;
  check_bytes(nt_null(), "\0", 1);
  check_bytes(nt_bool(true), "\1\1", 2);
  check_bytes(nt_int(-1), "\2\1", 2);
  check_bytes(nt_int(64), "\2\x80\1", 3);
  check_bytes(nt_float(1.5), "\3\0\0\0\0\0\0\xF8\x3F", 9);
  check_bytes(nt_string(NT_STR("ab")), "\4\2ab", 4);
  check_bytes(nt_timestamp((nt_time){1, 2, -1, 1, 1}), "\5\2\2\1\3", 5);
  nt_value list = nt_list_new(arena), map = nt_map_new(arena);
  nt_list_push(&list, arena, nt_null());
  check_bytes(list, "\6\1\0", 3);
  put(&map, arena, "k", nt_bool(false));
  check_bytes(map, "\7\1\1k\1\0", 6);
  check_bytes(nt_markup(NT_STR("x")), "\10\1x", 3);
}

static void round_trip(void **state) {
  nt_value value = sample(*state), back;
  nt_buf bytes = {0};
  nt_value_encode(&value, &bytes);
  assert_true(nt_value_decode(nt_buf_str(&bytes), *state, &back));
  assert_true(nt_value_eq(&value, &back));
  assert_true(nt_value_hash(&value) == nt_value_hash(&back));
  nt_value copy = nt_value_copy(&value, *state);
  assert_true(nt_value_eq(&value, &copy));
  put(&copy, *state, "ny", nt_int(1));
  assert_false(nt_value_eq(&value, &copy));
  nt_buf_deinit(&bytes);
}

static void truncated(void **state) {
  nt_value value = sample(*state), back;
  nt_buf bytes = {0};
  nt_value_encode(&value, &bytes);
  for (size_t len = 0; len < bytes.len; len++) {
    char *exact = nt_alloc(len);
    memcpy(exact, bytes.ptr, len);
    assert_false(nt_value_decode(nt_str_n(exact, len), *state, &back));
    free(exact);
  }
  nt_buf_byte(&bytes, 0);
  assert_false(nt_value_decode(nt_buf_str(&bytes), *state, &back)); /* something after the end */
  nt_buf_deinit(&bytes);
}

/* Whatever is decoded from damaged bytes is a value that can be used. */
static void bit_flipped(void **state) {
  nt_value value = sample(*state);
  nt_buf bytes = {0}, again = {0};
  nt_value_encode(&value, &bytes);
  for (size_t bit = 0; bit < bytes.len * 8; bit++) {
    nt_value back;
    bytes.ptr[bit / 8] = (char)(bytes.ptr[bit / 8] ^ (1 << bit % 8));
    if (nt_value_decode(nt_buf_str(&bytes), *state, &back)) {
      nt_buf_clear(&again);
      nt_value_encode(&back, &again);
      assert_true(again.len <= bytes.len + 8);
    }
    bytes.ptr[bit / 8] = (char)(bytes.ptr[bit / 8] ^ (1 << bit % 8));
  }
  nt_buf_deinit(&bytes);
  nt_buf_deinit(&again);
}

static void hostile_bytes(void **state) {
  nt_buf bytes = {0};
  nt_value back;
  for (int i = 0; i < 100000; i++) nt_buf_put(&bytes, NT_STR("\6\1"));
  nt_buf_byte(&bytes, NT_NULL);
  assert_false(nt_value_decode(nt_buf_str(&bytes), *state, &back));
  assert_false(nt_value_decode(NT_STR("\6\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"), *state, &back));
  assert_false(nt_value_decode(NT_STR("\4\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"), *state, &back));
  assert_false(nt_value_decode(NT_STR("\x20"), *state, &back));
  assert_false(nt_value_decode(NT_STR("\xFF"), *state, &back));
  nt_buf_deinit(&bytes);
}

/* 2^64 and above: the tenth byte has room for one bit. */
static void numbers_that_do_not_fit(void **state) {
  uint64_t number;
  size_t at = 0;
  assert_true(nt_varint_read(NT_STR("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"), &at, &number));
  assert_true(number == UINT64_MAX);
  at = 0;
  assert_false(nt_varint_read(NT_STR("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), &at, &number));
  at = 0;
  assert_false(nt_varint_read(NT_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"), &at, &number));
  at = 0;
  assert_false(nt_varint_read(NT_STR("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), &at, &number));
}

/* Lists within lists, each of which says that it holds all the bytes that are left. */
static void counts_share_one_budget(void **state) {
  enum { LISTS = 900, BYTES = 20000 };
  nt_arena *arena = nt_arena_new();
  nt_buf bytes = {0};
  nt_value back;
  for (int i = 0; i < LISTS; i++) {
    nt_buf_byte(&bytes, NT_LIST);
    nt_buf_varint(&bytes, BYTES);
  }
  for (int i = 0; i < BYTES; i++) nt_buf_byte(&bytes, NT_NULL);
  assert_false(nt_value_decode(nt_buf_str(&bytes), arena, &back));
  assert_true(nt_arena_size(arena) < 100 * bytes.len);
  nt_buf_deinit(&bytes);
  nt_arena_free(arena);
}

static void hashes_tell_apart(void **state) {
  nt_arena *arena = *state;
  nt_value one = nt_int(1), float_one = nt_float(1), text_one = nt_string(NT_STR("1")), markup = nt_markup(NT_STR("1"));
  assert_true(nt_value_hash(&one) != nt_value_hash(&float_one));
  assert_true(nt_value_hash(&text_one) != nt_value_hash(&markup));
  assert_false(nt_value_eq(&one, &float_one));
  nt_value ab = nt_map_new(arena), ba = nt_map_new(arena);
  put(&ab, arena, "a", one);
  put(&ab, arena, "b", one);
  put(&ba, arena, "b", one);
  put(&ba, arena, "a", one);
  assert_true(nt_value_hash(&ab) != nt_value_hash(&ba));
  assert_false(nt_value_eq(&ab, &ba));
  nt_value elsewhere = one;
  elsewhere.pos = (nt_pos){7, 7, 7};
  assert_true(nt_value_hash(&one) == nt_value_hash(&elsewhere) && nt_value_eq(&one, &elsewhere));
}

static void maps(void **state) {
  nt_arena *arena = *state;
  nt_value map = nt_map_new(arena), inner = nt_map_new(arena);
  for (int i = 0; i < 100; i++) nt_map_put(&map, arena, nt_arena_format(arena, "k%d", i), (nt_pos){0}, nt_int(i));
  nt_dict_index(&map, arena);
  assert_int_equal(nt_map_find(&map, NT_STR("k77"))->as.integer, 77);
  assert_null(nt_map_find(&map, NT_STR("k100")));
  assert_true(nt_map_drop(&map, NT_STR("k3")));
  assert_false(nt_map_drop(&map, NT_STR("k3")));
  assert_int_equal(nt_value_len(&map), 99);
  assert_true(nt_str_eq(map.as.map->entries[3].key, NT_STR("k4")));
  put(&map, arena, "k4", nt_int(-4));
  assert_int_equal(map.as.map->entries[3].value.as.integer, -4);
  assert_null(nt_map_find(NULL, NT_STR("x")));
  put(&inner, arena, "b", nt_int(5));
  put(&map, arena, "a", inner);
  assert_int_equal(nt_map_path(&map, NT_STR("a.b"))->as.integer, 5);
  assert_null(nt_map_path(&map, NT_STR("a.b.c")));
  assert_null(nt_map_path(&map, NT_STR("k5.b")));
}

static void order(void **state) {
  nt_value one = nt_int(1), half = nt_float(0.5), text = nt_string(NT_STR("a")), later = nt_string(NT_STR("b"));
  nt_value early = nt_timestamp((nt_time){.seconds = 5, .offset = 60}), late = nt_timestamp((nt_time){.seconds = 6});
  nt_value most = nt_int(INT64_MAX), nearly = nt_int(INT64_MAX - 1);
  assert_int_equal(nt_value_cmp(&half, &one), -1);
  assert_int_equal(nt_value_cmp(&one, &half), 1);
  assert_int_equal(nt_value_cmp(&one, &text), -1);
  assert_int_equal(nt_value_cmp(&text, &later), -1);
  assert_int_equal(nt_value_cmp(&early, &late), -1);
  assert_int_equal(nt_value_cmp(&late, &late), 0);
  assert_int_equal(nt_value_cmp(&most, &nearly), 1);
  nt_value a = nt_map_new(*state), b = nt_map_new(*state);
  assert_int_equal(nt_value_cmp(&a, &b), 0);
  put(&a, *state, "k", one);
  assert_int_equal(nt_value_cmp(&a, &b), 1);
  put(&b, *state, "k", half);
  assert_int_equal(nt_value_cmp(&a, &b), 1);
  assert_int_equal(nt_value_cmp(&b, &a), -1);
  nt_value c = nt_map_new(*state);
  put(&c, *state, "l", half);
  assert_int_equal(nt_value_cmp(&b, &c), -1);
}

static void check_step(const nt_value *value, size_t i, nt_buf *path, const nt_value *child, const char *text) {
  assert_ptr_equal(nt_value_at(value, i), child);
  nt_value_put_step(value, i, path);
  assert_int_equal(path->len, strlen(text));
  assert_memory_equal(path->ptr, text, path->len);
}

static void steps_down(void **state) {
  nt_arena *arena = *state;
  nt_value root = nt_map_new(arena), goals = nt_list_new(arena), goal = nt_map_new(arena);
  nt_buf path = {0};
  put(&goal, arena, "text", nt_bool(true));
  for (int i = 0; i < 110; i++) nt_list_push(&goals, arena, goal);
  put(&root, arena, "mål", goals);
  const nt_value *list = &root.as.map->entries[0].value;
  check_step(&root, 0, &path, list, "mål");
  check_step(list, 8, &path, &list->as.list->items[8], "mål[9]");
  path.len = strlen("mål");
  check_step(list, 109, &path, &list->as.list->items[109], "mål[110]");
  check_step(&goal, 0, &path, &goal.as.map->entries[0].value, "mål[110].text");
  nt_buf_deinit(&path);
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {CASE(encoding),
                                     CASE(round_trip),
                                     CASE(truncated),
                                     CASE(bit_flipped),
                                     CASE(hostile_bytes),
                                     CASE(numbers_that_do_not_fit),
                                     CASE(counts_share_one_budget),
                                     CASE(hashes_tell_apart),
                                     CASE(maps),
                                     CASE(steps_down),
                                     CASE(order)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
