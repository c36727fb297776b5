/* One question with its last answer: queries.c keeps them, answer.c finds the answers.
 *
 *     ranked    all documents of a collection, or of those with one value of a field: a ranking has them in order
 *     derived   a walk along the answers of broader questions, as far as its limit asks for:
 *
 *         topics in (kultur, vård), not me, newest first, 3  ──┬──► topics = kultur, newest first    (ranked)
 *                                                              └──► topics = vård, newest first      (ranked)
 *     other     a term of a taxonomy, which its index knows; documents that a collect hook listed
 *
 * So questions that differ in each document share what is costly, and look at a few documents each. */
#ifndef NT_ENGINE_QUERY_QUESTION_H
#define NT_ENGINE_QUERY_QUESTION_H

#include "engine/query/evaluation.h"
#include "engine/query/queries.h"
#include "engine/query/ranking.h"

typedef struct nt_base {
  struct nt_question *question;
  uint64_t version; /* that was walked along */
} nt_base;

typedef enum nt_question_sort { NT_QUESTION_OTHER, NT_QUESTION_RANKED, NT_QUESTION_DERIVED } nt_question_sort;

typedef struct nt_question {
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
  uint64_t asked; /* the epoch in which it was wanted last */

  nt_question_sort sort;
  uint64_t version; /* grows whenever the answer, or anything in its documents, may be another */
  nt_ranking ranking;
  nt_hash settings; /* of the collection that it is ranked by */
  NT_VEC(nt_base) bases;
  uint64_t position; /* in the log of touched documents, when it was last found right */
  nt_hash inputs;    /* the same of what else there is */
} nt_question;

/* Is the answer right still? A ranking is brought up to date. */
bool nt_question_holds(nt_site *site, nt_question *question);
/* Finds the answer, with its trace. */
void nt_question_evaluate(nt_site *site, nt_question *question);

/* queries.c: the question of that normal form, its answer right for this turn. */
nt_question *nt_queries_question(nt_site *site, const nt_query *query, nt_query_phase phase);
void nt_queries_bring(nt_site *site, nt_question *question);
nt_orders *nt_queries_orders(nt_queries *queries);
nt_postings *nt_queries_postings(nt_queries *queries);
nt_atomic *nt_queries_counter(nt_queries *queries);

#endif
