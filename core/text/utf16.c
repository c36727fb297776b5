#include "text/locale_parts.h"

#include <stdlib.h>

#include <unicode/ustring.h>

void nt_utf16_init(nt_utf16 *text, int32_t cap) {
  text->len = 0;
  text->cap = cap;
  text->ptr = text->room;
  if ((size_t)cap > sizeof text->room / sizeof *text->room) text->ptr = nt_alloc((size_t)cap * sizeof(UChar));
}

bool nt_utf16_from(nt_utf16 *text, nt_str utf8) {
  nt_utf16_init(text, 0);
  if (utf8.len > INT32_MAX / 4) return false;
  nt_utf16_init(text, (int32_t)utf8.len + 1);
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(text->ptr, text->cap, &text->len, utf8.ptr ? utf8.ptr : "", (int32_t)utf8.len, 0xFFFD, NULL,
                       &status);
  return U_SUCCESS(status);
}

void nt_utf16_put(const UChar *text, int32_t len, nt_buf *out) {
  nt_buf_reserve(out, (size_t)len * 3 + 1);
  int32_t written = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8WithSub(out->ptr + out->len, (int32_t)(len * 3 + 1), &written, text, len, 0xFFFD, NULL, &status);
  if (U_SUCCESS(status)) out->len += (size_t)written;
}

void nt_utf16_deinit(nt_utf16 *text) {
  if (text->ptr != text->room) free(text->ptr);
}
