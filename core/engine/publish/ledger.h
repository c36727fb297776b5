/* The two files of a site's state that commits keep: the ledger of what is published, and the journal of what a commit
 * is about to do. Both are lines of text that end in a hash of what stands above it. */
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
} nt_ledger_entry;

typedef struct nt_change {
  nt_str path;
  nt_str owner;
  nt_hash hash;
  uint32_t order; /* as in notis_put */
  bool removed;
} nt_change;

typedef struct nt_changes {
  NT_VEC(nt_change) list;
} nt_changes;

/* path -> nt_ledger_entry. Entries are written in order of path. */
void nt_ledger_write(const nt_map *ledger, nt_buf *out);
/* False if the text is damaged; the map is then empty. */
bool nt_ledger_read(nt_str text, nt_arena *arena, nt_map *ledger);
void nt_journal_write(const nt_changes *changes, nt_buf *out);
/* False if it is not whole: the commit had not begun. */
bool nt_journal_read(nt_str text, nt_arena *arena, nt_changes *changes);

#endif
