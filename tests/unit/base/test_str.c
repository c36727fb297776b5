#include "base/str.h"
#include "support.h"

static void comparing(void **state) {
  assert_true(nt_str_eq(nt_str_n(NULL, 0), NT_STR("")));
  assert_false(nt_str_eq(NT_STR("a"), NT_STR("ab")));
  assert_true(nt_str_cmp(NT_STR("a"), NT_STR("b")) < 0);
  assert_true(nt_str_cmp(NT_STR("a"), NT_STR("ab")) < 0);
  assert_true(nt_str_cmp(NT_STR("\xC3\xA5"), NT_STR("z")) > 0);
  assert_true(nt_str_cmp(nt_str_n(NULL, 0), NT_STR("")) == 0);
  assert_true(nt_str_starts(NT_STR("abc"), NT_STR("ab")) && nt_str_starts(NT_STR("abc"), NT_STR("")));
  assert_false(nt_str_starts(NT_STR("a"), NT_STR("ab")));
  assert_true(nt_str_ends(NT_STR("abc"), NT_STR("bc")));
  assert_false(nt_str_ends(NT_STR("c"), NT_STR("bc")));
}

static void cutting(void **state) {
  nt_str s = NT_STR("abcdef");
  assert_true(nt_str_eq(nt_str_sub(s, 2, 4), NT_STR("cd")));
  assert_true(nt_str_eq(nt_str_sub(s, 4, 99), NT_STR("ef")));
  assert_int_equal(nt_str_sub(s, 9, 12).len, 0);
  assert_int_equal(nt_str_sub(s, 4, 2).len, 0);
  assert_int_equal(nt_str_sub(nt_str_n(NULL, 0), 1, 2).len, 0);
  assert_true(nt_str_eq(nt_str_trim(NT_STR(" \t\r\n\v\fa b ")), NT_STR("a b")));
  assert_int_equal(nt_str_trim(NT_STR("  ")).len, 0);
}

static void finding(void **state) {
  assert_int_equal(nt_str_find(NT_STR("abab"), 'b'), 1);
  assert_int_equal(nt_str_find_last(NT_STR("abab"), 'a'), 2);
  assert_int_equal(nt_str_find(NT_STR("ab"), 'x'), 2);
  assert_int_equal(nt_str_find_last(nt_str_n(NULL, 0), 'x'), 0);
  assert_int_equal(nt_str_search(NT_STR("aabaac"), NT_STR("aac")), 3);
  assert_int_equal(nt_str_search(NT_STR("ab"), NT_STR("abc")), 2);
  assert_int_equal(nt_str_search(NT_STR("ab"), NT_STR("")), 0);
}

/* The boundaries of RFC 3629, 4, and of Unicode's table 3-7. */
static void utf8_checking(void **state) {
  static const char *const good[] = {"",
                                     "a",
                                     "\x7F",
                                     "\xC2\x80",
                                     "\xDF\xBF",
                                     "\xE0\xA0\x80",
                                     "\xED\x9F\xBF",
                                     "\xEE\x80\x80",
                                     "\xEF\xBF\xBF",
                                     "\xF0\x90\x80\x80",
                                     "\xF4\x8F\xBF\xBF",
                                     "plain ascii, eight bytes at a time"};
  static const char *const bad[] = {"\x80",         "\xBF",         "\xC0\x80",         "\xC1\xBF",
                                    "\xC2",         "\xC2\x41",     "\xE0\x9F\xBF",     "\xED\xA0\x80",
                                    "\xED\xBF\xBF", "\xE2\x82",     "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                                    "\xFE",         "\xF0\x9F\x98", "\xF5\x80\x80\x80", "\xFF"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_int_equal(nt_utf8_check(nt_str_c(good[i])), strlen(good[i]));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[64];
    snprintf(text, sizeof text, "0123456789ab%s", bad[i]);
    assert_int_equal(nt_utf8_check(nt_str_c(bad[i])), 0);
    assert_int_equal(nt_utf8_check(nt_str_c(text)), 12);
  }
}

/* Every code point there and back; surrogates and what lies beyond are replaced. */
static void utf8_round_trip(void **state) {
  for (uint32_t c = 0; c < 0x110100; c++) {
    char bytes[4];
    size_t len = nt_utf8_put(bytes, c), at = 0;
    bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF);
    uint32_t back = nt_utf8_next(nt_str_n(bytes, len), &at);
    if (back != (scalar ? c : 0xFFFD) || at != len) fail_msg("U+%04X", (unsigned)c);
  }
}

static void utf8_damage(void **state) {
  static const uint32_t expected[] = {'a', 0xFFFD, 0xFFFD, 0xFFFD, 0xFFFD, 'z'};
  nt_str s = nt_str_n("a\xFF\xC3\xE2\x82z", 6);
  size_t at = 0;
  for (size_t i = 0; i < 6; i++) assert_int_equal(nt_utf8_next(s, &at), expected[i]);
  assert_int_equal(at, 6);
  assert_int_equal(nt_utf8_count(NT_STR("r\xC3\xA4v \xF0\x9F\xA6\x8A")), 5);
}

/* By hand. */
static void distances(void **state) {
  assert_int_equal(nt_str_distance(NT_STR("title"), NT_STR("title"), 3), 0);
  assert_int_equal(nt_str_distance(NT_STR("titel"), NT_STR("title"), 3), 1);
  assert_int_equal(nt_str_distance(NT_STR("kitten"), NT_STR("sitting"), 5), 3);
  assert_int_equal(nt_str_distance(NT_STR("kitten"), NT_STR("sitting"), 2), 3);
  assert_int_equal(nt_str_distance(NT_STR(""), NT_STR("ab"), 5), 2);
  assert_int_equal(nt_str_distance(NT_STR("ca"), NT_STR("abc"), 5), 3); /* restricted: not 2 */
  char longest[100];
  memset(longest, 'x', sizeof longest);
  assert_int_equal(nt_str_distance(nt_str_n(longest, 100), NT_STR("x"), 3), 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(comparing),       cmocka_unit_test(cutting),
                                     cmocka_unit_test(finding),         cmocka_unit_test(utf8_checking),
                                     cmocka_unit_test(utf8_round_trip), cmocka_unit_test(utf8_damage),
                                     cmocka_unit_test(distances)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
