#include "engine/plan.h"

#include "base/path.h"
#include "engine/engine.h"
#include "engine/run.h"

/* A plan in the making. Pages are claimed in a fixed order, so that which of two keeps a path never depends on
 * scheduling: documents by date, then id; then lists by name; then what hooks added; then assets. */
typedef struct planning {
  nt_site *site;
  nt_plan *plan;
  nt_arena *arena;
  nt_diags *diags;
  nt_map folders; /* each folder that a page lies in -> the first page there */
} planning;

void nt_plan_init(nt_plan *plan) {
  *plan = (nt_plan){.paths = nt_arena_new(), .arena = nt_arena_new(), .collected_arena = nt_arena_new()};
  plan->collections = nt_map_new(plan->collected_arena);
  plan->extra_pages = nt_list_new(plan->collected_arena);
  plan->redirects = nt_map_new(plan->collected_arena);
}

void nt_plan_deinit(nt_plan *plan) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&plan->records, &i, &e);) {
    nt_page_record *page = e->value;
    nt_step_deinit(&page->params);
    nt_step_deinit(&page->render);
    nt_step_deinit(&page->output);
    nt_arena_free(page->hooked_arena);
    free(page);
  }
  nt_map_deinit(&plan->records);
  nt_map_deinit(&plan->urls);
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

nt_str nt_plan_url(const nt_plan *plan, nt_str id) {
  const nt_str *url = nt_map_get(&plan->urls, id);
  return url ? *url : nt_str_n("", 0);
}

nt_page_record *nt_plan_page(const nt_plan *plan, nt_str path) {
  nt_page_record *page = nt_map_get(&plan->records, path);
  return page && page->present ? page : NULL;
}

/* ---- paths ---- */

/* "/a/b/" is the file a/b/index.html; "/a/b" is a/b. */
static bool path_of_url(planning *p, nt_str url, nt_str extension, nt_str *path) {
  if (!url.len || url.ptr[0] != '/') return false;
  nt_str below = nt_str_sub(url, 1, url.len);
  if (!below.len || below.ptr[below.len - 1] == '/')
    below = nt_arena_format(p->arena, "%.*sindex.%.*s", NT_FMT(below), NT_FMT(extension));
  if (nt_str_search(below, NT_STR("..")) < below.len) { /* even where it would not lead out, nobody means it */
    nt_str normal;
    if (!nt_path_normal(below, p->arena, &normal) || !nt_str_eq(normal, below)) return false;
  }
  return nt_path_normal(below, p->arena, path);
}

static nt_hash page_hash(const nt_page *page, const nt_page_record *record, const nt_site *site) {
  nt_buf b = {0};
  const nt_str parts[] = {page->path, page->url,  page->output, page->template_name, page->kind,      page->collection,
                          page->prev, page->next, page->lang,   page->origin,        record->redirect};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    nt_buf_varint(&b, parts[i].len);
    nt_buf_put(&b, parts[i]);
  }
  nt_buf_varint(&b, page->number);
  nt_buf_varint(&b, page->count);
  nt_buf_varint(&b, page->first);
  nt_buf_varint(&b, page->shown);
  const nt_record *doc = nt_records_at(&site->records, page->document);
  nt_buf_varint(&b, doc ? doc->id_hash + doc->generation : 0);
  nt_value_encode(&page->params, &b);
  if (record->asset) {
    nt_buf_put(&b, record->asset->file);
    nt_buf_put(&b, nt_str_n((const char *)&record->asset->stamp, sizeof record->asset->stamp));
    nt_buf_varint(&b, record->asset->layer);
  }
  nt_hash hash = nt_hash_bytes(nt_buf_str(&b));
  nt_buf_deinit(&b);
  return hash;
}

/* The page that makes this path impossible: one that lies below it, or one that it would lie below. */
static const nt_page_record *in_the_way(planning *p, nt_str path) {
  const nt_page_record *below = nt_map_get(&p->folders, path);
  for (nt_str dir = nt_path_dir(path); !below && dir.len; dir = nt_path_dir(dir)) {
    const nt_page_record *above = nt_map_get(&p->plan->records, dir);
    if (above && above->present) return above;
  }
  return below;
}

static void keep_folders(planning *p, nt_page_record *record) {
  for (nt_str dir = nt_path_dir(record->path); dir.len && !nt_map_has(&p->folders, dir); dir = nt_path_dir(dir))
    nt_map_set(&p->folders, dir, record);
}

