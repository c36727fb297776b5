#include "host/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef NOTIS_TESTING
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* The only globals that change, and only in test builds: which moment this is, and at which one to die. */
static atomic_uint_fast64_t moments;
static atomic_uint_fast64_t fatal;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void print_count(void) {
  fprintf(stderr, "failpoints: %llu\n", (unsigned long long)nt_failpoint_count());
}

static void read_environment(void) {
  const char *text = getenv("NOTIS_FAILPOINT");
  if (!text) return;
  if (strcmp(text, "count") == 0)
    atexit(print_count);
  else
    atomic_store(&fatal, strtoull(text, NULL, 10));
}

void nt_failpoint(void) {
  pthread_once(&once, read_environment);
  if (atomic_fetch_add(&moments, 1) + 1 == atomic_load(&fatal)) kill(getpid(), SIGKILL);
}

void nt_failpoint_arm(uint64_t at) {
  pthread_once(&once, read_environment);
  atomic_store(&moments, 0);
  atomic_store(&fatal, at);
}

uint64_t nt_failpoint_count(void) {
  return atomic_load(&moments);
}
#endif

/* A path as the system takes it. An empty one stands for a path that cannot be. */
typedef struct sys_path {
  char text[PATH_MAX];
} sys_path;

static const char *terminated(sys_path *out, nt_str path) {
  errno = ENAMETOOLONG;
  out->text[0] = '\0';
  if (path.len >= sizeof out->text) return out->text;
  errno = EINVAL;
  if (path.len == 0 || memchr(path.ptr, '\0', path.len)) return out->text;
  memcpy(out->text, path.ptr, path.len);
  out->text[path.len] = '\0';
  return out->text;
}

/* Reports with errno's reason, which the C library words in English whatever the locale. */
static nt_durable failed(nt_diags *diags, nt_code code, nt_str path) {
  const char *reason = strerrordesc_np(errno);
  if (diags)
    nt_report(diags, code, (nt_where){0}, nt_str_n(path.ptr ? path.ptr : "", path.len),
              nt_str_c(reason ? reason : "?"));
  return NT_DURABLE_FAILED;
}

