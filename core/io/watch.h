/* What happens to the files of some trees. The descriptor is ours (design, "inotify is ours"): it tells when a writer
 * closes a file, and when the kernel had to drop events.
 *
 *     inotify ──► loop: look ──► folders: what is new is watched, what is gone is forgotten
 *                          ├───► writers: files that are open and half written
 *                          └───► tell(root, news)
 *
 * Paths are told only where each has one name: in a root that holds symbolic links, and of a file with several hard
 * links, it is everything that changed.
 *
 * A root is a path: whatever lies there, a folder with all below it or a file. It need not be there yet, and may go and
 * come back. Names beginning with '.' are passed over, as they are by nt_file_list_read(). Where the system has no
 * watches left the trees are looked at every second instead, by a thread beside the loop. */
#ifndef NT_IO_WATCH_H
#define NT_IO_WATCH_H

#include "base/str.h"
#include "io/loop.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct nt_watch nt_watch;

/* A file, or a folder with all that is or was in it. What was a folder and became a file is told of as a folder. */
typedef struct nt_watch_path {
  nt_str path; /* from the root */
  bool folder;
} nt_watch_path;

typedef struct nt_watch_news {
  bool changed;               /* something came, went, or was written to its end */
  bool torn;                  /* a file was written in place: whoever read it meanwhile may have read half of it */
  bool writing;               /* one is still being written; `changed` follows */
  bool everything;            /* it is not known what changed, or too much to tell: it may be anything in the root */
  const nt_watch_path *paths; /* otherwise what changed, each once; until tell() returns */
  size_t count;
} nt_watch_news;

typedef struct nt_watch_options {
  nt_loop *loop;
  nt_str base; /* absolute; the folders between here and the roots are watched for roots that come and go */
  /* Loop thread, also from within nt_watch_look(). */
  void (*tell)(void *ud, size_t root, nt_watch_news news);
  void *ud;
  size_t limit; /* of folders, as if the system had no more; 0: as many as it has */
} nt_watch_options;

/* Never NULL. */
nt_watch *nt_watch_new(const nt_watch_options *options);
/* Its memory is freed at the loop's next turn. NULL is allowed. Not from a callback. */
void nt_watch_close(nt_watch *watch);

/* Absolute paths below the base, none twice; news name them by their place in this list. What was watched and is named
 * again stays as it is. Of a root that is new nothing is told that was there already. */
void nt_watch_set_roots(nt_watch *watch, const nt_str *paths, size_t count);
/* Takes in what has happened until now, without waiting for the loop. */
void nt_watch_look(nt_watch *watch);
/* A file of that root that is being written, or empty. Good until the next look. */
nt_str nt_watch_writing(const nt_watch *watch, size_t root);
/* Who read that file, by its absolute path, met somebody who writes to it, of whom no event may have told yet. It is
 * told as written, or as changed if the writer is done by now. */
void nt_watch_met_writer(nt_watch *watch, nt_str path);
/* Why the trees are polled, an errno; 0: they are not. */
int nt_watch_polls(const nt_watch *watch);

#endif
