/* The pages of documents. */
#include "engine/plan/places.h"

#include <stdlib.h>

static nt_where where_document(const nt_record *r) {
  return (nt_where){.doc = r->frozen->id, .file = r->frozen->file, .line = 1, .column = 1};
}

static nt_page_record *claim(nt_planning *p, const nt_record *r, const nt_place *place, nt_place_page *at) {
  nt_page page = {.path = at->path,
                  .url = at->url,
                  .output = at->output,
                  .template_name = place->template_name,
                  .document = nt_record_ref(r),
                  .kind = place->kind->name,
                  .lang = place->lang,
                  .params = p->no_params,
                  .origin = r->id};
  nt_page_record *record = nt_plan_claim_for(p, at->record, &page, r->id, where_document(r));
  if (!record) return NULL;
  at->record = record;
  record->planned_before = &at->planned;
  return record;
}

static void plan_document(nt_planning *p, nt_record *r, nt_place *place) {
  r->displaced = r->astray;
  for (size_t i = 0; !r->astray && i < place->count; i++) {
    nt_place_page *at = &place->pages[i];
    if (!at->path.len) continue;
    nt_page_record *record = claim(p, r, place, at);
    if (i > 0) continue;
    r->displaced = !record;
    if (record) p->plan->urls.items[r->slot] = place->url;
  }
}

typedef struct claimant {
  nt_record *record;
  nt_place *place;
} claimant;

/* The earlier date keeps an URL, then the smaller id. */
static int by_claim(const void *a, const void *b) {
  const claimant *x = a, *y = b;
  const nt_value *v = &x->place->date, *w = &y->place->date;
  int order = v->type && w->type ? nt_value_cmp(v, w) : !v->type - !w->type;
  return order ? order : nt_str_cmp(x->record->id, y->record->id);
}

void nt_plan_documents(nt_planning *p) {
  nt_site *site = p->site;
  NT_VEC(claimant) all = {0};
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (r->frozen) nt_push(&all, ((claimant){r, nt_place_bring(p, r)}));
  }
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_claim);
  for (size_t i = 0; i < all.len; i++) plan_document(p, all.items[i].record, all.items[i].place);
  nt_vec_deinit(&all);
  nt_plan_translations(p);
  for (size_t i = 0; i < site->records.slots.len; i++) nt_records_show(&site->records, site->records.slots.items[i]);
  nt_queries_turn(site->queries); /* nobody else asks while the plan is made */
}
