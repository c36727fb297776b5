/* The pages of documents. */
#include "engine/plan/planning.h"

#include "base/path.h"
#include "engine/inputs/languages.h"

#include <stdlib.h>

static nt_where where_document(const nt_record *r) {
  return (nt_where){.doc = r->frozen->id, .file = r->frozen->file, .line = 1, .column = 1};
}

/* The first output has the document's own URL; others stand beside it with their extension. */
static void plan_output(nt_planning *p, nt_record *r, nt_str url, nt_str output, bool first, const nt_kind *kind) {
  nt_where where = where_document(r);
  if (!nt_plan_output(p, output, NOTIS_TAKES_DOCUMENT, where, r->frozen->id)) return;
  nt_str template_name = nt_value_str(nt_map_find(&r->frozen->fields, NT_STR("template")));
  nt_page page = {.output = output,
                  .template_name = template_name.len ? nt_arena_str(p->arena, template_name) : kind->template_name,
                  .document = nt_record_ref(r),
                  .kind = kind->name,
                  .url = url,
                  .lang = nt_arena_str(p->arena, r->frozen->lang),
                  .params = nt_map_new(p->arena),
                  .origin = r->id};
  nt_str ext = nt_path_ext(url);
  if (!first && url.ptr[url.len - 1] != '/')
    page.url = nt_arena_format(p->arena, "%.*s.%.*s", NT_FMT(nt_str_sub(url, 0, url.len - ext.len - (ext.len > 0))),
                               NT_FMT(nt_plan_extension(p, output)));
  if (!nt_plan_path(p, page.url, nt_plan_extension(p, output), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, where, page.url);
    return;
  }
  if (!first && url.ptr[url.len - 1] == '/') page.url = nt_arena_format(p->arena, "/%.*s", NT_FMT(page.path));
  nt_page_record *record = nt_plan_claim(p, &page, r->id, where);
  if (first) r->displaced = !record;
  if (!record || !first) return;
  nt_str *kept = NT_NEW(p->arena, nt_str);
  *kept = url;
  nt_map_set(&p->plan->urls, r->id, kept);
}

static void plan_document(nt_planning *p, nt_record *r) {
  const nt_kind *kind = nt_inputs_kind(p->site->inputs, r->frozen->kind);
  nt_str url;
  r->displaced = r->astray;
  if (r->astray) return;
  nt_str permalink = kind ? nt_kind_permalink(kind, r->frozen->lang) : nt_str_n("", 0);
  if (!permalink.len) return;
  if (!nt_permalink(permalink, &r->frozen->fields, r->frozen->name, where_document(r), p->arena, p->diags, &url))
    return;
  nt_str root = nt_language_find(p->site->inputs, r->frozen->lang)->path;
  if (root.len > 1) url = nt_arena_format(p->arena, "%.*s%.*s", (int)root.len - 1, root.ptr, NT_FMT(url));
  for (size_t i = 0; i < kind->output_count; i++) plan_output(p, r, url, kind->outputs[i], i == 0, kind);
}

typedef struct claimant {
  nt_record *record;
  const nt_value *date; /* NULL if it has none */
} claimant;

/* The earlier date keeps an URL, then the smaller id. */
static int by_claim(const void *a, const void *b) {
  const claimant *x = a, *y = b;
  int order = x->date && y->date ? nt_value_cmp(x->date, y->date) : !x->date - !y->date;
  return order ? order : nt_str_cmp(x->record->id, y->record->id);
}

void nt_plan_documents(nt_planning *p) {
  nt_site *site = p->site;
  NT_VEC(claimant) all = {0};
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (!r->frozen) continue;
    const nt_value *date = nt_map_find(&r->frozen->fields, NT_STR("date"));
    nt_push(&all, ((claimant){r, date && date->type == NT_TIME ? date : NULL}));
  }
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_claim);
  for (size_t i = 0; i < all.len; i++) plan_document(p, all.items[i].record);
  nt_vec_deinit(&all);
  nt_plan_translations(p);
  for (size_t i = 0; i < site->records.slots.len; i++) nt_records_show(&site->records, site->records.slots.items[i]);
  nt_queries_turn(site->queries); /* nobody else asks while the plan is made */
}
