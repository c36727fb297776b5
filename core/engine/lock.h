/* One engine at a time has a workspace's state: who holds a lock on a file in it. The file may be removed, with all
 * around it, while the engine runs; then nothing keeps another one from beginning. */
#ifndef NT_ENGINE_LOCK_H
#define NT_ENGINE_LOCK_H

#include "base/arena.h"
#include "base/diag.h"

typedef struct nt_lock {
  nt_str dir, path; /* absolute; empty: this engine needs none */
  int fd;
  bool lost; /* another engine has been here since: what this one knows of the state is no longer so */
} nt_lock;

void nt_lock_init(nt_lock *lock);
void nt_lock_deinit(nt_lock *lock);
/* Takes the lock in that directory, which it makes. False after reporting; with `held` if another process has it. */
bool nt_lock_take(nt_lock *lock, nt_str dir, nt_code held, nt_arena *arena, nt_diags *diags);
/* Is it still this engine's? One that was removed is taken anew if nobody else has begun meanwhile; otherwise that is
 * reported, and it is never this engine's again. */
bool nt_lock_keep(nt_lock *lock, nt_diags *diags);
/* Can another engine of this process take what this one has lost? */
bool nt_lock_is_free(const nt_lock *lock);

#endif
