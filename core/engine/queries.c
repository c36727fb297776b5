#include "engine/queries.h"

#include "engine/engine.h"
#include "engine/run.h"

#include <stdio.h>

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

typedef struct column {
  nt_hash hash;
  uint64_t turn;
} column;

struct nt_queries {
  uv_rwlock_t lock; /* guards the tables, not what they hold */
  uint64_t turn;
  nt_arena *arena;     /* keys */
  nt_map questions[2]; /* by phase: normal form -> question */
  uv_mutex_t column_lock;
  nt_map columns[3]; /* field -> column */
};

nt_queries *nt_queries_new(void) {
  nt_queries *q = nt_zalloc(sizeof *q);
  uv_rwlock_init(&q->lock);
  uv_mutex_init(&q->column_lock);
  q->arena = nt_arena_new();
  q->turn = 1;
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
  for (int phase = 0; phase < 3; phase++) nt_map_deinit(&q->columns[phase]);
  uv_rwlock_destroy(&q->lock);
  uv_mutex_destroy(&q->column_lock);
  nt_arena_free(q->arena);
  free(q);
}

void nt_queries_turn(nt_queries *q) {
  q->turn++;
}

/* ---- columns ---- */

static bool visible(const nt_record *r, nt_query_phase phase) {
  if (phase == NT_BEFORE_COLLECT) return r->frozen && r->source != NT_SOURCE_NONE;
  return r->frozen && (phase == NT_BEFORE_PLAN || !r->displaced);
}

/* For each field a sum over the documents, so that their order in the table does not matter. */
static void add_columns(nt_site *site, nt_query_phase phase, const nt_str *fields, size_t count, nt_hash *sums) {
  for (size_t i = 0; i < site->records.slots.len; i++) {
    const nt_record *r = site->records.slots.items[i];
    if (!visible(r, phase)) continue;
    for (size_t f = 0; f < count; f++)
      sums[f] += nt_hash_combine(r->id_hash + r->generation, nt_frozen_field_hash(r->frozen, fields[f]));
  }
}

static column *get_column(nt_queries *q, nt_str field, nt_query_phase phase) {
  column *c = nt_map_get(&q->columns[phase], field);
  if (c) return c;
  c = NT_NEW(q->arena, column);
  nt_map_set(&q->columns[phase], nt_arena_str(q->arena, field), c);
  return c;
}

void nt_queries_columns(nt_site *site, const nt_str *fields, size_t count, nt_query_phase phase, nt_hash *out) {
  enum { AT_ONCE = 16 };
  nt_queries *q = site->queries;
  nt_str wanted[AT_ONCE];
  nt_hash sums[AT_ONCE];
  uv_mutex_lock(&q->column_lock);
  for (size_t from = 0, to = 0; from < count; from = to) {
    size_t missing = 0;
    for (to = from; to < count && missing < AT_ONCE; to++) {
      if (get_column(q, fields[to], phase)->turn == q->turn) continue;
      sums[missing] = 1;
      wanted[missing++] = fields[to];
    }
    if (missing) add_columns(site, phase, wanted, missing, sums);
    for (size_t i = 0; i < missing; i++) *get_column(q, wanted[i], phase) = (column){sums[i], q->turn};
  }
  for (size_t i = 0; i < count; i++) out[i] = get_column(q, fields[i], phase)->hash;
  uv_mutex_unlock(&q->column_lock);
}

nt_hash nt_queries_column(nt_site *site, nt_str field, nt_query_phase phase) {
  nt_hash hash;
  nt_queries_columns(site, &field, 1, phase, &hash);
  return hash;
}

/* ---- evaluation ---- */

typedef struct candidate {
  const nt_record *record;
  const nt_value **values; /* by sort */
  nt_str *keys;            /* collation keys of those that are texts */
} candidate;

typedef struct evaluation {
  nt_site *site;
  question *q;
  nt_arena *arena;
  nt_diags *diags;
  nt_tracer tracer;
  NT_VEC(candidate) found;
  const nt_query *sorting; /* for the comparison */
} evaluation;

static nt_str top_field(nt_str path) {
  return nt_str_sub(path, 0, nt_str_find(path, '.'));
}

static const nt_value *value_at(evaluation *ev, const nt_record *r, nt_str path) {
  nt_str top = top_field(path);
  const nt_value *v = nt_frozen_field(r->frozen, top, NT_NEW(ev->arena, nt_value));
  return top.len == path.len ? v : nt_map_path(v, nt_str_sub(path, top.len + 1, path.len));
}

