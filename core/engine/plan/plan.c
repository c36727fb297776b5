#include "engine/plan/menus.h"
#include "engine/plan/planning.h"

#include <stdlib.h>

void nt_plan_init(nt_plan *plan) {
  *plan = (nt_plan){.paths = nt_arena_new(), .arena = nt_arena_new(), .collected_arena = nt_arena_new()};
  plan->collections = nt_map_new(plan->collected_arena);
  plan->extra_pages = nt_list_new(plan->collected_arena);
  plan->redirects = nt_map_new(plan->collected_arena);
}

void nt_plan_deinit(nt_plan *plan) {
  for (size_t i = 0; i < plan->numbered.len; i++) {
    nt_page_record *page = plan->numbered.items[i];
    nt_step_deinit(&page->params);
    nt_step_deinit(&page->render);
    nt_step_deinit(&page->output);
    nt_arena_free(page->hooked_arena);
    free(page);
  }
  nt_map_deinit(&plan->records);
  nt_vec_deinit(&plan->numbered);
  nt_vec_deinit(&plan->by_path);
  nt_vec_deinit(&plan->urls);
  nt_places_free(plan);
  nt_map_deinit(&plan->folders);
  nt_map_deinit(&plan->by_url);
  nt_map_deinit(&plan->words);
  nt_map_deinit(&plan->menus);
  nt_vec_deinit(&plan->shown);
  nt_map_deinit(&plan->by_name);
  nt_vec_deinit(&plan->pages);
  nt_vec_deinit(&plan->added);
  nt_vec_deinit(&plan->added_slots);
  nt_step_deinit(&plan->step);
  nt_step_deinit(&plan->collect);
  nt_inputs_free(plan->inputs);
  nt_arena_free(plan->collected_arena);
  nt_arena_free(plan->arena);
  nt_arena_free(plan->paths);
}

nt_str nt_plan_url(const nt_plan *plan, const nt_record *record) {
  return record->slot < plan->urls.len ? plan->urls.items[record->slot] : nt_str_n("", 0);
}

nt_page_record *nt_plan_page(const nt_plan *plan, nt_str path) {
  nt_page_record *page = nt_map_get(&plan->records, path);
  return page && page->present ? page : NULL;
}

nt_page_record *nt_plan_number(nt_plan *plan) {
  nt_page_record *page = nt_zalloc(sizeof *page);
  page->number = (uint32_t)plan->numbered.len;
  nt_push(&plan->numbered, page);
  return page;
}

/* ---- the step ---- */

static void put_part(nt_buf *out, nt_str part) {
  nt_buf_varint(out, part.len);
  nt_buf_put(out, part);
}

/* Of all but its alternates. */
static nt_hash bare_hash(const nt_page *page, const nt_page_record *record, nt_site *site, nt_buf *b) {
  nt_buf_clear(b);
  const nt_str parts[] = {page->path,       page->url,  page->output, page->template_name, page->kind,
                          page->collection, page->prev, page->next,   page->lang,          page->title,
                          page->taxonomy,   page->term, page->home,   page->origin,        record->redirect};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) put_part(b, parts[i]);
  nt_buf_byte(b, (char)page->unlisted);
  nt_buf_byte(b, (char)page->from_end);
  nt_buf_varint(b, page->number);
  if (!nt_plan_counts_apart(page)) nt_buf_varint(b, page->count);
  nt_buf_varint(b, page->first);
  nt_buf_varint(b, page->shown);
  const nt_record *doc = nt_records_at(&site->records, page->document);
  nt_buf_varint(b, doc ? doc->id_hash + doc->generation : 0);
  nt_value_encode(&page->params, b);
  if (record->asset) {
    nt_buf_put(b, record->asset->file);
    nt_buf_varint(b, nt_asset_version(site, record->asset));
    nt_buf_varint(b, record->asset->layer);
  }
  return nt_hash_bytes(nt_buf_str(b));
}

