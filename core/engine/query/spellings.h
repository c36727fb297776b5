/* Spellings: the texts that documents write as terms of a taxonomy.
 *
 * What a document writes is read once, and again when it has been touched: which terms there are, and whose, is found
 * by counting numbers. A spelling keeps its number until all are forgotten. */
#ifndef NT_ENGINE_QUERY_SPELLINGS_H
#define NT_ENGINE_QUERY_SPELLINGS_H

#include "engine/content/records.h"

typedef struct nt_spelling {
  nt_str text;
  nt_str slug; /* in the site's names; empty: it leaves none */
} nt_spelling;

/* One term as a document writes it. */
typedef struct nt_written {
  uint32_t spelling; /* its number */
  uint32_t at;       /* from 1 in a list; 0: the field holds one text */
} nt_written;

typedef struct nt_written_list {
  uint32_t len;
  nt_written items[]; /* in the order of the field */
} nt_written_list;

typedef struct nt_spellings {
  nt_arena *arena; /* of texts; NULL: nothing is known */
  NT_VEC(nt_spelling) all;
  nt_map by_text;                    /* -> number + 1 */
  NT_VEC(nt_written_list *) written; /* by slot; NULL: not known */
  uint64_t position;                 /* in the log */
} nt_spellings;

/* Catches up with the log: what touched documents wrote is not known any more. */
void nt_spellings_follow(nt_spellings *spellings, const nt_records *records);
/* What a document in force writes in that field, which must be the same at each call. Good until the next change. */
const nt_written_list *nt_spellings_of(nt_spellings *spellings, const nt_record *record, nt_str field, nt_names *names);
void nt_spellings_forget(nt_spellings *spellings);

#endif
