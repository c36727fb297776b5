/* The memo's file: what is flushed is read again, and of what is damaged nothing that is wrong. */
#include "engine/memo/store.h"
#include "tempdir.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

enum { VERSION = 7 };

static nt_tempdir dir;

static int setup(void **state) {
  nt_tempdir_make(&dir);
  return 0;
}

static int teardown(void **state) {
  nt_tempdir_remove(&dir);
  return 0;
}

static nt_str path_of(const char *name) {
  return nt_str_c(nt_tempdir_at(&dir, name));
}

static nt_memo *open_memo(const char *name, nt_memo_found expected) {
  nt_memo_found found;
  nt_memo *memo = nt_memo_open(path_of(name), VERSION, 2, &found);
  assert_int_equal(found, expected);
  return memo;
}

/* A row that can be told from every other, of 0 to 3000 bytes. */
static void make_row(nt_memo_table table, uint64_t key, unsigned turn, nt_buf *out) {
  uint64_t x = (key + 1) * 0x9e3779b97f4a7c15u + (uint64_t)table * 977 + turn * 31337u;
  nt_buf_clear(out);
  for (size_t len = x % 3001; out->len < len; x = x * 6364136223846793005u + 1442695040888963407u)
    nt_buf_byte(out, (char)(x >> 56));
}

static void put(nt_memo *memo, nt_memo_table table, uint64_t key, unsigned turn) {
  nt_buf row = {0};
  make_row(table, key, turn, &row);
  if (key % 2)
    nt_memo_put(memo, table, key, nt_buf_str(&row));
  else
    nt_memo_take(memo, table, key, &row);
  if (key % 2 == 0) assert_null(row.ptr);
  nt_buf_deinit(&row);
}

static void note_done(void *ud, bool good) {
  *(int *)ud = good ? 1 : -1;
}

static int flush(nt_memo *memo) {
  int done = 0;
  nt_memo_flush(memo, note_done, &done);
  nt_memo_wait(memo);
  return done;
}

/* 1: the row is there and as it was made; 0: there is none; -1: it is another. */
static int look(nt_memo *memo, unsigned reader, nt_memo_table table, uint64_t key, unsigned turn) {
  nt_buf wanted = {0}, got = {0};
  make_row(table, key, turn, &wanted);
  bool there = nt_memo_read(memo, reader, table, key, &got);
  int answer = there ? nt_str_eq(nt_buf_str(&got), nt_buf_str(&wanted)) ? 1 : -1 : 0;
  if (!there) assert_int_equal(got.len, 0);
  nt_buf_deinit(&wanted);
  nt_buf_deinit(&got);
  return answer;
}

static void fill(nt_memo *memo, uint64_t rows, unsigned turn) {
  for (uint64_t key = 0; key < rows; key++)
    for (int table = 0; table < NT_MEMO_TABLES; table++) put(memo, (nt_memo_table)table, key, turn);
}

static void what_is_flushed_is_read_again(void **state) {
  nt_memo *memo = open_memo("a/b/site", NT_MEMO_NEW);
  fill(memo, 100, 0);
  put(memo, NT_MEMO_PAGES, UINT64_MAX, 0);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 3, 0), 0);
  assert_int_equal(flush(memo), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 3, 0), 1);
  put(memo, NT_MEMO_PAGES, 3, 1);
  nt_memo_remove(memo, NT_MEMO_BODIES, 4);
  nt_memo_remove(memo, NT_MEMO_BODIES, 4000);
  assert_int_equal(look(memo, 1, NT_MEMO_PAGES, 3, 0), 1);
  assert_int_equal(flush(memo), 1);
  assert_int_equal(look(memo, 1, NT_MEMO_PAGES, 3, 1), 1);
  put(memo, NT_MEMO_PAGES, 5, 1);
  nt_memo_close(memo);

  memo = open_memo("a/b/site", NT_MEMO_KEPT);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 3, 1), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 5, 0), 1); /* the last turn was not flushed */
  assert_int_equal(look(memo, 0, NT_MEMO_BODIES, 4, 0), 0);
  assert_int_equal(look(memo, 0, NT_MEMO_ITEMS, 99, 0), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, UINT64_MAX, 0), 1);
  assert_int_equal(nt_memo_damaged(memo), 0);
  nt_memo_close(memo);
}

typedef struct visit {
  size_t count, stop_at;
  uint64_t last;
} visit;

