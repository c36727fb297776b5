/* What answering a question over a site's documents takes: its trace, which documents meet it, and their order. Shared
 * by queries and by the indexes of taxonomies, which are one question with many answers. */
#ifndef NT_ENGINE_QUERY_EVALUATION_H
#define NT_ENGINE_QUERY_EVALUATION_H

#include "engine/run.h"

typedef struct nt_candidate {
  const nt_record *record;
  const nt_value **values; /* by sort */
  nt_str *keys;            /* collation keys of those that are texts */
} nt_candidate;

typedef struct nt_evaluation {
  nt_site *site;
  nt_query_phase phase;
  nt_arena *arena;
  nt_diags diags;
  nt_tracer tracer;
  NT_VEC(nt_candidate) found;
  const nt_query *sorting; /* for the comparison */
} nt_evaluation;

void nt_evaluation_init(nt_evaluation *ev, nt_site *site, nt_query_phase phase);
void nt_evaluation_deinit(nt_evaluation *ev);

/* The value that a part of the configuration has now. scope 1: of what collect hooks added. */
void nt_evaluation_trace_config(nt_evaluation *ev, uint32_t scope, nt_str name);
void nt_evaluation_trace_column(nt_evaluation *ev, nt_str field);
/* The columns that the query compares and sorts by, and what decides the order of texts. */
void nt_evaluation_trace(nt_evaluation *ev, const nt_query *query);

/* The document is found if it meets the query; NULL never does. */
void nt_evaluation_consider(nt_evaluation *ev, const nt_query *query, const nt_record *record);
/* Absent values come last whichever the direction; texts sort as the query's language has it; ties end in the id. */
void nt_evaluation_sort(nt_evaluation *ev, const nt_query *query);

#endif
