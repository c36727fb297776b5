/* The queries that were asked of a site, each one memoised step however many pages ask it.
 *
 * A query is evaluated at most once an epoch, by whichever worker needs it first; the others wait for it. Its trace is
 * the columns that it compares and sorts by, so an edit to another field does not even evaluate it, and an edit that
 * leaves its answer as it was stops there. */
#ifndef NT_ENGINE_QUERY_QUERIES_H
#define NT_ENGINE_QUERY_QUERIES_H

#include "engine/query/columns.h"
#include "model/reader.h"

struct nt_site;

typedef struct nt_queries nt_queries;

nt_queries *nt_queries_new(void);
void nt_queries_free(nt_queries *queries);
/* What was evaluated before must be looked at again. Loop thread, between jobs. */
void nt_queries_turn(nt_queries *queries);
/* What was found right in this turn is right still. */
uint64_t nt_queries_current(const nt_queries *queries);
struct nt_term_indexes *nt_queries_indexes(nt_queries *queries);

/* A query in a language sorts texts as that language does; where the site has one language, all queries are in it.
 * False after reporting: there is no such collection. The refs last as long as the epoch. `name` becomes the name that
 * the trace knows the question by, `hash` its answer's. */
bool nt_queries_ask(struct nt_site *site, const nt_query *query, nt_query_phase phase, nt_diags *diags, nt_docrefs *out,
                    uint32_t *name, nt_hash *hash);
/* The hash of the answer to a question that was asked before, by its name. */
nt_hash nt_queries_hash(struct nt_site *site, uint32_t name, nt_query_phase phase);
/* How many are known. */
size_t nt_queries_count(const nt_queries *queries);
/* Drops the questions that nobody wanted in this epoch, that `is_read` does not hold on to, and that no other question
 * is derived from. Between jobs. */
void nt_queries_forget(struct nt_site *site, nt_query_phase phase,
                       bool (*is_read)(void *ud, nt_key key, nt_query_phase phase), void *ud);
/* The hash of documents in an order. */
nt_hash nt_queries_answer(const struct nt_site *site, const nt_docref *refs, size_t count);
/* The hash of one field over every document: which documents there are, and what each holds there. */
nt_hash nt_queries_column(struct nt_site *site, nt_str field, nt_query_phase phase);
/* Several of them in one pass. */
void nt_queries_columns(struct nt_site *site, const nt_str *fields, size_t count, nt_query_phase phase, nt_hash *out);
/* How many times a document's fields were looked at to answer questions. */
uint64_t nt_queries_considered(const nt_queries *queries);

#endif
