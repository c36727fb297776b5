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
    nt_change change = {nt_str_c(names[i]), nt_str_c(names[NAMES - 1 - i]), i * 7919, (uint32_t)i % 3, i % 4 == 1,
                        i % 4 == 3};
    nt_push(&changes->list, change);
  }
}

typedef struct reading {
  nt_arena *arena;
  nt_map ledger;
  nt_ledger_log log;
} reading;

static reading read_back(nt_str text) {
  reading r = {.arena = nt_arena_new()};
  nt_ledger_read(text, r.arena, &r.ledger, &r.log);
  return r;
}

static void reading_deinit(reading *r) {
  nt_map_deinit(&r->ledger);
  nt_arena_free(r->arena);
}

/* Every entry that is read is one that was written; how many there are. */
static size_t assert_true_entries(const reading *r, const nt_ledger_entry *entries, size_t count) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&r->ledger, &i, &e);) {
    const nt_ledger_entry *is = e->value, *was = entries;
    while (was < entries + count && !nt_str_eq(was->path, e->key)) was++;
    assert_true(was < entries + count && nt_str_eq(is->path, was->path) && nt_str_eq(is->owner, was->owner));
    assert_true(is->hash == was->hash && is->stamp == was->stamp);
  }
  return r->ledger.live;
}

static void a_ledger_is_read_as_it_was_written(void **state) {
  nt_map ledger = {0};
  nt_ledger_entry entries[NAMES];
  nt_buf text = {0};
  fill(&ledger, entries);
  nt_ledger_write(&ledger, &text);
  reading r = read_back(nt_buf_str(&text));
  assert_int_equal(assert_true_entries(&r, entries, NAMES), NAMES);
  assert_true(!r.log.torn && !r.log.damaged);
  assert_int_equal(r.log.lines, NAMES);
  reading_deinit(&r);
  nt_map_deinit(&ledger);
  nt_buf_deinit(&text);
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

static void the_last_word_counts(void **state) {
  nt_map empty = {0};
  nt_ledger_entry a = {NT_STR("a"), 1, 2, NT_STR("x")}, b = {NT_STR("b\n"), 3, 4, NT_STR("y")};
  nt_ledger_entry newer = {NT_STR("a"), 5, 6, NT_STR("z")};
  nt_buf text = {0};
  nt_ledger_write(&empty, &text);
  nt_ledger_put(&a, &text);
  nt_ledger_put(&b, &text);
  nt_ledger_put(&newer, &text);
  nt_ledger_drop(b.path, &text);
  nt_ledger_drop(NT_STR("never there"), &text);
  reading r = read_back(nt_buf_str(&text));
  assert_int_equal(assert_true_entries(&r, &newer, 1), 1);
  assert_int_equal(r.log.lines, 5);
  reading_deinit(&r);
  nt_buf_deinit(&text);
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
    assert_true(x->hash == y->hash && x->order == y->order && x->removed == y->removed && x->healed == y->healed);
  }
  nt_vec_deinit(&changes.list);
  nt_vec_deinit(&back.list);
  nt_buf_deinit(&text);
  nt_arena_free(arena);
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

static size_t write_sample(nt_buf *text, nt_ledger_entry *entries) {
  nt_map ledger = {0};
  fill(&ledger, entries);
  nt_ledger_write(&ledger, text);
  nt_map_deinit(&ledger);
  return nt_str_find(nt_buf_str(text), '\n') + 1;
}

/* Each line that is whole stands, wherever a kill cut the file, in memory of exactly that size. */
static void a_torn_ledger_keeps_what_is_whole(void **state) {
  nt_ledger_entry entries[NAMES];
  nt_buf text = {0};
  size_t whole = 0;
  for (size_t len = write_sample(&text, entries); len <= text.len; len++) {
    char *cut = nt_alloc(len);
    memcpy(cut, text.ptr, len);
    reading r = read_back(nt_str_n(cut, len));
    whole += cut[len - 1] == '\n';
    assert_int_equal(assert_true_entries(&r, entries, NAMES), whole - 1);
    assert_false(r.log.damaged);
    assert_int_equal(r.log.torn, cut[len - 1] != '\n');
    reading_deinit(&r);
    free(cut);
  }
  nt_buf_deinit(&text);
}

/* A flipped bit costs the line it is in, and the next one if it was the line's end; nothing false is believed. */
static void a_damaged_ledger_loses_a_line(void **state) {
  nt_ledger_entry entries[NAMES];
  nt_buf text = {0};
  write_sample(&text, entries);
  for (size_t bit = 0; bit < text.len * 8; bit++) {
    bool end = text.ptr[bit / 8] == '\n';
    text.ptr[bit / 8] ^= (char)(1 << bit % 8);
    reading r = read_back(nt_buf_str(&text));
    size_t read = assert_true_entries(&r, entries, NAMES);
    assert_true(r.log.damaged || r.log.torn);
    assert_in_range(read, NAMES - (end ? 2 : 1), NAMES);
    reading_deinit(&r);
    text.ptr[bit / 8] ^= (char)(1 << bit % 8);
  }
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
  nt_ledger_entry entries[NAMES];
  nt_changes changes = {0};
  nt_buf text = {0}, journal = {0};
  write_sample(&text, entries);
  fill_journal(&changes);
  nt_journal_write(&changes, &journal);
  assert_true(journal_is_read(nt_buf_str(&journal)));
  assert_false(journal_is_read(nt_buf_str(&text)));
  reading r = read_back(nt_buf_str(&journal));
  assert_int_equal(r.ledger.live, 0);
  assert_true(r.log.damaged);
  reading_deinit(&r);
  nt_vec_deinit(&changes.list);
  nt_buf_deinit(&text);
  nt_buf_deinit(&journal);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_ledger_is_read_as_it_was_written),
      cmocka_unit_test(a_ledger_is_written_in_order_of_path),
      cmocka_unit_test(the_last_word_counts),
      cmocka_unit_test(a_torn_ledger_keeps_what_is_whole),
      cmocka_unit_test(a_journal_is_read_as_it_was_written),
      cmocka_unit_test(a_damaged_ledger_loses_a_line),
      cmocka_unit_test(a_torn_journal_has_not_begun),
      cmocka_unit_test(neither_is_taken_for_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
