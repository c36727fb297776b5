/* The render job: for some pages, page hooks, render and output hooks, each unless its trace still holds. */
#ifndef NT_ENGINE_RENDER_H
#define NT_ENGINE_RENDER_H

#include "engine/site.h"

enum { NT_RENDER_BATCH = 16 };

typedef struct nt_render_job {
  nt_job job;
  nt_site *site;
  struct nt_render_job *next; /* of those whose bytes wait for the target */
  size_t first, count;        /* of the plan's pages */
  size_t handed;              /* how many of them the target has */
  struct {
    nt_buf bytes;
    bool made;
  } pages[NT_RENDER_BATCH];
} nt_render_job;

nt_render_job *nt_render_job_new(nt_site *site, size_t first);
void nt_render_job_free(nt_render_job *job);
/* Loop thread: hands the bytes on; false if the target is full. */
bool nt_render_job_hand_over(nt_render_job *job);

#endif
