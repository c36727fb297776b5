/* Files that pass through, and what links come to. A file beside a text belongs to the documents that refer to it, and
 * goes where their pages are. */
#include "engine/plan/addresses.h"
#include "engine/plan/planning.h"

#include "base/path.h"

/* ---- what a document refers to ---- */

typedef struct reference {
  const nt_record *from;
  nt_str to;
  bool image;
  bool in_field; /* a path, not a link */
  nt_where where;
} reference;

typedef struct referring {
  nt_planning *p;
  const nt_record *from;
  void (*fn)(nt_planning *p, const reference *r);
} referring;

static void refer_by_field(void *ud, const nt_pointer *pointer) {
  referring *r = ud;
  if (pointer->type == NT_FIELD_REF) return;
  const nt_frozen *f = r->from->frozen ? r->from->frozen : r->from->parsed;
  reference ref = {.from = r->from,
                   .to = pointer->value,
                   .image = pointer->type == NT_FIELD_IMAGE,
                   .in_field = true,
                   .where = {.doc = f->id, .file = f->file, .field = pointer->path}};
  r->fn(r->p, &ref);
}

static void each_reference(nt_planning *p, const nt_record *from, void (*fn)(nt_planning *p, const reference *r)) {
  const nt_frozen *f = from->frozen ? from->frozen : from->parsed;
  nt_arena *arena = p->scratch;
  nt_arena_reset(arena);
  for (size_t i = 0; i < f->links.count; i++) {
    reference ref = {.from = from, .to = f->links.items[i].to, .image = f->links.items[i].image};
    ref.where = nt_frozen_link_where(f, i, arena);
    fn(p, &ref);
  }
  referring r = {p, from, fn};
  nt_plan_each_pointer(nt_inputs_kind(p->site->inputs, f->kind), &f->fields, arena, refer_by_field, &r);
}

static bool refers(const nt_planning *p, const nt_frozen *f) {
  if (f->links.count) return true;
  const nt_kind *kind = nt_inputs_kind(p->site->inputs, f->kind);
  for (size_t i = 0; kind && i < kind->field_count; i++)
    if (nt_plan_field_points(&kind->fields[i], 0)) return true;
  return false;
}

static void find_referring(nt_planning *p) {
  size_t count;
  p->referring = nt_plan_by_id(p, &count);
  for (size_t i = 0; i < count; i++)
    if (refers(p, p->referring[i]->frozen)) p->referring[p->referring_count++] = p->referring[i];
}

static nt_target follow(nt_planning *p, const reference *r, bool planned) {
  nt_arena *arena = p->scratch;
  return r->in_field ? nt_address_follow_file(p->site, r->from, r->to, planned, arena)
                     : nt_address_follow(p->site, r->from, r->to, planned, arena);
}

/* ---- claims ---- */

/* The asset as the plan keeps it: the table that it stands in is made anew while the plan is in force. */
static const nt_asset *kept(nt_planning *p, const nt_asset *asset) {
  nt_asset *copy = NT_NEW(p->arena, nt_asset);
  *copy = *asset;
  copy->path = nt_arena_str(p->arena, asset->path);
  copy->file = nt_arena_str(p->arena, asset->file);
  return copy;
}

static bool has_it(const nt_planning *p, nt_str path, const nt_asset *asset) {
  const nt_page_record *there = nt_plan_page(p->plan, path);
  return there && there->asset && nt_str_eq(there->asset->file, asset->file) && there->asset->layer == asset->layer;
}

static void claim(nt_planning *p, const nt_asset *asset, nt_str url, nt_str owner) {
  nt_page page = {.path = nt_str_sub(url, 1, url.len), .url = url, .params = nt_map_new(p->arena)};
  if (has_it(p, page.path, asset)) return; /* two texts in one folder refer to it */
  page.origin = nt_arena_str(p->arena, asset->file);
  nt_str shown = nt_inputs_shown(p->site->inputs, asset->layer, asset->file, p->arena);
  nt_page_record *record = nt_plan_claim(p, &page, owner, nt_where_file(shown, 0, 0));
  if (record) record->asset = kept(p, asset);
}

static void claim_reference(nt_planning *p, const reference *r) {
  nt_target target = follow(p, r, false);
  if (target.lead != NT_LEAD_FILE || !target.asset || nt_asset_is_static(target.asset)) return;
  claim(p, target.asset, nt_arena_str(p->arena, target.url), r->from->id);
}

void nt_plan_files(nt_planning *p) {
  p->scratch = nt_arena_new();
  find_referring(p);
  for (size_t i = 0; i < p->referring_count; i++) each_reference(p, p->referring[i], claim_reference);
  const nt_inputs *in = p->site->inputs;
  for (size_t i = 0; i < in->assets.len; i++) {
    const nt_asset *asset = &in->assets.items[i];
    claim(p, asset, nt_arena_format(p->arena, "/%.*s", NT_FMT(asset->path)), asset->file);
  }
}

/* ---- what leads nowhere ---- */

void nt_plan_report_link(nt_diags *diags, const nt_inputs *in, nt_code code, nt_where where, nt_str link,
                         nt_str about) {
  if (in->links_missing == NT_LINKS_IGNORE) return;
  nt_diag *diag = nt_report(diags, code, where, link, about);
  if (in->links_missing == NT_LINKS_WARN) {
    if (diag->severity == NT_ERROR) diags->errors--;
    diag->severity = NT_WARNING;
  }
}

