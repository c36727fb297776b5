/* Columns: of one field over every document, a hash of which documents there are and what each holds there.
 *
 * A column is a sum of what each document adds, so that the order of the table does not matter and catching up with
 * the log of touched documents costs those that were touched. It is kept for every phase at once: they differ in which
 * documents they see, not in what a document adds. */
#ifndef NT_ENGINE_QUERY_COLUMNS_H
#define NT_ENGINE_QUERY_COLUMNS_H

#include "engine/content/records.h"

/* Before collect hooks have run, their documents are not there yet: the same question is another step then. */
typedef enum nt_query_phase {
  NT_BEFORE_COLLECT,
  NT_AFTER_COLLECT, /* and without those whose address another document keeps */
  NT_BEFORE_PLAN,   /* of columns only: also those */
  NT_QUERY_PHASES
} nt_query_phase;

/* Does a question of that phase know of the document? */
bool nt_phase_sees(nt_query_phase phase, const nt_record *record);

typedef struct nt_columns nt_columns; /* of one site; any thread may ask */

nt_columns *nt_columns_new(void);
void nt_columns_free(nt_columns *columns);
/* Several in one pass where they are made anew: the documents lie far apart in memory, and going to them is most of the
 * work. */
void nt_columns_hashes(nt_columns *columns, const nt_records *records, const nt_str *fields, size_t count,
                       nt_query_phase phase, nt_hash *out);

#endif