/* The page gets its path, unless somebody has it or is in the way. */
static nt_page_record *claim(planning *p, const nt_page *page, nt_str owner, nt_where where) {
  const nt_page_record *other = in_the_way(p, page->path);
  if (other) {
    nt_report(p->diags, NT_MSG_path_blocked, where, owner, page->path, other->owner, other->path);
    return NULL;
  }
  nt_page_record *record = nt_map_get(&p->plan->records, page->path);
  if (record && record->present) {
    nt_report(p->diags, NT_MSG_path_taken, where, owner, page->path, record->owner);
    return NULL;
  }
  if (!record) {
    record = nt_zalloc(sizeof *record);
    record->path = nt_arena_str(p->plan->paths, page->path);
    nt_map_set(&p->plan->records, record->path, record);
  }
  record->present = true;
  record->page = *page;
  record->page.path = record->path;
  /* Kept as long as the record: a page that a cancelled round staged may be taken away after the plan was made anew. */
  if (!nt_str_eq(record->owner, owner)) record->owner = nt_arena_str(p->plan->paths, owner);
  record->asset = NULL;
  record->redirect = nt_str_n("", 0);
  nt_push(&p->plan->pages, record);
  keep_folders(p, record);
  return record;
}

/* ---- documents ---- */

static nt_where where_document(const nt_record *r) {
  return (nt_where){.doc = r->frozen->id, .file = r->frozen->file, .line = 1, .column = 1};
}

static bool output_takes(planning *p, nt_str output, uint32_t takes, nt_where where, nt_str what) {
  const nt_plugin *plugin = nt_outputs_find(p->site->engine, output);
  if (!plugin) {
    nt_buf names = {0};
    nt_outputs_names(p->site->engine, &names);
    nt_report(p->diags, NT_MSG_output_unknown, where, output, nt_buf_str(&names));
    nt_buf_deinit(&names);
    return false;
  }
  if (plugin->output.takes & takes) return true;
  nt_report(p->diags, NT_MSG_output_refuses, where, output, what);
  return false;
}

static nt_str extension_of(planning *p, nt_str output) {
  return nt_str_c(nt_outputs_find(p->site->engine, output)->output.extension);
}

/* The first output has the document's own URL; others stand beside it with their extension. */
static void plan_output(planning *p, nt_record *r, nt_str url, nt_str output, bool first, const nt_kind *kind) {
  nt_where where = where_document(r);
  if (!output_takes(p, output, NOTIS_TAKES_DOCUMENT, where, r->frozen->id)) return;
  nt_str template_name = nt_value_str(nt_map_find(&r->frozen->fields, NT_STR("template")));
  nt_page page = {.output = output,
                  .template_name = template_name.len ? nt_arena_str(p->arena, template_name) : kind->template_name,
                  .document = nt_record_ref(r),
                  .kind = kind->name,
                  .url = url,
                  .lang = nt_arena_str(p->arena, r->frozen->lang),
                  .params = nt_map_new(p->arena),
                  .origin = r->id};
  if (!first && url.ptr[url.len - 1] != '/')
    page.url = nt_arena_format(p->arena, "%.*s.%.*s", NT_FMT(nt_str_sub(url, 0, nt_str_find_last(url, '.'))),
                               NT_FMT(extension_of(p, output)));
  if (!path_of_url(p, page.url, extension_of(p, output), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, where, page.url);
    return;
  }
  if (!first && url.ptr[url.len - 1] == '/') page.url = nt_arena_format(p->arena, "/%.*s", NT_FMT(page.path));
  nt_page_record *record = claim(p, &page, r->id, where);
  if (first) r->displaced = !record;
  if (!record || !first) return;
  nt_str *kept = NT_NEW(p->arena, nt_str);
  *kept = url;
  nt_map_set(&p->plan->urls, r->id, kept);
}

