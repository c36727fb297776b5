/* Shared objects that may be replaced while the process lives.
 *
 * The linker knows an object by every name it was opened by, and for a name that it knows never looks at the file
 * again. So the name says which file is meant, bit by bit, by steps that lead nowhere: "plugins/.//.///./x.so". A file
 * that was put in another's place is another name, and loaded beside it. One whose bytes were written over is the
 * object that is mapped already, under the name that it had: then its new version cannot be loaded, and the old one is
 * not sound. */
#include "host/internal.h"

#include "base/buf.h"
#include "base/path.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <sys/stat.h>

enum { BITS = 64, STEP = 2, STEPS = BITS * STEP };

static void put_steps(nt_hash identity, char out[STEPS]) {
  for (int bit = 0; bit < BITS; bit++) memcpy(out + (size_t)bit * STEP, identity >> bit & 1 ? "//" : "./", STEP);
}

/* What is in the file, and which one it is. False if it cannot be read: the linker says why. */
static bool identify(const char *path, nt_hash *bytes, nt_hash *identity) {
  struct stat st;
  nt_buf read = {0};
  FILE *file = fopen(path, "rbe");
  bool good = file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode);
  for (size_t got = 1; good && got;) {
    nt_buf_reserve(&read, 1 << 16);
    got = fread(read.ptr + read.len, 1, 1 << 16, file);
    read.len += got;
  }
  good = good && !ferror(file);
  if (file) fclose(file);
  *bytes = nt_hash_bytes(nt_buf_str(&read));
  nt_buf_deinit(&read);
  if (good) *identity = nt_hash_combine(*bytes, nt_hash_combine(st.st_ino, st.st_dev));
  return good;
}

static bool was_opened_as(void *library, const char steps[STEPS]) {
  struct link_map *map;
  if (dlinfo(library, RTLD_DI_LINKMAP, (void *)&map) != 0) return true; /* it is no file's */
  nt_str name = nt_str_c(map->l_name), base = nt_path_base(name);
  size_t end = name.len - base.len;
  return end >= STEPS && memcmp(name.ptr + end - STEPS, steps, STEPS) == 0;
}

static void report_failure(nt_str file, nt_str tried, nt_diags *diags) {
  const char *error = dlerror();
  nt_str reason = nt_str_c(error ? error : "?");
  nt_buf text = {0};
  if (nt_str_starts(reason, tried)) { /* people know it by its own name */
    nt_buf_put(&text, file);
    reason = nt_str_sub(reason, tried.len, reason.len);
  }
  nt_buf_put(&text, reason);
  nt_report(diags, NT_MSG_plugin_load, nt_where_file(file, 0, 0), nt_buf_str(&text));
  nt_buf_deinit(&text);
}

void *nt_library_open(nt_str file, nt_arena *arena, nt_diags *diags, nt_hash *bytes) {
  char steps[STEPS];
  nt_hash identity = 0;
  nt_str dir = nt_path_dir(file); /* with a slash, so that the linker does not look in the system's directories */
  if (!dir.len) dir = file.len && file.ptr[0] == '/' ? NT_STR("/") : NT_STR(".");
  nt_str name = nt_arena_format(arena, "%.*s/%.*s", NT_FMT(dir), NT_FMT(nt_path_base(file)));
  bool known = identify(name.ptr, bytes, &identity);
  put_steps(identity, steps);
  if (known) name = nt_arena_format(arena, "%.*s/%.*s%.*s", NT_FMT(dir), STEPS, steps, NT_FMT(nt_path_base(file)));
  void *library = dlopen(name.ptr, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    report_failure(file, name, diags);
  } else if (known && !was_opened_as(library, steps)) {
    nt_report0(diags, NT_MSG_plugin_written_over, nt_where_file(file, 0, 0));
    library = NULL;
  }
  return library;
}