static nt_hash page_hash(const nt_page_record *record, nt_site *site, nt_buf *b) {
  const nt_page *page = &record->page;
  nt_hash *before = record->planned_before;
  nt_hash hash = before && *before != NT_HASH_ABSENT ? *before : bare_hash(page, record, site, b);
  if (before) *before = hash;
  if (!page->alternate_count) return hash;
  nt_buf_clear(b);
  for (size_t i = 0; i < page->alternate_count; i++) {
    put_part(b, page->alternates[i].lang);
    put_part(b, page->alternates[i].url);
  }
  return nt_hash_combine(hash, nt_hash_bytes(nt_buf_str(b)));
}

static int by_path(const void *a, const void *b) {
  return nt_str_cmp((*(nt_page_record *const *)a)->path, (*(nt_page_record *const *)b)->path);
}

void nt_plan_start_over(nt_planning *p) {
  nt_plan *plan = p->plan;
  for (size_t i = 0; i < plan->numbered.len; i++) plan->numbered.items[i]->present = false;
  plan->draft++;
  plan->pages.len = plan->urls.len = 0;
  for (size_t i = 0; i < p->site->records.slots.len; i++) nt_push(&plan->urls, nt_str_n("", 0));
  nt_map_clear(&plan->by_url);
  nt_map_clear(&plan->words);
  nt_map_clear(&plan->menus);
  plan->shown.len = 0;
  nt_map_clear(&plan->by_name);
  nt_arena_reset(plan->arena);
  p->no_params = nt_map_new(plan->arena);
}

/* What the plan reads of every document: which there are, and what decides where they go. */
static void trace_documents(nt_run *run) {
  nt_site *site = run->site;
  for (size_t i = 0; i < site->inputs->kinds.len; i++) {
    const nt_kind *kind = &site->inputs->kinds.items[i];
    nt_run_trace(run, NT_KEY_CONFIG, 0, nt_arena_format(run->reader.arena, "kinds/%.*s", NT_FMT(kind->name)),
                 kind->hash);
  }
  NT_VEC(nt_str) fields = {0};
  static const char *const always[] = {"id", "kind", "lang", "template", "slug", "date", "translation_key", "aliases"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) nt_push(&fields, nt_str_c(always[i]));
  for (size_t i = 0; i < site->inputs->kinds.len; i++) { /* fields that permalinks name */
    const nt_kind *kind = &site->inputs->kinds.items[i];
    for (size_t l = 0; l < kind->permalink_count; l++) {
      nt_str link = kind->permalinks[l].text;
      for (size_t at = nt_str_find(link, '{'); at < link.len;) {
        nt_str name = nt_str_sub(link, at + 1, at + nt_str_find(nt_str_sub(link, at, link.len), '}'));
        nt_push(&fields, nt_str_sub(name, 0, nt_str_find(name, '.')));
        link = nt_str_sub(link, at + 1, link.len);
        at = nt_str_find(link, '{');
      }
    }
  }
  nt_hash *hashes = NT_NEW_N(run->reader.arena, nt_hash, fields.len);
  nt_queries_columns(site, fields.items, fields.len, NT_BEFORE_PLAN, hashes);
  for (size_t i = 0; i < fields.len; i++) nt_run_trace(run, NT_KEY_FIELD, NT_SCOPE_ALL, fields.items[i], hashes[i]);
  nt_vec_deinit(&fields);
}

static void trace_rest(nt_run *run) {
  nt_run_trace(run, NT_KEY_QUERY, 0, NT_STR("assets"),
               nt_hash_combine(run->site->inputs->assets_hash, nt_assets_hash(run->site)));
  nt_run_trace(run, NT_KEY_QUERY, 0, NT_STR("collected"), run->site->plan.collect.value);
}

