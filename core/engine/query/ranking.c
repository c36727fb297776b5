#include "engine/query/ranking.h"

#include "engine/query/fields.h"

#include <stdlib.h>

typedef NT_VEC(nt_ranked) ranked_list;

void nt_ranking_deinit(nt_ranking *ranking) {
  nt_vec_deinit(&ranking->ranked);
  ranking->order = NULL;
}

/* ---- which documents ---- */

static bool holds(const nt_condition *c, const nt_frozen *f) {
  nt_value meta;
  return nt_condition_holds(c, nt_field_at(f, c->field, &meta));
}

bool nt_query_meets(const nt_query *query, nt_str lang, const nt_frozen *f) {
  if (lang.len && !nt_str_eq(f->lang, lang)) return false;
  for (size_t i = 0; query && i < query->condition_count; i++)
    if (!holds(&query->conditions[i], f)) return false;
  return true;
}

static bool belongs(const nt_ranking_of *of, const nt_record *r) {
  if (!nt_phase_sees(of->phase, r)) return false;
  nt_atomic_add(of->considered, 1);
  return (!of->value || holds(of->value, r->frozen)) && nt_query_meets(of->conditions, of->lang, r->frozen);
}

static nt_hash seen_hash(const nt_record *r) {
  const nt_frozen *f = r->frozen;
  nt_hash place = nt_hash_combine(nt_hash_bytes(f->source), nt_hash_bytes(f->file));
  nt_hash sort = nt_hash_combine(nt_hash_bytes(f->kind), nt_hash_bytes(f->lang));
  return nt_hash_combine(nt_hash_combine(f->fields_hash, r->generation), nt_hash_combine(place, sort));
}

/* ---- their order ---- */

static int by_key(const void *a, const void *b) {
  return nt_sort_key_cmp(((const nt_ranked *)a)->key, ((const nt_ranked *)b)->key);
}

/* Looks at each slot, and puts those that belong there in order. */
static void rank(const nt_ranking_of *of, const uint32_t *slots, size_t count, ranked_list *out) {
  NT_VEC(const nt_record *) records = {0};
  for (size_t i = 0; i < count; i++) {
    const nt_record *r = of->records->slots.items[slots ? slots[i] : i];
    if (belongs(of, r)) nt_push(&records, r);
  }
  const nt_sort_key **keys = nt_alloc((records.len + 1) * sizeof *keys);
  nt_order_keys(of->order, records.items, records.len, keys);
  nt_reserve(out, records.len);
  for (size_t i = 0; i < records.len; i++) {
    const nt_record *r = records.items[i];
    out->items[out->len++] =
        (nt_ranked){nt_record_ref(r), keys[i], keys[i]->made_of, r->id_hash + r->generation, seen_hash(r)};
  }
  if (out->len) qsort(out->items, out->len, sizeof *out->items, by_key);
  free(keys);
  nt_vec_deinit(&records);
}

/* A document that was touched has its key anew, and the old one may be gone: what it was made of tells them apart. */
static nt_ranking_change compare(const nt_ranked *before, size_t before_count, const nt_ranked *now, size_t count) {
  nt_ranking_change change = NT_RANKING_SAME;
  if (before_count != count) return NT_RANKING_CHANGED;
  for (size_t i = 0; i < count; i++) {
    if (before[i].ref != now[i].ref || before[i].sorted_by != now[i].sorted_by) return NT_RANKING_CHANGED;
    if (before[i].seen != now[i].seen) change = NT_RANKING_SEEN;
  }
  return change;
}

static nt_ranking_change rank_all(nt_ranking *ranking, const nt_ranking_of *of) {
  ranked_list all = {0};
  if (of->value) {
    nt_slots some = nt_postings_find(of->postings, of->records, of->value->field, &of->value->value);
    rank(of, some.items, some.len, &all);
  } else {
    rank(of, NULL, of->records->slots.len, &all);
  }
  nt_ranking_change change = compare(ranking->ranked.items, ranking->ranked.len, all.items, all.len);
  if (ranking->order != of->order) change = NT_RANKING_CHANGED;
  nt_vec_deinit(&ranking->ranked);
  ranking->ranked.items = all.items;
  ranking->ranked.len = all.len;
  ranking->ranked.cap = all.cap;
  return change;
}

