/* What kind of picture some bytes are, and how large: read from its first bytes, never the whole file.
 *
 * PNG (W3C PNG, 11.2.2), GIF (GIF89a, 18), JPEG (ITU T.81, B.2.2, and Exif 2.32's orientation), WebP (its container
 * specification: VP8, VP8L, VP8X), SVG (the root's width and height, else its viewBox: SVG 2, 8.2). */
#ifndef NT_TEXT_IMAGE_H
#define NT_TEXT_IMAGE_H

#include "base/str.h"

typedef struct nt_image {
  const char *format;     /* "png", "jpeg", "gif", "webp", "svg"; NULL when it is none of these */
  uint32_t width, height; /* in pixels as it is shown; both 0 if the file does not say */
} nt_image;

/* Reads at most `len` bytes from `offset`; returns how many there were. */
typedef size_t (*nt_image_read)(void *ud, uint64_t offset, void *out, size_t len);

/* False when the bytes are no picture of these formats, or one that ends before it has said its size. */
bool nt_image_look(nt_image_read read, void *ud, nt_image *out);

/* "image/png" of "png"; of any file's extension in lower case. "application/octet-stream" when it is not known. */
nt_str nt_media_type(nt_str extension);

#endif
