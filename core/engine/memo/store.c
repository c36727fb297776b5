#include "engine/memo/store.h"

#include "base/atomic.h"
#include "base/path.h"
#include "base/vec.h"
#include "engine/memo/rows.h"
#include "host/durable.h"
#include "host/strand.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What is put goes to the writer in pieces. The bytes that wait for it are bounded: the loop then waits for one piece
 * to be written, which takes about a millisecond. A disk that does not answer for PATIENCE costs the memo, not the
 * build. */
enum { PIECE_BYTES = 256 << 10, PIECE_CHANGES = 1024, MOST_WAITING = 8 << 20, MOST_PIECES = 1024, PATIENCE = 2 };

typedef struct change {
  nt_memo_table table;
  unsigned order; /* of the same row the last one counts */
  bool remove;
  uint64_t key;
  size_t at, len; /* in the piece's bytes, or of what was taken */
  char *taken;
} change;

typedef struct piece {
  nt_memo *memo;
  NT_VEC(change) changes;
  nt_buf bytes;
  size_t taken; /* bytes */
  bool first;   /* nothing that was put earlier counts any more */
  bool last;    /* of what is flushed together */
  void (*done)(void *ud, bool good);
  void *ud;
} piece;

typedef struct reader {
  nt_rows *rows;
  uint64_t generation; /* of the file that it has open */
} reader;

struct nt_memo {
  char *path, *new_path; /* a new file is written beside the old one, and takes its place when it is whole */
  nt_hash version;
  nt_strand *strand;
  piece *piece; /* that is being filled */

  pthread_mutex_t lock; /* of the counts, and of the file while it is changed for another */
  pthread_cond_t room;
  size_t waiting, pieces; /* bytes and pieces that the writer has not done */
  reader *readers;        /* each its own thread's */
  unsigned reader_count;

  nt_atomic generation; /* of the file at `path` */
  nt_atomic damaged;
  nt_atomic broken;  /* the file's structure is damaged: it is begun anew */
  nt_atomic refuses; /* a flush was not good, and it has not been emptied since */
  nt_atomic closed;  /* nothing can be written: nothing is kept any more */

  /* The writer's. */
  nt_rows *rows; /* NULL: there is no file to write to */
  bool anew;     /* it is the new one */
  bool failed;   /* something could not be written since it was emptied */
};

/* ---- the writer's thread ---- */

static void begin_anew(nt_memo *memo) {
  nt_rows_result result;
  nt_rows_close(memo->rows);
  memo->rows = nt_rows_create(memo->new_path, memo->version, &result);
  memo->anew = true;
  memo->failed = !memo->rows;
  if (!memo->rows) nt_atomic_set(&memo->closed, true);
}

static void forget(nt_memo *memo) {
  nt_rows_close(memo->rows);
  memo->rows = NULL;
  memo->failed = true;
  pthread_mutex_lock(&memo->lock);
  nt_atomic_set(&memo->refuses, true);
  nt_atomic_set(&memo->broken, false);
  nt_rows_delete(memo->path);
  nt_rows_delete(memo->new_path);
  nt_atomic_add(&memo->generation, 1);
  pthread_mutex_unlock(&memo->lock);
}

static void note(nt_memo *memo, nt_rows_result result) {
  if (result == NT_ROWS_OK) return;
  memo->failed = true;
  if (result != NT_ROWS_DAMAGED) nt_atomic_set(&memo->closed, true);
}

static bool is_good(const nt_memo *memo) {
  return !memo->failed && !nt_atomic_get(&memo->broken) && !nt_atomic_get(&memo->closed);
}

/* A log beside the old file must not be taken for the new one's. */
static void replace_file(nt_memo *memo) {
  nt_rows_result result = NT_ROWS_FAILED;
  nt_rows_close(memo->rows);
  memo->rows = NULL;
  memo->anew = false;
  pthread_mutex_lock(&memo->lock);
  nt_rows_delete_beside(memo->path);
  if (rename(memo->new_path, memo->path) == 0) memo->rows = nt_rows_open_writer(memo->path, memo->version, &result);
  nt_atomic_add(&memo->generation, 1);
  pthread_mutex_unlock(&memo->lock);
  note(memo, result);
}

static void flush(nt_memo *memo, const piece *p) {
  if (is_good(memo)) note(memo, nt_rows_commit(memo->rows));
  if (is_good(memo) && memo->anew) replace_file(memo);
  bool good = is_good(memo);
  if (!good) forget(memo);
  if (p->done) p->done(p->ud, good);
  if (good) nt_rows_tidy(memo->rows);
}

static int by_row(const void *a, const void *b) {
  const change *x = a, *y = b;
  if (x->table != y->table) return x->table < y->table ? -1 : 1;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->order < y->order ? -1 : 1;
}

