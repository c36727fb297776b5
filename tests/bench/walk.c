/* The floor of a restart: an lstat of everything below some folders, one after the other, and no more.
 *
 *     bench_walk FOLDER... */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static size_t walk(int parent, const char *name) {
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  if (!dir) {
    perror(name);
    exit(1);
  }
  size_t count = 0;
  for (const struct dirent *e; (e = readdir(dir));) {
    struct stat s;
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    if (fstatat(fd, e->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) continue;
    count += S_ISDIR(s.st_mode) ? walk(fd, e->d_name) : 1;
  }
  closedir(dir);
  return count;
}

int main(int argc, char **argv) {
  size_t count = 0;
  for (int i = 1; i < argc; i++) count += walk(AT_FDCWD, argv[i]);
  printf("%zu\n", count);
  return 0;
}
