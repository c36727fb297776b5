/* Who read what, the other way round: from a key to the steps that read it, so that an epoch looks only at steps that
 * something they read may have changed for.
 *
 *     document touched ──► node of its slot ──────────────┐
 *     inputs, assets, clock, ──► nodes of that group: ────┼──► readers are suspect: verified, and run if need be
 *     collect, plan, questions   those whose hash differs ┘
 *
 * There is a node for each document's slot, for all keys of that document, and one for each other key, with the hash it
 * had last. A reader is a document (its parse and its hooks), a page (its hooks, render and output hooks), the collect
 * hooks or the plan. Loop thread, or the plan's job, which is alone. */
#ifndef NT_ENGINE_TRACE_EDGES_H
#define NT_ENGINE_TRACE_EDGES_H

#include "engine/run.h"

typedef struct nt_edges nt_edges;

/* Its sort, and below that its number: a document's slot, a page's number. */
typedef uint32_t nt_step_reader;
nt_step_reader nt_reader_document(const nt_record *record);
nt_step_reader nt_reader_page(const nt_page_record *page);
enum { NT_READER_SORT = 29, NT_READER_COLLECT = 2 << NT_READER_SORT, NT_READER_PLAN = NT_READER_COLLECT + 1 };

nt_edges *nt_edges_new(void);
void nt_edges_free(nt_edges *edges);

/* What its steps have read from now on, each added after another. What it read before no longer counts. */
void nt_edges_begin(nt_site *site, nt_step_reader reader);
void nt_edges_add(nt_site *site, nt_step_reader reader, nt_run_scope scope, const nt_step *step);
/* It is no more, or not planned: nothing it read counts. */
void nt_edges_forget(nt_site *site, nt_step_reader reader);
bool nt_edges_knows(const nt_site *site, nt_step_reader reader);

/* Each makes those suspect that read what is now another. */
void nt_edges_inputs(nt_site *site); /* were loaded */
void nt_edges_assets(nt_site *site); /* the files beside texts */
void nt_edges_clock(nt_site *site);
/* The documents touched since; those that ask for one by id. */
void nt_edges_documents(nt_site *site);
/* Columns, and what is asked of all documents; before or after collect hooks. */
void nt_edges_columns(nt_site *site, bool after_collect);
void nt_edges_questions(nt_site *site, bool after_collect);
/* What collect hooks gave, and what little else the plan reads. */
void nt_edges_collected(nt_site *site);
void nt_edges_planned(nt_site *site);

/* An epoch has ended well: questions that no step asks are dropped now and then. */
void nt_edges_forget_questions(nt_site *site);

/* The resolutions in which steps that are in force read the clock, a bit for each. */
uint64_t nt_edges_resolutions(nt_site *site);

/* For tests: a step that nobody suspects and that does not hold ends the process, and is named. */
void nt_edges_distrust(nt_site *site);

#endif