static void trace_column(evaluation *ev, nt_str path) {
  nt_str field = top_field(path);
  nt_key key = nt_key_of(NT_KEY_FIELD, NT_SCOPE_ALL, nt_names_id(ev->site->names, field));
  nt_tracer_add(&ev->tracer, key, nt_queries_column(ev->site, field, ev->q->phase));
}

static void trace_columns(evaluation *ev, const nt_query *query) {
  nt_key basics = nt_key_of(NT_KEY_CONFIG, 0, nt_names_id(ev->site->names, NT_STR("site/basics"))); /* the collation */
  nt_tracer_add(&ev->tracer, basics, ev->site->inputs->basics);
  trace_column(ev, NT_STR("id"));
  for (size_t i = 0; i < query->condition_count; i++) trace_column(ev, query->conditions[i].field);
  for (size_t i = 0; i < query->sort_count; i++) trace_column(ev, query->sorts[i].field);
}

static bool meets(evaluation *ev, const nt_query *query, const nt_record *r) {
  for (size_t i = 0; i < query->condition_count; i++)
    if (!nt_condition_holds(&query->conditions[i], value_at(ev, r, query->conditions[i].field))) return false;
  return true;
}

/* Absent values come last whichever the direction; texts sort as the site's language has it; ties end in the id. */
static int compare(const void *a, const void *b, void *ud) {
  const evaluation *ev = ud;
  const candidate *x = a, *y = b;
  for (size_t i = 0; i < ev->sorting->sort_count; i++) {
    const nt_value *v = x->values[i], *w = y->values[i];
    bool v_none = !v || v->type == NT_NULL, w_none = !w || w->type == NT_NULL;
    if (v_none || w_none) {
      if (v_none != w_none) return v_none ? 1 : -1;
      continue;
    }
    int order = v->type == NT_STRING && w->type == NT_STRING ? nt_str_cmp(x->keys[i], y->keys[i]) : nt_value_cmp(v, w);
    if (order) return ev->sorting->sorts[i].descending ? -order : order;
  }
  return nt_str_cmp(x->record->id, y->record->id);
}

static void sort_candidates(evaluation *ev, const nt_query *query) {
  nt_buf key = {0};
  for (size_t c = 0; c < ev->found.len; c++) {
    candidate *x = &ev->found.items[c];
    x->values = NT_NEW_N(ev->arena, const nt_value *, query->sort_count);
    x->keys = NT_NEW_N(ev->arena, nt_str, query->sort_count);
    for (size_t i = 0; i < query->sort_count; i++) {
      x->values[i] = value_at(ev, x->record, query->sorts[i].field);
      if (!x->values[i] || x->values[i]->type != NT_STRING) continue;
      nt_buf_clear(&key);
      nt_collation_key(ev->site->inputs->locale, x->values[i]->as.string, &key);
      x->keys[i] = nt_arena_str(ev->arena, nt_buf_str(&key));
    }
  }
  nt_buf_deinit(&key);
  ev->sorting = query;
  if (ev->found.len) qsort_r(ev->found.items, ev->found.len, sizeof *ev->found.items, compare, ev);
}

static void keep(evaluation *ev, const nt_query *query) {
  question *q = ev->q;
  q->ref_count = 0;
  uint64_t end = query->limit ? query->offset + query->limit : UINT64_MAX;
  for (uint64_t i = query->offset; i < ev->found.len && i < end; i++) {
    if (q->ref_count == q->ref_cap) {
      q->ref_cap = q->ref_cap ? q->ref_cap * 2 : 16;
      q->refs = nt_realloc(q->refs, q->ref_cap * sizeof *q->refs);
    }
    q->refs[q->ref_count++] = nt_record_ref(ev->found.items[i].record);
  }
}

