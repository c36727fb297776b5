#include "engine/query/queries.h"

#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/evaluation.h"
#include "engine/query/terms.h"

/* One question and its last answer. */
typedef struct question {
  uint32_t name;
  nt_arena *arena; /* of the query */
  const nt_query *query;
  nt_query_phase phase;
  uv_mutex_t lock; /* held while it is evaluated: the others wait for the answer */
  uint64_t turn;   /* when the answer was last found to be right */
  bool good;
  nt_step step;
  nt_docref *refs;
  size_t ref_count, ref_cap;
} question;

struct nt_queries {
  uv_rwlock_t lock; /* guards the tables, not what they hold */
  uint64_t turn;
  nt_map questions[2]; /* by phase: normal form -> question */
  nt_columns *columns;
  nt_term_indexes *indexes;
};

nt_queries *nt_queries_new(void) {
  nt_queries *q = nt_zalloc(sizeof *q);
  uv_rwlock_init(&q->lock);
  q->columns = nt_columns_new();
  q->turn = 1;
  q->indexes = nt_term_indexes_new();
  return q;
}

static void question_free(question *q) {
  nt_step_deinit(&q->step);
  nt_arena_free(q->arena);
  uv_mutex_destroy(&q->lock);
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

/* ---- columns ---- */

void nt_queries_columns(nt_site *site, const nt_str *fields, size_t count, nt_query_phase phase, nt_hash *out) {
  nt_columns_hashes(site->queries->columns, &site->records, fields, count, phase, out);
}

nt_hash nt_queries_column(nt_site *site, nt_str field, nt_query_phase phase) {
  nt_hash hash;
  nt_queries_columns(site, &field, 1, phase, &hash);
  return hash;
}

/* ---- evaluation ---- */

static void keep_found(nt_evaluation *ev, question *q, const nt_query *query) {
  size_t first, wanted;
  q->ref_count = 0;
  nt_query_window(query, ev->found.len, &first, &wanted);
  for (size_t i = first; i < first + wanted; i++) {
    if (q->ref_count == q->ref_cap) {
      q->ref_cap = q->ref_cap ? q->ref_cap * 2 : 16;
      q->refs = nt_realloc(q->refs, q->ref_cap * sizeof *q->refs);
    }
    q->refs[q->ref_count++] = nt_record_ref(ev->found.items[i].record);
  }
}

static void keep_part(question *q, nt_docrefs all) {
  const nt_query *query = q->query;
  size_t first, count;
  nt_query_window(query, all.len, &first, &count);
  q->ref_cap = q->ref_count = (size_t)count;
  q->refs = nt_realloc(q->refs, (size_t)count * sizeof *q->refs);
  if (count) memcpy(q->refs, all.items + first, (size_t)count * sizeof *q->refs);
}

static void report_unknown(nt_site *site, nt_str name, nt_diags *diags) {
  nt_buf names = {0};
  for (size_t i = 0; i < site->inputs->collections.len; i++) {
    if (i) nt_buf_c(&names, ", ");
    nt_buf_put(&names, site->inputs->collections.items[i].name);
  }
  nt_report(diags, NT_MSG_collection_unknown, (nt_where){0}, name, nt_buf_str(&names));
  nt_buf_deinit(&names);
}

/* The collection's own conditions, order and limit, in one language or in all. */
static void evaluate_own(nt_evaluation *ev, question *q, const nt_collection *c) {
  const nt_records *records = &ev->site->records;
  nt_query own = *c->query;
  own.lang = q->query->lang;
  nt_evaluation_trace(ev, &own);
  if (c->ids)
    for (size_t i = 0; i < c->id_count; i++) nt_evaluation_consider(ev, &own, nt_records_find(records, c->ids[i]));
  else
    nt_evaluation_consider_all(ev, &own);
  if (!c->ids || own.sort_count) nt_evaluation_sort(ev, &own);
  keep_found(ev, q, &own);
}

/* A term of a taxonomy: its index has the answer. */
static bool evaluate_term(nt_evaluation *ev, question *q) {
  nt_docrefs found;
  nt_str taxonomy, slug;
  uint32_t name;
  nt_hash hash;
  nt_terms_split(q->query->collection, &taxonomy, &slug);
  nt_evaluation_trace_config(ev, 0, nt_arena_format(ev->arena, "taxonomies/%.*s", NT_FMT(taxonomy)));
  if (!nt_terms_documents(ev->site, q->query->collection, q->query->lang, q->phase, &found, &name, &hash)) return false;
  nt_tracer_add(&ev->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  keep_part(q, found);
  return true;
}

/* The collection as such. */
static bool evaluate_collection(nt_evaluation *ev, question *q) {
  nt_str name = q->query->collection;
  bool with_added = q->phase == NT_AFTER_COLLECT;
  const nt_collection *c = nt_plan_collection(ev->site, name, with_added);
  nt_evaluation_trace_config(ev, 0, nt_arena_format(ev->arena, "collections/%.*s", NT_FMT(name)));
  if (with_added) nt_evaluation_trace_config(ev, 1, name);
  if (c) {
    evaluate_own(ev, q, c);
    return true;
  }
  if (evaluate_term(ev, q)) return true;
  report_unknown(ev->site, name, &ev->diags);
  return false;
}

static bool ask_base(nt_evaluation *ev, const nt_query *query, nt_docrefs *base) {
  uint32_t name;
  nt_hash hash;
  const nt_query *whole = nt_query_lang(ev->arena, nt_query_of(ev->arena, query->collection), query->lang);
  bool good = nt_queries_ask(ev->site, whole, ev->phase, &ev->diags, base, &name, &hash);
  nt_tracer_add(&ev->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  return good;
}

/* A part of a collection, as a list page has it: no document needs to be looked at. */
static bool evaluate_slice(nt_evaluation *ev, question *q) {
  nt_docrefs base;
  if (!ask_base(ev, q->query, &base)) return false;
  keep_part(q, base);
  return true;
}

/* What a question narrows down: the collection's documents in its order, or every document by id. */
static bool evaluate_narrowed(nt_evaluation *ev, question *q) {
  const nt_query *query = q->query;
  nt_docrefs base = {0};
  nt_evaluation_trace(ev, query);
  if (!query->collection.len)
    nt_evaluation_consider_all(ev, query);
  else if (!ask_base(ev, query, &base))
    return false;
  for (size_t i = 0; i < base.len; i++)
    nt_evaluation_consider(ev, query, nt_records_at(&ev->site->records, base.items[i]));
  if (query->sort_count || !query->collection.len) nt_evaluation_sort(ev, query);
  keep_found(ev, q, query);
  return true;
}

static bool is_plain(const nt_query *q) {
  return q->collection.len && !q->condition_count && !q->sort_count;
}

nt_hash nt_queries_answer(const nt_site *site, const nt_docref *refs, size_t count) {
  nt_hash hash = nt_hash_combine(count, 1);
  for (size_t i = 0; i < count; i++) {
    const nt_record *r = nt_records_at(&site->records, refs[i]);
    hash = nt_hash_combine(hash, r ? r->id_hash + r->generation : NT_HASH_ABSENT);
  }
  return hash;
}

static void evaluate(nt_site *site, question *q) {
  nt_span span = nt_span_work(site->profile, NT_STEP_QUERY);
  nt_evaluation ev;
  nt_evaluation_init(&ev, site, q->phase);
  q->ref_count = 0;
  bool whole = !q->query->offset && !q->query->limit;
  if (!is_plain(q->query))
    q->good = evaluate_narrowed(&ev, q);
  else
    q->good = whole ? evaluate_collection(&ev, q) : evaluate_slice(&ev, q);
  nt_step_set(&q->step, &ev.tracer, q->good ? NT_STEP_OK : NT_STEP_FAILED,
              nt_queries_answer(site, q->refs, q->ref_count), &ev.diags);
  nt_evaluation_deinit(&ev);
  nt_span_end(span);
}

static void ensure(nt_site *site, question *q) {
  uv_mutex_lock(&q->lock);
  if (q->turn != site->queries->turn) {
    nt_run_scope scope = q->phase == NT_BEFORE_COLLECT ? NT_RUN_COLLECT : NT_RUN_PAGE;
    bool holds = nt_step_holds(site, NULL, scope, &q->step);
    if (!holds) evaluate(site, q);
    nt_site_count(site, NT_STEP_QUERY, !holds);
    q->turn = site->queries->turn;
  }
  uv_mutex_unlock(&q->lock);
}

/* ---- the table ---- */

static question *question_new(nt_site *site, const nt_query *query, nt_query_phase phase, nt_str normal) {
  question *q = nt_zalloc(sizeof *q);
  q->arena = nt_arena_new_sized(512);
  q->phase = phase;
  q->name = nt_names_id(site->names, normal);
  uv_mutex_init(&q->lock);
  nt_query *copy = nt_query_of(q->arena, query->collection);
  copy->lang = nt_arena_str(q->arena, query->lang);
  for (size_t i = 0; i < query->condition_count; i++) {
    const nt_condition *c = &query->conditions[i];
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

static question *find_question(nt_site *site, const nt_query *query, nt_query_phase phase) {
  nt_queries *all = site->queries;
  nt_buf normal = {0};
  nt_query_normal(query, &normal);
  uv_rwlock_rdlock(&all->lock);
  question *q = nt_map_get(&all->questions[phase], nt_buf_str(&normal));
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

bool nt_queries_ask(nt_site *site, const nt_query *query, nt_query_phase phase, nt_diags *diags, nt_docrefs *out,
                    uint32_t *name, nt_hash *hash) {
  nt_query own = *query;
  own.lang = nt_language_narrow(site->inputs, query->lang);
  question *q = find_question(site, &own, phase);
  ensure(site, q);
  *name = q->name;
  *hash = q->step.value;
  *out = (nt_docrefs){q->refs, q->ref_count};
  for (size_t i = 0; diags && i < q->step.diag_count; i++) nt_diags_add(diags, &q->step.diags[i]);
  return q->good;
}

nt_hash nt_queries_hash(nt_site *site, uint32_t name, nt_query_phase phase) {
  nt_queries *all = site->queries;
  uv_rwlock_rdlock(&all->lock);
  question *q = nt_map_get(&all->questions[phase], nt_names_str(site->names, name));
  uv_rwlock_rdunlock(&all->lock);
  if (!q) return NT_HASH_ABSENT;
  ensure(site, q);
  return q->step.value;
}
