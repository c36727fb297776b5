/* Bodies are in memory until they lie in the memo, and are read from there when a step needs one.
 *
 *     put in the memo ──► flushed ──► the file has it ──post──► loop: its bytes are freed, between jobs
 *
 * A body that cannot be read back makes its step fail, for this round only; its document is parsed anew and the round
 * begins again. */
#ifndef NT_ENGINE_CONTENT_BODIES_H
#define NT_ENGINE_CONTENT_BODIES_H

#include "engine/run.h"

typedef struct nt_bodies nt_bodies;

nt_bodies *nt_bodies_new(nt_site *site);
/* When the memo has been closed. */
void nt_bodies_free(nt_bodies *bodies);

/* In a step: the bytes of a document's body, good until the step ends. False if they are lost: then the step is. */
bool nt_body_get(nt_run *run, const nt_record *record, const nt_frozen *document, nt_str *out);

/* Loop thread: puts into the memo what it does not have of a record's bodies. */
void nt_bodies_put(nt_site *site, nt_record *record);
/* Loop thread: nt_memo_flush() of the site's memo. */
void nt_bodies_flush(nt_site *site);
/* Loop thread: frees what lies in the memo, unless jobs are out. */
void nt_bodies_release(nt_site *site);

/* Loop thread: are there bytes that are on their way into the memo, and in memory until then? */
bool nt_bodies_wait(const nt_site *site);

/* Loop thread, no job out: could a step not have its body, and can the document be parsed anew? */
bool nt_bodies_are_lost(const nt_site *site);
/* Lets those documents be parsed anew. */
void nt_bodies_recover(nt_site *site);

#endif
