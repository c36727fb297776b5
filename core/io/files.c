#include "io/files.h"

#include "base/clock.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

enum { DEEPEST = 64, READ_TRIES = 5 };

/* A moment: from the truncation of a file to the event that tells of it the kernel may take some time. */
static const int64_t fresh = 2000000000;

struct nt_root {
  int fd;
  char *path;
  uv_mutex_t lock;    /* guards met */
  NT_VEC(nt_str) met; /* files that others had open for writing; heap */
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
  if (uv_mutex_init(&root->lock) != 0) nt_out_of_memory();
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
  for (size_t i = 0; i < root->met.len; i++) free((char *)root->met.items[i].ptr);
  nt_vec_deinit(&root->met);
  uv_mutex_destroy(&root->lock);
  free(root->path);
  free(root);
}

nt_str nt_root_path(const nt_root *root) {
  return nt_str_c(root->path);
}

static int open_resolved(const nt_root *root, const char *path, int flags, uint64_t resolve) {
  log_open(root, path);
  if (!(flags & O_PATH)) flags |= O_NOCTTY | O_NONBLOCK; /* with O_PATH openat2 refuses them */
  struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .resolve = RESOLVE_BENEATH | resolve};
  int tries = 3; /* EAGAIN: a rename raced with the resolution */
  long fd;
  do fd = syscall(SYS_openat2, root->fd, path, &how, sizeof how);
  while (fd < 0 && (errno == EAGAIN || errno == EINTR) && tries--);
  return (int)fd;
}

