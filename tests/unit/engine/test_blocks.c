/* Fenced blocks through the engine: what a text with one depends on, and what becomes of it when its function fails. */
#include "engine/engine.h"
#include "support.h"

#include <unistd.h>

typedef struct fixture {
  char root[64];
  nt_str plugins;
  nt_engine *engine;
  nt_arena *arena;
} fixture;

static void put(fixture *f, const char *name, const char *text) {
  char command[256];
  nt_str path = nt_arena_format(f->arena, "%s/%s", f->root, name);
  snprintf(command, sizeof command, "mkdir -p \"$(dirname '%s')\"", path.ptr);
  assert_int_equal(system(command), 0);
  FILE *file = fopen(path.ptr, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static nt_str page(fixture *f, const char *name) {
  nt_str text = nt_test_read(nt_arena_format(f->arena, "%s/public/s/%s/index.html", f->root, name).ptr);
  nt_str kept = text.ptr ? nt_arena_str(f->arena, text) : text;
  free((char *)text.ptr);
  return kept;
}

/* Runs until nothing is left to do; how many times hooks ran. */
static uint64_t settle(fixture *f) {
  nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  uint64_t before = nt_atomic_get(&site->counters.run[NT_STEP_DOCUMENT]);
  nt_engine_refresh(f->engine);
  nt_engine_settle(f->engine);
  return nt_atomic_get(&site->counters.run[NT_STEP_DOCUMENT]) - before;
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->arena = nt_arena_new();
  snprintf(f->root, sizeof f->root, "%s/notis-blocks-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  assert_non_null(mkdtemp(f->root));
  put(f, "notis.yaml", "notis: 1\nsites: [s]\nout: public/{site}\n");
  put(f, "s/site.yaml",
      "title: T\nurl: https://t.example/\nsources:\n  text: { use: source_markdown, path: content, match: '**/*.md' "
      "}\n");
  put(f, "s/templates/article.html", "{{ doc.body }}");
  put(f, "s/content/a.md", "---\ntitle: A\n---\n```ruta\nett\n```\n");
  put(f, "s/content/b.md", "---\ntitle: B\n---\nett stycke\n");
  put(f, "s/scripts/a.lua", "local notis = require 'notis'\n");
  f->plugins = nt_arena_format(f->arena, "%s/plugins", getenv("NOTIS_BUILD_DIR"));
  nt_engine_options options = {.workspace = nt_str_c(f->root),
                               .plugin_dirs = &f->plugins,
                               .plugin_dir_count = 1,
                               .workers = 2,
                               .at_set = true,
                               .at = 1704067200};
  f->engine = nt_engine_open(&options);
  assert_int_equal(f->engine->diags.errors, 0);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  char command[128];
  assert_true(nt_engine_close(f->engine));
  snprintf(command, sizeof command, "rm -rf '%s'", f->root);
  assert_int_equal(system(command), 0);
  nt_arena_free(f->arena);
  free(f);
  return 0;
}

static void assert_page(fixture *f, const char *name, const char *expected) {
  nt_str text = page(f, name);
  assert_non_null(text.ptr);
  assert_string_equal(text.ptr, expected);
}

#define BLOCK(line) "local notis = require 'notis'\nnotis.block('ruta', function(text)\n" line "\nend)\n"
static const char plain[] = "<pre><code class=\"language-ruta\">ett\n</code></pre>\n";

static void test_a_block_follows_its_function(void **state) {
  fixture *f = *state;
  settle(f);
  assert_page(f, "a", plain);
  put(f, "s/scripts/a.lua", BLOCK("return notis.node('paragraph', { '1 ' .. text })"));
  settle(f);
  assert_page(f, "a", "<p>1 ett\n</p>\n");
  assert_int_equal(settle(f), 0);
  put(f, "s/scripts/a.lua", BLOCK("return notis.node('paragraph', { '2 ' .. text })"));
  assert_int_equal(settle(f), 1); /* the text without a block does not depend on it */
  assert_page(f, "a", "<p>2 ett\n</p>\n");
  assert_page(f, "b", "<p>ett stycke</p>\n");
  put(f, "s/scripts/a.lua", "local notis = require 'notis'\n");
  settle(f);
  assert_page(f, "a", plain);
}

/* A hook that was there before must run again when its text's block comes to mean something. */
static void test_blocks_come_before_hooks(void **state) {
  fixture *f = *state;
  static const char hook[] =
      "local notis = require 'notis'\n"
      "notis.on('document', function(doc) doc.body:append(notis.node('paragraph', { doc.body:first().type })) end)\n";
  put(f, "s/scripts/a.lua", hook);
  settle(f);
  assert_page(f, "b", "<p>ett stycke</p>\n<p>paragraph</p>\n");
  put(f, "s/scripts/b.lua", BLOCK("return notis.node('thematic_break')"));
  settle(f);
  assert_page(f, "a", "<hr />\n<p>thematic_break</p>\n");
}

static void test_a_block_that_fails(void **state) {
  fixture *f = *state;
  put(f, "s/scripts/a.lua", BLOCK("error('nej')"));
  settle(f);
  const nt_site *site = nt_engine_site(f->engine, NT_STR("s"));
  assert_null(page(f, "a").ptr);
  assert_page(f, "b", "<p>ett stycke</p>\n");
  assert_int_equal(site->diags.errors, 1);
  assert_int_equal(site->diags.items[0].code, NT_MSG_script_raised_document);
  assert_int_equal(site->diags.items[0].where.line, 3);
}

#define with(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      with(test_a_block_follows_its_function),
      with(test_blocks_come_before_hooks),
      with(test_a_block_that_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
