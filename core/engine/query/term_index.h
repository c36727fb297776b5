/* The index of a taxonomy in one language: every term with its documents, made in one pass over them. */
#ifndef NT_ENGINE_QUERY_TERM_INDEX_H
#define NT_ENGINE_QUERY_TERM_INDEX_H

#include "engine/query/evaluation.h"
#include "engine/query/terms.h"

typedef struct nt_term_documents {
  nt_docrefs refs; /* in the taxonomy's order */
  nt_hash hash;
} nt_term_documents;

typedef struct nt_term_index {
  nt_arena *arena;
  nt_map by_slug; /* -> nt_term_documents */
  nt_terms list;
  nt_hash list_hash;  /* of slugs, labels and counts */
  nt_hash fault_hash; /* of what is said below */
  nt_diags faults;
} nt_term_index;

/* `config` is the taxonomy's map in site.yaml. What is read is in the evaluation's trace. */
void nt_term_index_make(nt_term_index *index, nt_evaluation *ev, nt_str taxonomy, nt_str lang, const nt_value *config);
void nt_term_index_deinit(nt_term_index *index);

#endif
