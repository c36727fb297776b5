#include "engine/memo/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Of a file of ours ("ntMe"), and of what its tables look like. */
enum { APPLICATION = 0x6e744d65, FORMAT = 2 };
/* Bodies and pages are kilobytes: few of them need a chain of pages of their own, and a page is read at one go. */
enum { PAGE_BYTES = 16 << 10 };
/* What a connection keeps in memory, and how long the log may be before it is brought into the file. */
enum { WRITER_KILOBYTES = 2 << 10, READER_KILOBYTES = 512, LOG_FRAMES = 256, LOG_BYTES = LOG_FRAMES * PAGE_BYTES };
enum { WAIT_MS = 200 };

struct nt_rows {
  sqlite3 *db;
  sqlite3_stmt *put[NT_MEMO_TABLES];
  sqlite3_stmt *remove[NT_MEMO_TABLES];
  sqlite3_stmt *read[NT_MEMO_TABLES];
  sqlite3_stmt *each[NT_MEMO_TABLES];
  /* Of this file: a page of another that came into it (a log that was left behind) holds no row of ours. */
  nt_hash nonce;
  int frames; /* in the log */
  bool begun;
};

/* A file may say of itself that it is of a kind which can only be read, or lack a table: where it is the folder that
 * cannot be written to, making another will fail. */
static nt_rows_result result_of(int code) {
  if (code == SQLITE_IOERR_SHORT_READ) return NT_ROWS_DAMAGED;
  switch (code & 0xff) {
  case SQLITE_OK:
  case SQLITE_DONE:
  case SQLITE_ROW: return NT_ROWS_OK;
  case SQLITE_NOMEM: nt_out_of_memory();
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_PERM:
  case SQLITE_CANTOPEN: return NT_ROWS_FAILED;
  default: return NT_ROWS_DAMAGED;
  }
}

static nt_hash hash_of(const nt_rows *rows, nt_memo_table table, uint64_t key, nt_str bytes) {
  return nt_hash_combine(nt_hash_combine(rows->nonce + table, key), nt_hash_bytes(bytes));
}

static int run(nt_rows *rows, const char *sql) {
  return sqlite3_exec(rows->db, sql, NULL, NULL, NULL);
}

/* ---- opening ---- */

