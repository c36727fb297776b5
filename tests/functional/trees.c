#include "trees.h"

#include "base/buf.h"
#include "base/vec.h"
#include "tempdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void give_up(const char *what, const char *path) {
  perror(path);
  fprintf(stderr, "%s failed\n", what);
  abort();
}

char *tree_temp(void) {
  nt_tempdir dir;
  nt_tempdir_make(&dir);
  return strdup(dir.path);
}

static void make_parents(char *path) {
  for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
    *at = '\0';
    mkdir(path, 0777);
    *at = '/';
  }
}

static void write_bytes(const char *path, nt_str bytes) {
  char full[4096];
  snprintf(full, sizeof full, "%s", path);
  FILE *file = fopen(full, "wb");
  if (!file && errno == ENOENT) {
    make_parents(full);
    file = fopen(full, "wb");
  }
  if (!file) give_up("fopen", full);
  if (bytes.len && fwrite(bytes.ptr, 1, bytes.len, file) != bytes.len) give_up("fwrite", full);
  if (fclose(file) != 0) give_up("fclose", full);
}

void tree_write(const char *root, const char *path, const char *text) {
  char full[4096];
  snprintf(full, sizeof full, "%s/%s", root, path);
  write_bytes(full, nt_str_c(text));
}

static bool read_bytes(const char *path, nt_buf *out) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  for (size_t got = 1; got;) {
    nt_buf_reserve(out, 1 << 16);
    got = fread(out->ptr + out->len, 1, 1 << 16, file);
    out->len += got;
  }
  fclose(file);
  return true;
}

char *tree_read(const char *root, const char *path) {
  char full[4096];
  nt_buf bytes = {0};
  snprintf(full, sizeof full, "%s/%s", root, path);
  if (!read_bytes(full, &bytes)) return NULL;
  nt_buf_byte(&bytes, '\0');
  return bytes.ptr;
}

typedef void (*tree_visit)(const char *root, const char *path, bool directory, void *ud);

