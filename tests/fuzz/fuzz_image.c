/* Pictures: what is read of a file stays within it, and an answer is whole. An input that begins with 'x' is the bytes
 * in hexadecimal, so that the samples can be written as text. */
#include "text/image.h"

#include <stdlib.h>
#include <string.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "x89504e470d0a1a0a0000000d49484452000000250000001708020000009bdcbf0e",
    "x47494638396125001700f00000ff00000000002c",
    "xffd8ffe000104a46494600010101004800480000ffc000110800170025030122",
    "xffd8ffe1002245786966000049492a00080000000100120103000100000006000000ffc000110800170025030122",
    "x5249464630000000574542505650382024000000d001009d012a250017000020",
    "x5249464630000000574542505650384c140000002f24800500",
    "x524946463000000057454250565038580a0000001000000024000016000000",
    "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'b'>]><!-- x --><svg width=\"1e3mm\" viewBox='0 0 3,2'>",
    "<svg height=\"12.5pt\" viewBox=\"-1 -2 30 20\"/>",
    NULL,
};

typedef struct bytes {
  const uint8_t *data;
  size_t size;
} bytes;

static size_t take(void *ud, uint64_t offset, void *out, size_t len) {
  const bytes *b = ud;
  if (offset >= b->size) return 0;
  if (len > b->size - offset) len = b->size - (size_t)offset;
  memcpy(out, b->data + offset, len);
  return len;
}

static int digit(uint8_t c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *decoded = malloc(size + 1);
  bytes b = {decoded, 0};
  if (!decoded) abort();
  if (size && data[0] == 'x') {
    for (size_t i = 1; i + 1 < size; i += 2)
      if (digit(data[i]) >= 0 && digit(data[i + 1]) >= 0)
        decoded[b.size++] = (uint8_t)(digit(data[i]) << 4 | digit(data[i + 1]));
  } else {
    b = (bytes){data, size};
  }
  nt_image image;
  bool good = nt_image_look(take, &b, &image);
  if (good != (image.format != NULL) || (!image.width) != (!image.height)) abort();
  free(decoded);
  return 0;
}
