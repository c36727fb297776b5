#include "engine/query/columns.h"

#include <stdlib.h>
#include <uv.h>

/* What a document adds, and in which phases. */
typedef struct share {
  nt_hash hash;
  unsigned phases; /* bit per phase */
} share;

typedef struct column {
  nt_str field;
  NT_VEC(share) shares; /* by slot */
  nt_hash sums[NT_QUERY_PHASES];
  uint64_t position; /* in the log */
  bool made;
} column;

struct nt_columns {
  uv_mutex_t lock;
  nt_arena *arena;
  nt_map by_field;
};

nt_columns *nt_columns_new(void) {
  nt_columns *columns = nt_zalloc(sizeof *columns);
  uv_mutex_init(&columns->lock);
  columns->arena = nt_arena_new();
  return columns;
}

void nt_columns_free(nt_columns *columns) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&columns->by_field, &i, &e);) nt_vec_deinit(&((column *)e->value)->shares);
  nt_map_deinit(&columns->by_field);
  uv_mutex_destroy(&columns->lock);
  nt_arena_free(columns->arena);
  free(columns);
}

bool nt_phase_sees(nt_query_phase phase, const nt_record *r) {
  if (phase == NT_BEFORE_COLLECT) return r->frozen && r->source != NT_SOURCE_NONE;
  return r->frozen && (phase == NT_BEFORE_PLAN || !r->displaced);
}

static share share_of(const column *c, const nt_record *r) {
  share s = {0};
  for (int phase = 0; phase < NT_QUERY_PHASES; phase++)
    s.phases |= (unsigned)nt_phase_sees((nt_query_phase)phase, r) << phase;
  if (s.phases) s.hash = nt_hash_combine(r->id_hash + r->generation, nt_frozen_field_hash(r->frozen, c->field));
  return s;
}

static void update(column *c, const nt_record *r) {
  share *old = &c->shares.items[r->slot], now = share_of(c, r);
  for (int phase = 0; phase < NT_QUERY_PHASES; phase++) {
    if (old->phases >> phase & 1) c->sums[phase] -= old->hash;
    if (now.phases >> phase & 1) c->sums[phase] += now.hash;
  }
  *old = now;
}

static void begin(column *c) {
  for (int phase = 0; phase < NT_QUERY_PHASES; phase++) c->sums[phase] = 1;
  if (c->shares.len) memset(c->shares.items, 0, c->shares.len * sizeof *c->shares.items);
}

/* A slot's share is nothing until a touch tells of it. */
static void make_room(column *c, size_t slots) {
  size_t more = slots - c->shares.len;
  if (!more) return;
  nt_reserve(&c->shares, more);
  memset(c->shares.items + c->shares.len, 0, more * sizeof *c->shares.items);
  c->shares.len = slots;
}

static void catch_up(column *c, const nt_records *records) {
  const nt_touched *t = &records->touched;
  make_room(c, records->slots.len);
  for (uint64_t at = c->position - t->first; at < t->slots.len; at++)
    update(c, records->slots.items[t->slots.items[at]]);
  c->position = nt_records_position(records);
}

static void make(column **columns, size_t count, const nt_records *records) {
  for (size_t c = 0; c < count; c++) {
    begin(columns[c]);
    make_room(columns[c], records->slots.len);
    columns[c]->position = nt_records_position(records);
    columns[c]->made = true;
  }
  for (size_t i = 0; i < records->slots.len; i++)
    for (size_t c = 0; c < count; c++) update(columns[c], records->slots.items[i]);
}

static column *get(nt_columns *columns, nt_str field) {
  column *c = nt_map_get(&columns->by_field, field);
  if (c) return c;
  c = NT_NEW(columns->arena, column);
  c->field = nt_arena_str(columns->arena, field);
  nt_map_set(&columns->by_field, c->field, c);
  return c;
}

/* Those that cannot catch up are left for make(). */
static bool is_current(column *c, const nt_records *records) {
  if (!c->made || c->position < records->touched.first) return false;
  catch_up(c, records);
  return true;
}

void nt_columns_hashes(nt_columns *columns, const nt_records *records, const nt_str *fields, size_t count,
                       nt_query_phase phase, nt_hash *out) {
  enum { AT_ONCE = 16 };
  column *missing[AT_ONCE];
  uv_mutex_lock(&columns->lock);
  for (size_t from = 0, to = 0; from < count; from = to) {
    size_t wanted = 0;
    for (to = from; to < count && wanted < AT_ONCE; to++) {
      column *c = get(columns, fields[to]);
      if (!is_current(c, records)) missing[wanted++] = c;
    }
    make(missing, wanted, records);
  }
  for (size_t i = 0; i < count; i++) out[i] = get(columns, fields[i])->sums[phase];
  uv_mutex_unlock(&columns->lock);
}
