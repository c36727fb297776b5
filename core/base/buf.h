/* A growing run of bytes on the heap. Zeroed memory is an empty buffer. */
#ifndef NT_BASE_BUF_H
#define NT_BASE_BUF_H

#include "base/arena.h"

typedef struct nt_buf {
  char *ptr;
  size_t len;
  size_t cap;
} nt_buf;

void nt_buf_deinit(nt_buf *buf);
/* Room for `more` bytes after what is there. */
void nt_buf_reserve(nt_buf *buf, size_t more);
void nt_buf_format(nt_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* LEB128, at most ten bytes. */
void nt_buf_varint(nt_buf *buf, uint64_t number);

static inline nt_str nt_buf_str(const nt_buf *buf) {
  return nt_str_n(buf->ptr, buf->len);
}
static inline void nt_buf_clear(nt_buf *buf) {
  buf->len = 0;
}

static inline void nt_buf_put(nt_buf *buf, nt_str s) {
  if (s.len == 0) return;
  if (buf->cap - buf->len < s.len) nt_buf_reserve(buf, s.len);
  memcpy(buf->ptr + buf->len, s.ptr, s.len);
  buf->len += s.len;
}

static inline void nt_buf_byte(nt_buf *buf, char byte) {
  if (buf->len == buf->cap) nt_buf_reserve(buf, 1);
  buf->ptr[buf->len++] = byte;
}

static inline void nt_buf_c(nt_buf *buf, const char *terminated) {
  nt_buf_put(buf, nt_str_c(terminated));
}

#endif
