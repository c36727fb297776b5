#include "engine/query/sort_keys.h"

#include "engine/query/fields.h"

#include <stdlib.h>
#include <uv.h>

struct nt_order {
  const nt_locale *locale;
  nt_sort *sorts;
  size_t count;
  uv_mutex_t lock;
  NT_VEC(nt_sort_key *) keys; /* by slot; NULL: not made yet */
  nt_buf scratch;
};

struct nt_orders {
  uv_mutex_t lock;
  nt_arena *arena;
  nt_map by_name;
};

nt_orders *nt_orders_new(void) {
  nt_orders *all = nt_zalloc(sizeof *all);
  uv_mutex_init(&all->lock);
  all->arena = nt_arena_new();
  return all;
}

void nt_orders_free(nt_orders *all) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&all->by_name, &i, &e);) {
    nt_order *order = e->value;
    for (size_t k = 0; k < order->keys.len; k++) free(order->keys.items[k]);
    nt_vec_deinit(&order->keys);
    nt_buf_deinit(&order->scratch);
    uv_mutex_destroy(&order->lock);
  }
  nt_map_deinit(&all->by_name);
  uv_mutex_destroy(&all->lock);
  nt_arena_free(all->arena);
  free(all);
}

/* ---- the orders ---- */

static void put_name(const nt_locale *locale, const nt_sort *sorts, size_t count, nt_buf *out) {
  nt_buf_put(out, nt_str_n((const char *)&locale, sizeof locale));
  for (size_t i = 0; i < count; i++) {
    nt_buf_byte(out, sorts[i].descending ? '-' : '+');
    nt_buf_varint(out, sorts[i].field.len);
    nt_buf_put(out, sorts[i].field);
  }
}

static nt_order *order_new(nt_arena *arena, const nt_locale *locale, const nt_sort *sorts, size_t count) {
  nt_order *order = NT_NEW(arena, nt_order);
  order->locale = locale;
  order->count = count;
  order->sorts = NT_NEW_N(arena, nt_sort, count);
  for (size_t i = 0; i < count; i++)
    order->sorts[i] = (nt_sort){nt_arena_str(arena, sorts[i].field), sorts[i].descending};
  uv_mutex_init(&order->lock);
  return order;
}

nt_order *nt_orders_get(nt_orders *all, const nt_locale *locale, const nt_sort *sorts, size_t count) {
  nt_buf name = {0};
  put_name(locale, sorts, count, &name);
  uv_mutex_lock(&all->lock);
  nt_order *order = nt_map_get(&all->by_name, nt_buf_str(&name));
  if (!order) {
    order = order_new(all->arena, locale, sorts, count);
    nt_map_set(&all->by_name, nt_arena_str(all->arena, nt_buf_str(&name)), order);
  }
  uv_mutex_unlock(&all->lock);
  nt_buf_deinit(&name);
  return order;
}

/* ---- values as bytes in order ---- */

enum { FIRST = 0, LAST = 0xFF }; /* what a sort's part begins with: a value comes before none */

static void put_big_endian(uint64_t n, int bytes, nt_buf *out) {
  for (int i = bytes - 1; i >= 0; i--) nt_buf_byte(out, (char)(n >> (8 * i)));
}

/* Numbers by size, whatever their type: as a double, whose bits are in order when those of negative ones are turned
 * round, and by what a large integer loses thereby. */
static void put_number(const nt_value *v, nt_buf *out) {
  double number = v->type == NT_INT ? (double)v->as.integer : v->as.number == 0 ? 0 : v->as.number;
  uint64_t bits, sign = UINT64_C(1) << 63;
  int64_t lost = 0;
  memcpy(&bits, &number, sizeof bits);
  if (number != number) bits = ~sign; /* "not a number" is one, and comes last */
  if (v->type == NT_INT) lost = number < 0x1p63 ? v->as.integer - (int64_t)number : v->as.integer - INT64_MAX - 1;
  put_big_endian(bits & sign ? ~bits : bits | sign, 8, out);
  put_big_endian((uint64_t)(lost + 0x8000), 2, out);
}

