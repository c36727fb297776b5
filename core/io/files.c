#include "io/files.h"

#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DEEPEST = 64, READ_TRIES = 5 };

struct nt_root {
  int fd;
  char *path;
};

#ifdef NOTIS_TESTING
/* With NOTIS_READ_LOG=FILE each path that is opened here is appended to FILE: what strace sees is held against it. */
static void log_open(const nt_root *root, const char *path) {
  const char *log = getenv("NOTIS_READ_LOG");
  if (!log) return;
  int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return;
  dprintf(fd, "%s/%s\n", root->path, path);
  close(fd);
}
#else
static void log_open(const nt_root *root, const char *path) {
  (void)root;
  (void)path;
}
#endif

/* Takes the descriptor; NULL, and errno as it is, if there is none. */
static nt_root *root_of(int fd, nt_str path) {
  if (fd < 0) return NULL;
  nt_root *root = nt_zalloc(sizeof *root);
  root->fd = fd;
  root->path = (char *)nt_heap_str(path).ptr;
  return root;
}

nt_root *nt_root_open(nt_str path) {
  nt_str terminated = nt_heap_str(path);
  int fd = open(terminated.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC), saved = errno;
  free((char *)terminated.ptr);
  errno = saved;
  return root_of(fd, path);
}

void nt_root_close(nt_root *root) {
  if (!root) return;
  close(root->fd);
  free(root->path);
  free(root);
}

nt_str nt_root_path(const nt_root *root) {
  return nt_str_c(root->path);
}

static int open_beneath(const nt_root *root, const char *path, int flags) {
  log_open(root, path);
  if (!(flags & O_PATH)) flags |= O_NOCTTY | O_NONBLOCK; /* with O_PATH openat2 refuses them */
  struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  int tries = 3; /* EAGAIN: a rename raced with the resolution */
  long fd;
  do fd = syscall(SYS_openat2, root->fd, path, &how, sizeof how);
  while (fd < 0 && (errno == EAGAIN || errno == EINTR) && tries--);
  return (int)fd;
}

nt_root *nt_root_open_below(const nt_root *root, nt_str path) {
  nt_arena *arena = nt_arena_new_sized(512);
  nt_str below = nt_arena_str(arena, path.len ? path : NT_STR("."));
  int fd = open_beneath(root, below.ptr, O_RDONLY | O_DIRECTORY), saved = errno;
  nt_root *opened = root_of(fd, nt_path_join(arena, nt_root_path(root), path));
  nt_arena_free(arena);
  errno = saved;
  return opened;
}

static nt_file_result result_of(int error) {
  switch (error) {
  case ENOENT:
  case ENOTDIR: return NT_FILE_ABSENT;
  case EACCES:
  case EPERM: return NT_FILE_DENIED;
  case EXDEV:
  case ELOOP: return NT_FILE_OUTSIDE;
  case EISDIR: return NT_FILE_DIRECTORY;
  case ENXIO: return NT_FILE_SPECIAL; /* a socket */
  default: return NT_FILE_FAILED;
  }
}

static nt_file_stamp stamp_of(const struct stat *st) {
  return (nt_file_stamp){.size = (uint64_t)st->st_size,
                         .mtime = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
                         .ctime = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
                         .inode = st->st_ino,
                         .device = st->st_dev};
}

static bool same_stamp(const nt_file_stamp *a, const nt_file_stamp *b) {
  return a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime && a->inode == b->inode;
}

static nt_file_result read_once(int fd, uint64_t limit, nt_buf *out, nt_file_stamp *stamp) {
  struct stat st;
  if (fstat(fd, &st) != 0) return NT_FILE_FAILED;
  if (S_ISDIR(st.st_mode)) return NT_FILE_DIRECTORY;
  if (!S_ISREG(st.st_mode)) return NT_FILE_SPECIAL;
  *stamp = stamp_of(&st);
  if (limit && stamp->size > limit) return NT_FILE_TOO_LARGE;
  size_t start = out->len;
  nt_buf_reserve(out, (size_t)stamp->size + 1);
  for (;;) {
    size_t room = out->cap - out->len;
    ssize_t got = read(fd, out->ptr + out->len, room);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return result_of(errno);
    out->len += (size_t)got;
    if (limit && out->len - start > limit) return NT_FILE_TOO_LARGE;
    /* Less than was asked for is the end, unless a file system has only been slow to give the rest. */
    if (got == 0 || ((size_t)got < room && out->len - start >= stamp->size)) return NT_FILE_OK;
    if (out->len == out->cap) nt_buf_reserve(out, out->cap);
  }
}