static int prepare(nt_rows *rows, sqlite3_stmt **out, const char *pattern, int table) {
  char sql[128];
  snprintf(sql, sizeof sql, pattern, table);
  return sqlite3_prepare_v3(rows->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

static int prepare_all(nt_rows *rows) {
  int code = SQLITE_OK;
  for (int t = 0; t < NT_MEMO_TABLES && code == SQLITE_OK; t++) {
    code = prepare(rows, &rows->read[t], "SELECT hash, bytes FROM t%d WHERE key = ?", t);
    if (code == SQLITE_OK)
      code = prepare(rows, &rows->each[t], "SELECT key, hash, bytes FROM t%d WHERE key BETWEEN ? AND ?", t);
    if (code == SQLITE_OK) code = prepare(rows, &rows->put[t], "REPLACE INTO t%d VALUES (?, ?, ?)", t);
    if (code == SQLITE_OK) code = prepare(rows, &rows->remove[t], "DELETE FROM t%d WHERE key = ?", t);
  }
  return code;
}

/* A damaged file may say anything in its schema: it has no functions and no triggers to run. */
static int connect(nt_rows *rows, const char *path, int flags, int kilobytes) {
  char sql[64];
  int code = sqlite3_open_v2(path, &rows->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK) return code;
  sqlite3_extended_result_codes(rows->db, 1);
  sqlite3_busy_timeout(rows->db, WAIT_MS);
  sqlite3_db_config(rows->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config(rows->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config(rows->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0);
  snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d; PRAGMA cell_size_check = 1", kilobytes);
  return run(rows, sql);
}

/* The one number that a statement gives; 0 when it fails. */
static int64_t number(nt_rows *rows, const char *sql, int *code) {
  sqlite3_stmt *statement = NULL;
  int64_t value = 0;
  *code = sqlite3_prepare_v2(rows->db, sql, -1, &statement, NULL);
  if (*code == SQLITE_OK && (*code = sqlite3_step(statement)) == SQLITE_ROW) value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

static nt_rows *refuse(nt_rows *rows, nt_rows_result why, nt_rows_result *result) {
  *result = why;
  nt_rows_close(rows);
  return NULL;
}

nt_rows *nt_rows_open_reader(const char *path, nt_rows_result *result) {
  nt_rows *rows = nt_zalloc(sizeof *rows);
  int code = connect(rows, path, SQLITE_OPEN_READWRITE, READER_KILOBYTES);
  if (code == SQLITE_OK) code = run(rows, "PRAGMA query_only = 1");
  if (code == SQLITE_OK) rows->nonce = (nt_hash)number(rows, "SELECT nonce FROM about WHERE id = 1", &code);
  if (code == SQLITE_ROW) code = prepare_all(rows);
  if (code != SQLITE_OK) return refuse(rows, result_of(code), result);
  *result = NT_ROWS_OK;
  return rows;
}

static int note_log(void *ud, sqlite3 *db, const char *name, int frames) {
  ((nt_rows *)ud)->frames = frames;
  return SQLITE_OK;
}

/* Takes the file for writing once: whoever else has it is noticed now. */
static int take(nt_rows *rows) {
  char sql[256];
  snprintf(sql, sizeof sql,
           "PRAGMA synchronous = NORMAL; PRAGMA secure_delete = 1; PRAGMA journal_mode = WAL; "
           "PRAGMA journal_size_limit = %d",
           LOG_BYTES);
  int code = run(rows, sql);
  sqlite3_wal_hook(rows->db, note_log, rows);
  if (code == SQLITE_OK) code = run(rows, "BEGIN IMMEDIATE");
  return code == SQLITE_OK ? run(rows, "COMMIT") : code;
}

static nt_rows_result check_about(nt_rows *rows, nt_hash version) {
  int code;
  int64_t application = number(rows, "PRAGMA application_id", &code);
  if (result_of(code) != NT_ROWS_OK) return result_of(code);
  if (application != APPLICATION) return NT_ROWS_DAMAGED;
  int64_t format = number(rows, "PRAGMA user_version", &code);
  if (format != FORMAT) return NT_ROWS_FOREIGN;
  int64_t found = number(rows, "SELECT version FROM about WHERE id = 1", &code);
  if (code == SQLITE_ROW) rows->nonce = (nt_hash)number(rows, "SELECT nonce FROM about WHERE id = 1", &code);
  if (code != SQLITE_ROW) return code == SQLITE_DONE ? NT_ROWS_DAMAGED : result_of(code);
  return found == (int64_t)version ? NT_ROWS_OK : NT_ROWS_FOREIGN;
}

nt_rows *nt_rows_open_writer(const char *path, nt_hash version, nt_rows_result *result) {
  *result = NT_ROWS_ABSENT;
  if (access(path, F_OK) != 0) return NULL;
  nt_rows *rows = nt_zalloc(sizeof *rows);
  int code = connect(rows, path, SQLITE_OPEN_READWRITE, WRITER_KILOBYTES);
  if (code != SQLITE_OK) return refuse(rows, result_of(code), result);
  nt_rows_result about = check_about(rows, version);
  if (about != NT_ROWS_OK) return refuse(rows, about, result);
  code = take(rows);
  if (code == SQLITE_OK) code = prepare_all(rows);
  if (code != SQLITE_OK) return refuse(rows, result_of(code), result);
  *result = NT_ROWS_OK;
  return rows;
}

static int create_tables(nt_rows *rows, nt_hash version) {
  char sql[512];
  snprintf(
      sql, sizeof sql,
      "PRAGMA page_size = %d; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = OFF; "
      "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; PRAGMA application_id = %d; "
      "PRAGMA user_version = %d; BEGIN; CREATE TABLE about (id INTEGER PRIMARY KEY, version INTEGER, nonce INTEGER)",
      PAGE_BYTES, APPLICATION, FORMAT);
  int code = run(rows, sql);
  for (int t = 0; t < NT_MEMO_TABLES && code == SQLITE_OK; t++) {
    snprintf(sql, sizeof sql, "CREATE TABLE t%d (key INTEGER PRIMARY KEY, hash INTEGER, bytes BLOB)", t);
    code = run(rows, sql);
  }
  if (code != SQLITE_OK) return code;
  sqlite3_randomness(sizeof rows->nonce, &rows->nonce);
  snprintf(sql, sizeof sql, "INSERT INTO about VALUES (1, %lld, %lld)", (long long)version, (long long)rows->nonce);
  return run(rows, sql);
}

nt_rows *nt_rows_create(const char *path, nt_hash version, nt_rows_result *result) {
  nt_rows *rows = nt_zalloc(sizeof *rows);
  nt_rows_delete(path);
  rows->begun = true;
  int code = connect(rows, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, WRITER_KILOBYTES);
  if (code == SQLITE_OK) code = create_tables(rows, version);
  if (code == SQLITE_OK) code = prepare_all(rows);
  if (code != SQLITE_OK) return refuse(rows, NT_ROWS_FAILED, result);
  *result = NT_ROWS_OK;
  return rows;
}

void nt_rows_close(nt_rows *rows) {
  if (!rows) return;
  for (int t = 0; t < NT_MEMO_TABLES; t++) {
    sqlite3_finalize(rows->put[t]);
    sqlite3_finalize(rows->remove[t]);
    sqlite3_finalize(rows->read[t]);
    sqlite3_finalize(rows->each[t]);
  }
  sqlite3_close(rows->db);
  free(rows);
}

static void delete_with(const char *path, const char *suffix) {
  char beside[4096];
  if (snprintf(beside, sizeof beside, "%s%s", path, suffix) < (int)sizeof beside) unlink(beside);
}

void nt_rows_delete_beside(const char *path) {
  delete_with(path, "-wal");
  delete_with(path, "-shm");
  delete_with(path, "-journal");
}

void nt_rows_delete(const char *path) {
  unlink(path);
  nt_rows_delete_beside(path);
}

/* ---- writing ---- */

static int begin(nt_rows *rows) {
  if (rows->begun) return SQLITE_OK;
  int code = run(rows, "BEGIN IMMEDIATE");
  rows->begun = code == SQLITE_OK;
  return code;
}

static int step(sqlite3_stmt *statement) {
  int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  return code;
}

nt_rows_result nt_rows_put(nt_rows *rows, nt_memo_table table, uint64_t key, nt_str bytes) {
  sqlite3_stmt *put = rows->put[table];
  int code = begin(rows);
  if (code != SQLITE_OK) return result_of(code);
  sqlite3_bind_int64(put, 1, (int64_t)key);
  sqlite3_bind_int64(put, 2, (int64_t)hash_of(rows, table, key, bytes));
  code = sqlite3_bind_blob64(put, 3, bytes.len ? bytes.ptr : "", bytes.len, SQLITE_STATIC);
  if (code == SQLITE_OK) code = step(put);
  sqlite3_bind_null(put, 3);
  return result_of(code);
}

nt_rows_result nt_rows_remove(nt_rows *rows, nt_memo_table table, uint64_t key) {
  int code = begin(rows);
  if (code != SQLITE_OK) return result_of(code);
  sqlite3_bind_int64(rows->remove[table], 1, (int64_t)key);
  return result_of(step(rows->remove[table]));
}

nt_rows_result nt_rows_commit(nt_rows *rows) {
  if (!rows->begun) return NT_ROWS_OK;
  rows->begun = false;
  return result_of(run(rows, "COMMIT"));
}

void nt_rows_tidy(nt_rows *rows) {
  int code;
  int64_t pages = number(rows, "PRAGMA page_count", &code);
  int64_t unused = number(rows, "PRAGMA freelist_count", &code);
  if (unused > 16 && unused > pages / 4) run(rows, "PRAGMA incremental_vacuum");
  if (rows->frames > LOG_FRAMES) sqlite3_wal_checkpoint_v2(rows->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  sqlite3_db_release_memory(rows->db);
}

/* ---- reading ---- */

static nt_str bytes_of(sqlite3_stmt *statement, int column) {
  const char *bytes = sqlite3_column_blob(statement, column);
  return nt_str_n(bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, column));
}

nt_rows_result nt_rows_read(nt_rows *rows, nt_memo_table table, uint64_t key, nt_buf *out, bool *broken) {
  sqlite3_stmt *read = rows->read[table];
  nt_rows_result result = NT_ROWS_ABSENT;
  sqlite3_bind_int64(read, 1, (int64_t)key);
  int code = sqlite3_step(read);
  if (code == SQLITE_ROW) {
    nt_str bytes = bytes_of(read, 1);
    result = sqlite3_column_int64(read, 0) == (int64_t)hash_of(rows, table, key, bytes) ? NT_ROWS_OK : NT_ROWS_DAMAGED;
    if (result == NT_ROWS_OK) nt_buf_put(out, bytes);
  } else if (code != SQLITE_DONE) {
    result = result_of(code);
    *broken = result == NT_ROWS_DAMAGED;
  }
  sqlite3_reset(read);
  return result;
}

/* The rows from one key to another. A damaged file could lead in circles: keys must grow. */
static size_t each_between(nt_rows *rows, nt_memo_table table, int64_t from, int64_t to,
                           bool (*fn)(void *ud, uint64_t key, nt_str bytes), void *ud, bool *go_on, bool *broken) {
  sqlite3_stmt *each = rows->each[table];
  size_t damaged = 0;
  int64_t last = from;
  int code = SQLITE_OK;
  sqlite3_bind_int64(each, 1, from);
  sqlite3_bind_int64(each, 2, to);
  for (bool first = true; *go_on && (code = sqlite3_step(each)) == SQLITE_ROW; first = false) {
    int64_t key = sqlite3_column_int64(each, 0);
    *broken |= !first && key <= last;
    if (*broken) break;
    last = key;
    nt_str bytes = bytes_of(each, 2);
    if (sqlite3_column_int64(each, 1) == (int64_t)hash_of(rows, table, (uint64_t)key, bytes))
      *go_on = fn(ud, (uint64_t)key, bytes);
    else
      damaged++;
  }
  sqlite3_reset(each);
  *broken |= *go_on && result_of(code) == NT_ROWS_DAMAGED;
  return damaged;
}

/* SQLite's integers are signed: the upper half of the keys comes first there. */
size_t nt_rows_each(nt_rows *rows, nt_memo_table table, bool (*fn)(void *ud, uint64_t key, nt_str bytes), void *ud,
                    bool *broken) {
  bool go_on = true;
  size_t damaged = each_between(rows, table, 0, INT64_MAX, fn, ud, &go_on, broken);
  if (go_on) damaged += each_between(rows, table, INT64_MIN, -1, fn, ud, &go_on, broken);
  if (*broken) damaged++;
  return damaged;
}