/* A text that something follows: its end sorts before every letter. */
static void put_text(nt_str text, nt_buf *out) {
  for (size_t i = 0; i < text.len; i++) {
    nt_buf_byte(out, text.ptr[i]);
    if (!text.ptr[i]) nt_buf_byte(out, 1);
  }
  put_big_endian(0, 2, out);
}

/* In the order of nt_value_cmp(). */
static void put_value(const nt_value *v, nt_buf *out) {
  nt_buf_byte(out, (char)(v->type == NT_FLOAT ? NT_INT : v->type));
  switch (v->type) {
  case NT_BOOL: nt_buf_byte(out, v->as.boolean); return;
  case NT_INT:
  case NT_FLOAT: put_number(v, out); return;
  case NT_STRING:
  case NT_MARKUP: put_text(v->as.string, out); return;
  case NT_TIME:
    put_big_endian((uint64_t)v->as.time.seconds ^ UINT64_C(1) << 63, 8, out);
    put_big_endian((uint64_t)v->as.time.nanoseconds, 4, out);
    return;
  default: break;
  }
  for (size_t i = 0; i < nt_value_len(v); i++) {
    nt_buf_byte(out, 1); /* a longer list comes after its beginning */
    if (v->type == NT_MAP) put_text(v->as.map->entries[i].key, out);
    put_value(nt_value_at(v, i), out);
  }
  nt_buf_byte(out, 0);
}

static void put_sort(const nt_order *order, const nt_sort *sort, const nt_record *r, nt_buf *out) {
  nt_value meta;
  const nt_value *v = nt_field_at(r->frozen, sort->field, &meta);
  if (!v || v->type == NT_NULL) {
    nt_buf_byte(out, (char)LAST);
    return;
  }
  nt_buf_byte(out, FIRST);
  size_t start = out->len;
  if (v->type == NT_STRING) {
    nt_buf_byte(out, NT_STRING);
    nt_collation_key(order->locale, v->as.string, out);
    nt_buf_byte(out, 0); /* no such key holds one */
  } else {
    put_value(v, out);
  }
  for (size_t i = start; sort->descending && i < out->len; i++) out->ptr[i] = (char)~out->ptr[i];
}

/* ---- keys ---- */

static nt_hash made_of(const nt_order *order, const nt_frozen *f) {
  nt_hash hash = 1;
  for (size_t i = 0; i < order->count; i++)
    hash = nt_hash_combine(hash, nt_frozen_field_hash(f, nt_field_top(order->sorts[i].field)));
  return hash;
}

static nt_sort_key *key_new(nt_order *order, const nt_record *r, nt_hash hash) {
  nt_buf *b = &order->scratch;
  nt_buf_clear(b);
  for (size_t i = 0; i < order->count; i++) put_sort(order, &order->sorts[i], r, b);
  nt_buf_put(b, r->id);
  nt_sort_key *key = nt_alloc(sizeof *key + b->len);
  key->made_of = hash;
  key->len = b->len;
  memcpy(key->bytes, b->ptr, b->len);
  return key;
}

static const nt_sort_key *key_of(nt_order *order, const nt_record *r) {
  nt_sort_key **kept = &order->keys.items[r->slot];
  nt_hash hash = made_of(order, r->frozen);
  if (*kept && (*kept)->made_of == hash) return *kept;
  free(*kept);
  return *kept = key_new(order, r, hash);
}

static void make_room(nt_order *order, size_t slots) {
  if (slots <= order->keys.len) return;
  nt_reserve(&order->keys, slots - order->keys.len);
  memset(order->keys.items + order->keys.len, 0, (slots - order->keys.len) * sizeof *order->keys.items);
  order->keys.len = slots;
}

void nt_order_keys(nt_order *order, const nt_record *const *records, size_t count, const nt_sort_key **out) {
  uv_mutex_lock(&order->lock);
  for (size_t i = 0; i < count; i++) {
    make_room(order, records[i]->slot + 1);
    out[i] = key_of(order, records[i]);
  }
  uv_mutex_unlock(&order->lock);
}
