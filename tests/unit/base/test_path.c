#include "base/path.h"
#include "support.h"

static void normal(void **state) {
  static const struct {
    const char *path, *expected; /* NULL: refused */
  } cases[] = {{"a", "a"},           {"a/b", "a/b"},     {"a/./b//../c", "a/c"}, {"./a/", "a"}, {"a/../b", "b"},
               {"a/b/../../c", "c"}, {"..a/b", "..a/b"}, {"a/...", "a/..."},     {"", NULL},    {"/a", NULL},
               {"..", NULL},         {"a/../..", NULL},  {"../a", NULL},         {".", NULL},   {"a/..", NULL},
               {"a/../../a", NULL},  {"å/ä", "å/ä"}};
  nt_arena *arena = nt_arena_new();
  nt_str out;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bool good = nt_path_normal(nt_str_c(cases[i].path), arena, &out);
    if (good != (cases[i].expected != NULL) || (good && !nt_str_eq(out, nt_str_c(cases[i].expected))))
      fail_msg("%s", cases[i].path);
  }
  assert_false(nt_path_normal(nt_str_n("a\0b", 3), arena, &out));
  nt_arena_free(arena);
}

static void check_join(nt_arena *arena, const char *a, const char *b, const char *expected) {
  assert_string_equal(nt_path_join(arena, nt_str_c(a), nt_str_c(b)).ptr, expected);
}

static void joining(void **state) {
  nt_arena *arena = nt_arena_new();
  check_join(arena, "a", "b/c", "a/b/c");
  check_join(arena, "a/", "b", "a/b");
  check_join(arena, "a//", "b", "a/b");
  check_join(arena, "/", "b", "/b");
  check_join(arena, "a", "/b", "/b");
  check_join(arena, "", "b", "b");
  check_join(arena, "a", "", "a");
  check_join(arena, "", "", "");
  nt_arena_free(arena);
}

static void parts(void **state) {
  nt_str p = NT_STR("a/b/c.tar.gz");
  assert_true(nt_str_eq(nt_path_dir(p), NT_STR("a/b")));
  assert_true(nt_str_eq(nt_path_base(p), NT_STR("c.tar.gz")));
  assert_true(nt_str_eq(nt_path_stem(p), NT_STR("c.tar")));
  assert_true(nt_str_eq(nt_path_ext(p), NT_STR("gz")));
  assert_int_equal(nt_path_dir(NT_STR("c.md")).len, 0);
  assert_true(nt_str_eq(nt_path_base(NT_STR("c.md")), NT_STR("c.md")));
  assert_int_equal(nt_path_ext(NT_STR("a.b/.hidden")).len, 0);
  assert_true(nt_str_eq(nt_path_stem(NT_STR("a.b/.hidden")), NT_STR(".hidden")));
  assert_int_equal(nt_path_ext(NT_STR("a.b/c")).len, 0);
}

static const struct {
  const char *pattern, *path;
  bool matches;
} globs[] = {
    {"*.md", "a.md", true},
    {"*.md", "a/b.md", false},
    {"**/*.md", "a.md", true},
    {"**/*.md", "a/b/c.md", true},
    {"**", "a/b/c", true},
    {"a/**", "a/b/c", true},
    {"a/**/z", "a/z", true},
    {"a/**/z", "a/b/c/z", true},
    {"a/**/z", "ab/z", false},
    {"?.md", "å.md", true},
    {"?.md", "ab.md", false},
    {"a?b", "a/b", false},
    {"[a-c].md", "b.md", true},
    {"[a-c].md", "d.md", false},
    {"[!a-c].md", "d.md", true},
    {"[^a].md", "a.md", false},
    {"[]a]", "]", true},
    {"[a-]", "-", true},
    {"*.{md,txt}", "a.txt", true},
    {"*.{md,txt}", "a.html", false},
    {"{a,b/{c,d}}/x", "b/d/x", true},
    {"{a,b/{c,d}}/x", "b/e/x", false},
    {"", "", true},
    {"", "a", false},
    {"a", "", false},
    {"*", "", true},
    {"**/a*b*c", "x/a1b2c", true},
    {"**/a*b*c", "x/a1c2b", false},
    {"{a,b", "a", false},
    {"[a", "a", false},
    {"{,x}a", "a", true},
    {"**/index.md", "xindex.md", false},
};

static void matching(void **state) {
  for (size_t i = 0; i < sizeof globs / sizeof *globs; i++)
    if (nt_glob(nt_str_c(globs[i].pattern), nt_str_c(globs[i].path)) != globs[i].matches)
      fail_msg("%s on %s", globs[i].pattern, globs[i].path);
}

/* Patterns that would take for ever to refuse are refused soon. */
static void hostile_patterns(void **state) {
  char path[201];
  memset(path, 'a', 200);
  path[200] = '\0';
  assert_false(nt_glob(NT_STR("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), nt_str_c(path)));
  size_t len = 200000; /* stars within stars would be as deep as they are many */
  char *stars = nt_alloc(len);
  memset(stars, '*', len);
  assert_false(nt_glob(nt_str_n(stars, len), nt_str_c(path)));
  free(stars);
  assert_false(nt_glob(NT_STR("{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}{a,a}b"),
                       NT_STR("aaaaaaaaaaaaaaac")));
  assert_false(nt_glob(NT_STR("**/**/**/**/**/**/**/**/**/b"), NT_STR("a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(normal), cmocka_unit_test(joining), cmocka_unit_test(parts),
                                     cmocka_unit_test(matching), cmocka_unit_test(hostile_patterns)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
