/* The ledger and the journal: what is written is read, and what is damaged is never believed. */
#include "engine/publish/ledger.h"
#include "support.h"

static const char *const names[] = {
    "index.html", "nyheter/å/ä ö.html", "tab\there", "line\nbreak", "back\\slash", "\\n",
    "ends\\",     "carriage\rreturn",   " leading",  "a#b"};
enum { NAMES = sizeof names / sizeof *names };

static void fill(nt_map *ledger, nt_ledger_entry *entries) {
  for (size_t i = 0; i < NAMES; i++) {
    entries[i] = (nt_ledger_entry){nt_str_c(names[i]), UINT64_MAX - i, i, nt_str_c(names[NAMES - 1 - i])};
    nt_map_set(ledger, entries[i].path, &entries[i]);
  }
}

static void fill_journal(nt_changes *changes) {
  for (size_t i = 0; i < NAMES; i++) {
    nt_change change = {nt_str_c(names[i]), nt_str_c(names[NAMES - 1 - i]), i * 7919, (uint32_t)i % 3, i % 2 == 1};
    nt_push(&changes->list, change);
  }
}

static void a_ledger_is_read_as_it_was_written(void **state) {
  nt_map ledger = {0}, back = {0};
  nt_ledger_entry entries[NAMES];
  nt_arena *arena = nt_arena_new();
  nt_buf text = {0};
  fill(&ledger, entries);
  nt_ledger_write(&ledger, &text);
  assert_true(nt_ledger_read(nt_buf_str(&text), arena, &back));
  assert_int_equal(back.live, NAMES);
  for (size_t i = 0; i < NAMES; i++) {
    const nt_ledger_entry *e = nt_map_get(&back, entries[i].path);
    assert_non_null(e);
    assert_int_equal(e->hash, entries[i].hash);
    assert_int_equal(e->stamp, entries[i].stamp);
    assert_true(nt_str_eq(e->owner, entries[i].owner));
  }
  nt_map_deinit(&ledger);
  nt_map_deinit(&back);
  nt_buf_deinit(&text);
  nt_arena_free(arena);
}

/* The same bytes whatever the order of insertion. */
static void a_ledger_is_written_in_order_of_path(void **state) {
  nt_ledger_entry a = {.path = NT_STR("a")}, b = {.path = NT_STR("b")};
  nt_map one = {0}, two = {0};
  nt_buf first = {0}, second = {0};
  nt_map_set(&one, a.path, &a);
  nt_map_set(&one, b.path, &b);
  nt_map_set(&two, b.path, &b);
  nt_map_set(&two, a.path, &a);
  nt_ledger_write(&one, &first);
  nt_ledger_write(&two, &second);
  assert_true(nt_str_eq(nt_buf_str(&first), nt_buf_str(&second)));
  nt_map_deinit(&one);
  nt_map_deinit(&two);
  nt_buf_deinit(&first);
  nt_buf_deinit(&second);
}

static void a_journal_is_read_as_it_was_written(void **state) {
  nt_changes changes = {0}, back = {0};
  nt_arena *arena = nt_arena_new();
  nt_buf text = {0};
  fill_journal(&changes);
  nt_journal_write(&changes, &text);
  assert_true(nt_journal_read(nt_buf_str(&text), arena, &back));
  assert_int_equal(back.list.len, NAMES);
  for (size_t i = 0; i < NAMES; i++) {
    const nt_change *x = &changes.list.items[i], *y = &back.list.items[i];
    assert_true(nt_str_eq(x->path, y->path) && nt_str_eq(x->owner, y->owner));
    assert_true(x->hash == y->hash && x->order == y->order && x->removed == y->removed);
  }
  nt_vec_deinit(&changes.list);
  nt_vec_deinit(&back.list);
  nt_buf_deinit(&text);
  nt_arena_free(arena);
}

static bool ledger_is_read(nt_str text) {
  nt_arena *arena = nt_arena_new();
  nt_map back = {0};
  bool good = nt_ledger_read(text, arena, &back);
  if (!good) assert_int_equal(back.live, 0);
  nt_map_deinit(&back);
  nt_arena_free(arena);
  return good;
}

static bool journal_is_read(nt_str text) {
  nt_arena *arena = nt_arena_new();
  nt_changes back = {0};
  bool good = nt_journal_read(text, arena, &back);
  nt_vec_deinit(&back.list);
  nt_arena_free(arena);
  return good;
}

/* Every truncation, in memory of exactly that size, and every bit that may flip. */
static void no_damage_is_believed(nt_buf *text, bool (*is_read)(nt_str text)) {
  assert_true(is_read(nt_buf_str(text)));
  for (size_t len = 0; len < text->len; len++) {
    char *cut = nt_alloc(len);
    if (len) memcpy(cut, text->ptr, len);
    if (is_read(nt_str_n(cut, len))) fail_msg("believed when cut to %zu bytes", len);
    free(cut);
  }
  for (size_t bit = 0; bit < text->len * 8; bit++) {
    text->ptr[bit / 8] ^= (char)(1 << bit % 8);
    if (is_read(nt_buf_str(text))) fail_msg("believed with bit %zu flipped", bit);
    text->ptr[bit / 8] ^= (char)(1 << bit % 8);
  }
  nt_buf_c(text, "x");
  assert_false(is_read(nt_buf_str(text)));
}

static void a_damaged_ledger_is_empty(void **state) {
  nt_map ledger = {0};
  nt_ledger_entry entries[NAMES];
  nt_buf text = {0};
  fill(&ledger, entries);
  nt_ledger_write(&ledger, &text);
  no_damage_is_believed(&text, ledger_is_read);
  nt_map_deinit(&ledger);
  nt_buf_deinit(&text);
}

static void a_torn_journal_has_not_begun(void **state) {
  nt_changes changes = {0};
  nt_buf text = {0};
  fill_journal(&changes);
  nt_journal_write(&changes, &text);
  no_damage_is_believed(&text, journal_is_read);
  nt_vec_deinit(&changes.list);
  nt_buf_deinit(&text);
}

static void neither_is_taken_for_the_other(void **state) {
  nt_map ledger = {0};
  nt_changes changes = {0};
  nt_buf text = {0}, journal = {0};
  nt_ledger_write(&ledger, &text);
  nt_journal_write(&changes, &journal);
  assert_true(ledger_is_read(nt_buf_str(&text)));
  assert_true(journal_is_read(nt_buf_str(&journal)));
  assert_false(journal_is_read(nt_buf_str(&text)));
  assert_false(ledger_is_read(nt_buf_str(&journal)));
  nt_buf_deinit(&text);
  nt_buf_deinit(&journal);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ledger_is_read_as_it_was_written),  cmocka_unit_test(a_ledger_is_written_in_order_of_path),
      cmocka_unit_test(a_journal_is_read_as_it_was_written), cmocka_unit_test(a_damaged_ledger_is_empty),
      cmocka_unit_test(a_torn_journal_has_not_begun),        cmocka_unit_test(neither_is_taken_for_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
