/* A site of a few files in a directory of its own, and an engine on it that is asked again after each change. */
#ifndef NOTIS_TESTS_SMALL_SITE_H
#define NOTIS_TESTS_SMALL_SITE_H

#include "engine/engine.h"
#include "tempdir.h"

#include <unistd.h>

typedef struct small_site {
  nt_tempdir dir;
  const char *root;
  nt_str plugins;
  nt_engine *engine;
  nt_arena *arena;
} small_site;

static inline void small_put(small_site *f, const char *name, const char *text) {
  char command[256];
  nt_str path = nt_arena_format(f->arena, "%s/%s", f->root, name);
  snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", path.ptr);
  assert_int_equal(system(command), 0);
  FILE *file = fopen(path.ptr, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static inline nt_str small_page(small_site *f, const char *name) {
  nt_str text = nt_test_read(nt_arena_format(f->arena, "%s/public/s/%s/index.html", f->root, name).ptr);
  nt_str kept = text.ptr ? nt_arena_str(f->arena, text) : text;
  free((char *)text.ptr);
  return kept;
}

/* Runs until nothing is left to do; how many times hooks ran. */
static inline uint64_t small_settle(small_site *f) {
  nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  uint64_t before = nt_atomic_get(&site->counters.run[NT_STEP_DOCUMENT]);
  nt_engine_refresh(f->engine);
  nt_engine_settle(f->engine);
  return nt_atomic_get(&site->counters.run[NT_STEP_DOCUMENT]) - before;
}

static inline int small_setup(void **state) {
  small_site *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  nt_tempdir_make(&f->dir);
  f->root = f->dir.path;
  small_put(f, "notis.yaml", "notis: 1\nsites: [s]\nout: public/{site}\n");
  small_put(
      f, "s/site.yaml",
      "title: T\nurl: https://t.example/\nsources:\n  text: { use: source_markdown, path: content, match: '**/*.md' "
      "}\n");
  small_put(f, "s/templates/article.html", "{{ doc.body }}");
  f->plugins = nt_arena_format(f->arena, "%s/plugins", getenv("NOTIS_BUILD_DIR"));
  nt_engine_options options = {.workspace = nt_str_c(f->root),
                               .plugin_dirs = &f->plugins,
                               .plugin_dir_count = 1,
                               .workers = 2,
                               .distrust = true,
                               .at_set = true,
                               .at = 1735689600};
  f->engine = nt_engine_open(&options);
  assert_int_equal(f->engine->diags.errors, 0);
  *state = f;
  return 0;
}

static inline int small_teardown(void **state) {
  small_site *f = *state;
  char command[128];
  assert_true(nt_engine_close(f->engine));
  snprintf(command, sizeof command, "rm -rf '%s'", f->root);
  assert_int_equal(system(command), 0);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static inline void small_assert(small_site *f, const char *name, const char *expected) {
  nt_str text = small_page(f, name);
  assert_non_null(text.ptr);
  assert_string_equal(text.ptr, expected);
}

#endif
