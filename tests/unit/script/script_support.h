/* One script in one VM, for the tests of this folder. */
#ifndef NOTIS_TESTS_SCRIPT_SUPPORT_H
#define NOTIS_TESTS_SCRIPT_SUPPORT_H

#include "fake_reader.h"
#include "script/lua.h"
#include "support.h"

typedef struct bench {
  fake_reader fake;
  nt_vm *vm;
  nt_vm_options options;
  const char *module_name; /* what require finds beside "notis": one module */
  const char *module_text;
  nt_str module_file;
} bench;

static inline bool bench_module(void *ud, nt_str name, nt_script_source *out) {
  const bench *b = ud;
  if (!b->module_name || !nt_str_eq(name, nt_str_c(b->module_name))) return false;
  *out = (nt_script_source){.file = b->module_file, .bytes = nt_str_c(b->module_text), .hash = 2};
  return true;
}

/* Loads the scripts "a.lua", "b.lua", … */
static inline bool bench_load_all(bench *b, const char *const *scripts, size_t count) {
  static const char *const names[] = {"a.lua", "b.lua", "c.lua"};
  nt_script_source sources[3];
  b->options.module = bench_module;
  b->options.ud = b;
  if (!b->module_file.len) b->module_file = NT_STR("lib.lua");
  fake_init(&b->fake);
  b->vm = nt_vm_new(&b->options);
  for (size_t i = 0; i < count; i++)
    sources[i] = (nt_script_source){.file = nt_str_c(names[i]), .bytes = nt_str_c(scripts[i]), .hash = i + 1};
  return nt_vm_load(b->vm, sources, count, &b->fake.diags);
}

static inline bool bench_load(bench *b, const char *script) {
  return bench_load_all(b, &script, 1);
}

static inline void bench_end(bench *b) {
  nt_vm_free(b->vm);
  fake_deinit(&b->fake);
}

static inline const char *bench_message(const bench *b, size_t index) {
  nt_buf out = {0};
  nt_diag_message(&b->fake.diags.items[index], NT_ENGLISH, &out);
  nt_str kept = nt_arena_str(b->fake.arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  return kept.ptr;
}

/* For a test that fails: what was reported. */
static inline void bench_show(const bench *b) {
  for (size_t i = 0; i < b->fake.diags.len; i++) {
    const nt_where *where = &b->fake.diags.items[i].where;
    print_message("  %.*s:%u %s\n", NT_FMT(where->file), where->line, bench_message(b, i));
  }
}

#define assert_loads(b, script)                                                                                        \
  do {                                                                                                                 \
    if (!bench_load((b), (script))) {                                                                                  \
      bench_show(b);                                                                                                   \
      fail();                                                                                                          \
    }                                                                                                                  \
  } while (0)

#define assert_str(actual, expected)                                                                                   \
  do {                                                                                                                 \
    nt_str got = (actual);                                                                                             \
    if (!nt_str_eq(got, nt_str_c(expected))) fail_msg("got “%.*s”, expected “%s”", NT_FMT(got), (expected));           \
  } while (0)

/* A document with a body of its own, in the bench's arena. */
static inline nt_document *bench_document(bench *b, const char *id, const char *kind) {
  nt_document *document = NT_NEW(b->fake.arena, nt_document);
  *document = (nt_document){.arena = b->fake.arena,
                            .id = nt_str_c(id),
                            .file = nt_str_c(id),
                            .source = NT_STR("text"),
                            .kind = nt_str_c(kind),
                            .lang = NT_STR("sv"),
                            .fields = nt_map_new(b->fake.arena),
                            .body = nt_node_new(b->fake.arena, NOTIS_NODE_DOCUMENT)};
  return document;
}

static inline nt_hook_result bench_run(bench *b, nt_document *document) {
  nt_documents derived = {0};
  return nt_vm_run_document(b->vm, &b->fake.reader, document, &derived);
}

/* Runs a script whose document hook is given a fresh document, and returns doc.out as text. */
static inline nt_str bench_out(bench *b) {
  nt_document *document = bench_document(b, "text/a.md", "news");
  nt_hook_result result = bench_run(b, document);
  if (result != NT_HOOK_OK) {
    bench_show(b);
    return NT_STR("(failed)");
  }
  return nt_value_str(nt_map_find(&document->fields, NT_STR("out")));
}

#endif
