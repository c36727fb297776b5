/* The terms of a taxonomy: which a language has, what they are called, and which documents have them.
 *
 * A taxonomy's name is the field that holds its terms, one text or a list of texts. Texts with the same slug are one
 * term. The documents of a term are those of the query of "topics/kultur" (model/query.h), in the taxonomy's order.
 *
 *     columns ──► index of a taxonomy in a language ──► "term:sv/topics/kultur"   the term's documents
 *                 (one pass, once an epoch)         ──► "terms:sv/topics"         slugs, labels, counts
 *
 * What is read of the index is traced by the term, so that a new topic on one document reaches only the pages of the
 * terms that it came to or left. */
#ifndef NT_ENGINE_TERMS_H
#define NT_ENGINE_TERMS_H

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

/* The taxonomy's map in site.yaml; NULL if there is no such taxonomy. */
const nt_value *nt_taxonomy_config(const nt_inputs *inputs, nt_str name);

/* The terms that documents in `lang` have (empty: in any language), for the plan and for pages; lasts as long as the
 * epoch, and is traced. False if there is no such taxonomy. In the plan it also reports terms that are spelled in two
 * ways and texts that leave no slug, each at its place in its document. */
bool nt_terms_list(nt_run *run, nt_str taxonomy, nt_str lang, nt_terms *out);

/* The reader's operation of that name, of pages. */
const nt_value *nt_terms_read(nt_reader *reader, nt_str taxonomy, nt_str lang);

#endif