static bool visit_one(void *ud, uint64_t key, nt_str bytes) {
  visit *v = ud;
  nt_buf wanted = {0};
  make_row(NT_MEMO_RECORDS, key, 0, &wanted);
  assert_true(nt_str_eq(nt_buf_str(&wanted), bytes));
  if (v->count) assert_true(key > v->last);
  v->last = key;
  nt_buf_deinit(&wanted);
  return ++v->count != v->stop_at;
}

static void rows_come_in_order_of_their_keys(void **state) {
  const uint64_t keys[] = {UINT64_MAX, 5, 0, (uint64_t)1 << 63, 77, INT64_MAX};
  nt_memo *memo = open_memo("ordered", NT_MEMO_NEW);
  visit all = {0}, some = {.stop_at = 2}, none = {0};
  for (size_t i = 0; i < 6; i++) put(memo, NT_MEMO_RECORDS, keys[i], 0);
  nt_memo_each(memo, 0, NT_MEMO_RECORDS, visit_one, &none);
  assert_int_equal(none.count, 0);
  assert_int_equal(flush(memo), 1);
  nt_memo_each(memo, 0, NT_MEMO_RECORDS, visit_one, &all);
  nt_memo_each(memo, 0, NT_MEMO_RECORDS, visit_one, &some);
  nt_memo_each(memo, 0, NT_MEMO_PAGES, visit_one, &none);
  assert_int_equal(all.count, 6);
  assert_int_equal(some.count, 2);
  assert_int_equal(none.count, 0);
  nt_memo_close(memo);
}

static void another_version_begins_anew(void **state) {
  nt_memo_found found;
  nt_memo *memo = open_memo("version", NT_MEMO_NEW);
  fill(memo, 3, 0);
  assert_int_equal(flush(memo), 1);
  nt_memo_close(memo);
  memo = nt_memo_open(path_of("version"), VERSION + 1, 1, &found);
  assert_int_equal(found, NT_MEMO_FOREIGN);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 0, 0), 0);
  fill(memo, 2, 1);
  assert_int_equal(flush(memo), 1);
  nt_memo_close(memo);
  memo = nt_memo_open(path_of("version"), VERSION + 1, 1, &found);
  assert_int_equal(found, NT_MEMO_KEPT);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 1), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 2, 0), 0);
  nt_memo_close(memo);
}

/* It can be read until what takes its place is whole. */
static void it_can_be_emptied(void **state) {
  nt_memo *memo = open_memo("emptied", NT_MEMO_NEW);
  fill(memo, 40, 0);
  assert_int_equal(flush(memo), 1);
  put(memo, NT_MEMO_PAGES, 1, 2);
  assert_true(nt_memo_empty(memo));
  fill(memo, 20, 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 30, 0), 1);
  assert_int_equal(flush(memo), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 30, 0), 0);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 1), 1);
  put(memo, NT_MEMO_PAGES, 2, 2);
  assert_int_equal(flush(memo), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 2, 2), 1);
  nt_memo_close(memo);
  memo = open_memo("emptied", NT_MEMO_KEPT);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 1), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 2, 2), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 30, 0), 0);
  assert_true(nt_memo_empty(memo)); /* and nothing came of it */
  nt_memo_close(memo);
  assert_int_not_equal(access(nt_tempdir_at(&dir, "emptied-new"), F_OK), 0);
  memo = open_memo("emptied", NT_MEMO_KEPT);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 1), 1);
  nt_memo_close(memo);
}

/* ---- damage ---- */