static int open_beneath(const nt_root *root, const char *path, int flags) {
  return open_resolved(root, path, flags, RESOLVE_NO_MAGICLINKS);
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

int nt_root_peek(const nt_root *root, nt_str path) {
  nt_str terminated = nt_heap_str(path);
  int fd = open_beneath(root, terminated.ptr, O_PATH), saved = errno;
  free((char *)terminated.ptr);
  errno = saved;
  return fd;
}

static nt_file_result result_of(int error) {
  switch (error) {
  case ENOENT:
  case ENOTDIR: return NT_FILE_ABSENT;
  case EACCES:
  case EPERM: return NT_FILE_DENIED;
  case EXDEV: return NT_FILE_OUTSIDE;
  case ELOOP: return NT_FILE_CIRCLE;
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

/* The kernel grants a read lease on a file only when nobody has it open for writing. It is given back at once; a writer
 * that comes in between would send us a signal, and that one is ignored by default. */
nt_writing nt_file_writing(int fd) {
  if (fcntl(fd, F_SETSIG, SIGURG) != 0) return NT_WRITING_UNKNOWN;
  if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN ? NT_WRITTEN : NT_WRITING_UNKNOWN;
  fcntl(fd, F_SETLEASE, F_UNLCK);
  return NT_NOT_WRITTEN;
}

nt_str nt_root_met_writer(nt_root *root) {
  uv_mutex_lock(&root->lock);
  nt_str path = root->met.len ? root->met.items[--root->met.len] : nt_str_n(NULL, 0);
  uv_mutex_unlock(&root->lock);
  return path;
}

static void look_for_writer(nt_root *root, nt_str path, int fd, const nt_file_stamp *stamp) {
  if (stamp->ctime + fresh < nt_clock_now() || nt_file_writing(fd) != NT_WRITTEN) return;
  uv_mutex_lock(&root->lock);
  nt_push(&root->met, nt_heap_str(path));
  uv_mutex_unlock(&root->lock);
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

static int open_named(nt_root *root, nt_str path, nt_file_result *result) {
  char name[4096];
  *result = NT_FILE_ABSENT;
  if (path.len >= sizeof name) return -1;
  memcpy(name, path.ptr, path.len);
  name[path.len] = '\0';
  int fd = open_beneath(root, name, O_RDONLY);
  *result = fd < 0 ? result_of(errno) : NT_FILE_OK;
  return fd;
}

nt_file_result nt_file_read(nt_root *root, nt_str path, uint64_t limit, nt_buf *out, nt_file_stamp *stamp) {
  nt_file_result result;
  int fd = open_named(root, path, &result);
  if (fd < 0) return result;
  size_t start = out->len;
  nt_file_stamp before, after;
  result = NT_FILE_CHANGING;
  for (int tries = 0; tries < READ_TRIES && result == NT_FILE_CHANGING; tries++) {
    out->len = start;
    if (tries) lseek(fd, 0, SEEK_SET); /* not before it is known to be a file */
    result = read_once(fd, limit, out, &before);
    struct stat st;
    if (result != NT_FILE_OK || fstat(fd, &st) != 0) break;
    after = stamp_of(&st);
    if (!same_stamp(&before, &after)) result = NT_FILE_CHANGING;
  }
  if (result == NT_FILE_OK) look_for_writer(root, path, fd, &before);
  close(fd);
  if (result != NT_FILE_OK)
    out->len = start;
  else if (stamp)
    *stamp = before;
  return result;
}

/* ---- piece by piece ---- */

int nt_file_open(nt_root *root, nt_str path, nt_file_result *result, nt_file_stamp *stamp) {
  struct stat st;
  int fd = open_named(root, path, result);
  if (fd < 0) return fd;
  if (fstat(fd, &st) != 0)
    *result = NT_FILE_FAILED;
  else if (!S_ISREG(st.st_mode))
    *result = S_ISDIR(st.st_mode) ? NT_FILE_DIRECTORY : NT_FILE_SPECIAL;
  if (*result != NT_FILE_OK) {
    close(fd);
    return -1;
  }
  nt_file_stamp found = stamp_of(&st);
  look_for_writer(root, path, fd, &found);
  if (stamp) *stamp = found;
  return fd;
}

size_t nt_file_read_at(int fd, uint64_t offset, void *out, size_t len) {
  size_t got = 0;
  while (got < len) {
    ssize_t n = pread(fd, (char *)out + got, len - got, (off_t)(offset + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += (size_t)n;
  }
  return got;
}

enum { PIECE = 1 << 18 };

static void hash_zeros(nt_hasher *hasher, char *piece, uint64_t count) {
  memset(piece, 0, PIECE);
  for (; count; count -= count < PIECE ? count : PIECE)
    nt_hasher_put(hasher, nt_str_n(piece, count < PIECE ? (size_t)count : PIECE));
}

bool nt_file_hash(int fd, nt_hash *out) {
  struct stat st;
  if (fstat(fd, &st) != 0) return false;
  nt_hasher *hasher = nt_hasher_new();
  char *piece = nt_alloc(PIECE);
  uint64_t at = 0, size = (uint64_t)st.st_size;
  bool good = true;
  while (good && at < size) {
    off_t data = lseek(fd, (off_t)at, SEEK_DATA);
    uint64_t next = data >= 0 ? (uint64_t)data : errno == ENXIO ? size : at; /* ENXIO: a hole to the end */
    hash_zeros(hasher, piece, next - at);
    at = next;
    if (at >= size) break;
    off_t hole = lseek(fd, (off_t)at, SEEK_HOLE);
    uint64_t end = hole > (off_t)at ? (uint64_t)hole : size;
    for (size_t got; good && at < end; at += got) {
      got = nt_file_read_at(fd, at, piece, end - at < PIECE ? (size_t)(end - at) : PIECE);
      nt_hasher_put(hasher, nt_str_n(piece, got));
      good = got > 0;
    }
  }
  free(piece);
  *out = nt_hasher_end(hasher);
  return good;
}

/* ---- looking ---- */

nt_file_result nt_file_look(const nt_root *root, nt_str path, nt_file_stamp *stamp) {
  struct stat st;
  nt_str terminated = nt_heap_str(path);
  int fd = open_resolved(root, terminated.ptr, O_PATH, RESOLVE_NO_SYMLINKS);
  nt_file_result result = fd < 0 ? result_of(errno) : fstat(fd, &st) != 0 ? NT_FILE_FAILED : NT_FILE_OK;
  free((char *)terminated.ptr);
  if (fd >= 0) close(fd);
  if (result != NT_FILE_OK) return result;
  if (S_ISDIR(st.st_mode)) return NT_FILE_DIRECTORY;
  if (!S_ISREG(st.st_mode)) return NT_FILE_SPECIAL;
  *stamp = stamp_of(&st);
  return NT_FILE_OK;
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
  bool circle = entered_before(l, &st), deep = l->depth == DEEPEST;
  DIR *dir = circle || deep ? NULL : fdopendir(fd);
  if (!dir) {
    problem(l, path, circle ? NT_FILE_CIRCLE : deep ? NT_FILE_TOO_DEEP : result_of(errno));
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

void nt_file_list_sort(nt_file_list *list) {
  size_t kept = 0;
  if (list->files.len) qsort(list->files.items, list->files.len, sizeof *list->files.items, by_path);
  for (size_t i = 0; i < list->files.len; i++)
    if (!kept || !nt_str_eq(list->files.items[kept - 1].path, list->files.items[i].path))
      list->files.items[kept++] = list->files.items[i];
  list->files.len = kept;
}

void nt_file_list_deinit(nt_file_list *list) {
  nt_vec_deinit(&list->files);
  nt_vec_deinit(&list->problems);
}
