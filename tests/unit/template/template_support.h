/* Templates rendered over the reader of the script tests. */
#ifndef NOTIS_TESTS_TEMPLATE_SUPPORT_H
#define NOTIS_TESTS_TEMPLATE_SUPPORT_H

#include "support.h"
#include "template/template.h"
#include "unit/script/fake_reader.h"

typedef struct stage {
  fake_reader fake;
  nt_vm *vm;
  nt_vm_options options;
  nt_template_cache *cache;
  nt_page page;
  nt_buf out;
} stage;

static inline void stage_begin_with(stage *s, const char *script, nt_vm_options options) {
  memset(s, 0, sizeof *s);
  s->options = options;
  fake_init(&s->fake);
  s->vm = nt_vm_new(&s->options);
  nt_script_source source = {NT_STR("scripts/a.lua"), nt_str_c(script ? script : ""), 1};
  assert_true(nt_vm_load(s->vm, &source, 1, &s->fake.diags));
  s->cache = nt_template_cache_new();
  s->page = (nt_page){.path = NT_STR("a/index.html"), .url = NT_STR("/a/"), .output = NT_STR("html")};
  s->page.lang = NT_STR("sv");
  s->page.params = nt_map_new(s->fake.arena);
}

static inline void stage_begin(stage *s, const char *script) {
  stage_begin_with(s, script, (nt_vm_options){0});
}

static inline void stage_end(stage *s) {
  nt_vm_free(s->vm);
  nt_template_cache_free(s->cache);
  nt_buf_deinit(&s->out);
  fake_deinit(&s->fake);
}

/* Renders and returns the page, NUL-terminated; after a failure an empty one. */
static inline const char *stage_render(stage *s, const char *name) {
  nt_str names[] = {nt_str_c(name)};
  nt_buf_clear(&s->out);
  s->fake.diags.len = s->fake.diags.errors = 0;
  nt_template_render(s->cache, s->vm, &s->fake.reader, names, 1, &s->page, &s->out);
  nt_buf_byte(&s->out, '\0');
  return s->out.ptr;
}

/* "file:line:column code args…; …" of everything reported, in the reader's arena. */
static inline const char *stage_faults(stage *s) {
  nt_buf buf = {0};
  for (size_t i = 0; i < s->fake.diags.len; i++) {
    const nt_diag *d = &s->fake.diags.items[i];
    nt_buf_format(&buf, "%s%.*s:%u:%u %s", i ? "; " : "", NT_FMT(d->where.file), d->where.line, d->where.column,
                  nt_message_get(d->code)->name);
    for (int a = 0; a < NT_DIAG_ARGS && d->args[a].ptr; a++)
      if (d->args[a].len) nt_buf_format(&buf, " %.*s", NT_FMT(d->args[a]));
  }
  nt_str kept = nt_arena_str(s->fake.arena, nt_buf_str(&buf));
  nt_buf_deinit(&buf);
  return kept.ptr;
}

#define assert_page(s, name, expected)                                                                                 \
  do {                                                                                                                 \
    const char *got_ = stage_render((s), (name));                                                                      \
    if (strcmp(got_, (expected)) != 0)                                                                                 \
      fail_msg("\n  expected: %.200s\n  got:      %.200s\n  %s", (expected), got_, stage_faults(s));                   \
  } while (0)

#define assert_faults(s, name, expected)                                                                               \
  do {                                                                                                                 \
    assert_string_equal(stage_render((s), (name)), "");                                                                \
    assert_string_equal(stage_faults(s), (expected));                                                                  \
  } while (0)

/* A fresh stage with one template, rendered. */
static inline void check(const char *script, const char *text, const char *expected) {
  stage s;
  stage_begin(&s, script);
  fake_add_template(&s.fake, "main", 0, text);
  assert_page(&s, "main", expected);
  stage_end(&s);
}

#endif