static bool put_all(int fd, nt_str bytes) {
  for (size_t at = 0; at < bytes.len;) {
    ssize_t n = write(fd, bytes.ptr + at, bytes.len - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    at += (size_t)n;
  }
  return true;
}

/* Piece by piece, for file systems between which the kernel does not copy. */
static bool copy_piece(int from, int to, off_t at, off_t end) {
  enum { PIECE = 1 << 16 };
  char piece[PIECE];
  while (at < end) {
    ssize_t got = pread(from, piece, end - at < PIECE ? (size_t)(end - at) : PIECE, at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0; /* it has become shorter: the next look at it will tell */
    for (ssize_t put = 0; put < got;) {
      ssize_t n = pwrite(to, piece + put, (size_t)(got - put), at + put);
      if (n < 0 && errno != EINTR) return false;
      if (n > 0) put += n;
    }
    at += got;
  }
  return true;
}

static bool copy_range(int from, int to, off_t at, off_t end) {
  while (at < end) {
    off_t in = at, out = at;
    ssize_t n = copy_file_range(from, &in, to, &out, (size_t)(end - at), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return copy_piece(from, to, at, end);
    at += n;
  }
  return true;
}

/* Only the data is copied; what lies between becomes a hole again. */
static bool copy_all(int from, int to) {
  struct stat st;
  if (ioctl(to, FICLONE, from) == 0) return true;
  if (fstat(from, &st) != 0) return false;
  for (off_t at = 0; at < st.st_size;) {
    off_t data = lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break; /* a hole to the end */
    if (data < 0) data = at;               /* no holes here */
    off_t hole = lseek(from, data, SEEK_HOLE), end = hole > data ? hole : st.st_size;
    if (!copy_range(from, to, data, end)) return false;
    at = end;
  }
  return ftruncate(to, st.st_size) == 0;
}

/* What goes into a file: bytes, or the whole of another file. */
typedef struct content {
  nt_str bytes;
  int from; /* -1 for bytes */
} content;

/* Creates or truncates, and syncs if asked. A link in the file's place is refused, not followed. */
static nt_durable write_content(nt_str path, content what, bool sync, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_write, path);
  nt_failpoint();
  int fd = open(p.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0) return failed(diags, NT_MSG_durable_write, path);
  nt_failpoint();
  bool good = what.from >= 0 ? copy_all(what.from, fd) : put_all(fd, what.bytes);
  if (good && sync) good = fsync(fd) == 0;
  int reason = errno;
  if (close(fd) != 0 && good) {
    good = false;
    reason = errno;
  }
  nt_failpoint();
  errno = reason;
  return good ? NT_DURABLE_OK : failed(diags, NT_MSG_durable_write, path);
}

static nt_durable write_file(nt_str path, nt_str bytes, bool sync, nt_diags *diags) {
  return write_content(path, (content){bytes, -1}, sync, diags);
}

nt_durable nt_durable_copy(int from, nt_str path, nt_diags *diags) {
  return write_content(path, (content){.from = from}, false, diags);
}

nt_durable nt_durable_write(nt_str path, nt_str bytes, nt_diags *diags) {
  return write_file(path, bytes, false, diags);
}

nt_durable nt_durable_sync(nt_str path, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_sync, path);
  nt_failpoint();
  int fd = open(p.text, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? NT_DURABLE_ABSENT : failed(diags, NT_MSG_durable_sync, path);
  bool good = fsync(fd) == 0;
  int reason = errno;
  close(fd);
  nt_failpoint();
  errno = reason;
  /* EINVAL: a file system on which there is nothing to sync. */
  return good || reason == EINVAL ? NT_DURABLE_OK : failed(diags, NT_MSG_durable_sync, path);
}

nt_durable nt_durable_rename(nt_str from, nt_str to, nt_diags *diags) {
  sys_path f, t;
  if (!*terminated(&f, from)) return failed(diags, NT_MSG_durable_rename, from);
  if (!*terminated(&t, to)) return failed(diags, NT_MSG_durable_rename, to);
  nt_failpoint();
  if (rename(f.text, t.text) != 0) {
    int reason = errno;
    struct stat st;
    /* ENOENT may also speak of the directory that `to` is in. */
    if (reason == ENOENT && lstat(f.text, &st) != 0) return NT_DURABLE_ABSENT;
    errno = reason;
    return failed(diags, NT_MSG_durable_rename, to);
  }
  nt_failpoint();
  return NT_DURABLE_OK;
}

nt_durable nt_durable_remove(nt_str path, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_remove, path);
  nt_failpoint();
  if (unlink(p.text) != 0)
    return errno == ENOENT || errno == ENOTDIR ? NT_DURABLE_ABSENT : failed(diags, NT_MSG_durable_remove, path);
  nt_failpoint();
  return NT_DURABLE_OK;
}

static bool is_directory(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool make_one(const char *path) {
  nt_failpoint();
  bool made = mkdir(path, 0777) == 0;
  int reason = errno;
  if (made) nt_failpoint();
  errno = reason;
  return made || (reason == EEXIST && is_directory(path));
}

/* Mostly the parent is there already, so the last directory is tried first; else upward to one that can be made, and
 * down again from it. */
nt_durable nt_durable_mkdirs(nt_str path, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_mkdirs, path);
  size_t len = path.len;
  while (len > 1 && p.text[len - 1] == '/') p.text[--len] = '\0';
  size_t end = len;
  while (!make_one(p.text)) {
    if (errno == EEXIST) errno = ENOTDIR;
    if (errno != ENOENT) return failed(diags, NT_MSG_durable_mkdirs, path);
    while (end > 0 && p.text[end - 1] != '/') end--;
    while (end > 1 && p.text[end - 1] == '/') end--;
    if (end <= 1) return failed(diags, NT_MSG_durable_mkdirs, path);
    p.text[end] = '\0';
  }
  while (end < len) {
    p.text[end] = '/';
    end += strlen(p.text + end);
    if (!make_one(p.text)) return failed(diags, NT_MSG_durable_mkdirs, path);
  }
  return NT_DURABLE_OK;
}

nt_durable nt_durable_rmdir(nt_str path, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_rmdir, path);
  nt_failpoint();
  if (rmdir(p.text) != 0) {
    if (errno == ENOENT) return NT_DURABLE_ABSENT;
    if (errno == ENOTEMPTY || errno == EEXIST) return NT_DURABLE_NOT_EMPTY;
    return failed(diags, NT_MSG_durable_rmdir, path);
  }
  nt_failpoint();
  return NT_DURABLE_OK;
}

