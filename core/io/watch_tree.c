/* Which folders are watched: those above the roots, those in them, and those where only links lead.
 *
 * A folder is watched before it is read: what came into it before is found by reading, what comes after is told. Links
 * are followed when the folders have been walked, so that a folder goes by its own name if it has one. */
#include "io/watching.h"

#include "base/path.h"
#include "io/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  EVENTS = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB |
           IN_DELETE_SELF | IN_MOVE_SELF | IN_EXCL_UNLINK | IN_ONLYDIR,
  DEEPEST = 64 /* as files.c */
};

typedef struct walk {
  nt_watch *w;
  size_t root;
  nt_arena *arena;
  bool look_closer;
  NT_VEC(nt_str) links;
} walk;

static nt_str key_of(const int *wd) {
  return nt_str_n((const char *)wd, sizeof *wd);
}

nt_watch_folder *nt_watch_folder_of(const nt_watch *w, int wd) {
  return nt_map_get(&w->folders, key_of(&wd));
}

static void folder_free(nt_watch_folder *folder) {
  free((char *)folder->path.ptr);
  free((char *)folder->owner.ptr);
  free(folder);
}

void nt_watch_drop(nt_watch *w, nt_watch_folder *folder) {
  nt_map_remove(&w->folders, key_of(&folder->wd));
  folder_free(folder);
}

/* What was read of a watch that is removed here but lies in the queue is passed over: its number is not used again. */
static void unwatch(nt_watch *w, nt_watch_folder *folder) {
  if (w->fd >= 0) inotify_rm_watch(w->fd, folder->wd);
  nt_watch_drop(w, folder);
}

void nt_watch_forget(nt_watch *w, nt_str path) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->folders, &i, &e);) {
    nt_watch_folder *folder = e->value;
    if (nt_watch_holds(path, folder->path)) unwatch(w, folder);
  }
  nt_watch_writers_forget(w, path);
}

void nt_watch_sweep(nt_watch *w, uint64_t since) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->folders, &i, &e);) {
    nt_watch_folder *folder = e->value;
    if (folder->walked <= since) unwatch(w, folder);
  }
}

static int add(nt_watch *w, const char *path) {
  if (w->limit && w->folders.live >= w->limit) {
    errno = ENOSPC;
    return -1;
  }
  return inotify_add_watch(w->fd, path, EVENTS);
}

typedef enum met { MET_NEW, MET_BEFORE, MET_NOTHING } met;

/* `owner` is empty, or the root that has a link there: such a folder keeps the name that it has already. */
static met watch_folder(nt_watch *w, nt_str path, nt_str owner) {
  if (w->polls) return MET_NOTHING;
  nt_str terminated = nt_heap_str(path);
  int wd = add(w, terminated.ptr);
  if (wd < 0 && (errno == ENOSPC || errno == ENOMEM)) nt_watch_start_polling(w, errno);
  nt_watch_folder *folder = wd < 0 ? NULL : nt_watch_folder_of(w, wd);
  bool before = folder && (folder->walked == w->walk || owner.len);
  if (wd < 0 || before) {
    free((char *)terminated.ptr);
    if (before) folder->walked = w->walk;
    return wd < 0 ? MET_NOTHING : MET_BEFORE;
  }
  if (!folder) {
    folder = nt_zalloc(sizeof *folder);
    folder->wd = wd;
    nt_map_set(&w->folders, key_of(&folder->wd), folder);
  }
  free((char *)folder->path.ptr);
  free((char *)folder->owner.ptr);
  folder->path = terminated;
  folder->owner = owner.len ? nt_heap_str(owner) : nt_str_n(NULL, 0);
  folder->walked = w->walk;
  return MET_NEW;
}

/* ---- folders ---- */

static void walk_folder(walk *k, nt_str path, nt_str owner, int depth);

static unsigned char type_of(const char *path, unsigned char type) {
  struct stat st;
  if (type != DT_UNKNOWN) return type;
  if (lstat(path, &st) != 0) return DT_UNKNOWN;
  return S_ISDIR(st.st_mode) ? DT_DIR : S_ISLNK(st.st_mode) ? DT_LNK : S_ISREG(st.st_mode) ? DT_REG : DT_UNKNOWN;
}

static void note_link(walk *k, nt_str path) {
  k->w->roots.items[k->root].linked = true;
  nt_push(&k->links, path);
}