static void plan_document(planning *p, nt_record *r) {
  const nt_kind *kind = nt_inputs_kind(p->site->inputs, r->frozen->kind);
  nt_str url;
  r->displaced = false;
  if (!kind || !kind->permalink.len) return;
  if (!nt_permalink(kind, &r->frozen->fields, r->frozen->name, where_document(r), p->arena, p->diags, &url)) return;
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

static void plan_documents(planning *p) {
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
  nt_queries_turn(site->queries); /* nobody else asks while the plan is made */
}

/* ---- lists ---- */

static nt_str list_url(planning *p, const nt_collection *c, uint32_t number) {
  if (number == 1) return c->path;
  return nt_arena_format(p->arena, "%.*ssida/%u/", NT_FMT(c->path), number);
}

static void plan_list(planning *p, nt_run *run, const nt_collection *c) {
  nt_docrefs docs;
  nt_where where = nt_config_where(&p->site->inputs->files, c->config.pos);
  nt_str owner = nt_arena_format(p->arena, "collection/%.*s", NT_FMT(c->name));
  if (!c->path.len || !output_takes(p, NT_STR("html"), NOTIS_TAKES_COLLECTION, where, owner)) return;
  if (run->reader.ops->query(&run->reader, nt_query_of(p->arena, c->name), p->diags, &docs) != NT_READ_OK) return;
  uint64_t per_page = c->per_page ? c->per_page : docs.len ? docs.len : 1;
  uint32_t count = docs.len ? (uint32_t)((docs.len + per_page - 1) / per_page) : 1;
  for (uint32_t number = 1; number <= count; number++) {
    uint64_t first = (number - 1) * per_page, left = docs.len - first;
    nt_page page = {.output = NT_STR("html"),
                    .template_name = c->template_name.len ? c->template_name : NT_STR("list.html"),
                    .collection = c->name,
                    .number = number,
                    .count = count,
                    .first = first,
                    .shown = left < per_page ? left : per_page,
                    .lang = p->site->inputs->lang,
                    .origin = owner,
                    .url = list_url(p, c, number)};
    const nt_value *params = nt_map_find(&c->config, NT_STR("params"));
    page.params = params ? nt_value_copy(params, p->arena) : nt_map_new(p->arena);
    const nt_value *title = nt_map_find(&c->config, NT_STR("title"));
    if (title) nt_map_put(&page.params, p->arena, NT_STR("title"), title->pos, nt_value_copy(title, p->arena));
    if (number > 1) page.prev = list_url(p, c, number - 1);
    if (number < count) page.next = list_url(p, c, number + 1);
    if (!path_of_url(p, page.url, NT_STR("html"), &page.path))
      nt_report(p->diags, NT_MSG_path_outside, where, page.url);
    else
      claim(p, &page, owner, where);
  }
}

static void plan_lists(planning *p, nt_run *run) {
  const nt_inputs *in = p->site->inputs;
  run->reader.ops->config(&run->reader, NT_STR("collections"));
  for (size_t i = 0; i < in->collections.len; i++) plan_list(p, run, &in->collections.items[i]);
  for (size_t i = 0; i < p->plan->added.len; i++) plan_list(p, run, &p->plan->added.items[i]);
}

/* ---- what hooks added, and assets ---- */

static void plan_extra(planning *p, const nt_value *map) {
  nt_str script = nt_value_str(nt_map_find(map, NT_STR("script")));
  nt_where where = nt_where_file(script, 0, 0);
  nt_str output = nt_value_str(nt_map_find(map, NT_STR("output")));
  nt_page page = {.url = nt_value_str(nt_map_find(map, NT_STR("path"))),
                  .template_name = nt_value_str(nt_map_find(map, NT_STR("template"))),
                  .output = output.len ? output : NT_STR("html"),
                  .lang = p->site->inputs->lang,
                  .origin = script};
  const nt_value *params = nt_map_find(map, NT_STR("params"));
  page.params = params && params->type == NT_MAP ? nt_value_copy(params, p->arena) : nt_map_new(p->arena);
  if (!output_takes(p, page.output, NOTIS_TAKES_SITE, where, page.url)) return;
  if (!page.url.len || page.url.ptr[0] != '/')
    nt_report0(p->diags, NT_MSG_page_bad_path, where);
  else if (!path_of_url(p, page.url, extension_of(p, page.output), &page.path))
    nt_report(p->diags, NT_MSG_path_outside, where, page.url);
  else
    claim(p, &page, script, where);
}

static void plan_redirect(planning *p, const nt_entry *e) {
  nt_page page = {.url = e->key, .output = NT_STR(""), .params = nt_map_new(p->arena), .origin = NT_STR("redirect")};
  if (!path_of_url(p, page.url, NT_STR("html"), &page.path)) {
    nt_report(p->diags, NT_MSG_path_outside, (nt_where){0}, page.url);
    return;
  }
  nt_page_record *record = claim(p, &page, NT_STR("redirect"), (nt_where){0});
  if (record) record->redirect = nt_value_str(&e->value);
}

static void plan_asset(planning *p, const nt_asset *asset) {
  nt_page page = {.path = asset->path, .params = nt_map_new(p->arena), .origin = asset->file};
  page.url = nt_arena_format(p->arena, "/%.*s", NT_FMT(asset->path));
  nt_str shown = nt_inputs_shown(p->site->inputs, asset->layer, asset->file, p->arena);
  nt_page_record *record = claim(p, &page, asset->file, nt_where_file(shown, 0, 0));
  if (record) record->asset = asset;
}

/* ---- the step ---- */

static int by_path(const void *a, const void *b) {
  return nt_str_cmp((*(nt_page_record *const *)a)->path, (*(nt_page_record *const *)b)->path);
}

static void start_over(nt_plan *plan) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&plan->records, &i, &e);) ((nt_page_record *)e->value)->present = false;
  plan->pages.len = 0;
  nt_map_clear(&plan->urls);
  nt_arena_reset(plan->arena);
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
  static const char *const always[] = {"id", "kind", "lang", "template", "slug", "date"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) nt_push(&fields, nt_str_c(always[i]));
  for (size_t i = 0; i < site->inputs->kinds.len; i++) { /* fields that permalinks name */
    nt_str link = site->inputs->kinds.items[i].permalink;
    for (size_t at = nt_str_find(link, '{'); at < link.len;) {
      nt_str name = nt_str_sub(link, at + 1, at + nt_str_find(nt_str_sub(link, at, link.len), '}'));
      nt_push(&fields, nt_str_sub(name, 0, nt_str_find(name, '.')));
      link = nt_str_sub(link, at + 1, link.len);
      at = nt_str_find(link, '{');
    }
  }
  nt_hash *hashes = NT_NEW_N(run->reader.arena, nt_hash, fields.len);
  nt_queries_columns(site, fields.items, fields.len, NT_BEFORE_PLAN, hashes);
  for (size_t i = 0; i < fields.len; i++) nt_run_trace(run, NT_KEY_FIELD, NT_SCOPE_ALL, fields.items[i], hashes[i]);
  nt_vec_deinit(&fields);
}