nt_durable nt_durable_replace(nt_str path, nt_str bytes, nt_diags *diags) {
  char beside[PATH_MAX];
  static const char suffix[] = ".new";
  if (path.len + sizeof suffix > sizeof beside) {
    errno = ENAMETOOLONG;
    return failed(diags, NT_MSG_durable_write, path);
  }
  memcpy(beside, path.ptr, path.len);
  memcpy(beside + path.len, suffix, sizeof suffix);
  nt_str staged = nt_str_n(beside, path.len + sizeof suffix - 1);
  if (write_file(staged, bytes, true, diags) != NT_DURABLE_OK) {
    nt_durable_remove(staged, NULL);
    return NT_DURABLE_FAILED;
  }
  if (nt_durable_rename(staged, path, diags) != NT_DURABLE_OK) {
    nt_durable_remove(staged, NULL);
    return NT_DURABLE_FAILED;
  }
  size_t slash = nt_str_find_last(path, '/');
  return nt_durable_sync(slash == 0 ? NT_STR("/") : nt_str_sub(path, 0, slash), diags);
}

nt_durable nt_durable_append(nt_str path, nt_str bytes, bool sync, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_write, path);
  nt_failpoint();
  int fd = open(p.text, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return errno == ENOENT ? NT_DURABLE_ABSENT : failed(diags, NT_MSG_durable_write, path);
  bool good = put_all(fd, bytes) && (!sync || fdatasync(fd) == 0);
  int reason = errno;
  if (close(fd) != 0 && good) {
    good = false;
    reason = errno;
  }
  nt_failpoint();
  errno = reason;
  return good ? NT_DURABLE_OK : failed(diags, NT_MSG_durable_write, path);
}

/* Removes one name; a directory is passed over. */
static bool clear_one(int directory, const char *name) {
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return true;
  nt_failpoint();
  bool good = unlinkat(directory, name, 0) == 0 || errno == ENOENT || errno == EISDIR;
  int reason = errno;
  nt_failpoint();
  errno = reason;
  return good;
}

nt_durable nt_durable_clear(nt_str path, nt_diags *diags) {
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_clear, path);
  int fd = open(p.text, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT ? NT_DURABLE_ABSENT : failed(diags, NT_MSG_durable_clear, path);
  DIR *dir = fdopendir(fd);
  if (!dir) nt_out_of_memory();
  int reason = 0;
  for (struct dirent *entry; (entry = readdir(dir));)
    if (!clear_one(fd, entry->d_name)) reason = errno;
  closedir(dir);
  errno = reason;
  return reason == 0 ? NT_DURABLE_OK : failed(diags, NT_MSG_durable_clear, path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
  nt_failpoint();
  bool good = remove(path) == 0 || errno == ENOENT;
  int reason = errno;
  nt_failpoint();
  errno = reason;
  return good ? 0 : -1;
}

nt_durable nt_durable_remove_tree(nt_str path, nt_diags *diags) {
  enum { OPEN_AT_ONCE = 16 };
  sys_path p;
  if (!*terminated(&p, path)) return failed(diags, NT_MSG_durable_clear, path);
  if (nftw(p.text, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS) == 0) return NT_DURABLE_OK;
  return errno == ENOENT ? NT_DURABLE_ABSENT : failed(diags, NT_MSG_durable_clear, path);
}

notis_file_kind nt_durable_kind(nt_str path) {
  sys_path p;
  struct stat st;
  if (!*terminated(&p, path) || lstat(p.text, &st) != 0) return NOTIS_FILE_NONE;
  return S_ISREG(st.st_mode) ? NOTIS_FILE_REGULAR : S_ISDIR(st.st_mode) ? NOTIS_FILE_DIRECTORY : NOTIS_FILE_OTHER;
}

nt_durable nt_durable_stamp(nt_str path, uint64_t *stamp) {
  sys_path p;
  struct stat st;
  if (!*terminated(&p, path) || lstat(p.text, &st) != 0) return NT_DURABLE_ABSENT;
  uint64_t parts[] = {(uint64_t)st.st_size, (uint64_t)st.st_mtim.tv_sec, (uint64_t)st.st_mtim.tv_nsec, st.st_ino,
                      st.st_mode};
  *stamp = nt_hash_bytes(nt_str_n((const char *)parts, sizeof parts));
  return NT_DURABLE_OK;
}

nt_durable nt_durable_hash(nt_str path, uint64_t *hash) {
  enum { PIECE = 1 << 16 };
  sys_path p;
  struct stat st;
  char piece[PIECE];
  ssize_t got = -1;
  int fd = *terminated(&p, path) ? open(p.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
  if (fd < 0) return NT_DURABLE_ABSENT;
  nt_hasher *hasher = nt_hasher_new();
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
    while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
      if (got > 0) nt_hasher_put(hasher, nt_str_n(piece, (size_t)got));
  *hash = nt_hasher_end(hasher);
  close(fd);
  return got == 0 ? NT_DURABLE_OK : NT_DURABLE_ABSENT;
}
