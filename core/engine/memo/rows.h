/* The file of a memo: one table of rows for each nt_memo_table, by SQLite, each row with the hash of its table, key and
 * bytes. The only ones who know sqlite3.h. A connection is used by one thread at a time.
 *
 * A new file is written without a journal, beside the place it is meant for: until it is whole nobody looks at it. */
#ifndef NT_ENGINE_MEMO_ROWS_H
#define NT_ENGINE_MEMO_ROWS_H

#include "engine/memo/store.h"

typedef struct nt_rows nt_rows;

typedef enum nt_rows_result {
  NT_ROWS_OK,
  NT_ROWS_ABSENT,
  NT_ROWS_FOREIGN, /* whole, but of another version */
  NT_ROWS_DAMAGED, /* this row, or the file */
  NT_ROWS_FAILED   /* the system will not: no space, no permission, somebody else has it */
} nt_rows_result;

/* Each answers NULL and says why. An absent file is ABSENT, and not made. */
nt_rows *nt_rows_open_reader(const char *path, nt_rows_result *result);
nt_rows *nt_rows_open_writer(const char *path, nt_hash version, nt_rows_result *result);
/* Replaces what is there. */
nt_rows *nt_rows_create(const char *path, nt_hash version, nt_rows_result *result);
/* NULL is allowed. What was not committed is lost. */
void nt_rows_close(nt_rows *rows);
/* The file and what SQLite keeps beside it. */
void nt_rows_delete(const char *path);
void nt_rows_delete_beside(const char *path);

/* A transaction begins with the first change. */
nt_rows_result nt_rows_put(nt_rows *rows, nt_memo_table table, uint64_t key, nt_str bytes);
nt_rows_result nt_rows_remove(nt_rows *rows, nt_memo_table table, uint64_t key);
nt_rows_result nt_rows_commit(nt_rows *rows);
/* Gives back what is free of the file, and of memory. Only after a commit. */
void nt_rows_tidy(nt_rows *rows);

/* Appends. DAMAGED sets *broken when it is the file that is damaged, not only the row. */
nt_rows_result nt_rows_read(nt_rows *rows, nt_memo_table table, uint64_t key, nt_buf *out, bool *broken);
/* Answers the number of damaged rows. */
size_t nt_rows_each(nt_rows *rows, nt_memo_table table, bool (*fn)(void *ud, uint64_t key, nt_str bytes), void *ud,
                    bool *broken);

#endif
