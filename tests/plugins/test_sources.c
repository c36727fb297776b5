/* The Markdown sources, held to what every source must do. What they make of Markdown is tested by its specification.
 */
#include "conform.h"

static const char sample[] =
    "# Ny bro över *älven*\n\nBron öppnas i [maj](../maj.md \"Maj\"). Den är `120` meter\nlång[^1].\n\n"
    "1. ett\n2. två\n   - [x] tre\n   - [ ] fyra\n\n| a | b |\n|---|:-:|\n| 1 | ~~2~~ |\n\n"
    "> citat <b>fet</b> ![bild](b.jpg)\n\n```lua\nprint(1)\n```\n\n<div>\nrå\n</div>\n\n"
    "[^1]: En **fotnot** om https://exempel.example/bro och annat.\n";

static void conforms(const char *name) {
  nt_arena *arena = nt_arena_new();
  nt_host *host = nt_host_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_value config = nt_map_new(arena);
  nt_str file = nt_arena_format(arena, "%s/plugins/%s.so", getenv("NOTIS_BUILD_DIR"), name);
  conform_source source = {.plugin = nt_host_load(host, file, &diags),
                           .config = &config,
                           .path = NT_STR("content/bro.md"),
                           .sample = nt_str_n(sample, sizeof sample - 1)};
  assert_non_null(source.plugin);
  conform_source_all(&source);
  nt_host_free(host);
  nt_arena_free(arena);
}

static void test_markdown(void **state) {
  conforms("source_markdown");
}
static void test_commonmark(void **state) {
  conforms("source_commonmark");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_markdown),
      cmocka_unit_test(test_commonmark),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
