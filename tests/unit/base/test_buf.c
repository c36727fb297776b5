#include "base/buf.h"
#include "base/value.h"
#include "support.h"

static void grows(void **state) {
  nt_buf buf = {0};
  for (int i = 0; i < 10000; i++) {
    nt_buf_byte(&buf, (char)('a' + i % 26));
    nt_buf_put(&buf, NT_STR("--"));
  }
  assert_int_equal(buf.len, 30000);
  assert_int_equal(buf.ptr[29997], 'a' + 9999 % 26);
  nt_buf_clear(&buf);
  assert_int_equal(nt_buf_str(&buf).len, 0);
  nt_buf_deinit(&buf);
  assert_null(buf.ptr);
  nt_buf_deinit(&buf);
}

static void formats(void **state) {
  nt_buf buf = {0};
  nt_buf_format(&buf, "%s", "");
  nt_buf_format(&buf, "%d|%500d|", 7, 8);
  nt_buf_c(&buf, "end");
  assert_int_equal(buf.len, 2 + 501 + 3);
  assert_memory_equal(buf.ptr + 501, "8|end", 5);
  nt_buf_deinit(&buf);
}

/* LEB128 as its definition has it: 624485 is E5 8E 26 (the example of the DWARF standard's appendix). */
static void varints(void **state) {
  static const struct {
    uint64_t number;
    const char *bytes;
    size_t len;
  } cases[] = {{0, "\0", 1},
               {127, "\x7F", 1},
               {128, "\x80\x01", 2},
               {624485, "\xE5\x8E\x26", 3},
               {UINT32_MAX, "\xFF\xFF\xFF\xFF\x0F", 5},
               {UINT64_MAX, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    nt_buf buf = {0};
    nt_buf_varint(&buf, cases[i].number);
    assert_int_equal(buf.len, cases[i].len);
    assert_memory_equal(buf.ptr, cases[i].bytes, buf.len);
    size_t at = 0;
    uint64_t back = 1;
    assert_true(nt_varint_read(nt_buf_str(&buf), &at, &back));
    assert_true(back == cases[i].number && at == buf.len);
    at = 0;
    assert_false(nt_varint_read(nt_str_n(buf.ptr, buf.len - 1), &at, &back));
    nt_buf_deinit(&buf);
  }
}

static void varints_that_never_end(void **state) {
  char text[20];
  memset(text, 0x80, sizeof text);
  size_t at = 0;
  uint64_t number;
  assert_false(nt_varint_read(nt_str_n(text, sizeof text), &at, &number));
}

static void zigzag(void **state) {
  assert_int_equal(nt_zigzag(0), 0);
  assert_int_equal(nt_zigzag(-1), 1);
  assert_int_equal(nt_zigzag(1), 2);
  assert_true(nt_zigzag(INT64_MIN) == UINT64_MAX);
  assert_true(nt_unzigzag(nt_zigzag(INT64_MIN)) == INT64_MIN);
  assert_true(nt_unzigzag(nt_zigzag(INT64_MAX)) == INT64_MAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(grows), cmocka_unit_test(formats), cmocka_unit_test(varints),
                                     cmocka_unit_test(varints_that_never_end), cmocka_unit_test(zigzag)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
