#include "engine/lock.h"

#include "base/path.h"
#include "host/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER = 32 }; /* bytes that hold the number of a process */

void nt_lock_init(nt_lock *lock) {
  *lock = (nt_lock){.fd = -1};
}

void nt_lock_deinit(nt_lock *lock) {
  if (lock->fd >= 0) close(lock->fd);
  lock->fd = -1;
}

static bool try_lock(int fd) {
  return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Only for the message. */
static void write_owner(int fd) {
  char text[OWNER];
  int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len) return;
}

static nt_str read_owner(int fd, char text[OWNER]) {
  ssize_t got = fd >= 0 ? pread(fd, text, OWNER, 0) : 0;
  nt_str owner = nt_str_trim(nt_str_n(text, got > 0 ? (size_t)got : 0));
  return owner.len ? owner : NT_STR("?");
}

static bool cannot_write(const nt_lock *lock, nt_diags *diags) {
  nt_report(diags, NT_MSG_durable_write, (nt_where){0}, lock->path, nt_str_c(strerror(errno)));
  return false;
}

bool nt_lock_take(nt_lock *lock, nt_str dir, nt_code held, nt_arena *arena, nt_diags *diags) {
  char text[OWNER];
  if (nt_durable_mkdirs(dir, diags) != NT_DURABLE_OK) return false;
  lock->dir = nt_arena_str(arena, dir);
  lock->path = nt_path_join(arena, dir, NT_STR("lock"));
  lock->fd = open(lock->path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock->fd < 0) return cannot_write(lock, diags);
  if (!try_lock(lock->fd)) {
    nt_report(diags, held, (nt_where){0}, read_owner(lock->fd, text));
    return false;
  }
  write_owner(lock->fd);
  return true;
}

static bool is_there(const nt_lock *lock) {
  struct stat ours, there;
  return fstat(lock->fd, &ours) == 0 && stat(lock->path.ptr, &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

/* A file that this engine does not make itself is another's. */
static bool take_anew(nt_lock *lock, nt_diags *diags) {
  if (nt_durable_mkdirs(lock->dir, diags) != NT_DURABLE_OK) return false;
  int fd = open(lock->path.ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0 && errno != EEXIST) return cannot_write(lock, diags);
  lock->lost = !try_lock(fd);
  if (lock->lost) {
    if (fd >= 0) close(fd);
    return false;
  }
  close(lock->fd);
  lock->fd = fd;
  write_owner(fd);
  return true;
}

static void report_lost(const nt_lock *lock, nt_diags *diags) {
  char text[OWNER];
  int fd = open(lock->path.ptr, O_RDONLY | O_CLOEXEC);
  nt_report(diags, NT_MSG_state_lost, (nt_where){0}, read_owner(fd, text));
  if (fd >= 0) close(fd);
}

bool nt_lock_keep(nt_lock *lock, nt_diags *diags) {
  if (!lock->path.len) return true;
  if (!lock->lost && (is_there(lock) || take_anew(lock, diags))) return true;
  if (lock->lost) report_lost(lock, diags);
  return false;
}

bool nt_lock_is_free(const nt_lock *lock) {
  int fd = open(lock->path.ptr, O_RDWR | O_CLOEXEC);
  bool is_free = fd < 0 ? errno == ENOENT : try_lock(fd);
  if (fd >= 0) close(fd);
  return is_free;
}