/* In order of rows, which come from workers in any: SQLite then fills its pages, and does not split what it filled. */
static void make_changes(nt_memo *memo, const piece *p) {
  for (size_t i = 0; i < p->changes.len; i++) p->changes.items[i].order = (unsigned)i;
  if (p->changes.len) qsort(p->changes.items, p->changes.len, sizeof *p->changes.items, by_row);
  for (size_t i = 0; i < p->changes.len && is_good(memo); i++) {
    const change *c = &p->changes.items[i];
    nt_str bytes = nt_str_n(c->taken ? c->taken : p->bytes.ptr + c->at, c->len);
    note(memo,
         c->remove ? nt_rows_remove(memo->rows, c->table, c->key) : nt_rows_put(memo->rows, c->table, c->key, bytes));
  }
}

static size_t piece_size(const piece *p) {
  return p->bytes.len + p->taken;
}

static void free_piece(piece *p) {
  for (size_t i = 0; i < p->changes.len; i++) free(p->changes.items[i].taken);
  nt_vec_deinit(&p->changes);
  nt_buf_deinit(&p->bytes);
  free(p);
}

static void write_piece(void *ud) {
  piece *p = ud;
  nt_memo *memo = p->memo;
  if (p->first && !nt_atomic_get(&memo->closed)) begin_anew(memo);
  make_changes(memo, p);
  if (p->last) flush(memo, p);
  pthread_mutex_lock(&memo->lock);
  memo->waiting -= piece_size(p);
  memo->pieces--;
  pthread_cond_signal(&memo->room);
  pthread_mutex_unlock(&memo->lock);
  free_piece(p);
}

/* ---- the loop's thread ---- */

/* Waits until the writer has taken enough in; false if it does not. */
static bool wait_for_room(nt_memo *memo) {
  struct timespec until;
  int code = 0;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += PATIENCE;
  pthread_mutex_lock(&memo->lock);
  while (code == 0 && (memo->waiting > MOST_WAITING || memo->pieces >= MOST_PIECES))
    code = pthread_cond_timedwait(&memo->room, &memo->lock, &until);
  memo->waiting += piece_size(memo->piece);
  memo->pieces++;
  pthread_mutex_unlock(&memo->lock);
  return code == 0;
}

static void post(nt_memo *memo) {
  piece *p = memo->piece;
  bool room = wait_for_room(memo);
  memo->piece = NULL;
  if (!room) nt_atomic_set(&memo->closed, true);
  if (room && nt_strand_post(memo->strand, (nt_task){write_piece, NULL, p})) return;
  nt_atomic_set(&memo->closed, true);
  if (p->done) p->done(p->ud, false);
  free_piece(p);
}

static piece *current(nt_memo *memo) {
  if (!memo->piece) {
    memo->piece = nt_zalloc(sizeof *memo->piece);
    memo->piece->memo = memo;
  }
  return memo->piece;
}

static void post_if_full(nt_memo *memo) {
  if (piece_size(memo->piece) >= PIECE_BYTES || memo->piece->changes.len >= PIECE_CHANGES) post(memo);
}

bool nt_memo_keeps(const nt_memo *memo) {
  return !nt_atomic_get(&memo->closed) && !nt_atomic_get(&memo->refuses);
}

void nt_memo_put(nt_memo *memo, nt_memo_table table, uint64_t key, nt_str bytes) {
  if (!nt_memo_keeps(memo)) return;
  if (memo->piece && memo->piece->bytes.len && memo->piece->bytes.len + bytes.len > PIECE_BYTES) post(memo);
  piece *p = current(memo);
  change c = {.table = table, .key = key, .at = p->bytes.len, .len = bytes.len};
  if (p->bytes.cap < PIECE_BYTES && p->bytes.len > PIECE_BYTES / 16)
    nt_buf_reserve(&p->bytes, PIECE_BYTES - p->bytes.len);
  nt_buf_put(&p->bytes, bytes);
  nt_push(&p->changes, c);
  post_if_full(memo);
}

void nt_memo_take(nt_memo *memo, nt_memo_table table, uint64_t key, nt_buf *bytes) {
  if (!nt_memo_keeps(memo)) {
    nt_buf_deinit(bytes);
    return;
  }
  piece *p = current(memo);
  change c = {.table = table, .key = key, .len = bytes->len, .taken = bytes->ptr};
  p->taken += bytes->len;
  nt_push(&p->changes, c);
  *bytes = (nt_buf){0};
  post_if_full(memo);
}

void nt_memo_remove(nt_memo *memo, nt_memo_table table, uint64_t key) {
  if (!nt_memo_keeps(memo)) return;
  piece *p = current(memo);
  change c = {.table = table, .remove = true, .key = key};
  nt_push(&p->changes, c);
  post_if_full(memo);
}

bool nt_memo_empty(nt_memo *memo) {
  if (nt_atomic_get(&memo->closed)) return false;
  if (memo->piece) free_piece(memo->piece);
  memo->piece = NULL;
  nt_atomic_set(&memo->refuses, false);
  current(memo)->first = true;
  return true;
}