static void write_bytes(const char *name, const char *bytes, size_t len) {
  FILE *file = fopen(nt_tempdir_at(&dir, name), "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, len, file), len);
  fclose(file);
}

/* Every row is right or absent, by key and in order; and whatever was there, it can be written to and read again. */
static void check_damaged(const char *name, uint64_t rows) {
  nt_memo_found found;
  nt_memo *memo = nt_memo_open(path_of(name), VERSION, 1, &found);
  assert_true(found == NT_MEMO_KEPT || found == NT_MEMO_DAMAGED || found == NT_MEMO_FOREIGN);
  for (int table = 0; table < NT_MEMO_TABLES; table++)
    for (uint64_t key = 0; key < rows; key++)
      if (look(memo, 0, (nt_memo_table)table, key, 0) < 0) fail_msg("%s: row %d/%d is wrong", name, table, (int)key);
  visit all = {0};
  nt_memo_each(memo, 0, NT_MEMO_RECORDS, visit_one, &all);
  assert_true(all.count <= rows);
  fill(memo, 2, 3);
  if (flush(memo) < 0) {
    assert_false(nt_memo_keeps(memo));
    fill(memo, 2, 4); /* is not kept: it would be half of what there was */
    assert_int_equal(flush(memo), -1);
    assert_int_equal(look(memo, 0, NT_MEMO_BODIES, 1, 4), 0);
    assert_true(nt_memo_empty(memo));
    assert_true(nt_memo_keeps(memo));
    fill(memo, 2, 3);
    assert_int_equal(flush(memo), 1);
  }
  assert_int_equal(look(memo, 0, NT_MEMO_BODIES, 1, 3), 1);
  nt_memo_close(memo);
}

static nt_str whole_file(const char *name, uint64_t rows) {
  nt_memo *memo = open_memo(name, NT_MEMO_NEW);
  fill(memo, rows, 0);
  assert_int_equal(flush(memo), 1);
  nt_memo_close(memo);
  nt_str whole = nt_test_read(nt_tempdir_at(&dir, name));
  assert_true(whole.len > 0);
  return whole;
}

static void what_is_no_memo_is_begun_anew(void **state) {
  static const char *const texts[] = {"", "x", "SQLite format 3",
                                      "It was a dark and stormy night; the rain fell in torrents."};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    write_bytes("other", texts[i], strlen(texts[i]));
    nt_memo *memo = open_memo("other", NT_MEMO_DAMAGED);
    fill(memo, 2, 0);
    assert_int_equal(flush(memo), 1);
    assert_int_equal(look(memo, 0, NT_MEMO_BODIES, 1, 0), 1);
    nt_memo_close(memo);
  }
}

static void a_truncated_file_holds_nothing_wrong(void **state) {
  enum { ROWS = 30 };
  nt_str whole = whole_file("truncated", ROWS);
  for (size_t len = 0; len < whole.len; len += len < 1000 ? 197 : 7001) {
    write_bytes("truncated", whole.ptr, len);
    check_damaged("truncated", ROWS);
  }
  free((char *)whole.ptr);
}

/* Each byte of the heads of the first pages, where SQLite keeps what its trees are made of, and others throughout. */
static void a_changed_byte_makes_nothing_wrong(void **state) {
  enum { ROWS = 30, PAGE = 16384, FIRST = 128, HEAD = 24 };
  static const unsigned char masks[] = {0x01, 0x80, 0xff};
  nt_str whole = whole_file("changed", ROWS);
  char *bytes = (char *)whole.ptr;
  for (size_t at = 0; at < whole.len; at += at < FIRST ? 1 : at % PAGE < HEAD ? 3 : 4001)
    for (size_t m = at < FIRST ? at % 3 : 2; m < 3; m += 3) {
      bytes[at] ^= (char)masks[m];
      write_bytes("changed", whole.ptr, whole.len);
      bytes[at] ^= (char)masks[m];
      check_damaged("changed", ROWS);
    }
  free(bytes);
}

/* By SQLite's file format: the pages that lead to others (type 5) have their cells' places after 12 bytes, and a cell
 * begins with the number of a page. All of a page lead to the same one here. */
static void a_tree_that_leads_in_circles_is_left(void **state) {
  enum { ROWS = 60, PAGE = 16384, INTERIOR = 5, HEAD = 12 };
  nt_str whole = whole_file("circles", ROWS);
  size_t bent = 0;
  for (char *page = (char *)whole.ptr + PAGE; page < whole.ptr + whole.len; page += PAGE) {
    if (page[0] != INTERIOR) continue;
    const unsigned char *places = (unsigned char *)page + HEAD;
    char *first = page + (places[0] << 8 | places[1]);
    for (int i = 1; i < ((unsigned char)page[3] << 8 | (unsigned char)page[4]); i++, bent++)
      memcpy(page + (places[2 * i] << 8 | places[2 * i + 1]), first, 4);
  }
  assert_true(bent >= NT_MEMO_TABLES);
  write_bytes("circles", whole.ptr, whole.len);
  nt_memo *memo = open_memo("circles", NT_MEMO_KEPT);
  visit all = {0};
  nt_memo_each(memo, 0, NT_MEMO_RECORDS, visit_one, &all);
  assert_true(all.count > 0 && all.count < ROWS);
  assert_true(nt_memo_damaged(memo) > 0);
  assert_int_equal(flush(memo), -1);
  nt_memo_close(memo);
  free((char *)whole.ptr);
}

