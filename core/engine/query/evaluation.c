#include "engine/query/evaluation.h"

#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/query/fields.h"

#include <stdlib.h>

void nt_evaluation_init(nt_evaluation *ev, nt_site *site, nt_query_phase phase) {
  *ev = (nt_evaluation){.site = site, .phase = phase, .arena = nt_arena_new()};
  nt_diags_init(&ev->diags, ev->arena);
  nt_tracer_start(&ev->tracer);
}

void nt_evaluation_deinit(nt_evaluation *ev) {
  nt_tracer_deinit(&ev->tracer);
  nt_vec_deinit(&ev->found);
  nt_arena_free(ev->arena);
}

/* ---- the trace ---- */

void nt_evaluation_trace_config(nt_evaluation *ev, uint32_t scope, nt_str name) {
  nt_key key = nt_key_of(NT_KEY_CONFIG, scope, nt_names_id(ev->site->names, name));
  nt_tracer_add(&ev->tracer, key, nt_key_now(ev->site, NT_RUN_PAGE, key));
}

void nt_evaluation_trace_column(nt_evaluation *ev, nt_str path) {
  nt_str field = nt_field_top(path);
  nt_key key = nt_key_of(NT_KEY_FIELD, NT_SCOPE_ALL, nt_names_id(ev->site->names, field));
  nt_tracer_add(&ev->tracer, key, nt_queries_column(ev->site, field, ev->phase));
}

void nt_evaluation_trace(nt_evaluation *ev, const nt_query *query) {
  nt_evaluation_trace_config(ev, 0, NT_STR("site/basics")); /* the collation */
  nt_evaluation_trace_column(ev, NT_STR("id"));
  if (query->lang.len) nt_evaluation_trace_column(ev, NT_STR("lang"));
  for (size_t i = 0; i < query->condition_count; i++) nt_evaluation_trace_column(ev, query->conditions[i].field);
  for (size_t i = 0; i < query->sort_count; i++) nt_evaluation_trace_column(ev, query->sorts[i].field);
}

/* ---- what meets a query ---- */

static const nt_value *value_at(nt_evaluation *ev, const nt_record *r, nt_str path) {
  nt_str top = nt_field_top(path);
  const nt_value *v = nt_frozen_field(r->frozen, top, NT_NEW(ev->arena, nt_value));
  return top.len == path.len ? v : nt_map_path(v, nt_str_sub(path, top.len + 1, path.len));
}

static bool meets(nt_evaluation *ev, const nt_query *query, const nt_record *r) {
  if (query->lang.len && !nt_str_eq(r->frozen->lang, query->lang)) return false;
  for (size_t i = 0; i < query->condition_count; i++)
    if (!nt_condition_holds(&query->conditions[i], value_at(ev, r, query->conditions[i].field))) return false;
  return true;
}

void nt_evaluation_consider(nt_evaluation *ev, const nt_query *query, const nt_record *r) {
  if (r && nt_phase_sees(ev->phase, r) && meets(ev, query, r)) nt_push(&ev->found, (nt_candidate){.record = r});
}

/* ---- order ---- */

static int compare(const void *a, const void *b, void *ud) {
  const nt_evaluation *ev = ud;
  const nt_candidate *x = a, *y = b;
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

static void prepare(nt_evaluation *ev, const nt_query *query, nt_candidate *x, nt_buf *key) {
  const nt_locale *locale = nt_language_locale(ev->site->inputs, query->lang);
  x->values = NT_NEW_N(ev->arena, const nt_value *, query->sort_count);
  x->keys = NT_NEW_N(ev->arena, nt_str, query->sort_count);
  for (size_t i = 0; i < query->sort_count; i++) {
    x->values[i] = value_at(ev, x->record, query->sorts[i].field);
    if (!x->values[i] || x->values[i]->type != NT_STRING) continue;
    nt_buf_clear(key);
    nt_collation_key(locale, x->values[i]->as.string, key);
    x->keys[i] = nt_arena_str(ev->arena, nt_buf_str(key));
  }
}

void nt_evaluation_sort(nt_evaluation *ev, const nt_query *query) {
  nt_buf key = {0};
  for (size_t c = 0; c < ev->found.len; c++) prepare(ev, query, &ev->found.items[c], &key);
  nt_buf_deinit(&key);
  ev->sorting = query;
  if (ev->found.len) qsort_r(ev->found.items, ev->found.len, sizeof *ev->found.items, compare, ev);
}
