/* A site's beginning and its end: what it is made of, in the order in which its parts need each other. */
#include "engine/content/bodies.h"
#include "engine/engine.h"
#include "engine/memo/keep.h"
#include "engine/run.h"
#include "engine/trace/edges.h"

#include <stdlib.h>

void nt_site_init(nt_site *site, nt_engine *engine, unsigned lane, nt_str name) {
  *site = (nt_site){.engine = engine, .lane = lane, .name = name, .changed = true, .refresh = true};
  site->names = nt_names_new();
  site->templates = nt_template_cache_new();
  site->seats = nt_zalloc(nt_pool_workers(engine->pool) * sizeof *site->seats);
  nt_records_init(&site->records);
  if (engine->options.profile) site->profile = nt_profile_new(nt_pool_workers(engine->pool));
  site->assets = nt_assets_new();
  site->queries = nt_queries_new();
  nt_plan_init(&site->plan);
  site->epoch_arena = nt_arena_new();
  nt_diags_init(&site->faults, site->epoch_arena);
  nt_diags_init(&site->diags, site->epoch_arena);
  site->edges = nt_edges_new();
  site->bodies = nt_bodies_new(site);
  site->all_suspect = true;
}

void nt_site_deinit(nt_site *site) {
  nt_sources_close(site);
  nt_commit_close(site);
  nt_keep_close(site);
  for (unsigned i = 0; i < nt_pool_workers(site->engine->pool); i++) nt_seat_deinit(&site->seats[i]);
  free(site->seats);
  nt_bodies_free(site->bodies);
  nt_plan_deinit(&site->plan);
  nt_queries_free(site->queries);
  nt_records_deinit(&site->records);
  nt_goods_deinit(&site->goods);
  nt_assets_free(site->assets);
  nt_template_cache_free(site->templates);
  nt_inputs_free(site->inputs);
  nt_names_free(site->names);
  nt_profile_free(site->profile);
  nt_edges_free(site->edges);
  nt_vec_deinit(&site->tally.speaking);
  nt_vec_deinit(&site->tally.speaking_pages);
  nt_vec_deinit(&site->due);
  nt_vec_deinit(&site->left);
  nt_vec_deinit(&site->dirty);
  nt_arena_free(site->epoch_arena);
}
