/* How a question is answered. */
#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/fields.h"
#include "engine/query/question.h"
#include "engine/query/terms.h"

/* ---- what the answer is kept as ---- */

static void add_ref(nt_question *q, nt_docref ref) {
  if (q->ref_count == q->ref_cap) {
    q->ref_cap = q->ref_cap ? q->ref_cap * 2 : 4;
    q->refs = nt_realloc(q->refs, q->ref_cap * sizeof *q->refs);
  }
  q->refs[q->ref_count++] = ref;
}

static void keep_refs(nt_question *q, const nt_query *window, const nt_docref *refs, size_t len) {
  size_t first, wanted;
  nt_query_window(window, len, &first, &wanted);
  for (size_t i = first; i < first + wanted; i++) add_ref(q, refs[i]);
}

static void keep_ranked(nt_question *q, const nt_query *window) {
  size_t first, wanted;
  nt_query_window(window, q->ranking.ranked.len, &first, &wanted);
  for (size_t i = first; i < first + wanted; i++) add_ref(q, q->ranking.ranked.items[i].ref);
}

static void keep_found(nt_evaluation *ev, nt_question *q, const nt_query *window) {
  size_t first, wanted;
  nt_query_window(window, ev->found.len, &first, &wanted);
  for (size_t i = first; i < first + wanted; i++) add_ref(q, nt_record_ref(ev->found.items[i].record));
}

/* ---- collections ---- */

static const nt_collection *collection_of(const nt_site *site, const nt_question *q) {
  if (!q->query->collection.len) return NULL;
  return nt_plan_collection(site, q->query->collection, q->phase == NT_AFTER_COLLECT);
}

/* Every document is in it that meets conditions, and nothing else is: a question about it is one about all documents
 * with those conditions. */
static bool is_open(const nt_question *q, const nt_collection *c) {
  return !q->query->collection.len || (c && !c->ids && !c->query->offset && !c->query->limit);
}

static void trace_collection(nt_evaluation *ev, const nt_question *q) {
  nt_str name = q->query->collection;
  nt_evaluation_trace_config(ev, 0, NT_STR("site/basics")); /* the collation */
  if (!name.len) return;
  nt_evaluation_trace_config(ev, 0, nt_arena_format(ev->arena, "collections/%.*s", NT_FMT(name)));
  if (q->phase == NT_AFTER_COLLECT) nt_evaluation_trace_config(ev, 1, name);
}

