#include "engine/query/queries.h"

#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/question.h"
#include "engine/query/terms.h"

struct nt_queries {
  uv_rwlock_t lock; /* guards the tables, not what they hold */
  uint64_t turn;
  nt_map questions[2]; /* by phase: normal form -> question */
  nt_columns *columns;
  nt_postings *postings;
  nt_orders *orders;
  nt_atomic considered;
  nt_term_indexes *indexes;
};

nt_queries *nt_queries_new(void) {
  nt_queries *q = nt_zalloc(sizeof *q);
  uv_rwlock_init(&q->lock);
  q->columns = nt_columns_new();
  q->postings = nt_postings_new();
  q->orders = nt_orders_new();
  q->turn = 1;
  q->indexes = nt_term_indexes_new();
  return q;
}

static void question_free(nt_question *q) {
  nt_step_deinit(&q->step);
  nt_arena_free(q->arena);
  uv_mutex_destroy(&q->lock);
  nt_ranking_deinit(&q->ranking);
  nt_vec_deinit(&q->bases);
  free(q->refs);
  free(q);
}

void nt_queries_free(nt_queries *q) {
  if (!q) return;
  const nt_map_entry *e;
  for (int phase = 0; phase < 2; phase++) {
    for (size_t i = 0; nt_map_each(&q->questions[phase], &i, &e);) question_free(e->value);
    nt_map_deinit(&q->questions[phase]);
  }
  nt_columns_free(q->columns);
  nt_postings_free(q->postings);
  nt_orders_free(q->orders);
  nt_term_indexes_free(q->indexes);
  uv_rwlock_destroy(&q->lock);
  free(q);
}

void nt_queries_turn(nt_queries *q) {
  q->turn++;
}

uint64_t nt_queries_current(const nt_queries *q) {
  return q->turn;
}

nt_term_indexes *nt_queries_indexes(nt_queries *q) {
  return q->indexes;
}

nt_orders *nt_queries_orders(nt_queries *q) {
  return q->orders;
}

nt_postings *nt_queries_postings(nt_queries *q) {
  return q->postings;
}

nt_atomic *nt_queries_counter(nt_queries *q) {
  return &q->considered;
}

uint64_t nt_queries_considered(const nt_queries *q) {
  return nt_atomic_get(&q->considered);
}

/* ---- columns ---- */

void nt_queries_columns(nt_site *site, const nt_str *fields, size_t count, nt_query_phase phase, nt_hash *out) {
  nt_columns_hashes(site->queries->columns, &site->records, fields, count, phase, out);
}

nt_hash nt_queries_column(nt_site *site, nt_str field, nt_query_phase phase) {
  nt_hash hash;
  nt_queries_columns(site, &field, 1, phase, &hash);
  return hash;
}

nt_hash nt_queries_answer(const nt_site *site, const nt_docref *refs, size_t count) {
  nt_hash hash = nt_hash_combine(count, 1);
  for (size_t i = 0; i < count; i++) {
    const nt_record *r = nt_records_at(&site->records, refs[i]);
    hash = nt_hash_combine(hash, r ? r->id_hash + r->generation : NT_HASH_ABSENT);
  }
  return hash;
}

/* ---- the table ---- */

/* Said twice it is one condition, as the normal form has it. */
static bool says_already(const nt_query *query, const nt_condition *c) {
  for (size_t i = 0; i < query->condition_count; i++) {
    const nt_condition *other = &query->conditions[i];
    if (nt_str_eq(other->field, c->field) && other->compare == c->compare && nt_value_eq(&other->value, &c->value))
      return true;
  }
  return false;
}

static nt_question *question_new(nt_site *site, const nt_query *query, nt_query_phase phase, nt_str normal) {
  nt_question *q = nt_zalloc(sizeof *q);
  q->arena = nt_arena_new_sized(512);
  q->phase = phase;
  q->name = nt_names_id(site->names, normal);
  uv_mutex_init(&q->lock);
  nt_query *copy = nt_query_of(q->arena, query->collection);
  copy->lang = nt_arena_str(q->arena, query->lang);
  for (size_t i = 0; i < query->condition_count; i++) {
    const nt_condition *c = &query->conditions[i];
    if (says_already(copy, c)) continue;
    copy = nt_query_where(q->arena, copy, nt_arena_str(q->arena, c->field), c->compare,
                          nt_value_copy(&c->value, q->arena));
  }
  for (size_t i = 0; i < query->sort_count; i++) {
    const nt_sort *s = &query->sorts[i];
    copy =
        nt_query_sort(q->arena, copy, nt_arena_format(q->arena, "%s%.*s", s->descending ? "-" : "", NT_FMT(s->field)));
  }
  copy = nt_query_slice(q->arena, copy, query->offset, query->limit);
  copy->from_end = query->from_end;
  q->query = copy;
  return q;
}

