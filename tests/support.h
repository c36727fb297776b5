/* What the unit and conformance tests share: where the corpora are, and how a test says that it was skipped. */
#ifndef NOTIS_TESTS_SUPPORT_H
#define NOTIS_TESTS_SUPPORT_H

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ctest's SKIP_RETURN_CODE. */
enum { NT_TEST_SKIPPED = 77 };

/* The whole file, NUL-terminated, on the heap; {NULL, 0} if it cannot be read. */
static inline nt_str nt_test_read(const char *path) {
  FILE *file = fopen(path, "rb");
  nt_buf buf = {0};
  if (!file) return nt_str_n(NULL, 0);
  for (;;) {
    nt_buf_reserve(&buf, 65536);
    size_t got = fread(buf.ptr + buf.len, 1, 65535, file);
    if (!got) break;
    buf.len += got;
  }
  fclose(file);
  buf.ptr[buf.len] = '\0';
  return nt_buf_str(&buf);
}

/* The path of a corpus, or the end of this program as skipped (as failed with NOTIS_STRICT=1). */
static inline const char *nt_test_corpus(const char *name) {
  static char path[4096];
  const char *root = getenv("NOTIS_CORPORA"), *source = getenv("NOTIS_SOURCE_DIR");
  if (root)
    snprintf(path, sizeof path, "%s/%s", root, name);
  else
    snprintf(path, sizeof path, "%s/../shared/corpora/%s", source ? source : ".", name);
  struct stat st;
  if (stat(path, &st) == 0) return path;
  const char *strict = getenv("NOTIS_STRICT");
  printf("skipped: no corpus %s (NOTIS_CORPORA names the folder of corpora)\n", name);
  exit(strict && strict[0] == '1' ? 1 : NT_TEST_SKIPPED);
}

#endif
