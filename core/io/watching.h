/* Private to the watch: what its parts share. */
#ifndef NT_IO_WATCHING_H
#define NT_IO_WATCHING_H

#include "base/hash.h"
#include "base/map.h"
#include "base/vec.h"
#include "io/files.h"
#include "io/watch.h"

typedef struct nt_watch_root {
  nt_str path;        /* heap, as given */
  nt_str real;        /* heap, without links if it is there: what lies there goes by that name */
  bool linked;        /* a symbolic link was met in it: one file may have several names */
  bool relink;        /* its links may lead elsewhere than they did */
  nt_watch_news news; /* but for the paths, and whether one is being written */
  nt_map changed;     /* path -> nt_watch_path, heap */
  bool writing_told;
  nt_hash seen, before; /* when polling: the tree as it was last told, and at the look before */
} nt_watch_root;

/* A folder with a watch of its own. */
typedef struct nt_watch_folder {
  int wd;
  nt_str path;     /* heap, absolute, as it was come upon */
  nt_str owner;    /* heap; of a folder that only links lead to: the root that they are in */
  uint64_t walked; /* the number of the walk that met it last */
} nt_watch_folder;

/* A file that somebody writes to, or has just made. */
typedef struct nt_watch_writer {
  nt_str path;          /* heap */
  uint64_t since, last; /* the loop's milliseconds */
  bool given_up;        /* open for too long: no longer waited for */
} nt_watch_writer;

struct nt_watch {
  nt_loop *loop;
  nt_str base;
  void (*tell)(void *ud, size_t root, nt_watch_news news);
  void *ud;
  int fd;
  uv_poll_t poll;
  uv_timer_t timer;
  unsigned handles; /* open ones of ours */
  bool closing;
  bool overflow, lost; /* events were dropped; the base is gone */
  int polls;
  NT_VEC(nt_watch_root) roots;
  nt_map folders; /* by the bytes of their wd */
  nt_map writers; /* by path */
  uint64_t walk;  /* of the walk under way, or the last */
  size_t limit;   /* of folders; 0: none of ours */
  struct nt_poll *polling;
};

/* ---- watch_tree.c ---- */

/* Watches the folders above the root, and what lies there. `look_closer`: files that somebody is writing to are found
 * out, which takes a moment for each. */
void nt_watch_attach(nt_watch *w, size_t root, bool look_closer);
/* Something came, in a root: it is watched with all below it, and where it leads if it is a link. */
void nt_watch_walk(nt_watch *w, size_t root, nt_str path, bool look_closer);
/* Nothing at or below that path is watched any more. */
void nt_watch_forget(nt_watch *w, nt_str path);
void nt_watch_drop(nt_watch *w, nt_watch_folder *folder);
/* All that no walk met since the one of that number. */
void nt_watch_sweep(nt_watch *w, uint64_t since);
nt_watch_folder *nt_watch_folder_of(const nt_watch *w, int wd);

/* ---- watch_writers.c ---- */

void nt_watch_writer_note(nt_watch *w, nt_str path);
void nt_watch_writer_drop(nt_watch *w, nt_str path);
void nt_watch_writer_meet(nt_watch *w, nt_str path);
void nt_watch_writers_forget(nt_watch *w, nt_str path);
/* Drops those that have closed their file, and gives up those that stall. */
void nt_watch_writers_check(nt_watch *w);
nt_writing nt_watch_is_written(nt_str path);

/* ---- watch_poll.c ---- */

/* From now on: `error` says why. */
void nt_watch_start_polling(nt_watch *w, int error);
void nt_watch_poll_again(nt_watch *w);
void nt_watch_stop_polling(nt_watch *w);

/* ---- watch_news.c ---- */

/* Does it lie in the root, by names that do not begin with '.'? */
bool nt_watch_is_in(const nt_watch_root *root, nt_str path);
/* It lies in the root, and came, went or is whole. */
void nt_watch_note(nt_watch_root *root, nt_str path, bool folder);
void nt_watch_note_everything(nt_watch_root *root);
/* The same in every root that it is in; or that it is being written in place. */
void nt_watch_changed(nt_watch *w, nt_str path, bool folder);
void nt_watch_torn(nt_watch *w, nt_str path);
void nt_watch_tell(nt_watch *w);
void nt_watch_news_deinit(nt_watch_root *root);

/* ---- watch.c ---- */

static inline bool nt_watch_holds(nt_str folder, nt_str path) {
  return nt_str_starts(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/');
}
/* Of uv_close(): with the last of its handles the watch is gone. */
void nt_watch_handle_closed(uv_handle_t *handle);

#endif