/* A log that another file left behind. */
static void a_log_of_another_file_brings_in_nothing(void **state) {
  enum { ROWS = 30 };
  nt_str whole = whole_file("mine", ROWS);
  nt_memo *other = open_memo("other", NT_MEMO_NEW);
  fill(other, ROWS, 1);
  assert_int_equal(flush(other), 1);
  fill(other, ROWS, 2);
  assert_int_equal(flush(other), 1);
  nt_str log = nt_test_read(nt_tempdir_at(&dir, "other-wal"));
  assert_true(log.len > 0);
  write_bytes("mine-wal", log.ptr, log.len);
  nt_memo_close(other);
  check_damaged("mine", ROWS);
  free((char *)whole.ptr);
  free((char *)log.ptr);
}

/* ---- what the system will not ---- */

static void where_nothing_can_be_written_nothing_is_kept(void **state) {
  nt_tempdir_write(&dir, "file", "in the folder's place");
  nt_memo *memo = open_memo("file/site", NT_MEMO_UNUSABLE);
  assert_false(nt_memo_keeps(memo));
  fill(memo, 3, 0);
  assert_int_equal(flush(memo), -1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 0), 0);
  assert_false(nt_memo_empty(memo));
  nt_memo_close(memo);
}

static void a_file_that_somebody_else_writes_is_left_alone(void **state) {
  nt_memo *mine = open_memo("shared", NT_MEMO_NEW);
  fill(mine, 20, 0);
  assert_int_equal(flush(mine), 1);
  for (uint64_t key = 0; key < 1100; key++) put(mine, NT_MEMO_PAGES, key, 1); /* more than waits to be sent */
  nt_memo_wait(mine);
  nt_memo *theirs = open_memo("shared", NT_MEMO_UNUSABLE);
  assert_int_equal(look(theirs, 0, NT_MEMO_PAGES, 1, 0), 0);
  nt_memo_close(theirs);
  assert_int_equal(flush(mine), 1);
  assert_int_equal(look(mine, 0, NT_MEMO_PAGES, 1, 1), 1);
  nt_memo_close(mine);
}

/* A limit of the process stands for a full disk. */
static void on_a_full_disk_it_gives_up(void **state) {
  struct rlimit before, limit;
  signal(SIGXFSZ, SIG_IGN);
  for (int kept = 0; kept < 2; kept++) {
    nt_memo *memo = open_memo("full", NT_MEMO_NEW);
    fill(memo, kept ? 5 : 0, 0);
    if (kept) assert_int_equal(flush(memo), 1);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 256 << 10;
    setrlimit(RLIMIT_FSIZE, &limit);
    fill(memo, 300, 1);
    int done = flush(memo);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(done, -1);
    assert_false(nt_memo_keeps(memo));
    assert_false(nt_memo_empty(memo));
    assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 1, 0), 0);
    nt_memo_close(memo);
    assert_int_not_equal(access(nt_tempdir_at(&dir, "full"), F_OK), 0);
    assert_int_not_equal(access(nt_tempdir_at(&dir, "full-new"), F_OK), 0);
  }
}

static off_t size_of(const char *name) {
  struct stat st;
  assert_int_equal(stat(nt_tempdir_at(&dir, name), &st), 0);
  return st.st_size;
}

static void the_file_shrinks(void **state) {
  nt_memo *memo = open_memo("shrinks", NT_MEMO_NEW);
  fill(memo, 400, 0);
  assert_int_equal(flush(memo), 1);
  nt_memo_close(memo);
  off_t before = size_of("shrinks");
  memo = open_memo("shrinks", NT_MEMO_KEPT);
  for (uint64_t key = 20; key < 400; key++)
    for (int table = 0; table < NT_MEMO_TABLES; table++) nt_memo_remove(memo, (nt_memo_table)table, key);
  assert_int_equal(flush(memo), 1);
  nt_memo_close(memo);
  assert_true(size_of("shrinks") < before / 8);
  memo = open_memo("shrinks", NT_MEMO_KEPT);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 19, 0), 1);
  assert_int_equal(look(memo, 0, NT_MEMO_PAGES, 20, 0), 0);
  nt_memo_close(memo);
}

/* ---- threads ---- */

enum { SHARED_ROWS = 100, TURNS = 30 };

typedef struct seat {
  nt_memo *memo;
  unsigned number;
  int turns_seen;
} seat;

