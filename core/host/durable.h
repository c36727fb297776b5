/* File operations that must survive a kill, each passing a failpoint before and after it in test builds.
 *
 * A failpoint is a numbered moment: with NOTIS_FAILPOINT=N in the environment of a test build the process kills itself
 * (SIGKILL) at the N-th one; NOTIS_FAILPOINT=count prints how many there were on exit. */
#ifndef NT_HOST_DURABLE_H
#define NT_HOST_DURABLE_H

#include "base/diag.h"

#include <notis/plugin.h>

typedef enum nt_durable { NT_DURABLE_OK, NT_DURABLE_ABSENT, NT_DURABLE_NOT_EMPTY, NT_DURABLE_FAILED } nt_durable;

/* Paths are absolute. Removing what is not there, or renaming it, is ABSENT and not reported. A failure is reported as
 * durable_* with the path and the system's reason. diags may be NULL. */
nt_durable nt_durable_write(nt_str path, nt_str bytes, nt_diags *diags);
/* As nt_durable_write, of the bytes of an open file: its blocks are shared where the file system can, else copied
 * within the kernel, with its holes, else piece by piece. */
nt_durable nt_durable_copy(int from, nt_str path, nt_diags *diags);
nt_durable nt_durable_sync(nt_str path, nt_diags *diags);
nt_durable nt_durable_rename(nt_str from, nt_str to, nt_diags *diags);
nt_durable nt_durable_remove(nt_str path, nt_diags *diags);
nt_durable nt_durable_mkdirs(nt_str path, nt_diags *diags);
nt_durable nt_durable_rmdir(nt_str path, nt_diags *diags);
/* Writes beside, syncs, renames, syncs the directory. */
nt_durable nt_durable_replace(nt_str path, nt_str bytes, nt_diags *diags);
/* Puts bytes at the end of a file that is there, and syncs it if asked. ABSENT is not reported. */
nt_durable nt_durable_append(nt_str path, nt_str bytes, bool sync, nt_diags *diags);
/* Removes the files in a directory, but no directory. */
nt_durable nt_durable_clear(nt_str path, nt_diags *diags);
/* Removes a directory with everything below it, following no link. */
nt_durable nt_durable_remove_tree(nt_str path, nt_diags *diags);

/* What is there, without following a link. */
notis_file_kind nt_durable_kind(nt_str path);
/* A number that changes when the file is written, replaced or touched. ABSENT is not reported. */
nt_durable nt_durable_stamp(nt_str path, uint64_t *stamp);
/* The hash of a file's bytes, as nt_hash_bytes() has it. ABSENT, not reported, if it is no file or cannot be read. */
nt_durable nt_durable_hash(nt_str path, uint64_t *hash);

/* A moment at which a test may kill the process; nothing outside test builds. For what the engine itself does. */
#ifdef NOTIS_TESTING
void nt_failpoint(void);
/* Counts anew from 0 and kills at `at` (0 never); for a test that forks instead of setting NOTIS_FAILPOINT. */
void nt_failpoint_arm(uint64_t at);
uint64_t nt_failpoint_count(void);
#else
static inline void nt_failpoint(void) {}
#endif

#endif