static bool is_directory(int folder, const struct dirent *e) {
  struct stat st;
  if (e->d_type != DT_UNKNOWN) return e->d_type == DT_DIR;
  return fstatat(folder, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* What is below, files before the directories that hold them. A link is a file. */
static void each(const char *root, const char *below, tree_visit visit, void *ud) {
  char path[4096], full[8192];
  snprintf(full, sizeof full, "%s/%s", root, below);
  DIR *dir = opendir(full);
  if (!dir) return;
  for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    if ((size_t)snprintf(path, sizeof path, "%s%s%s", below, *below ? "/" : "", e->d_name) >= sizeof path) continue;
    bool directory = is_directory(dirfd(dir), e);
    if (directory) each(root, path, visit, ud);
    visit(root, path, directory, ud);
  }
  closedir(dir);
}

static bool copy_link(const char *from, const char *to) {
  char leads[4096];
  ssize_t len = readlink(from, leads, sizeof leads - 1);
  if (len < 0) return false;
  leads[len] = '\0';
  if (symlink(leads, to) != 0) give_up("symlink", to);
  return true;
}

static void copy_file(const char *root, const char *path, const char *to) {
  char from[8192], full[8192];
  nt_buf bytes = {0};
  snprintf(from, sizeof from, "%s/%s", root, path);
  snprintf(full, sizeof full, "%s/%s", to, path);
  if (copy_link(from, full)) return;
  if (!read_bytes(from, &bytes)) give_up("reading", from);
  write_bytes(full, nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
}

static void copy_one(const char *root, const char *path, bool directory, void *ud) {
  if (!directory && path[0] != '.' && strncmp(path, "public/", 7) != 0) copy_file(root, path, ud);
}

void tree_copy(const char *from, const char *to) {
  each(from, "", copy_one, (void *)to);
}

static void copy_any(const char *root, const char *path, bool directory, void *ud) {
  if (!directory && strncmp(path, ".notis/memo", 11) != 0) copy_file(root, path, ud);
}

void tree_copy_all(const char *from, const char *to) {
  each(from, "", copy_any, (void *)to);
}

static void delete_one(const char *root, const char *path, bool directory, void *ud) {
  char full[8192];
  snprintf(full, sizeof full, "%s/%s", root, path);
  if (remove(full) != 0) perror(full);
}

void tree_delete(const char *root) {
  each(root, "", delete_one, NULL);
  if (remove(root) != 0 && errno != ENOENT) perror(root);
}

typedef struct injury {
  bool cut;
  uint64_t random;
} injury;

static void damage_one(const char *root, const char *path, bool directory, void *ud) {
  const injury *how = ud;
  char full[8192], byte;
  struct stat st;
  snprintf(full, sizeof full, "%s/%s", root, path);
  int fd = directory ? -1 : open(full, O_RDWR | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st) != 0 || !st.st_size) {
    if (fd >= 0) close(fd);
    return;
  }
  off_t at = (off_t)(nt_hash_combine(how->random, nt_hash_bytes(nt_str_c(path))) % (uint64_t)st.st_size);
  bool done = how->cut ? ftruncate(fd, at) == 0 : pread(fd, &byte, 1, at) == 1;
  byte = (char)(byte ^ (1 << how->random % 8));
  if (done && !how->cut) done = pwrite(fd, &byte, 1, at) == 1;
  if (!done) give_up("damaging", full);
  close(fd);
}

void tree_damage(const char *root, bool cut, uint64_t random) {
  injury how = {cut, random};
  each(root, "", damage_one, &how);
}

static bool ends(const char *name, const char *with) {
  size_t len = strlen(name), tail = strlen(with);
  return len >= tail && strcmp(name + len - tail, with) == 0;
}

static void find_leftover(const char *root, const char *path, bool directory, void *ud) {
  char **found = ud;
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  bool left = strcmp(name, "journal") == 0 || strstr(name, ".notis-stage") || ends(name, ".tmp") ||
              ends(name, ".new") || ends(name, "~");
  if (left && !*found) *found = strdup(path);
}

char *tree_leftover(const char *root) {
  char *found = NULL;
  each(root, "", find_leftover, &found);
  return found;
}

static void add_one(const char *root, const char *path, bool directory, void *ud) {
  tree *t = ud;
  char full[8192];
  nt_buf bytes = {0};
  snprintf(full, sizeof full, "%s/%s", root, path);
  if (!directory && !read_bytes(full, &bytes)) return;
  nt_str *kept = NT_NEW(t->arena, nt_str);
  *kept = nt_arena_str(t->arena, nt_buf_str(&bytes));
  nt_map_set(&t->files, nt_arena_format(t->arena, "%s%s", path, directory ? "/" : ""), kept);
  nt_buf_deinit(&bytes);
}

tree tree_of(const char *root) {
  tree t = {.arena = nt_arena_new()};
  each(root, "", add_one, &t);
  return t;
}

void tree_deinit(tree *t) {
  nt_map_deinit(&t->files);
  nt_arena_free(t->arena);
}

static nt_str missing_or_other(const tree *a, const tree *b) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&a->files, &i, &e);) {
    const nt_str *other = nt_map_get(&b->files, e->key);
    if (!other || !nt_str_eq(*other, *(const nt_str *)e->value)) return e->key;
  }
  return nt_str_n("", 0);
}

nt_str tree_difference(const tree *a, const tree *b) {
  nt_str path = missing_or_other(a, b);
  return path.len ? path : missing_or_other(b, a);
}

/* A sum, since directories are read in any order. */
uint64_t tree_hash_below(const tree *t, nt_str folder) {
  const nt_map_entry *e;
  uint64_t sum = 0;
  for (size_t i = 0; nt_map_each(&t->files, &i, &e);) {
    bool below =
        !folder.len || (nt_str_starts(e->key, folder) && e->key.len > folder.len && e->key.ptr[folder.len] == '/');
    if (below) sum += 1 + nt_hash_combine(nt_hash_bytes(e->key), nt_hash_bytes(*(const nt_str *)e->value));
  }
  return sum;
}

uint64_t tree_hash(const tree *t) {
  return tree_hash_below(t, nt_str_n("", 0));
}
