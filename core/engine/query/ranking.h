/* A ranking: the documents that meet conditions, in order, kept up by the log of touched documents.
 *
 * It holds nothing of a document itself. A touched one is taken out by its number, before anything is compared, and put
 * back where it belongs now, so that keys of documents that are gone are never looked at. */
#ifndef NT_ENGINE_QUERY_RANKING_H
#define NT_ENGINE_QUERY_RANKING_H

#include "base/atomic.h"
#include "engine/query/columns.h"
#include "engine/query/postings.h"
#include "engine/query/sort_keys.h"
#include "model/query.h"

/* Which documents, in which order. Borrowed for the call. */
typedef struct nt_ranking_of {
  const nt_records *records;
  nt_query_phase phase;
  nt_str lang;                /* empty: any */
  const nt_query *conditions; /* those of a collection; NULL: none */
  const nt_condition *value;  /* one more, of equality; NULL: none */
  nt_order *order;
  nt_postings *postings;
  nt_atomic *considered; /* counts the documents whose fields were looked at */
} nt_ranking_of;

typedef struct nt_ranked {
  nt_docref ref;
  const nt_sort_key *key;
  nt_hash sorted_by; /* of the fields in its key */
  nt_hash id;        /* of the document's id and generation */
  nt_hash seen;      /* of all that a question may look at in it */
} nt_ranked;

typedef struct nt_ranking {
  NT_VEC(nt_ranked) ranked;
  const nt_order *order; /* that it is in; NULL: not made yet */
  uint64_t position;     /* in the log */
} nt_ranking;

void nt_ranking_deinit(nt_ranking *ranking);
typedef enum nt_ranking_change {
  NT_RANKING_SAME,
  NT_RANKING_SEEN, /* the same documents for the same reasons, but something else in them is not as it was */
  NT_RANKING_CHANGED
} nt_ranking_change;
/* Catches up with the log. What it is of must be what it was the last time, but for `anew`. */
nt_ranking_change nt_ranking_update(nt_ranking *ranking, const nt_ranking_of *of, bool anew);

/* Does the document meet that query's conditions, and is it in the language if one is given? */
bool nt_query_meets(const nt_query *query, nt_str lang, const nt_frozen *document);

#endif
