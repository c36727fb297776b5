/* The render job: for some pages, page hooks, render and output hooks, each unless its trace still holds. */
#ifndef NT_ENGINE_PUBLISH_RENDER_H
#define NT_ENGINE_PUBLISH_RENDER_H

#include "engine/site.h"

typedef struct nt_render_job {
  nt_job job;
  struct nt_render_job *next; /* of those that wait for the target */
  nt_stage stage;             /* its pages, in order of the plan */
  size_t done;                /* of its pages, when it has come back */
} nt_render_job;

/* For as many of the pages that are due as a job takes: what others left, then from *cursor on, which it moves. NULL if
 * there is none. */
nt_render_job *nt_render_job_new(nt_site *site, size_t *cursor);
/* Loop thread, when it has come back: puts the pages that it did not come to in line for another. */
void nt_render_job_leave(nt_render_job *job);
void nt_render_job_free(nt_render_job *job);

/* The page as its hooks left it, of the plan as it is now; nobody else has the page. */
const nt_page *nt_render_hooked(nt_page_record *record);

/* What a page's render gives, before its output hooks, for who wants to look at it: no step, nothing is kept. Loop
 * thread, while the site is idle. */
bool nt_render_again(nt_site *site, nt_seat *seat, nt_page_record *record, nt_buf *out);

#endif
