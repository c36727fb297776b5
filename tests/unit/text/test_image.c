/* The bytes are those that ImageMagick 6.9 and cwebp 1.2 wrote for a picture of 37 by 23 pixels, and the sizes those
 * that ImageMagick's identify tells of them. The Exif segments are put together by the specification (Exif 2.32, 4.5.2
 * and 4.6.4), and identify calls them RightTop: such a picture is shown turned. Lengths of SVG are counted by hand. */
#include "support.h"

#include "text/image.h"

#include <stdlib.h>

#define JPEG_HEAD "ffe000104a46494600010100000100010000"
#define JPEG_TABLE                                                                                                     \
  "ffdb004300a06e788c7864a08c828cb4aaa0bef0fffff0dcdcf0ffffffffffffffffffffffffffffffffffffffffffffffff"               \
  "ffffffffffffffffffffffffffffffffffffff"

typedef struct bytes {
  uint8_t data[1024];
  size_t size;
} bytes;

static int digit(char c) {
  return c <= '9' ? c - '0' : c - 'a' + 10;
}

static bytes of_hex(const char *hex) {
  bytes b = {.size = strlen(hex) / 2};
  assert_true(b.size <= sizeof b.data);
  for (size_t i = 0; i < b.size; i++) b.data[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return b;
}

static bytes of_text(const char *text) {
  bytes b = {.size = strlen(text)};
  memcpy(b.data, text, b.size);
  return b;
}

static size_t take(void *ud, uint64_t offset, void *out, size_t len) {
  bytes *b = ud;
  if (offset >= b->size) return 0;
  if (len > b->size - offset) len = b->size - (size_t)offset;
  memcpy(out, b->data + offset, len);
  return len;
}

static void assert_image(bytes b, const char *format, uint32_t width, uint32_t height) {
  nt_image image;
  bool good = nt_image_look(take, &b, &image);
  assert_int_equal(good, format != NULL);
  if (format) assert_string_equal(image.format, format);
  assert_int_equal(image.width, width);
  assert_int_equal(image.height, height);
}

static const char *const pictures[] = {
    "89504e470d0a1a0a0000000d4948445200000025000000170103000000b6e214e60000000467414d",
    "47494638396125001700f00000ff000000000021f90400000000002c000000002500170000021b84",
    "524946464e0000005745425056503820420000005003009d012a250017003e91469e4b25a3a2a1a5",
    "524946461c000000574542505650384c0f0000002f248005000710fd8ffe0722a2ff0100",
    "52494646ac00000057454250565038580a00000010000000240000160000414c5048240000000199",
    "ffd8" JPEG_HEAD JPEG_TABLE "ffc00011080017002503012200021101031101",
    "ffd8" JPEG_HEAD JPEG_TABLE "ffc20011080017002503012200021101031101",
    "ffd8" JPEG_HEAD "ffffffc00011080017002503012200021101031101", /* fill bytes before a marker: T.81, B.1.1.2 */
};
static const char *const formats[] = {"png", "gif", "webp", "webp", "webp", "jpeg", "jpeg", "jpeg"};
enum { PICTURES = sizeof pictures / sizeof *pictures };

static void test_formats(void **state) {
  for (size_t i = 0; i < PICTURES; i++) assert_image(of_hex(pictures[i]), formats[i], 37, 23);
}

static void test_turned(void **state) {
  assert_image(of_hex("ffd8ffe1002245786966000049492a0008000000010012010300010000000600000000000000" JPEG_HEAD
                      "ffc00011080017002503012200021101031101"),
               "jpeg", 23, 37);
  assert_image(of_hex("ffd8ffe100224578696600004d4d002a00000008000101120003000000010006000000000000" JPEG_HEAD
                      "ffc00011080017002503012200021101031101"),
               "jpeg", 23, 37);
  assert_image(of_hex("ffd8ffe100224578696600004d4d002a00000008000101120003000000010003000000000000" JPEG_HEAD
                      "ffc00011080017002503012200021101031101"),
               "jpeg", 37, 23); /* 3: upside down is as wide as before */
}

/* However early the file ends, it is no picture, and nothing outside it is read. */
static void test_cut_short(void **state) {
  static const size_t enough[] = {24, 10, 30, 25, 30};
  for (size_t i = 0; i < sizeof enough / sizeof *enough; i++)
    for (size_t size = 0; size < enough[i]; size++) {
      bytes b = of_hex(pictures[i]);
      b.size = size;
      assert_image(b, NULL, 0, 0);
    }
}

static void test_no_picture(void **state) {
  assert_image(of_text(""), NULL, 0, 0);
  assert_image(of_text("Det här är text."), NULL, 0, 0);
  assert_image(of_text("<!doctype html><svg width='1' height='1'>"), NULL, 0, 0);
  assert_image(of_text("<svgx width='1' height='1'>"), NULL, 0, 0);
  assert_image(of_hex("89504e470d0a1a0a0000000d494844520000000000000017"), NULL, 0, 0); /* no width */
  assert_image(of_hex("ffd8ffd9"), NULL, 0, 0);
  assert_image(of_hex("ffd8ffe00001ffe00001"), NULL, 0, 0); /* a segment shorter than its own length */
}

static void test_svg(void **state) {
  static const struct {
    const char *svg;
    uint32_t width, height;
  } cases[] = {
      {"<svg xmlns='http://www.w3.org/2000/svg' width='120' height=\"80px\"/>", 120, 80},
      {"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- en <svg> --><!DOCTYPE svg [<!ENTITY a '>'>]>\n<svg width='2in' "
       "height='72pt'>",
       192, 96},
      {"<svg width='25.4mm' height='2.54cm'>", 96, 96},
      {"<svg viewBox='0 0 300 200'>", 300, 200},
      {"<svg viewBox='-10,-20,300.4,199.6' width='100%' height='100%'>", 300, 200},
      {"<svg viewBox='0 0 300 200' height='100'>", 150, 100},
      {"<svg height='1e99'>", 0, 0},
      {"<svg>", 0, 0},
      {"<svg width='120'>", 0, 0},
      {"<svg width='999999999' height='1'>", 0, 0},
      {"<svg stroke-width='3' width='4' height='5' width=", 4, 5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_image(of_text(cases[i].svg), "svg", cases[i].width, cases[i].height);
}

static void assert_type(nt_str got, const char *expected) {
  assert_true(nt_str_eq(got, nt_str_c(expected)));
}

static void test_media_types(void **state) {
  assert_type(nt_media_type(NT_STR("pdf")), "application/pdf");
  assert_type(nt_media_type(NT_STR("jpg")), "image/jpeg");
  assert_type(nt_media_type(NT_STR("svg")), "image/svg+xml");
  assert_type(nt_media_type(NT_STR("finns-inte")), "application/octet-stream");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_formats),   cmocka_unit_test(test_turned),
                                     cmocka_unit_test(test_cut_short), cmocka_unit_test(test_no_picture),
                                     cmocka_unit_test(test_svg),       cmocka_unit_test(test_media_types)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
