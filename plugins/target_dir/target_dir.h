/* The target's own state, shared by its two halves: staging (target_dir.c) and committing (commit.c).
 *
 *     put:    bytes ──► ROOT/.notis-stage/<order>/<path>
 *     commit: ROOT/.notis-stage/<order>/<path> ──rename──► ROOT/<path>, one order after the other
 *
 * Each order is staged as the tree that it will be, so a folder that the root does not have is renamed whole: a first
 * publication of ten thousand pages is a handful of renames. Whatever lies in the stage is thus published: what is put
 * and then dropped is taken out of it at once. A commit that was interrupted can be resumed from a list of paths. */
#ifndef TARGET_DIR_H
#define TARGET_DIR_H

#include "names.h"

enum { ORDERS = 3, PATH_LIMIT = 4096, NAME_LIMIT = 255 };

#define STAGE ".notis-stage"

typedef struct target {
  const notis_services *host;
  char *root; /* absolute, without a slash at its end */
  size_t root_len;
  bool sync; /* survive a power failure too, not only a kill */
  bool begun;
  bool resuming;
  names puts[ORDERS];
  names staged[ORDERS]; /* folders that were made below the stage */
  names removes;
} target;

/* A path as the host's file services want it. */
typedef struct full_path {
  char text[PATH_LIMIT];
  size_t len;
} full_path;

/* ROOT/path, or ROOT for an empty path. The path must have passed target_path_is_good. */
notis_str target_full(const target *self, notis_str path, full_path *out);
/* ROOT/.notis-stage/<order>/path, or the order's own folder for an empty path. */
notis_str target_staged(const target *self, int order, notis_str path, full_path *out);
bool target_path_is_good(const target *self, notis_str path);
void target_say(const target *self, notis_call *call, const char *code, notis_str about);

notis_status target_commit(target *self, notis_call *call);
/* Throws away what is staged, and the folder it was staged in. */
notis_status target_unstage(target *self, notis_call *call);

#endif