static void walk_entry(walk *k, nt_str path, unsigned char type, nt_str owner, int depth) {
  type = type_of(path.ptr, type);
  if (type == DT_DIR)
    walk_folder(k, path, owner, depth + 1);
  else if (type == DT_LNK)
    note_link(k, path);
  else if (type == DT_REG && k->look_closer && nt_watch_is_written(path) == NT_WRITTEN)
    nt_watch_writer_note(k->w, path);
}

static void walk_folder(walk *k, nt_str path, nt_str owner, int depth) {
  if (depth > DEEPEST || watch_folder(k->w, path, owner) != MET_NEW) return;
  DIR *dir = opendir(path.ptr);
  if (!dir) return; /* gone since; or it may not be read, which the scan says */
  for (struct dirent *e; (e = readdir(dir));)
    if (e->d_name[0] != '.') walk_entry(k, nt_path_join(k->arena, path, nt_str_c(e->d_name)), e->d_type, owner, depth);
  closedir(dir);
}

/* ---- links ---- */

/* Where a link that leads nowhere yet would lead, as it is written. */
static nt_str written_target(walk *k, nt_str root, nt_str below, nt_str link) {
  char text[4096];
  nt_str target;
  ssize_t len = readlink(link.ptr, text, sizeof text);
  if (len <= 0 || (size_t)len == sizeof text || text[0] == '/') return nt_str_n(NULL, 0);
  nt_str joined = nt_path_join(k->arena, nt_path_dir(below), nt_str_n(text, (size_t)len));
  if (!nt_path_normal(joined, k->arena, &target)) return nt_str_n(NULL, 0);
  return nt_path_join(k->arena, root, target);
}

/* The path of what is open, without links. */
static nt_str real_path(walk *k, int fd) {
  char name[64], text[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t len = readlink(name, text, sizeof text);
  return len > 0 && (size_t)len < sizeof text ? nt_arena_str(k->arena, nt_str_n(text, (size_t)len)) : nt_str_n(NULL, 0);
}

/* A folder is walked. The folders above are watched where the target lies, or would: it goes and comes with each of
 * them. Only what stays in the root. */
static void follow(walk *k, nt_root *opened, nt_str link) {
  nt_str root = nt_root_path(opened), below = nt_str_sub(link, root.len + 1, link.len);
  struct stat st;
  int fd = nt_root_peek(opened, below);
  nt_str target = fd >= 0           ? real_path(k, fd)
                  : errno == ENOENT ? written_target(k, root, below, link)
                                    : nt_str_n(NULL, 0);
  if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) walk_folder(k, link, root, 1);
  for (nt_str dir = nt_path_dir(target); dir.len > root.len && nt_watch_holds(root, dir); dir = nt_path_dir(dir))
    watch_folder(k->w, dir, root);
  if (fd >= 0) close(fd);
}

static void follow_links(walk *k) {
  nt_root *opened = k->links.len ? nt_root_open(k->w->roots.items[k->root].real) : NULL;
  for (size_t i = 0; opened && i < k->links.len; i++) follow(k, opened, k->links.items[i]); /* which may add some */
  nt_root_close(opened);
  nt_vec_deinit(&k->links);
}

/* ---- a path ---- */

void nt_watch_walk(nt_watch *w, size_t root, nt_str path, bool look_closer) {
  walk k = {.w = w, .root = root, .arena = nt_arena_new(), .look_closer = look_closer};
  nt_str terminated = nt_arena_str(k.arena, path);
  struct stat st;
  w->walk++;
  if (lstat(terminated.ptr, &st) == 0) {
    if (S_ISDIR(st.st_mode))
      walk_folder(&k, terminated, nt_str_n(NULL, 0), 0);
    else if (S_ISLNK(st.st_mode))
      note_link(&k, terminated);
  }
  follow_links(&k);
  nt_arena_free(k.arena);
}

/* From the base down to where the path ends, or where there is nothing yet. */
static void watch_above(nt_watch *w, nt_str path) {
  w->walk++;
  for (size_t end = w->base.len; end < path.len; end++)
    if (path.ptr[end] == '/' && watch_folder(w, nt_str_sub(path, 0, end), nt_str_n(NULL, 0)) == MET_NOTHING) return;
}

void nt_watch_attach(nt_watch *w, size_t index, bool look_closer) {
  nt_watch_root *root = &w->roots.items[index];
  watch_above(w, root->path);
  free((char *)root->real.ptr);
  char *real = realpath(root->path.ptr, NULL);
  root->real = real ? nt_str_c(real) : nt_heap_str(root->path);
  root->linked = false;
  nt_watch_walk(w, index, root->real, look_closer);
  if (!nt_str_eq(root->real, root->path)) watch_folder(w, nt_path_dir(root->real), root->real); /* what replaces it */
}
