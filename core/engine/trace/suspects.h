/* What an epoch must look at, phase by phase. Loop thread, but for what a job asks that is alone. */
#ifndef NT_ENGINE_TRACE_SUSPECTS_H
#define NT_ENGINE_TRACE_SUSPECTS_H

#include "engine/site.h"

/* A round begins: inputs, instant or files may be other than they were. */
void nt_suspects_begin(nt_site *site);
/* A document's job is done. */
void nt_suspects_follow_document(nt_site *site, nt_record *record);
/* Every document is in. */
void nt_suspects_before_collect(nt_site *site);
/* In the job of the collect hooks: what is asked of all documents. */
void nt_suspects_ask_collect(nt_site *site);
/* The collect hooks have run. */
void nt_suspects_follow_collect(nt_site *site);
void nt_suspects_before_plan(nt_site *site);
/* In the plan's job, before it and after it was made anew. */
void nt_suspects_ask_plan(nt_site *site);
void nt_suspects_follow_plan(nt_site *site);
/* Pages are about to be rendered, and what is published has been looked at: those whose files are amiss as well, in
 * order of path, so that no order of events shows. */
void nt_suspects_order_pages(nt_site *site);
/* A page's job is done. */
void nt_suspects_follow_page(nt_site *site, nt_page_record *page);
/* The epoch has published what it found. */
void nt_suspects_settle(nt_site *site);

#endif