void nt_memo_flush(nt_memo *memo, void (*done)(void *ud, bool good), void *ud) {
  piece *p = current(memo);
  p->last = true;
  p->done = done;
  p->ud = ud;
  post(memo);
}

void nt_memo_wait(nt_memo *memo) {
  nt_strand_wait(memo->strand);
}

void nt_memo_trim(nt_memo *memo, nt_task task) {
  nt_strand_post(memo->strand, task);
}

/* ---- readers ---- */

static void open_reader(nt_memo *memo, reader *r) {
  nt_rows_result result;
  nt_rows_close(r->rows);
  pthread_mutex_lock(&memo->lock);
  r->rows = nt_rows_open_reader(memo->path, &result);
  r->generation = nt_atomic_get(&memo->generation);
  pthread_mutex_unlock(&memo->lock);
}

static nt_rows *rows_of(nt_memo *memo, unsigned number) {
  reader *r = &memo->readers[number];
  if (nt_atomic_get(&memo->closed)) return NULL;
  if (r->generation != nt_atomic_get(&memo->generation)) open_reader(memo, r);
  return r->rows;
}

static void count_damage(nt_memo *memo, size_t rows, bool broken) {
  if (rows) nt_atomic_add(&memo->damaged, rows);
  if (broken) nt_atomic_set(&memo->broken, true);
}

bool nt_memo_read(nt_memo *memo, unsigned number, nt_memo_table table, uint64_t key, nt_buf *out) {
  bool broken = false;
  nt_rows *rows = rows_of(memo, number);
  nt_rows_result result = rows ? nt_rows_read(rows, table, key, out, &broken) : NT_ROWS_ABSENT;
  count_damage(memo, result == NT_ROWS_DAMAGED, broken);
  return result == NT_ROWS_OK;
}

void nt_memo_each(nt_memo *memo, unsigned number, nt_memo_table table, bool (*fn)(void *ud, uint64_t key, nt_str bytes),
                  void *ud) {
  bool broken = false;
  nt_rows *rows = rows_of(memo, number);
  size_t damaged = rows ? nt_rows_each(rows, table, fn, ud, &broken) : 0;
  count_damage(memo, damaged, broken);
}

size_t nt_memo_damaged(const nt_memo *memo) {
  return nt_atomic_get(&memo->damaged);
}

/* ---- opening and closing ---- */

static char *path_with(nt_str path, const char *suffix) {
  nt_buf text = {0};
  nt_buf_put(&text, path);
  nt_buf_c(&text, suffix);
  nt_buf_byte(&text, '\0');
  return text.ptr;
}

static nt_memo_found open_file(nt_memo *memo, nt_str folder) {
  nt_rows_result result = NT_ROWS_FAILED;
  if (nt_durable_mkdirs(folder, NULL) != NT_DURABLE_OK) return NT_MEMO_UNUSABLE;
  memo->rows = nt_rows_open_writer(memo->path, memo->version, &result);
  if (memo->rows) return NT_MEMO_KEPT;
  if (result == NT_ROWS_FAILED) return NT_MEMO_UNUSABLE;
  nt_rows_delete(memo->path);
  begin_anew(memo);
  if (!memo->rows) return NT_MEMO_UNUSABLE;
  return result == NT_ROWS_ABSENT ? NT_MEMO_NEW : result == NT_ROWS_FOREIGN ? NT_MEMO_FOREIGN : NT_MEMO_DAMAGED;
}

nt_memo *nt_memo_open(nt_str path, nt_hash version, unsigned readers, nt_memo_found *found) {
  nt_memo *memo = nt_zalloc(sizeof *memo);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&memo->room, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&memo->lock, NULL);
  memo->path = path_with(path, "");
  memo->new_path = path_with(path, "-new");
  memo->version = version;
  memo->strand = nt_strand_new(MOST_PIECES);
  memo->reader_count = readers;
  memo->readers = nt_zalloc((readers ? readers : 1) * sizeof *memo->readers);
  nt_atomic_set(&memo->generation, 1);
  *found = open_file(memo, nt_path_dir(path));
  if (*found == NT_MEMO_UNUSABLE) nt_atomic_set(&memo->closed, true);
  return memo;
}

void nt_memo_close(nt_memo *memo) {
  if (!memo) return;
  nt_strand_close(memo->strand);
  for (unsigned i = 0; i < memo->reader_count; i++) nt_rows_close(memo->readers[i].rows);
  nt_rows_close(memo->rows);
  if (memo->anew) nt_rows_delete(memo->new_path);
  if (memo->piece) free_piece(memo->piece);
  pthread_cond_destroy(&memo->room);
  pthread_mutex_destroy(&memo->lock);
  free(memo->readers);
  free(memo->path);
  free(memo->new_path);
  free(memo);
}
