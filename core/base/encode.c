/* The canonical encoding of values; its form is told in value.h. */
#include "base/value.h"

enum { DEEPEST = 1000 };

static void put_string(nt_buf *out, nt_str s) {
  nt_buf_varint(out, s.len);
  nt_buf_put(out, s);
}

void nt_value_encode(const nt_value *v, nt_buf *out) {
  nt_buf_byte(out, (char)v->type);
  switch (v->type) {
  case NT_NULL: break;
  case NT_BOOL: nt_buf_byte(out, v->as.boolean); break;
  case NT_INT: nt_buf_varint(out, nt_zigzag(v->as.integer)); break;
  case NT_FLOAT: {
    uint64_t bits;
    memcpy(&bits, &v->as.number, sizeof bits);
    for (int i = 0; i < 8; i++) nt_buf_byte(out, (char)(bits >> (8 * i)));
    break;
  }
  case NT_STRING:
  case NT_MARKUP: put_string(out, v->as.string); break;
  case NT_TIME:
    nt_buf_varint(out, nt_zigzag(v->as.time.seconds));
    nt_buf_varint(out, (uint64_t)v->as.time.nanoseconds);
    nt_buf_varint(out, nt_zigzag(v->as.time.offset));
    nt_buf_byte(out, (char)(v->as.time.date_only | v->as.time.unzoned << 1));
    break;
  case NT_LIST:
    nt_buf_varint(out, v->as.list->len);
    for (size_t i = 0; i < v->as.list->len; i++) nt_value_encode(&v->as.list->items[i], out);
    break;
  case NT_MAP:
    nt_buf_varint(out, v->as.map->len);
    for (size_t i = 0; i < v->as.map->len; i++) {
      put_string(out, v->as.map->entries[i].key);
      nt_value_encode(&v->as.map->entries[i].value, out);
    }
    break;
  }
}

bool nt_varint_read(nt_str bytes, size_t *at, uint64_t *number) {
  uint64_t n = 0;
  for (unsigned shift = 0; shift < 64 && *at < bytes.len; shift += 7) {
    uint8_t byte = (uint8_t)bytes.ptr[(*at)++];
    if (shift == 63 && byte > 1) return false;
    n |= (uint64_t)(byte & 0x7F) << shift;
    if (!(byte & 0x80)) {
      *number = n;
      return true;
    }
  }
  return false;
}

static bool get_string(nt_str bytes, size_t *at, nt_str *out) {
  uint64_t len;
  if (!nt_varint_read(bytes, at, &len) || len > bytes.len - *at) return false;
  *out = nt_str_n(bytes.ptr + *at, (size_t)len);
  *at += (size_t)len;
  return true;
}

static bool get_time(nt_str bytes, size_t *at, nt_time *time) {
  uint64_t seconds, nanoseconds, offset;
  if (!nt_varint_read(bytes, at, &seconds) || !nt_varint_read(bytes, at, &nanoseconds) ||
      !nt_varint_read(bytes, at, &offset) || *at >= bytes.len)
    return false;
  uint8_t flags = (uint8_t)bytes.ptr[(*at)++];
  *time =
      (nt_time){nt_unzigzag(seconds), (int32_t)nanoseconds, (int16_t)nt_unzigzag(offset), flags & 1, flags >> 1 & 1};
  return true;
}

/* Every value takes a byte of the input, so all counts together are at most its length: what they draw from is one
 * budget, and damaged bytes cannot ask for more memory than whole ones of that length. */
typedef struct decoder {
  nt_arena *arena;
  size_t budget;
} decoder;

static bool get_count(nt_str bytes, size_t *at, decoder *d, size_t *out) {
  uint64_t count;
  if (!nt_varint_read(bytes, at, &count) || count > d->budget) return false;
  d->budget -= *out = (size_t)count;
  return true;
}

static bool get_value(nt_str bytes, size_t *at, decoder *d, nt_value *out, int depth);

static bool get_list(nt_str bytes, size_t *at, decoder *d, nt_value *out, int depth) {
  size_t count;
  if (!get_count(bytes, at, d, &count)) return false;
  *out = nt_list_new(d->arena);
  nt_list *list = out->as.list;
  list->items = NT_NEW_N(d->arena, nt_value, count);
  list->len = list->cap = count;
  for (size_t i = 0; i < list->len; i++)
    if (!get_value(bytes, at, d, &list->items[i], depth)) return false;
  return true;
}

static bool get_map(nt_str bytes, size_t *at, decoder *d, nt_value *out, int depth) {
  size_t count;
  if (!get_count(bytes, at, d, &count)) return false;
  *out = nt_map_new(d->arena);
  nt_dict *map = out->as.map;
  map->entries = NT_NEW_N(d->arena, nt_entry, count);
  map->len = map->cap = count;
  for (size_t i = 0; i < map->len; i++)
    if (!get_string(bytes, at, &map->entries[i].key) || !get_value(bytes, at, d, &map->entries[i].value, depth))
      return false;
  return true;
}

static bool get_value(nt_str bytes, size_t *at, decoder *d, nt_value *out, int depth) {
  if (*at >= bytes.len || depth > DEEPEST) return false;
  *out = nt_null();
  out->type = (nt_type)bytes.ptr[(*at)++];
  switch (out->type) {
  case NT_NULL: return true;
  case NT_BOOL:
    if (*at >= bytes.len) return false;
    out->as.boolean = bytes.ptr[(*at)++] != 0;
    return true;
  case NT_INT: {
    uint64_t n;
    if (!nt_varint_read(bytes, at, &n)) return false;
    out->as.integer = nt_unzigzag(n);
    return true;
  }
  case NT_FLOAT: {
    if (bytes.len - *at < 8) return false;
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) bits |= (uint64_t)(uint8_t)bytes.ptr[(*at)++] << (8 * i);
    memcpy(&out->as.number, &bits, sizeof bits);
    return true;
  }
  case NT_STRING:
  case NT_MARKUP: return get_string(bytes, at, &out->as.string);
  case NT_TIME: return get_time(bytes, at, &out->as.time);
  case NT_LIST: return get_list(bytes, at, d, out, depth + 1);
  case NT_MAP: return get_map(bytes, at, d, out, depth + 1);
  }
  return false;
}

bool nt_value_read(nt_str bytes, size_t *at, nt_arena *arena, nt_value *out) {
  decoder d = {arena, bytes.len};
  return get_value(bytes, at, &d, out, 0);
}

bool nt_value_decode(nt_str bytes, nt_arena *arena, nt_value *out) {
  size_t at = 0;
  return nt_value_read(bytes, &at, arena, out) && at == bytes.len;
}

nt_hash nt_value_hash(const nt_value *value) {
  nt_buf bytes = {0};
  nt_value_encode(value, &bytes);
  nt_hash hash = nt_hash_bytes(nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
  return hash;
}
