/* The terms of a taxonomy: which a language has, what they are called, and which documents have them.
 *
 * A taxonomy's name is the field that holds its terms, one text or a list of texts. Texts with the same slug are one
 * term. The documents of a term are those of the query of "topics/kultur" (model/query.h), in the taxonomy's order.
 *
 *     columns ──► index of a taxonomy in a language ──► "term:sv/topics/kultur"   the term's documents
 *                 (counted anew, once an epoch)     ──► "terms:sv/topics"         slugs, labels, counts
 *                                                   ──► "term-faults:sv/topics"   what is said of them
 *                               plan ───────────────► "term-pages:sv/topics"      where they are listed
 *
 * What is read of the index is traced by the term, so that a new topic on one document reaches only the pages of the
 * terms that it came to or left. */
#ifndef NT_ENGINE_QUERY_TERMS_H
#define NT_ENGINE_QUERY_TERMS_H

#include "engine/run.h"

typedef struct nt_term {
  nt_str slug;  /* "kultur": what stands for {term} in a path, and after "topics/" in a query */
  nt_str label; /* in the language that was asked for: "Kultur" */
  size_t count; /* how many documents have it; never 0 */
} nt_term;

typedef struct nt_terms {
  const nt_term *items; /* by label, as the language sorts */
  size_t len;
} nt_terms;

/* The terms that documents in `lang` have (empty: in any language), for the plan and for pages, traced. The list lasts
 * as long as the epoch, its texts as long as the site. False if there is no such taxonomy. In the plan it also reports
 * terms that are spelled in two ways and texts that leave no slug, each at its place in its document. A page that lists
 * a term's documents has that query's collection, "topics/kultur", as its own (nt_page.collection). */
bool nt_terms_list(nt_run *run, nt_str taxonomy, nt_str lang, nt_terms *out);

/* The reader's operation of that name, of pages. */
const nt_value *nt_terms_read(nt_reader *reader, nt_str taxonomy, nt_str lang);

/* ---- for queries ---- */

typedef struct nt_term_indexes nt_term_indexes; /* of one site; any thread may ask */

nt_term_indexes *nt_term_indexes_new(void);
void nt_term_indexes_free(nt_term_indexes *indexes);

/* "topics/kultur" parted at the last slash. */
void nt_terms_split(nt_str collection, nt_str *taxonomy, nt_str *slug);
/* The documents of a term, none if nobody has it, with the name that the trace knows them by and their hash. False if
 * there is no such taxonomy. */
bool nt_terms_documents(nt_site *site, nt_str collection, nt_str lang, nt_query_phase phase, nt_docrefs *out,
                        uint32_t *name, nt_hash *hash);
/* False if it is not one of the names above; else the hash it has now. */
bool nt_terms_key(nt_site *site, nt_query_phase phase, nt_str name, nt_hash *hash);

#endif