nt_file_result nt_file_read(nt_root *root, nt_str path, uint64_t limit, nt_buf *out, nt_file_stamp *stamp) {
  char name[4096];
  if (path.len >= sizeof name) return NT_FILE_ABSENT;
  memcpy(name, path.ptr, path.len);
  name[path.len] = '\0';
  int fd = open_beneath(root, name, O_RDONLY);
  if (fd < 0) return result_of(errno);
  size_t start = out->len;
  nt_file_stamp before, after;
  nt_file_result result = NT_FILE_CHANGING;
  for (int tries = 0; tries < READ_TRIES && result == NT_FILE_CHANGING; tries++) {
    out->len = start;
    if (tries) lseek(fd, 0, SEEK_SET); /* not before it is known to be a file */
    result = read_once(fd, limit, out, &before);
    struct stat st;
    if (result != NT_FILE_OK || fstat(fd, &st) != 0) break;
    after = stamp_of(&st);
    if (!same_stamp(&before, &after)) result = NT_FILE_CHANGING;
  }
  close(fd);
  if (result != NT_FILE_OK)
    out->len = start;
  else if (stamp)
    *stamp = before;
  return result;
}

/* ---- listing ---- */

typedef struct lister {
  nt_root *root;
  nt_arena *arena;
  nt_file_list *out;
  struct {
    dev_t device;
    ino_t inode;
  } above[DEEPEST]; /* the directories we are in, so that a link to one of them ends */
  int depth;
} lister;

static void problem(lister *l, nt_str path, nt_file_result result) {
  nt_push(&l->out->problems, ((nt_file_problem){nt_arena_str(l->arena, path), result}));
}

static void list_directory(lister *l, nt_str path);

static void list_entry(lister *l, int dir, nt_str path, const char *name) {
  struct stat st;
  if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) problem(l, path, result_of(errno)); /* ENOENT: gone since, no longer a file of ours */
    return;
  }
  if (S_ISLNK(st.st_mode)) {
    int fd = open_beneath(l->root, path.ptr, O_PATH);
    if (fd < 0 || fstat(fd, &st) != 0) {
      problem(l, path, fd < 0 ? result_of(errno) : NT_FILE_FAILED);
      if (fd >= 0) close(fd);
      return;
    }
    close(fd);
  }
  if (nt_utf8_check(path) < path.len) /* a name that no address, ledger or message could hold as it is */
    problem(l, path, NT_FILE_BAD_NAME);
  else if (S_ISDIR(st.st_mode))
    list_directory(l, path);
  else if (S_ISREG(st.st_mode))
    nt_push(&l->out->files, ((nt_file_entry){path, stamp_of(&st)}));
  else
    problem(l, path, NT_FILE_SPECIAL);
}

static bool entered_before(lister *l, const struct stat *st) {
  for (int i = 0; i < l->depth; i++)
    if (l->above[i].inode == st->st_ino && l->above[i].device == st->st_dev) return true;
  return false;
}

static void list_directory(lister *l, nt_str path) {
  int fd = open_beneath(l->root, path.len ? path.ptr : ".", O_RDONLY | O_DIRECTORY);
  struct stat st;
  if (fd < 0 || fstat(fd, &st) != 0) {
    problem(l, path, fd < 0 ? result_of(errno) : NT_FILE_FAILED);
    if (fd >= 0) close(fd);
    return;
  }
  DIR *dir = l->depth < DEEPEST && !entered_before(l, &st) ? fdopendir(fd) : NULL;
  if (!dir) {
    problem(l, path, NT_FILE_OUTSIDE);
    close(fd);
    return;
  }
  l->above[l->depth].device = st.st_dev;
  l->above[l->depth++].inode = st.st_ino;
  for (struct dirent *e; errno = 0, (e = readdir(dir));)
    if (e->d_name[0] != '.') list_entry(l, fd, nt_path_join(l->arena, path, nt_str_c(e->d_name)), e->d_name);
  if (errno) problem(l, path, result_of(errno)); /* a part of a directory must not pass for all of it */
  l->depth--;
  closedir(dir);
}

static int by_path(const void *a, const void *b) {
  return nt_str_cmp(((const nt_file_entry *)a)->path, ((const nt_file_entry *)b)->path);
}

static int by_problem_path(const void *a, const void *b) {
  return nt_str_cmp(((const nt_file_problem *)a)->path, ((const nt_file_problem *)b)->path);
}

void nt_file_list_read(nt_root *root, nt_str path, nt_arena *arena, nt_file_list *out) {
  lister l = {.root = root, .arena = arena, .out = out};
  list_directory(&l, nt_arena_str(arena, path));
  if (out->files.len) qsort(out->files.items, out->files.len, sizeof *out->files.items, by_path);
  if (out->problems.len) qsort(out->problems.items, out->problems.len, sizeof *out->problems.items, by_problem_path);
}

void nt_file_list_deinit(nt_file_list *list) {
  nt_vec_deinit(&list->files);
  nt_vec_deinit(&list->problems);
}
