/* A fresh directory for one test, removed with all that is in it. */
#ifndef NOTIS_TESTS_TEMPDIR_H
#define NOTIS_TESTS_TEMPDIR_H

#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

typedef struct nt_tempdir {
  char path[256];
} nt_tempdir;

static inline void nt_tempdir_make(nt_tempdir *dir) {
  const char *base = getenv("TMPDIR");
  if (!base || !*base) base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* thousands of small files */
  snprintf(dir->path, sizeof dir->path, "%s/notis-XXXXXX", base);
  if (!mkdtemp(dir->path)) fail_msg("no temporary directory at %s", dir->path);
}

static inline int nt_tempdir_remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
  return remove(path);
}

static inline void nt_tempdir_remove(const nt_tempdir *dir) {
  nftw(dir->path, nt_tempdir_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a name within; good until the fourth call after this one. */
static inline const char *nt_tempdir_at(const nt_tempdir *dir, const char *name) {
  static char paths[4][1024];
  static int turn;
  char *path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", dir->path, name);
  return path;
}

/* Writes a file, and the directories above it. */
static inline void nt_tempdir_write(const nt_tempdir *dir, const char *name, const char *text) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", dir->path, name);
  for (char *slash = path + strlen(dir->path) + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = '\0';
    mkdir(path, 0777);
    *slash = '/';
  }
  FILE *file = fopen(path, "wb");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) fail_msg("cannot write %s", path);
}

#endif
