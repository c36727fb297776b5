#include "base/arena.h"
#include "support.h"

#include <stdalign.h>

static void aligned_and_apart(void **state) {
  nt_arena *arena = nt_arena_new();
  char *before = NULL;
  for (size_t size = 1; size < 3000; size++) {
    char *memory = nt_arena_alloc(arena, size);
    assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
    memset(memory, (int)(size % 251), size);
    if (before) assert_int_equal((unsigned char)before[size - 2], (size - 1) % 251);
    before = memory;
  }
  assert_true(nt_arena_alloc(arena, 0) != nt_arena_alloc(arena, 0));
  nt_arena_free(arena);
}

/* What is written in one allocation is not touched by the others, large or small. */
static void contents_stay(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_str kept[200];
  for (int i = 0; i < 200; i++) {
    kept[i] = nt_arena_format(arena, "number %d", i);
    nt_arena_zero(arena, (size_t)(i * 997 % 90000));
  }
  for (int i = 0; i < 200; i++) {
    char expected[32];
    snprintf(expected, sizeof expected, "number %d", i);
    assert_string_equal(kept[i].ptr, expected);
  }
  nt_arena_free(arena);
}

static void zeroed(void **state) {
  nt_arena *arena = nt_arena_new();
  memset(nt_arena_alloc(arena, 2000), 0xFF, 2000);
  nt_arena_reset(arena);
  const char *zeros = nt_arena_zero(arena, 2000);
  for (int i = 0; i < 2000; i++) assert_int_equal(zeros[i], 0);
  nt_arena_free(arena);
}

static void reset_gives_back(void **state) {
  nt_arena *arena = nt_arena_new();
  size_t fresh = nt_arena_size(arena);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 100; i++) nt_arena_alloc(arena, 50000);
    assert_true(nt_arena_size(arena) >= fresh + 5000000);
    nt_arena_reset(arena);
    assert_int_equal(nt_arena_size(arena), fresh);
  }
  nt_arena_free(arena);
  nt_arena_free(NULL);
}

static void strings(void **state) {
  nt_arena *arena = nt_arena_new();
  nt_str copy = nt_arena_str(arena, nt_str_n("a\0b!", 3));
  assert_int_equal(copy.len, 3);
  assert_memory_equal(copy.ptr, "a\0b", 4);
  assert_int_equal(nt_arena_str(arena, nt_str_n(NULL, 0)).len, 0);
  assert_string_equal(nt_arena_format(arena, "%s", "").ptr, "");
  assert_string_equal(nt_arena_copy(arena, "xyz", 4), "xyz");
  nt_arena_free(arena);
}

/* Text of every length into what is left of a block, exactly enough or not, and beyond it. */
static void formats_at_the_end_of_a_block(void **state) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
  for (size_t block = 1; block < 50; block++)
    for (int length = 0; length < 50; length++) {
      nt_arena *arena = nt_arena_new_sized(block);
      nt_str first = nt_arena_format(arena, "%.*s", length, letters);
      nt_str second = nt_arena_format(arena, "<%.*s>", length, letters);
      assert_int_equal(first.len, length);
      assert_memory_equal(first.ptr, letters, (size_t)length);
      assert_int_equal(first.ptr[length], '\0');
      assert_int_equal(second.len, length + 2);
      assert_memory_equal(second.ptr + 1, letters, (size_t)length);
      assert_string_equal(second.ptr + 1 + length, ">");
      nt_arena_free(arena);
    }
}

typedef struct trail {
  char text[8];
  size_t len;
} trail;

typedef struct step {
  trail *trail;
  char name;
} step;

static void note(void *ud) {
  step *s = ud;
  s->trail->text[s->trail->len++] = s->name;
}

static void destructors_run_backwards_and_once(void **state) {
  trail t = {{0}, 0};
  step steps[3] = {{&t, 'a'}, {&t, 'b'}, {&t, 'c'}};
  nt_arena *arena = nt_arena_new();
  for (int i = 0; i < 3; i++) nt_arena_on_free(arena, note, &steps[i]);
  nt_arena_reset(arena);
  assert_string_equal(t.text, "cba");
  nt_arena_on_free(arena, note, &steps[1]);
  nt_arena_free(arena);
  assert_string_equal(t.text, "cbab");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(aligned_and_apart),
                                     cmocka_unit_test(contents_stay),
                                     cmocka_unit_test(zeroed),
                                     cmocka_unit_test(reset_gives_back),
                                     cmocka_unit_test(strings),
                                     cmocka_unit_test(formats_at_the_end_of_a_block),
                                     cmocka_unit_test(destructors_run_backwards_and_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