/* A table is of one turn whenever it is looked at: the key's row says which. */
static void *read_on(void *ud) {
  seat *s = ud;
  unsigned turn = 0;
  while (turn + 1 < TURNS) {
    while (turn + 1 < TURNS && look(s->memo, s->number, NT_MEMO_PAGES, 0, turn) != 1) turn++;
    for (uint64_t key = 0; key < SHARED_ROWS; key += 7) {
      unsigned t = turn;
      while (t < TURNS && look(s->memo, s->number, NT_MEMO_PAGES, key, t) != 1) t++;
      if (t == TURNS) return NULL; /* a row of an earlier turn, or of none */
      turn = t;
    }
    s->turns_seen++;
  }
  return s;
}

static void readers_see_whole_flushes_while_it_is_written(void **state) {
  nt_memo *memo = open_memo("threads", NT_MEMO_NEW);
  seat seats[2] = {{memo, 0}, {memo, 1}};
  pthread_t threads[2];
  fill(memo, SHARED_ROWS, 0);
  assert_int_equal(flush(memo), 1);
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, read_on, &seats[i]);
  for (unsigned turn = 1; turn < TURNS; turn++) {
    if (turn % 13 == 0) assert_true(nt_memo_empty(memo));
    for (uint64_t key = 0; key < SHARED_ROWS; key++) put(memo, NT_MEMO_PAGES, key, turn);
    assert_int_equal(flush(memo), 1);
  }
  for (int i = 0; i < 2; i++) {
    void *good;
    pthread_join(threads[i], &good);
    assert_non_null(good);
  }
  assert_int_equal(nt_memo_damaged(memo), 0);
  nt_memo_close(memo);
}

static void the_program_has_a_hash(void **state) {
  assert_int_not_equal(nt_memo_program(), 0);
  assert_int_equal(nt_memo_program(), nt_memo_program());
}

/* ---- in any order ---- */

/* The writer puts changes in order of rows before it makes them. */
static void of_a_row_that_is_put_twice_the_last_word_counts(void **state) {
  enum { ROWS = 4096, TURN = 16, BYTES = 4500 };
  nt_memo *memo = open_memo("order", NT_MEMO_NEW);
  char *bytes = nt_zalloc(BYTES);
  for (unsigned i = 0; i < ROWS; i++) {
    uint64_t key = i / TURN * TURN + TURN - 1 - i % TURN;
    nt_memo_put(memo, NT_MEMO_BODIES, key, NT_STR("an earlier one"));
    if (i % 512 == 0) nt_memo_remove(memo, NT_MEMO_BODIES, key);
    nt_memo_put(memo, NT_MEMO_BODIES, key, nt_str_n(bytes, BYTES));
  }
  put(memo, NT_MEMO_ITEMS, 1, 0);
  nt_memo_remove(memo, NT_MEMO_ITEMS, 1);
  assert_int_equal(flush(memo), 1);
  nt_buf got = {0};
  for (uint64_t key = 0; key < ROWS; key++) {
    nt_buf_clear(&got);
    assert_true(nt_memo_read(memo, 0, NT_MEMO_BODIES, key, &got));
    assert_int_equal(got.len, BYTES);
  }
  assert_int_equal(look(memo, 0, NT_MEMO_ITEMS, 1, 0), 0);
  nt_memo_close(memo);
  nt_buf_deinit(&got);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(of_a_row_that_is_put_twice_the_last_word_counts, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_flushed_is_read_again, setup, teardown),
      cmocka_unit_test_setup_teardown(rows_come_in_order_of_their_keys, setup, teardown),
      cmocka_unit_test_setup_teardown(another_version_begins_anew, setup, teardown),
      cmocka_unit_test_setup_teardown(it_can_be_emptied, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_no_memo_is_begun_anew, setup, teardown),
      cmocka_unit_test_setup_teardown(a_truncated_file_holds_nothing_wrong, setup, teardown),
      cmocka_unit_test_setup_teardown(a_changed_byte_makes_nothing_wrong, setup, teardown),
      cmocka_unit_test_setup_teardown(a_tree_that_leads_in_circles_is_left, setup, teardown),
      cmocka_unit_test_setup_teardown(a_log_of_another_file_brings_in_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(where_nothing_can_be_written_nothing_is_kept, setup, teardown),
      cmocka_unit_test_setup_teardown(a_file_that_somebody_else_writes_is_left_alone, setup, teardown),
      cmocka_unit_test_setup_teardown(on_a_full_disk_it_gives_up, setup, teardown),
      cmocka_unit_test_setup_teardown(the_file_shrinks, setup, teardown),
      cmocka_unit_test_setup_teardown(readers_see_whole_flushes_while_it_is_written, setup, teardown),
      cmocka_unit_test(the_program_has_a_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