static nt_question *find_question(nt_site *site, const nt_query *query, nt_query_phase phase) {
  nt_queries *all = site->queries;
  nt_buf normal = {0};
  nt_query_normal(query, &normal);
  uv_rwlock_rdlock(&all->lock);
  nt_question *q = nt_map_get(&all->questions[phase], nt_buf_str(&normal));
  uv_rwlock_rdunlock(&all->lock);
  if (!q) {
    uv_rwlock_wrlock(&all->lock);
    q = nt_map_get(&all->questions[phase], nt_buf_str(&normal));
    if (!q) {
      q = question_new(site, query, phase, nt_buf_str(&normal));
      nt_map_set(&all->questions[phase], nt_names_str(site->names, q->name), q);
    }
    uv_rwlock_wrunlock(&all->lock);
  }
  nt_buf_deinit(&normal);
  return q;
}

void nt_queries_bring(nt_site *site, nt_question *q) {
  uv_mutex_lock(&q->lock);
  if (q->turn != site->queries->turn) {
    bool holds = nt_question_holds(site, q);
    nt_span span = holds ? (nt_span){0} : nt_span_work(site->profile, NT_STEP_QUERY);
    if (!holds) nt_question_evaluate(site, q);
    nt_span_end(span);
    nt_site_count(site, NT_STEP_QUERY, !holds);
    q->turn = site->queries->turn;
  }
  q->asked = site->epoch;
  uv_mutex_unlock(&q->lock);
}

nt_question *nt_queries_question(nt_site *site, const nt_query *query, nt_query_phase phase) {
  nt_question *q = find_question(site, query, phase);
  nt_queries_bring(site, q);
  return q;
}

bool nt_queries_ask(nt_site *site, const nt_query *query, nt_query_phase phase, nt_diags *diags, nt_docrefs *out,
                    uint32_t *name, nt_hash *hash) {
  nt_query own = *query;
  own.lang = nt_language_narrow(site->inputs, query->lang);
  nt_question *q = nt_queries_question(site, &own, phase);
  *name = q->name;
  *hash = q->step.value;
  *out = (nt_docrefs){q->refs, q->ref_count};
  for (size_t i = 0; diags && i < q->step.diag_count; i++) nt_diags_add(diags, &q->step.diags[i]);
  return q->good;
}

/* A question that an earlier process asked: its name says what it was. */
static nt_question *question_named(nt_site *site, nt_str normal, nt_query_phase phase) {
  nt_arena *arena = nt_arena_new_sized(512);
  const nt_query *query = nt_query_read(normal, arena);
  nt_question *q = query ? find_question(site, query, phase) : NULL;
  nt_arena_free(arena);
  return q;
}

nt_hash nt_queries_hash(nt_site *site, uint32_t name, nt_query_phase phase) {
  nt_queries *all = site->queries;
  nt_str normal = nt_names_str(site->names, name);
  uv_rwlock_rdlock(&all->lock);
  nt_question *q = nt_map_get(&all->questions[phase], normal);
  uv_rwlock_rdunlock(&all->lock);
  if (!q) q = question_named(site, normal, phase);
  if (!q) return NT_HASH_ABSENT;
  nt_queries_bring(site, q);
  return q->step.value;
}

/* ---- between jobs ---- */

static void want(nt_question *q, uint64_t epoch) {
  q->asked = epoch;
  for (size_t i = 0; i < q->bases.len; i++) want(q->bases.items[i].question, epoch);
}

size_t nt_queries_count(const nt_queries *q) {
  return q->questions[NT_BEFORE_COLLECT].live + q->questions[NT_AFTER_COLLECT].live;
}

void nt_queries_forget(nt_site *site, nt_query_phase phase, bool (*is_read)(void *ud, nt_key key, nt_query_phase phase),
                       void *ud) {
  nt_map *questions = &site->queries->questions[phase];
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(questions, &i, &e);) {
    nt_question *q = e->value;
    if (q->asked == site->epoch || is_read(ud, nt_key_of(NT_KEY_QUERY, 0, q->name), phase)) want(q, site->epoch);
  }
  for (size_t i = 0; nt_map_each(questions, &i, &e);) {
    nt_question *q = e->value;
    if (q->asked == site->epoch) continue;
    nt_map_remove(questions, e->key);
    question_free(q);
  }
}