static void consider(evaluation *ev, const nt_query *query, const nt_record *r) {
  if (r && visible(r, ev->q->phase) && meets(ev, query, r)) nt_push(&ev->found, (candidate){.record = r});
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

/* The collection as such: its own conditions over every document, in its own order. */
static bool evaluate_collection(evaluation *ev, nt_str name) {
  nt_site *site = ev->site;
  bool with_added = ev->q->phase == NT_AFTER_COLLECT;
  const nt_collection *c = nt_plan_collection(site, name, with_added);
  nt_str path = nt_arena_format(ev->arena, "collections/%.*s", NT_FMT(name));
  nt_key key = nt_key_of(NT_KEY_CONFIG, 0, nt_names_id(site->names, path));
  nt_tracer_add(&ev->tracer, key, nt_key_now(site, NT_RUN_PAGE, key));
  nt_key added = nt_key_of(NT_KEY_CONFIG, 1, nt_names_id(site->names, name));
  if (with_added) nt_tracer_add(&ev->tracer, added, nt_key_now(site, NT_RUN_PAGE, added));
  if (!c) {
    report_unknown(site, name, ev->diags);
    return false;
  }
  trace_columns(ev, c->query);
  if (c->ids)
    for (size_t i = 0; i < c->id_count; i++) consider(ev, c->query, nt_records_find(&site->records, c->ids[i]));
  else
    for (size_t i = 0; i < site->records.slots.len; i++) consider(ev, c->query, site->records.slots.items[i]);
  if (!c->ids || c->query->sort_count) sort_candidates(ev, c->query);
  keep(ev, c->query);
  return true;
}

static bool ask_base(evaluation *ev, const nt_query *query, nt_docrefs *base) {
  uint32_t name;
  nt_hash hash;
  const nt_query *whole = nt_query_of(ev->arena, query->collection);
  bool good = nt_queries_ask(ev->site, whole, ev->q->phase, ev->diags, base, &name, &hash);
  nt_tracer_add(&ev->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  return good;
}

/* A part of a collection, as a list page has it: no document needs to be looked at. */
static bool evaluate_slice(evaluation *ev, const nt_query *query) {
  nt_docrefs base;
  if (!ask_base(ev, query, &base)) return false;
  uint64_t first = query->offset < base.len ? query->offset : base.len, count = base.len - first;
  if (query->limit && query->limit < count) count = query->limit;
  ev->q->ref_cap = ev->q->ref_count = (size_t)count;
  ev->q->refs = nt_realloc(ev->q->refs, (size_t)count * sizeof *ev->q->refs);
  if (count) memcpy(ev->q->refs, base.items + first, (size_t)count * sizeof *base.items);
  return true;
}

/* What a question narrows down: the collection's documents in its order, or every document by id. */
static bool gather(evaluation *ev, const nt_query *query) {
  nt_site *site = ev->site;
  if (!query->collection.len) {
    for (size_t i = 0; i < site->records.slots.len; i++) consider(ev, query, site->records.slots.items[i]);
    return true;
  }
  nt_docrefs base;
  bool good = ask_base(ev, query, &base);
  for (size_t i = 0; good && i < base.len; i++) consider(ev, query, nt_records_at(&site->records, base.items[i]));
  return good;
}

static bool is_plain(const nt_query *q) {
  return q->collection.len && !q->condition_count && !q->sort_count;
}

static nt_hash answer_hash(const nt_site *site, const question *q) {
  nt_hash hash = nt_hash_combine(q->ref_count, 1);
  for (size_t i = 0; i < q->ref_count; i++) {
    const nt_record *r = nt_records_at(&site->records, q->refs[i]);
    hash = nt_hash_combine(hash, r->id_hash + r->generation);
  }
  return hash;
}

static void evaluate(nt_site *site, question *q) {
  evaluation ev = {.site = site, .q = q, .arena = nt_arena_new()};
  nt_diags diags;
  nt_diags_init(&diags, ev.arena);
  ev.diags = &diags;
  ev.tracer.ignored = site->engine->options.ignored_keys;
  nt_tracer_start(&ev.tracer);
  q->ref_count = 0;
  if (is_plain(q->query)) {
    bool whole = !q->query->offset && !q->query->limit;
    q->good = whole ? evaluate_collection(&ev, q->query->collection) : evaluate_slice(&ev, q->query);
  } else {
    trace_columns(&ev, q->query);
    q->good = gather(&ev, q->query);
    if (q->query->sort_count || !q->query->collection.len) sort_candidates(&ev, q->query);
    keep(&ev, q->query);
  }
  nt_step_set(&q->step, &ev.tracer, q->good ? NT_STEP_OK : NT_STEP_FAILED, answer_hash(site, q), &diags);
  nt_tracer_deinit(&ev.tracer);
  nt_vec_deinit(&ev.found);
  nt_arena_free(ev.arena);
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
  nt_query *copy = nt_query_of(q->arena, nt_arena_str(q->arena, query->collection));
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
  q->query = nt_query_slice(q->arena, copy, query->offset, query->limit);
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
  question *q = find_question(site, query, phase);
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
