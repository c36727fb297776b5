/* What the engine holds while it rests is what the next epoch needs to know, not what the last one needed room for. */
#include "engine/content/bodies.h"
#include "engine/engine.h"
#include "engine/memo/store.h"
#include "engine/run.h"

#include <stdlib.h>

/* A seat keeps its VM, which is dear to make. No job is out: it is nobody's. */
static void trim_site(nt_site *site, unsigned workers) {
  for (unsigned i = 0; i < workers; i++) {
    nt_seat_trim(&site->seats[i]);
    if (site->seats[i].vm) nt_vm_trim(site->seats[i].vm);
  }
}

static void trim_threads(nt_engine *e) {
  nt_task trim = {.run = e->options.trim, .ud = e->options.ud};
  nt_pool_trim(e->pool, trim.run, trim.ud);
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site *site = &e->sites[i];
    if (site->commit.strand) nt_strand_post(site->commit.strand, trim);
    if (site->memo) nt_memo_trim(site->memo, trim);
  }
  trim.run(trim.ud);
}

bool nt_engine_trim(nt_engine *e) {
  for (size_t i = 0; i < e->site_count; i++)
    if (nt_bodies_wait(&e->sites[i])) return false;
  for (size_t i = 0; i < e->site_count; i++) trim_site(&e->sites[i], nt_pool_workers(e->pool));
  if (e->options.trim) trim_threads(e);
  return true;
}
