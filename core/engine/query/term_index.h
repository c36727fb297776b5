/* The index of a taxonomy in one language: every term with its documents.
 *
 * What it is made of is kept up by the log of touched documents: which documents there are in which order, and what
 * each writes. From that it is made anew by counting. */
#ifndef NT_ENGINE_QUERY_TERM_INDEX_H
#define NT_ENGINE_QUERY_TERM_INDEX_H

#include "engine/query/evaluation.h"
#include "engine/query/ranking.h"
#include "engine/query/spellings.h"
#include "engine/query/terms.h"

typedef struct nt_term_documents {
  nt_docrefs refs; /* in the taxonomy's order */
  nt_hash hash;
} nt_term_documents;

typedef struct nt_term_index {
  nt_arena *arena; /* of what follows; NULL: it was never made */
  nt_map by_slug;  /* -> nt_term_documents */
  nt_terms list;
  nt_hash list_hash;  /* of slugs, labels and counts */
  nt_hash fault_hash; /* of what is said below */
  nt_diags faults;

  nt_ranking ranking;
  nt_hash settings; /* that the ranking was made with */
  nt_spellings spellings;
} nt_term_index;

/* Always of the same taxonomy and language; `config` is the taxonomy's map in site.yaml. What is read is in the
 * evaluation's trace. */
void nt_term_index_make(nt_term_index *index, nt_evaluation *ev, nt_str taxonomy, nt_str lang, const nt_value *config);
void nt_term_index_deinit(nt_term_index *index);

#endif