/* ---- what was touched ---- */

static int by_slot(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Each slot once, in order. */
static uint32_t *touched_slots(const nt_records *records, uint64_t position, size_t *count) {
  const nt_touched *t = &records->touched;
  size_t from = (size_t)(position - t->first), len = t->slots.len - from, kept = 0;
  uint32_t *slots = nt_alloc(len * sizeof *slots);
  memcpy(slots, t->slots.items + from, len * sizeof *slots);
  qsort(slots, len, sizeof *slots, by_slot);
  for (size_t i = 0; i < len; i++)
    if (!kept || slots[kept - 1] != slots[i]) slots[kept++] = slots[i];
  *count = kept;
  return slots;
}

static bool is_among(const uint32_t *slots, size_t count, const nt_ranked *r) {
  uint32_t slot = (uint32_t)r->ref - 1;
  if (count == 1) return *slots == slot;
  return bsearch(&slot, slots, count, sizeof slot, by_slot) != NULL;
}

/* Parts what was touched from what stays. */
static void take_out(nt_ranking *ranking, const uint32_t *slots, size_t count, ranked_list *out) {
  size_t kept = 0;
  for (size_t i = 0; i < ranking->ranked.len; i++) {
    nt_ranked r = ranking->ranked.items[i];
    if (is_among(slots, count, &r))
      nt_push(out, r);
    else
      ranking->ranked.items[kept++] = r;
  }
  ranking->ranked.len = kept;
}

/* How many of the ranked come before it. */
static size_t place_of(const nt_ranking *ranking, size_t len, const nt_ranked *r) {
  size_t from = 0, to = len;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    if (by_key(&ranking->ranked.items[middle], r) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* From the last to the first, so that each moves what comes after it only once. */
static void put_in(nt_ranking *ranking, const ranked_list *in) {
  nt_ranked *items;
  nt_reserve(&ranking->ranked, in->len);
  items = ranking->ranked.items;
  size_t end = ranking->ranked.len;
  for (size_t i = in->len; i > 0; i--) {
    size_t at = place_of(ranking, end, &in->items[i - 1]);
    memmove(items + at + i, items + at, (end - at) * sizeof *items);
    items[at + i - 1] = in->items[i - 1];
    end = at;
  }
  ranking->ranked.len += in->len;
}

static nt_ranking_change take_touched(nt_ranking *ranking, const nt_ranking_of *of) {
  size_t count;
  ranked_list before = {0}, now = {0};
  uint32_t *slots = touched_slots(of->records, ranking->position, &count);
  rank(of, slots, count, &now);
  take_out(ranking, slots, count, &before);
  put_in(ranking, &now);
  /* Those that are sorted by what they were stand where they stood: the others have not been touched. */
  nt_ranking_change change = compare(before.items, before.len, now.items, now.len);
  nt_vec_deinit(&before);
  nt_vec_deinit(&now);
  free(slots);
  return change;
}

nt_ranking_change nt_ranking_update(nt_ranking *ranking, const nt_ranking_of *of, bool anew) {
  enum { WORTHWHILE = 4 };
  uint64_t end = nt_records_position(of->records), first = of->records->touched.first;
  bool made = !anew && ranking->order == of->order && ranking->position >= first;
  size_t touched = made ? (size_t)(end - ranking->position) : 0;
  nt_ranking_change change = NT_RANKING_SAME;
  if (made && touched && touched < of->records->slots.len / WORTHWHILE + 1)
    change = take_touched(ranking, of);
  else if (!made || touched)
    change = rank_all(ranking, of);
  ranking->order = of->order;
  ranking->position = end;
  return change;
}
