/* Our sources, held to what every source must do. What they make of Markdown is tested by its specification, and of
 * pasted texts by functional/test_seed.py. */
#include "conform.h"

static const char sample[] =
    "# Ny bro över *älven*\n\nBron öppnas i [maj](../maj.md \"Maj\"). Den är `120` meter\nlång[^1].\n\n"
    "1. ett\n2. två\n   - [x] tre\n   - [ ] fyra\n\n| a | b |\n|---|:-:|\n| 1 | ~~2~~ |\n\n"
    "> citat <b>fet</b> ![bild](b.jpg)\n\n```lua\nprint(1)\n```\n\n<div>\nrå\n</div>\n\n"
    "[^1]: En **fotnot** om https://exempel.example/bro och annat.\n";

static const char pasted[] =
    "NYHETER 2024-04-10\r\n\r\nNy bro över älven\r\n\r\nBron öppnas i maj.\r\n\r\n"
    "Ett foto taget av Anna Berg som visar is, Karin Ek\r\n\r\nDen är 120 meter.\r\nOch lång.\r\n\r\n"
    "Läs på Portalendirektlänk till rapporten\r\n\r\nFoto: Bo Ek\r\n\r\nTillbaka till nyhetslistan";

static void conforms(const char *name, nt_str text) {
  nt_arena *arena = nt_arena_new();
  nt_host *host = nt_host_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  nt_value config = nt_map_new(arena);
  nt_str file = nt_arena_format(arena, "%s/plugins/%s.so", getenv("NOTIS_BUILD_DIR"), name);
  conform_source source = {
      .plugin = nt_host_load(host, file, &diags), .config = &config, .path = NT_STR("content/bro.md"), .sample = text};
  assert_non_null(source.plugin);
  conform_source_all(&source);
  nt_host_free(host);
  nt_arena_free(arena);
}

static void test_markdown(void **state) {
  conforms("source_markdown", nt_str_c(sample));
}
static void test_commonmark(void **state) {
  conforms("source_commonmark", nt_str_c(sample));
}
static void test_text(void **state) {
  conforms("source_text", nt_str_c(pasted));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_markdown),
      cmocka_unit_test(test_commonmark),
      cmocka_unit_test(test_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
