/* A record on its way from the item's bytes to the document that its hooks leave, for the files that take it there:
 *
 *     reading.c ──► parse.c ──► states.c: held? ──► hooks.c ──► states.c: held? ──► in force
 *      bytes        document                        document
 *
 * One worker has it, and the record with it, until the job is installed (documents.h). */
#ifndef NT_ENGINE_CONTENT_READING_H
#define NT_ENGINE_CONTENT_READING_H

#include "engine/content/documents.h"
#include "engine/run.h"

typedef struct nt_reading {
  nt_run run;
  nt_record_update *update;
  nt_record *record;
  const nt_source *source;
  nt_buf bytes;
  nt_buf *kept;          /* the job's bytes for the memo */
  nt_str file;           /* what diagnostics call it */
  nt_pos head;           /* where the front matter opens, or the text begins */
  nt_document *document; /* whose fields are held against its kind */
  nt_str text;           /* the item's bytes, as item hooks left them */
} nt_reading;

static inline nt_where nt_reading_at(const nt_reading *r, uint32_t line, uint32_t column) {
  return nt_where_file(r->file, line, column);
}

/* Fills r->bytes and the record's hash of them; false if there is nothing to parse. */
bool nt_reading_item(nt_reading *r);
/* From r->bytes to the record's `parsed`, NULL if it is at fault. */
void nt_reading_parse(nt_reading *r);
/* From `parsed` to `made`; what the hooks derive lies in the update. */
void nt_reading_hooks(nt_reading *r, nt_vm *vm);
/* How fields in this document's syntax are converted (text/fields.h). */
nt_fields_context nt_reading_fields(nt_reading *r);

#endif
