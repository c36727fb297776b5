/* The durable memo of a site: a file of rows, each with the hash of what it holds. It is a cache. What is damaged, of
 * another engine or gone is as if it had never been written, and is made anew.
 *
 *     loop thread ──put, remove──► writer's strand: one open transaction ──flush──► it is in the file
 *     any thread  ──read─────────► a connection for each reader; sees what has been flushed
 */
#ifndef NT_ENGINE_MEMO_STORE_H
#define NT_ENGINE_MEMO_STORE_H

#include "base/buf.h"
#include "base/hash.h"
#include "host/strand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nt_memo nt_memo;

typedef enum nt_memo_table {
  NT_MEMO_SITE,    /* by part: what the site as a whole remembers */
  NT_MEMO_NAMES,   /* by number of the chunk */
  NT_MEMO_RECORDS, /* by slot */
  NT_MEMO_BODIES,  /* by twice the slot, plus 1 for what hooks left */
  NT_MEMO_ITEMS,   /* by nt_good_key(): good bytes of items */
  NT_MEMO_PAGES,   /* by the page's number */
  NT_MEMO_TABLES
} nt_memo_table;

typedef enum nt_memo_found {
  NT_MEMO_NEW,     /* there was none */
  NT_MEMO_KEPT,    /* it holds what was flushed last */
  NT_MEMO_FOREIGN, /* of another version: emptied */
  NT_MEMO_DAMAGED, /* it could not be read as a whole: begun anew */
  NT_MEMO_UNUSABLE /* nothing can be written there: an empty one that keeps nothing */
} nt_memo_found;

/* Loop thread. `path` is absolute, its folder is made; `version` names the engine and everything that has a say in what
 * steps give. `readers` are numbered from 0. Never NULL. */
nt_memo *nt_memo_open(nt_str path, nt_hash version, unsigned readers, nt_memo_found *found);
/* Waits for the writer; what was not flushed is lost. NULL is allowed. */
void nt_memo_close(nt_memo *memo);

/* Any thread, one at a time for each reader. Appends the row's bytes; false if it is not there or is damaged. */
bool nt_memo_read(nt_memo *memo, unsigned reader, nt_memo_table table, uint64_t key, nt_buf *out);
/* Every row of a table that is whole, in order of key, until fn answers false. Bytes are good within the call only. */
void nt_memo_each(nt_memo *memo, unsigned reader, nt_memo_table table, bool (*fn)(void *ud, uint64_t key, nt_str bytes),
                  void *ud);
/* Rows that were found damaged since it was opened. Any thread. */
size_t nt_memo_damaged(const nt_memo *memo);

/* Loop thread; the bytes are copied, or taken (then `bytes` is empty afterwards). Both are held until the flush. */
void nt_memo_put(nt_memo *memo, nt_memo_table table, uint64_t key, nt_str bytes);
void nt_memo_take(nt_memo *memo, nt_memo_table table, uint64_t key, nt_buf *bytes);
void nt_memo_remove(nt_memo *memo, nt_memo_table table, uint64_t key);
/* What is put from now on makes up all of the memo; what was flushed can be read until the next flush. False if nothing
 * can be kept any more: nothing can be written there. */
bool nt_memo_empty(nt_memo *memo);
/* Everything put and removed since the last flush becomes one transaction. `done` is called by the writer's thread
 * when it is in the file, or could not be written: then the memo forgets all it holds, and takes nothing until it is
 * emptied, so that it is never half of what it should be. May be NULL. */
void nt_memo_flush(nt_memo *memo, void (*done)(void *ud, bool good), void *ud);
/* False: what is put goes nowhere, see nt_memo_empty(). Any thread. */
bool nt_memo_keeps(const nt_memo *memo);
/* Waits for what was flushed. */
void nt_memo_wait(nt_memo *memo);
/* Loop thread: `task` is run by the writer's thread. */
void nt_memo_trim(nt_memo *memo, nt_task task);

/* The hash of the program and every library it has loaded, by their build ids, for `version`. */
nt_hash nt_memo_program(void);

#endif
