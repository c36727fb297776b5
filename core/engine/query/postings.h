/* Postings: for a field, which documents hold a value there, so that a question after one value looks at no others.
 *
 * A list field is there under each of its items and as a whole, an absent one under null. Values are known by a hash
 * that is the same for all that a condition calls equal; what two values share it names documents too many, never too
 * few, and whoever asks looks at the condition itself as well. */
#ifndef NT_ENGINE_QUERY_POSTINGS_H
#define NT_ENGINE_QUERY_POSTINGS_H

#include "engine/content/records.h"

typedef struct nt_postings nt_postings; /* of one site; any thread may ask */

typedef struct nt_slots {
  const uint32_t *items;
  size_t len;
} nt_slots;

nt_postings *nt_postings_new(void);
void nt_postings_free(nt_postings *postings);
/* Documents in force, in no order, each once. Good until a document changes. */
nt_slots nt_postings_find(nt_postings *postings, const nt_records *records, nt_str field, const nt_value *value);

#endif
