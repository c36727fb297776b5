/* The verdict on an epoch: all that its steps said, in one order, and whether what they made may be published. */
#ifndef NT_ENGINE_VERDICT_H
#define NT_ENGINE_VERDICT_H

#include "engine/content/records.h"
#include "engine/plan/plan.h"

struct nt_site;

/* What the verdict and the summary rest on, kept up to date as documents and pages change, so that an epoch does not
 * ask every one of them. */
typedef struct nt_tally {
  size_t documents, withheld, held[NT_STATES];
  size_t hooks, hooks_failed, items, items_failed; /* document hooks, item hooks */
  size_t params, params_failed, outputs, outputs_failed;
  NT_VEC(nt_record *) speaking; /* those whose steps may have something to say */
  NT_VEC(nt_page_record *) speaking_pages;
} nt_tally;

/* nt_shown.as: what a document is counted as; a state's number is added to HELD. */
enum nt_counted_as { NT_AS_NOTHING, NT_AS_PUBLISHED, NT_AS_WITHHELD, NT_AS_HELD };

/* Loop thread, after anything was done to a document, or to a page's steps or whether it is planned. */
void nt_verdict_count_document(struct nt_site *site, nt_record *record);
void nt_verdict_count_page(struct nt_site *site, nt_page_record *page);
/* Brings the counters of documents up to the tally. */
void nt_verdict_tell_counts(struct nt_site *site);

/* Fills site->diags with everything that the epoch's steps said, those that held too, located and sorted so that no
 * scheduling shows, each once. */
void nt_verdict_gather(struct nt_site *site);

/* False, with a fault of the epoch, when hooks fail on more than a fifth of the documents; counts those in force. */
bool nt_verdict_documents(struct nt_site *site);
/* The same of hooks on pages and on their bytes. */
bool nt_verdict_pages(struct nt_site *site);
/* False if a template cannot be used at all. */
bool nt_verdict_templates(const struct nt_site *site);

#endif
