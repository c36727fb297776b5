/* What the parts of a commit share; all of it on the strand.
 *
 *      commit.c ──► look.c       what the target holds, and what stands in the way
 *               ──► changes.c    what shall be put and removed */
#ifndef NT_ENGINE_PUBLISH_COMMITTING_H
#define NT_ENGINE_PUBLISH_COMMITTING_H

#include "engine/engine.h"

static inline notis_str nt_out_str(nt_str s) {
  return (notis_str){s.ptr, s.len};
}

notis_call nt_commit_call(nt_commit *commit);

/* What the target says of a file; 0 if there is none. */
uint64_t nt_look_stamp(nt_commit *commit, notis_call *call, nt_str path);
/* Compares every entry of the ledger with its file. Sets `bare`. */
void nt_look_at_all(nt_commit *commit, notis_call *call);
/* May the page's file be put where it belongs? Reports what stands there that Notis did not publish. */
bool nt_look_is_free(nt_commit *commit, notis_call *call, const nt_page_record *page);

/* Assets, pages, and lists: which come first. */
uint32_t nt_page_order(const nt_page_record *page);
/* Fills commit->changes: what was staged is put, what the ledger has and the plan does not is removed, unless it stays;
 * files by order, then removals. False after reporting when that would be too much to remove. */
bool nt_changes_gather(nt_commit *commit, size_t *removed);

#endif
