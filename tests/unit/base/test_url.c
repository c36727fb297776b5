#include "base/url.h"
#include "support.h"

static bool same(nt_str got, const char *expected) {
  return nt_str_eq(got, nt_str_c(expected));
}

/* The examples of RFC 3986, 5.4. */
static void references(void **state) {
  static const char *const cases[][2] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q#s"},
      {"g#s", "http://a/b/c/g#s"},
      {"g?y#s", "http://a/b/c/g?y#s"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {".g", "http://a/b/c/.g"},
      {"g..", "http://a/b/c/g.."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/./x", "http://a/b/c/g?y/./x"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"g#s/./x", "http://a/b/c/g#s/./x"},
      {"g#s/../x", "http://a/b/c/g#s/../x"},
      {"http:g", "http:g"},
  };
  nt_arena *arena = nt_arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (!same(nt_url_resolve(NT_STR("http://a/b/c/d;p?q"), nt_str_c(cases[i][0]), arena), cases[i][1]))
      fail_msg("%s", cases[i][0]);
  assert_true(same(nt_url_resolve(NT_STR("https://a.example"), NT_STR("x#y"), arena), "https://a.example/x#y"));
  nt_arena_free(arena);
}

static void sites(void **state) {
  static const struct {
    const char *site, *url, *rooted, *absolute;
  } cases[] = {
      {"https://r.example/", "/om/", "/om/", "https://r.example/om/"},
      {"https://r.example", "/", "/", "https://r.example/"},
      {"https://r.example/bas", "/om/", "/bas/om/", "https://r.example/bas/om/"},
      {"https://r.example/bas/", "/", "/bas/", "https://r.example/bas/"},
      {"https://r.example:8080/a/b/", "/c", "/a/b/c", "https://r.example:8080/a/b/c"},
      {"https://r.example/bas", "/basta/", "/bas/basta/", "https://r.example/bas/basta/"},
      {"https://r.example/bas", "mailto:a@r.example", "mailto:a@r.example", "mailto:a@r.example"},
      {"https://r.example/bas", "//x.example/y", "//x.example/y", "https://x.example/y"},
      {"https://r.example/bas", "#a", "#a", "https://r.example/bas/#a"},
      {"https://r.example/bas", "om/", "om/", "https://r.example/bas/om/"},
      {"https://r.example/bas", "/om/../x", "/bas/om/../x", "https://r.example/bas/om/../x"},
  };
  nt_arena *arena = nt_arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_str site = nt_str_c(cases[i].site), url = nt_str_c(cases[i].url);
    if (!same(nt_url_rooted(site, url, arena), cases[i].rooted)) fail_msg("rooted %s", cases[i].url);
    if (!same(nt_url_absolute(site, url, arena), cases[i].absolute)) fail_msg("absolute %s", cases[i].url);
    nt_str ready = nt_url_rooted(site, url, arena); /* what is ready for an href is not given the base twice */
    if (!same(nt_url_absolute(site, ready, arena), cases[i].absolute)) fail_msg("absolute %s", cases[i].rooted);
  }
  assert_true(same(nt_url_absolute(NT_STR(""), NT_STR("/om/"), arena), "/om/"));
  assert_true(nt_url_is_elsewhere(NT_STR("a+b-1.:x")));
  assert_false(nt_url_is_elsewhere(NT_STR("1a:x")));
  assert_false(nt_url_is_elsewhere(NT_STR("a/b:c")));
  assert_false(nt_url_is_elsewhere(NT_STR(":")));
  nt_arena_free(arena);
}

/* RFC 3986, 2.1 and 3.3: an escape is '%' and two hexadecimal digits; a path ends at '?' or '#'. */
static void parts(void **state) {
  static const char *const cases[][2] = {
      {"a%20b", "a b"}, {"%C3%a5", "å"}, {"a", "a"},     {"", ""},         {"50%", "50%"},
      {"%2", "%2"},     {"%2g", "%2g"},  {"%%20", "% "}, {"%2520", "%20"}, {"a%00b", "a%00b"},
  };
  nt_arena *arena = nt_arena_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    if (!same(nt_url_decode(nt_str_c(cases[i][0]), arena), cases[i][1])) fail_msg("decoded %s", cases[i][0]);
  nt_arena_free(arena);
  assert_int_equal(nt_url_path_length(NT_STR("a/b")), 3);
  assert_int_equal(nt_url_path_length(NT_STR("a?b#c")), 1);
  assert_int_equal(nt_url_path_length(NT_STR("ab#c?d")), 2);
  assert_int_equal(nt_url_path_length(NT_STR("")), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(references), cmocka_unit_test(sites), cmocka_unit_test(parts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