static nt_hash settings_of(const nt_collection *c) {
  return c ? nt_value_hash(&c->config) : NT_HASH_ABSENT;
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

/* ---- ranked questions ---- */

static nt_ranking_of ranking_of(nt_site *site, const nt_question *q, const nt_collection *c) {
  const nt_query *query = q->query, *sorted = query->sort_count || !c ? query : c->query;
  const nt_locale *locale = nt_language_locale(site->inputs, query->lang);
  nt_queries *all = site->queries;
  return (nt_ranking_of){.records = &site->records,
                         .phase = q->phase,
                         .lang = query->lang,
                         .conditions = c ? c->query : NULL,
                         .value = query->condition_count ? &query->conditions[0] : NULL,
                         .order = nt_orders_get(nt_queries_orders(all), locale, sorted->sorts, sorted->sort_count),
                         .postings = nt_queries_postings(all),
                         .considered = nt_queries_counter(all)};
}

static nt_ranking_change update_ranking(nt_site *site, nt_question *q, const nt_collection *c, nt_hash settings) {
  nt_ranking_of of = ranking_of(site, q, c);
  bool anew = q->settings != settings;
  nt_ranking_change change = nt_ranking_update(&q->ranking, &of, anew);
  if (change || anew) q->version++;
  q->settings = settings;
  return change;
}

static bool evaluate_ranked(nt_evaluation *ev, nt_question *q, const nt_collection *c) {
  const nt_query *own = c ? c->query : q->query;
  nt_query traced = *own;
  traced.lang = q->query->lang;
  if (q->query->sort_count) traced.sort_count = 0; /* another order than the collection's */
  nt_evaluation_trace(ev, &traced);
  nt_evaluation_trace(ev, q->query);
  q->sort = NT_QUESTION_RANKED;
  update_ranking(ev->site, q, c, settings_of(c));
  keep_ranked(q, own);
  return true;
}

/* ---- others ---- */

static bool evaluate_listed(nt_evaluation *ev, nt_question *q, const nt_collection *c) {
  nt_query own = *c->query;
  own.lang = q->query->lang;
  nt_evaluation_trace(ev, &own);
  for (size_t i = 0; i < c->id_count; i++)
    nt_evaluation_consider(ev, &own, nt_records_find(&ev->site->records, c->ids[i]));
  if (own.sort_count) nt_evaluation_sort(ev, &own);
  keep_found(ev, q, &own);
  return true;
}

/* A term of a taxonomy: its index has the answer. */
static bool evaluate_term(nt_evaluation *ev, nt_question *q) {
  nt_docrefs found;
  nt_str taxonomy, slug;
  uint32_t name;
  nt_hash hash;
  nt_terms_split(q->query->collection, &taxonomy, &slug);
  nt_evaluation_trace_config(ev, 0, nt_arena_format(ev->arena, "taxonomies/%.*s", NT_FMT(taxonomy)));
  if (!nt_terms_documents(ev->site, q->query->collection, q->query->lang, q->phase, &found, &name, &hash)) return false;
  nt_tracer_add(&ev->tracer, nt_key_of(NT_KEY_QUERY, 0, name), hash);
  keep_refs(q, &(nt_query){0}, found.items, found.len);
  return true;
}

/* The collection as such. */
static bool evaluate_collection(nt_evaluation *ev, nt_question *q, const nt_collection *c) {
  if (c && !c->ids) return evaluate_ranked(ev, q, c);
  if (c) return evaluate_listed(ev, q, c);
  if (evaluate_term(ev, q)) return true;
  report_unknown(ev->site, q->query->collection, &ev->diags);
  return false;
}

/* ---- derived questions ---- */

static nt_question *add_base(nt_evaluation *ev, nt_question *q, const nt_query *query) {
  nt_question *base = nt_queries_question(ev->site, query, q->phase);
  nt_tracer_add(&ev->tracer, nt_key_of(NT_KEY_QUERY, 0, base->name), base->step.value);
  for (size_t i = 0; i < base->step.diag_count; i++) nt_diags_add(&ev->diags, &base->step.diags[i]);
  nt_push(&q->bases, ((nt_base){base, base->version}));
  return base;
}

/* The same question about every document that the collection has in the language, in its order or the collection's. */
static nt_query *whole_of(nt_evaluation *ev, const nt_query *query, bool sorted) {
  nt_query *whole = nt_query_lang(ev->arena, nt_query_of(ev->arena, query->collection), query->lang);
  if (sorted) {
    whole->sorts = query->sorts;
    whole->sort_count = query->sort_count;
  }
  return whole;
}

/* The condition that leaves the fewest documents, if there is one of equality; NULL otherwise. */
static const nt_condition *find_narrowest(nt_site *site, const nt_query *query) {
  enum { MOST_CHOICES = 8 };
  nt_postings *postings = nt_queries_postings(site->queries);
  const nt_condition *best = NULL;
  size_t least = SIZE_MAX;
  for (size_t i = 0; i < query->condition_count; i++) {
    const nt_condition *c = &query->conditions[i];
    bool choice = c->compare == NT_IN && c->value.type == NT_LIST && c->value.as.list->len <= MOST_CHOICES;
    if (c->compare != NT_EQ && !choice) continue;
    size_t values = choice ? c->value.as.list->len : 1, count = 0;
    for (size_t v = 0; v < values; v++)
      count +=
          nt_postings_find(postings, &site->records, c->field, choice ? &c->value.as.list->items[v] : &c->value).len;
    if (count >= least) continue;
    least = count;
    best = c;
  }
  return best;
}

/* A question for each value that the condition allows. */
static void add_bases_by(nt_evaluation *ev, nt_question *q, const nt_condition *by) {
  const nt_query *whole = whole_of(ev, q->query, true);
  if (by->compare == NT_EQ) {
    add_base(ev, q, nt_query_where(ev->arena, whole, by->field, NT_EQ, by->value));
    return;
  }
  for (size_t i = 0; i < by->value.as.list->len; i++)
    add_base(ev, q, nt_query_where(ev->arena, whole, by->field, NT_EQ, by->value.as.list->items[i]));
}

/* Where a walk along several rankings at once has come to. */
typedef struct walk {
  const nt_question *q;
  size_t *at; /* by base */
} walk;

/* 0 at the end. A document that stands in several has the same place in the order of each. */
static nt_docref next(walk *w) {
  const nt_question *only = w->q->bases.len == 1 ? w->q->bases.items[0].question : NULL;
  if (only) return w->at[0] < only->ref_count ? only->refs[w->at[0]++] : 0;
  const nt_ranked *first = NULL;
  for (size_t i = 0; i < w->q->bases.len; i++) {
    const nt_ranking *r = &w->q->bases.items[i].question->ranking;
    if (w->at[i] == r->ranked.len) continue;
    const nt_ranked *here = &r->ranked.items[w->at[i]];
    if (!first || nt_sort_key_cmp(here->key, first->key) < 0) first = here;
  }
  for (size_t i = 0; first && i < w->q->bases.len; i++) {
    const nt_ranking *r = &w->q->bases.items[i].question->ranking;
    w->at[i] += w->at[i] < r->ranked.len && r->ranked.items[w->at[i]].ref == first->ref;
  }
  return first ? first->ref : 0;
}

/* A part of one answer, as a list page has it: no document needs to be looked at. */
static bool is_part(const nt_question *q, const nt_query *rest) {
  return q->bases.len == 1 && !rest->condition_count;
}

static void walk_bases(nt_evaluation *ev, nt_question *q, const nt_query *rest) {
  walk w = {q, NT_NEW_N(ev->arena, size_t, q->bases.len)};
  nt_atomic *considered = nt_queries_counter(ev->site->queries);
  uint64_t skipped = 0;
  for (nt_docref ref; (!q->query->limit || q->ref_count < q->query->limit) && (ref = next(&w));) {
    const nt_record *r = rest->condition_count ? nt_records_at(&ev->site->records, ref) : NULL;
    if (r) nt_atomic_add(considered, 1);
    if (rest->condition_count && (!r || !nt_query_meets(rest, nt_str_n("", 0), r->frozen))) continue;
    if (skipped++ >= q->query->offset) add_ref(q, ref);
  }
}

static bool derive(nt_evaluation *ev, nt_question *q, const nt_condition *by) {
  nt_query rest = *q->query;
  bool good = true;
  q->sort = NT_QUESTION_DERIVED;
  if (by)
    add_bases_by(ev, q, by);
  else
    good = add_base(ev, q, whole_of(ev, q->query, true))->good;
  rest.conditions = NT_NEW_N(ev->arena, nt_condition, rest.condition_count);
  rest.condition_count = 0;
  for (size_t i = 0; i < q->query->condition_count; i++) {
    const nt_condition *c = &q->query->conditions[i];
    if (c == by) continue;
    rest.conditions[rest.condition_count++] = *c;
    nt_evaluation_trace_column(ev, c->field);
  }
  if (is_part(q, &rest))
    keep_refs(q, q->query, q->bases.items[0].question->refs, q->bases.items[0].question->ref_count);
  else
    walk_bases(ev, q, &rest);
  q->version++;
  return good;
}

/* What a collection of its own making holds, in another order. */
static bool sort_anew(nt_evaluation *ev, nt_question *q) {
  const nt_question *base = add_base(ev, q, whole_of(ev, q->query, false));
  q->sort = NT_QUESTION_DERIVED;
  nt_query sorts = {.lang = q->query->lang, .sorts = q->query->sorts, .sort_count = q->query->sort_count};
  nt_evaluation_trace(ev, &sorts);
  for (size_t i = 0; i < base->ref_count; i++)
    nt_evaluation_consider(ev, &sorts, nt_records_at(&ev->site->records, base->refs[i]));
  nt_evaluation_sort(ev, &sorts);
  keep_found(ev, q, &(nt_query){0});
  q->version++;
  return base->good;
}

/* ---- any question ---- */

static bool find_answer(nt_evaluation *ev, nt_question *q) {
  const nt_query *query = q->query;
  const nt_collection *c = collection_of(ev->site, q);
  bool whole = !query->offset && !query->limit, plain = whole && !query->condition_count;
  trace_collection(ev, q);
  if (plain && query->collection.len && !query->sort_count) return evaluate_collection(ev, q, c);
  if (!is_open(q, c)) return plain ? sort_anew(ev, q) : derive(ev, q, NULL);
  bool one = query->condition_count == 1 && query->conditions[0].compare == NT_EQ;
  if (plain || (whole && one)) return evaluate_ranked(ev, q, c);
  return derive(ev, q, find_narrowest(ev->site, query));
}

static nt_hash answer_hash(const nt_site *site, const nt_question *q) {
  const nt_ranking *ranking = &q->ranking;
  if (q->sort != NT_QUESTION_RANKED || q->ref_count != ranking->ranked.len)
    return nt_queries_answer(site, q->refs, q->ref_count);
  nt_hash hash = nt_hash_combine(q->ref_count, 1);
  for (size_t i = 0; i < ranking->ranked.len; i++) hash = nt_hash_combine(hash, ranking->ranked.items[i].id);
  return hash;
}

/* What a question depends on besides documents. */
static nt_hash inputs_hash(const nt_site *site, const nt_question *q) {
  return nt_hash_combine(site->loads, q->phase == NT_AFTER_COLLECT ? site->plan.collect.value : NT_HASH_ABSENT);
}

static void note_time(const nt_site *site, nt_question *q) {
  q->position = nt_records_position(&site->records);
  q->inputs = inputs_hash(site, q);
}

void nt_question_evaluate(nt_site *site, nt_question *q) {
  nt_evaluation ev;
  nt_question_sort before = q->sort;
  nt_evaluation_init(&ev, site, q->phase);
  q->ref_count = q->bases.len = 0;
  q->sort = NT_QUESTION_OTHER;
  q->good = find_answer(&ev, q);
  if (q->sort != NT_QUESTION_RANKED) nt_ranking_deinit(&q->ranking);
  if (q->sort == NT_QUESTION_OTHER || q->sort != before) q->version++;
  nt_step_set(&q->step, &ev.tracer, q->good ? NT_STEP_OK : NT_STEP_FAILED, answer_hash(site, q), &ev.diags);
  note_time(site, q);
  nt_evaluation_deinit(&ev);
}

/* ---- what was answered before ---- */

static bool ranking_stands(nt_site *site, nt_question *q) {
  const nt_collection *c = collection_of(site, q);
  if (q->inputs != inputs_hash(site, q) && (!is_open(q, c) || q->settings != settings_of(c))) return false;
  return update_ranking(site, q, c, q->settings) != NT_RANKING_CHANGED;
}

/* A part of one answer, as a list page asks for, that another answer has left as it was: nothing but the trace need
 * follow. Its documents may hold something else, which those that show them read of them. */
static bool part_stands(const nt_site *site, nt_question *q) {
  const nt_query *query = q->query;
  if (q->bases.len != 1 || query->condition_count || !q->good || q->step.diag_count) return false;
  if (q->inputs != inputs_hash(site, q)) return false;
  const nt_question *base = q->bases.items[0].question;
  size_t first, wanted;
  nt_query_window(query, base->ref_count, &first, &wanted);
  if (base->query->sort_count != query->sort_count) return false; /* in an order of its own */
  if (!base->good || base->step.diag_count || wanted != q->ref_count) return false;
  if (wanted && memcmp(base->refs + first, q->refs, wanted * sizeof *q->refs) != 0) return false;
  nt_key of_base = nt_key_of(NT_KEY_QUERY, 0, base->name);
  for (uint32_t i = 0; i < q->step.count; i++)
    if (q->step.trace[i].key.place == of_base.place && q->step.trace[i].key.name == of_base.name)
      q->step.trace[i].hash = base->step.value;
  return true;
}

static bool bases_stand(nt_site *site, nt_question *q) {
  bool stand = true;
  for (size_t i = 0; i < q->bases.len; i++) {
    nt_base *base = &q->bases.items[i];
    nt_queries_bring(site, base->question);
    stand &= base->version == base->question->version;
    base->version = base->question->version;
  }
  return stand;
}

bool nt_question_holds(nt_site *site, nt_question *q) {
  nt_run_scope scope = q->phase == NT_BEFORE_COLLECT ? NT_RUN_COLLECT : NT_RUN_PAGE;
  if (q->step.state == NT_STEP_NONE) return false;
  /* An engine that leaves keys out, to show that each is needed, knows of changes only by traces. */
  if (site->engine->options.ignored_keys) return nt_step_holds(site, NULL, scope, &q->step);
  bool untouched = q->position == nt_records_position(&site->records) && q->inputs == inputs_hash(site, q);
  bool holds = q->sort == NT_QUESTION_RANKED ? ranking_stands(site, q)
               : q->bases.len                ? bases_stand(site, q)
                                             : untouched;
  if (!holds && q->sort != NT_QUESTION_RANKED) {
    q->version++; /* what its documents hold may be another, for those who look further than it does */
    holds = part_stands(site, q) || nt_step_holds(site, NULL, scope, &q->step);
  }
  if (holds) note_time(site, q);
  return holds;
}