enum { MOST_OF_A_TEXT = 100 };

static void check_reference(nt_planning *p, const reference *r) {
  nt_target target = follow(p, r, true);
  bool dead = target.lead == NT_LEAD_DEAD, file = target.lead == NT_LEAD_FILE && target.asset;
  bool broken = file && r->image && nt_asset_is_broken_image(p->site, target.asset);
  if ((!dead && !broken) || p->dead_links++ >= MOST_OF_A_TEXT) return;
  nt_address_explain(&target, p->scratch);
  nt_plan_report_link(p->diags, p->site->inputs, dead ? target.why : NT_MSG_image_broken, r->where, r->to,
                      dead ? target.about : target.asset->path);
}

static void check_document(nt_planning *p, const nt_record *r) {
  p->dead_links = 0;
  each_reference(p, r, check_reference);
  if (p->dead_links <= MOST_OF_A_TEXT) return;
  nt_where where = {.doc = r->frozen->id, .file = r->frozen->file};
  nt_str more = nt_arena_format(p->scratch, "%zu", p->dead_links - MOST_OF_A_TEXT);
  nt_plan_report_link(p->diags, p->site->inputs, NT_MSG_links_more, where, more, nt_str_n("", 0));
}

/* ---- files without use ---- */

static void note_used(nt_planning *p, const reference *r) {
  nt_arena *arena = p->scratch;
  nt_str name;
  const nt_asset *asset = r->in_field ? nt_address_file(p->site, r->from->path, r->to, arena, &name)
                                      : nt_address_beside(p->site, r->from, r->to, arena);
  if (asset) nt_map_set(&p->used, asset->path, (void *)asset);
}

/* Which files a text that could not be read refers to is not known: those of its folder are left in peace. */
static void note_unread(nt_planning *p, const nt_record *r) {
  nt_str folder = nt_path_dir(r->path);
  for (size_t i = 0; i < nt_assets_count(p->site); i++) {
    const nt_asset *asset = nt_assets_at(p->site, i);
    bool below = !folder.len || (nt_str_starts(asset->path, folder) && asset->path.ptr[folder.len] == '/');
    if (below) nt_map_set(&p->used, asset->path, (void *)asset);
  }
}

static void report_unused(nt_planning *p) {
  enum { MOST = 20 };
  size_t more = 0, said = 0;
  for (size_t i = 0; i < nt_assets_count(p->site); i++) {
    const nt_asset *asset = nt_assets_at(p->site, i);
    if (nt_map_has(&p->used, asset->path)) continue;
    if (said++ >= MOST) {
      more++;
      continue;
    }
    nt_str shown = nt_inputs_shown(p->site->inputs, 0, asset->file, p->run->reader.arena);
    nt_report0(p->diags, NT_MSG_file_unused, nt_where_file(shown, 0, 0));
  }
  nt_where where = nt_where_file(p->site->name, 0, 0);
  if (more) nt_report(p->diags, NT_MSG_files_unused_more, where, nt_arena_format(p->run->reader.arena, "%zu", more));
}

/* A text that has no address, or is withheld, still says which files are its own. */
void nt_plan_links(nt_planning *p) {
  for (size_t i = 0; i < p->referring_count; i++) check_document(p, p->referring[i]);
  for (size_t i = 0; nt_assets_count(p->site) && i < p->site->records.slots.len; i++) {
    const nt_record *r = p->site->records.slots.items[i];
    if (r->frozen || r->parsed)
      each_reference(p, r, note_used);
    else if (r->listed && !r->parent && r->source != NT_SOURCE_NONE)
      note_unread(p, r);
  }
  report_unused(p);
  nt_map_deinit(&p->used);
  nt_arena_free(p->scratch);
}

/* ---- the trace ---- */

nt_hash nt_plan_withheld_hash(const nt_site *site) {
  return site->records.withheld + 1;
}

void nt_plan_trace_links(nt_planning *p) {
  nt_site *site = p->site;
  NT_VEC(nt_str) fields = {0};
  nt_push(&fields, NT_STR(":links"));
  nt_push(&fields, NT_STR(":anchors"));
  nt_push(&fields, NT_STR(":name"));
  for (size_t k = 0; k < site->inputs->kinds.len; k++)
    for (size_t i = 0; i < site->inputs->kinds.items[k].field_count; i++)
      if (nt_plan_field_points(&site->inputs->kinds.items[k].fields[i], 0))
        nt_push(&fields, site->inputs->kinds.items[k].fields[i].name);
  nt_hash *hashes = NT_NEW_N(p->run->reader.arena, nt_hash, fields.len);
  nt_queries_columns(site, fields.items, fields.len, NT_BEFORE_PLAN, hashes);
  for (size_t i = 0; i < fields.len; i++) nt_run_trace(p->run, NT_KEY_FIELD, NT_SCOPE_ALL, fields.items[i], hashes[i]);
  nt_run_trace(p->run, NT_KEY_QUERY, 0, NT_STR("withheld"), nt_plan_withheld_hash(site));
  nt_run_trace(p->run, NT_KEY_CONFIG, 0, NT_STR("links"), nt_key_config(site, NT_STR("links")));
  nt_vec_deinit(&fields);
}
