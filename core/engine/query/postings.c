#include "engine/query/postings.h"

#include "engine/query/fields.h"

#include <stdlib.h>
#include <uv.h>

typedef struct posting {
  nt_hash value; /* also its key in the table */
  NT_VEC(uint32_t) slots;
} posting;

/* What a document is listed under. */
typedef struct listed {
  uint32_t count;
  nt_hash values[];
} listed;

typedef struct field_index {
  nt_str field;
  nt_map by_value;          /* -> posting */
  NT_VEC(listed *) by_slot; /* NULL: not listed */
  uint64_t position;        /* in the log */
  bool made;
} field_index;

struct nt_postings {
  uv_mutex_t lock;
  nt_arena *arena;
  nt_map indexes;
  NT_VEC(nt_hash) values; /* of the document that is listed now */
};

nt_postings *nt_postings_new(void) {
  nt_postings *all = nt_zalloc(sizeof *all);
  uv_mutex_init(&all->lock);
  all->arena = nt_arena_new();
  return all;
}

static void clear(field_index *x) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&x->by_value, &i, &e);) {
    nt_vec_deinit(&((posting *)e->value)->slots);
    free(e->value);
  }
  nt_map_deinit(&x->by_value);
  for (size_t i = 0; i < x->by_slot.len; i++) free(x->by_slot.items[i]);
  nt_vec_deinit(&x->by_slot);
}

void nt_postings_free(nt_postings *all) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&all->indexes, &i, &e);) clear(e->value);
  nt_map_deinit(&all->indexes);
  nt_vec_deinit(&all->values);
  uv_mutex_destroy(&all->lock);
  nt_arena_free(all->arena);
  free(all);
}

/* ---- values ---- */

/* Numbers are equal by size and times by instant; all else as it is encoded. */
static nt_hash value_hash(const nt_value *v) {
  struct {
    int64_t seconds, nanoseconds;
  } instant = {0};
  double number = v->type == NT_INT ? (double)v->as.integer : v->type == NT_FLOAT ? v->as.number : 0;
  if (number == 0) number = 0; /* minus nought too */
  switch (v->type) {
  case NT_INT:
  case NT_FLOAT: return nt_hash_combine(NT_FLOAT, nt_hash_bytes(nt_str_n((const char *)&number, sizeof number)));
  case NT_TIME:
    instant.seconds = v->as.time.seconds;
    instant.nanoseconds = v->as.time.nanoseconds;
    return nt_hash_combine(NT_TIME, nt_hash_bytes(nt_str_n((const char *)&instant, sizeof instant)));
  default: return nt_value_hash(v);
  }
}

static void gather(nt_postings *all, const field_index *x, const nt_record *r) {
  nt_value meta, absent = nt_null();
  all->values.len = 0;
  if (!r->frozen) return;
  const nt_value *v = nt_field_at(r->frozen, x->field, &meta);
  if (!v) v = &absent;
  nt_push(&all->values, value_hash(v));
  for (size_t i = 0; v->type == NT_LIST && i < v->as.list->len; i++)
    nt_push(&all->values, value_hash(&v->as.list->items[i]));
}

/* ---- the index ---- */

static nt_str key_of(const nt_hash *value) {
  return nt_str_n((const char *)value, sizeof *value);
}

static void drop(field_index *x, nt_hash value, uint32_t slot) {
  posting *p = nt_map_get(&x->by_value, key_of(&value));
  for (size_t i = 0; p && i < p->slots.len; i++) {
    if (p->slots.items[i] != slot) continue;
    p->slots.items[i] = p->slots.items[--p->slots.len];
    break;
  }
  if (!p || p->slots.len) return;
  nt_map_remove(&x->by_value, key_of(&value));
  nt_vec_deinit(&p->slots);
  free(p);
}

/* A list that holds a value twice lists its document once: it came last then. */
static void add(field_index *x, nt_hash value, uint32_t slot) {
  posting *p = nt_map_get(&x->by_value, key_of(&value));
  if (!p) {
    p = nt_zalloc(sizeof *p);
    p->value = value;
    nt_map_set(&x->by_value, key_of(&p->value), p);
  }
  if (!p->slots.len || p->slots.items[p->slots.len - 1] != slot) nt_push(&p->slots, slot);
}

static void update(nt_postings *all, field_index *x, const nt_record *r) {
  listed **kept = &x->by_slot.items[r->slot], *old = *kept;
  size_t bytes;
  gather(all, x, r);
  bytes = all->values.len * sizeof(nt_hash);
  if (old && old->count == all->values.len && memcmp(old->values, all->values.items, bytes) == 0) return;
  for (size_t i = 0; old && i < old->count; i++) drop(x, old->values[i], r->slot);
  free(old);
  *kept = NULL;
  if (!all->values.len) return;
  *kept = nt_alloc(sizeof **kept + bytes);
  (*kept)->count = (uint32_t)all->values.len;
  memcpy((*kept)->values, all->values.items, bytes);
  for (size_t i = 0; i < all->values.len; i++) add(x, all->values.items[i], r->slot);
}

static void catch_up(nt_postings *all, field_index *x, const nt_records *records) {
  const nt_touched *t = &records->touched;
  bool anew = !x->made || x->position < t->first;
  if (anew) clear(x);
  size_t before = x->by_slot.len, slots = records->slots.len;
  nt_reserve(&x->by_slot, slots - before);
  if (slots > before) memset(x->by_slot.items + before, 0, (slots - before) * sizeof *x->by_slot.items);
  x->by_slot.len = slots;
  for (size_t i = 0; anew && i < slots; i++) update(all, x, records->slots.items[i]);
  for (uint64_t at = x->position - t->first; !anew && at < t->slots.len; at++)
    update(all, x, records->slots.items[t->slots.items[at]]);
  x->position = nt_records_position(records);
  x->made = true;
}

static field_index *get(nt_postings *all, nt_str field) {
  field_index *x = nt_map_get(&all->indexes, field);
  if (x) return x;
  x = NT_NEW(all->arena, field_index);
  x->field = nt_arena_str(all->arena, field);
  nt_map_set(&all->indexes, x->field, x);
  return x;
}

nt_slots nt_postings_find(nt_postings *all, const nt_records *records, nt_str field, const nt_value *value) {
  nt_hash hash = value_hash(value);
  uv_mutex_lock(&all->lock);
  field_index *x = get(all, field);
  catch_up(all, x, records);
  const posting *p = nt_map_get(&x->by_value, key_of(&hash));
  nt_slots found = {p ? p->slots.items : NULL, p ? p->slots.len : 0};
  uv_mutex_unlock(&all->lock);
  return found;
}
