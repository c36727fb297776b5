/* The document job: for some records, from the item's bytes to the document that is in force. */
#ifndef NT_ENGINE_CONTENT_DOCUMENTS_H
#define NT_ENGINE_CONTENT_DOCUMENTS_H

#include "engine/site.h"

enum { NT_DOCUMENT_BATCH = 16 };

/* What a job has for the loop thread beside the record itself, which belongs to the job while it is queued. */
typedef struct nt_record_update {
  nt_record *record;
  bool gone;    /* the item is no longer there */
  bool skipped; /* the epoch was cancelled before it was come to, or the job's turn was over */
  bool derives; /* `derived` replaces what was derived before */
  NT_VEC(nt_frozen *) derived;
  bool has_good;            /* the item's bytes were found good; they may be none */
  size_t good_len, row_len; /* how many of the job's bytes are its: good bytes of the item first, then the row */
} nt_record_update;

typedef struct nt_document_job {
  nt_job job;
  nt_site *site;
  struct nt_document_job *next; /* of those that wait to be installed */
  size_t count;
  nt_record_update updates[NT_DOCUMENT_BATCH];
  nt_buf kept; /* what the memo gets, one update after the other: small pieces would lie between what stays */
} nt_document_job;

/* Takes up to a batch of the site's dirty records; NULL if there are none. */
nt_document_job *nt_document_job_new(nt_site *site);
/* Loop thread: puts what the job made into the records, and frees the job. */
void nt_document_job_install(nt_document_job *job);
/* Takes a document, and what was derived from it, out of force. */
void nt_document_remove(nt_site *site, nt_record *record);

#endif