void nt_plan_word(nt_planning *p, nt_str lang, nt_str word, nt_page_record *record) {
  if (record) nt_map_set(&p->plan->words, nt_arena_format(p->arena, "%.*s:%.*s", NT_FMT(lang), NT_FMT(word)), record);
}

/* In a fixed order, which decides who keeps a path that two want. */
static void plan_all(nt_planning *p) {
  nt_plan *plan = p->plan;
  nt_plan_settle(p);
  nt_plan_lists(p);
  nt_plan_taxonomies(p);
  nt_plan_pages(p);
  nt_plan_redirects(p);
  nt_plan_files(p);
  for (size_t i = 0; i < plan->pages.len; i++)
    nt_map_set(&plan->by_url, plan->pages.items[i]->page.url, plan->pages.items[i]);
  nt_plan_lead(p);
  nt_plan_menus(p);
  nt_plan_links(p);
  nt_plan_trace_links(p);
  nt_vec_deinit(&p->redirects);
}

/* A page keeps its path: those that came since the last plan are put among all that ever were, from the end, and the
 * present ones follow that order. */
static void order_pages(nt_plan *plan) {
  size_t count = plan->numbered.len, known = plan->by_path.len, late = count - known;
  nt_page_record **fresh = nt_alloc((late + 1) * sizeof *fresh);
  for (size_t i = 0; i < late; i++) fresh[i] = plan->numbered.items[known + i];
  if (late) qsort(fresh, late, sizeof *fresh, by_path);
  nt_reserve(&plan->by_path, late);
  nt_page_record **all = plan->by_path.items;
  for (size_t at = count; late > 0;)
    all[--at] = known && by_path(&all[known - 1], &fresh[late - 1]) > 0 ? all[--known] : fresh[--late];
  free(fresh);
  plan->by_path.len = count;
  plan->pages.len = 0;
  for (size_t i = 0; i < count; i++)
    if (all[i]->present) plan->pages.items[plan->pages.len++] = all[i];
}

static bool is_for_people(const nt_page_record *record) {
  return nt_str_eq(record->page.output, NT_STR("html")) && !record->redirect.len && !record->asset;
}

/* Their hashes, together and one by one, when the pages are in order. */
static nt_hash finish_pages(nt_plan *plan, nt_site *site) {
  nt_hash hash = 1;
  nt_buf room = {0};
  plan->shown_hash = 1;
  for (size_t i = 0; i < plan->pages.len; i++) {
    nt_page_record *record = plan->pages.items[i];
    record->planned = page_hash(record, site, &room);
    hash = nt_hash_combine(hash, record->planned);
    if (!is_for_people(record)) continue;
    nt_push(&plan->shown, &record->page);
    plan->shown_hash = nt_hash_combine(plan->shown_hash, record->planned);
  }
  nt_buf_deinit(&room);
  return hash;
}

void nt_plan_make(nt_site *site, unsigned worker) {
  nt_seat *seat = &site->seats[worker];
  nt_plan *plan = &site->plan;
  nt_run run;
  bool holds = nt_step_holds(site, seat, NT_RUN_PLAN, &plan->step);
  nt_site_count(site, NT_STEP_PLAN, !holds);
  if (holds) return;
  for (size_t i = 0; i < plan->numbered.len; i++)
    plan->numbered.items[i]->was_present = plan->numbered.items[i]->present;
  plan->made++;
  nt_span span = nt_span_work(site->profile, NT_STEP_PLAN);
  nt_run_start(&run, site, seat, NT_RUN_PLAN);
  nt_planning p = {.site = site, .plan = plan, .run = &run, .arena = plan->arena, .diags = &run.diags};
  nt_plan_start_over(&p);
  nt_inputs_free(plan->inputs);
  plan->inputs = nt_inputs_share(site->inputs);
  trace_documents(&run);
  plan_all(&p);
  trace_rest(&run);
  order_pages(plan);
  nt_run_finish(&run, &plan->step, NT_STEP_OK, finish_pages(plan, site));
  nt_span_end(span);
}