static void trace_rest(nt_run *run) {
  nt_run_trace(run, NT_KEY_QUERY, 0, NT_STR("assets"), run->site->inputs->assets_hash);
  nt_run_trace(run, NT_KEY_QUERY, 0, NT_STR("collected"), run->site->plan.collect.value);
}

void nt_plan_make(nt_site *site, unsigned worker) {
  nt_seat *seat = &site->seats[worker];
  nt_plan *plan = &site->plan;
  nt_run run;
  bool holds = nt_step_holds(site, seat, NT_RUN_PLAN, &plan->step);
  nt_site_count(site, NT_STEP_PLAN, !holds);
  if (holds) return;
  nt_run_start(&run, site, seat, NT_RUN_PLAN);
  start_over(plan);
  nt_inputs_free(plan->inputs);
  plan->inputs = nt_inputs_share(site->inputs);
  planning p = {.site = site, .plan = plan, .arena = plan->arena, .diags = &run.diags};
  trace_documents(&run);
  plan_documents(&p);
  plan_lists(&p, &run);
  for (size_t i = 0; i < nt_value_len(&plan->extra_pages); i++) plan_extra(&p, &plan->extra_pages.as.list->items[i]);
  for (size_t i = 0; i < nt_value_len(&plan->redirects); i++) plan_redirect(&p, &plan->redirects.as.map->entries[i]);
  for (size_t i = 0; i < site->inputs->assets.len; i++) plan_asset(&p, &site->inputs->assets.items[i]);
  trace_rest(&run);
  nt_map_deinit(&p.folders);
  if (plan->pages.len) qsort(plan->pages.items, plan->pages.len, sizeof *plan->pages.items, by_path);
  nt_hash hash = 1;
  for (size_t i = 0; i < plan->pages.len; i++) {
    nt_page_record *record = plan->pages.items[i];
    record->planned = page_hash(&record->page, record, site);
    hash = nt_hash_combine(hash, record->planned);
  }
  nt_run_finish(&run, &plan->step, NT_STEP_OK, hash);
}
