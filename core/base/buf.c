#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void nt_buf_deinit(nt_buf *buf) {
  free(buf->ptr);
  *buf = (nt_buf){0};
}

void nt_buf_reserve(nt_buf *buf, size_t more) {
  if (buf->cap - buf->len >= more) return;
  if (more > SIZE_MAX / 4) nt_out_of_memory();
  size_t cap = buf->cap ? buf->cap : 128;
  while (cap - buf->len < more) cap *= 2;
  buf->ptr = nt_realloc(buf->ptr, cap);
  buf->cap = cap;
}

void nt_buf_format(nt_buf *buf, const char *format, ...) {
  enum { USUAL = 64 };
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  nt_buf_reserve(buf, USUAL);
  int length = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, format, args);
  va_end(args);
  if (length > 0 && (size_t)length >= buf->cap - buf->len) { /* it was cut short */
    nt_buf_reserve(buf, (size_t)length + 1);
    vsnprintf(buf->ptr + buf->len, (size_t)length + 1, format, again);
  }
  if (length > 0) buf->len += (size_t)length;
  va_end(again);
}

void nt_buf_varint(nt_buf *buf, uint64_t number) {
  nt_buf_reserve(buf, 10);
  while (number >= 0x80) {
    buf->ptr[buf->len++] = (char)(number | 0x80);
    number >>= 7;
  }
  buf->ptr[buf->len++] = (char)number;
}
