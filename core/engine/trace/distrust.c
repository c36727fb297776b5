/* What tests ask for: the edges are not believed, and every step is gone through. */
#include "engine/engine.h"
#include "engine/trace/edges.h"

#include <stdio.h>

static void distrust(nt_site *site, const char *what, nt_str of, nt_run_scope scope, const nt_step *step) {
  if (step->state == NT_STEP_NONE || step->fleeting) return;
  const nt_trace_entry *e = nt_step_changed(site, scope, step);
  if (!e) return;
  fprintf(stderr, "nobody suspects the %s of %.*s, which read %s %u \"%.*s\"\n", what, NT_FMT(of),
          nt_key_class_name(nt_key_class_of(e->key)), nt_key_scope_of(e->key),
          NT_FMT(nt_names_str(site->names, e->key.name)));
  abort();
}

/* With keys left out, steps are meant not to hold. */
void nt_edges_distrust(nt_site *site) {
  if (!site->engine->options.distrust || site->engine->options.ignored_keys) return;
  for (size_t i = 0; i < site->records.slots.len; i++) {
    const nt_record *r = site->records.slots.items[i];
    if (!r->listed || r->dirty || r->stale) continue;
    distrust(site, "parse", r->id, NT_RUN_DOCUMENT, &r->parse);
    distrust(site, "hooks", r->id, NT_RUN_DOCUMENT, &r->hooks);
    distrust(site, "parse", r->id, NT_RUN_DOCUMENT, nt_record_own_parse(r));
    distrust(site, "hooks", r->id, NT_RUN_DOCUMENT, nt_record_own_hooks(r));
  }
  if (!site->collect_suspect) distrust(site, "collect hooks", site->name, NT_RUN_COLLECT, &site->plan.collect);
  if (!site->plan_suspect) distrust(site, "plan", site->name, NT_RUN_PLAN, &site->plan.step);
  for (size_t i = 0; i < site->plan.pages.len; i++) {
    const nt_page_record *page = site->plan.pages.items[i];
    if (page->due) continue;
    distrust(site, "page hooks", page->path, NT_RUN_PAGE, &page->params);
    distrust(site, "render", page->path, NT_RUN_PAGE, &page->render);
    if (page->render.state == NT_STEP_OK) distrust(site, "output hooks", page->path, NT_RUN_PAGE, &page->output);
  }
}
