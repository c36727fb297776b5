/* News by path. What a site publishes from lies below the paths of its sources, and is looked at there; everything else
 * in its layers it is made from, and is read again. */
#include "engine/site.h"

/* While the inputs are loaded they are a worker's, and before a source is open nobody knows which files it has. */
static bool can_be_told(const nt_site *site, nt_str path) {
  if (!path.len || !site->inputs || site->phase == NT_PHASE_INPUTS) return false;
  for (size_t i = 0; i < site->sources.items.len; i++)
    if (site->sources.items.items[i]->state == NT_SOURCE_OPENING) return false;
  return true;
}

void nt_site_told(nt_site *site, nt_str dir, nt_str path, bool folder) {
  if (!can_be_told(site, path)) {
    nt_site_changed(site, true);
    return;
  }
  nt_told_of of = nt_str_eq(dir, site->name) ? nt_sources_told(site, path, folder) : NT_TOLD_ELSEWHERE;
  if (of == NT_TOLD_ELSEWHERE || nt_assets_is_of_the_site(path) || nt_inputs_has_asked(site->inputs, path, folder))
    site->changed = site->refresh = true;
  /* A look that finds nothing new is no epoch; but what failed may be mended by now. */
  if (of == NT_TOLD_ITEMS) site->changed |= site->phase != NT_PHASE_IDLE || site->failed;
}
