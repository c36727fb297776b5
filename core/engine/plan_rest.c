/* Files that pass through. */
#include "engine/planning.h"

static void plan_asset(nt_planning *p, const nt_asset *asset) {
  nt_page page = {.path = asset->path, .params = nt_map_new(p->arena), .origin = asset->file};
  page.url = nt_arena_format(p->arena, "/%.*s", NT_FMT(asset->path));
  nt_str shown = nt_inputs_shown(p->site->inputs, asset->layer, asset->file, p->arena);
  nt_page_record *record = nt_plan_claim(p, &page, asset->file, nt_where_file(shown, 0, 0));
  if (record) record->asset = asset;
}

void nt_plan_rest(nt_planning *p) {
  for (size_t i = 0; i < p->site->inputs->assets.len; i++) plan_asset(p, &p->site->inputs->assets.items[i]);
}
