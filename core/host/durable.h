/* File operations that must survive a kill, each passing a failpoint before and after it in test builds.
 *
 * A failpoint is a numbered moment: with NOTIS_FAILPOINT=N in the environment of a test build the process kills itself
 * (SIGKILL) at the N-th one; NOTIS_FAILPOINT=count prints how many there were on exit. */
#ifndef NT_HOST_DURABLE_H
#define NT_HOST_DURABLE_H

#include "base/diag.h"

typedef enum nt_durable { NT_DURABLE_OK, NT_DURABLE_ABSENT, NT_DURABLE_NOT_EMPTY, NT_DURABLE_FAILED } nt_durable;

/* Paths are absolute. A failure is reported as durable_* with the path and the system's reason. diags may be NULL. */
nt_durable nt_durable_write(nt_str path, nt_str bytes, nt_diags *diags);
nt_durable nt_durable_sync(nt_str path, nt_diags *diags);
nt_durable nt_durable_rename(nt_str from, nt_str to, nt_diags *diags);
nt_durable nt_durable_remove(nt_str path, nt_diags *diags);
nt_durable nt_durable_mkdirs(nt_str path, nt_diags *diags);
nt_durable nt_durable_rmdir(nt_str path, nt_diags *diags);
/* Writes beside, syncs, renames, syncs the directory. */
nt_durable nt_durable_replace(nt_str path, nt_str bytes, nt_diags *diags);

#endif
