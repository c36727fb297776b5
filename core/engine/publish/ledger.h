/* The two files of a site's state that commits keep: the ledger of what is published, and the journal of what a commit
 * is about to do.
 *
 * The ledger is a log: each line begins with the hash of the rest of it, and the last word about a path counts. A line
 * that is not whole says nothing. The journal is written at once and ends in a hash of all that stands above it. */
#ifndef NT_ENGINE_PUBLISH_LEDGER_H
#define NT_ENGINE_PUBLISH_LEDGER_H

#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"

typedef struct nt_ledger_entry {
  nt_str path;
  nt_hash hash;   /* of the bytes */
  uint64_t stamp; /* what the target said of the file after it was put */
  nt_str owner;   /* a document's id, or what planned the page */
  bool altered;   /* what is there was seen not to be these bytes; not written */
} nt_ledger_entry;

/* What a ledger says beside its entries. */
typedef struct nt_ledger_log {
  size_t lines; /* in the file, also those that later ones take back */
  bool torn;    /* its end is not whole: a kill came while it was written */
  bool damaged; /* something before the end is not whole */
} nt_ledger_log;

typedef struct nt_change {
  nt_str path;
  nt_str owner;
  nt_hash hash;
  uint32_t order; /* as in notis_put */
  bool removed;
  bool healed; /* no file, but an owner whose newest good bytes are needed no more (content/good.h) */
} nt_change;

typedef struct nt_changes {
  NT_VEC(nt_change) list;
} nt_changes;

/* The whole of a ledger, in order of path. `ledger`: path -> nt_ledger_entry. */
void nt_ledger_write(const nt_map *ledger, nt_buf *out);
/* One line more. */
void nt_ledger_put(const nt_ledger_entry *entry, nt_buf *out);
void nt_ledger_drop(nt_str path, nt_buf *out);
/* Reads what is whole. */
void nt_ledger_read(nt_str text, nt_arena *arena, nt_map *ledger, nt_ledger_log *log);
void nt_journal_write(const nt_changes *changes, nt_buf *out);
/* False if it is not whole: the commit had not begun. */
bool nt_journal_read(nt_str text, nt_arena *arena, nt_changes *changes);

#endif
