/* Collect hooks: once an epoch, over every frozen document. What they add is the value of one step. */
#include "engine/engine.h"
#include "engine/inputs/languages.h"
#include "engine/memo/keep.h"
#include "engine/run.h"

#include "base/path.h"

/* Does a source's item have this id already? */
static bool is_taken(nt_run *run, nt_str id) {
  nt_str name = nt_arena_format(run->reader.arena, "item:%.*s", NT_FMT(id)); /* it may be there and not in force */
  nt_key key = nt_key_of(NT_KEY_QUERY, 0, nt_names_id(run->site->names, name));
  nt_tracer_add(&run->seat->tracer, key, nt_key_now(run->site, NT_RUN_COLLECT, key));
  const nt_record *r = nt_records_find(&run->site->records, id);
  return r && r->listed && r->source != NT_SOURCE_NONE;
}

static void keep_documents(nt_run *run, nt_documents *documents, nt_collect_result *out) {
  const nt_inputs *in = run->site->inputs;
  for (size_t i = 0; i < documents->len; i++) {
    nt_document *doc = documents->items[i];
    const nt_kind *kind = nt_inputs_kind(in, doc->kind);
    nt_where where = {.doc = doc->id, .file = doc->file};
    nt_fields_context context = {.zone = in->zone, .file = doc->file};
    nt_value raw = doc->fields;
    if (!doc->lang.len) doc->lang = in->lang;
    doc->name = doc->id;
    nt_run_trace(run, NT_KEY_CONFIG, 0, nt_arena_format(run->reader.arena, "kinds/%.*s", NT_FMT(doc->kind)),
                 kind ? kind->hash : NT_HASH_ABSENT);
    if (is_taken(run, doc->id))
      nt_report(&run->diags, NT_MSG_script_derived_twice, where, doc->id);
    else if (!kind)
      nt_report(&run->diags, NT_MSG_kind_unknown, where, doc->kind, NT_STR(""));
    else if (nt_fields_apply(kind, &raw, &context, doc->arena, &run->diags, &doc->fields) &&
             nt_language_check(in, doc->lang, where, &run->diags))
      nt_push(&out->documents, nt_frozen_new(doc, NULL));
  }
}

/* Faults of what a hook called a collection are the step's own, so that they are said, and stop the commit, as long as
 * the step holds. */
static void read_added(nt_run *run, nt_collect_result *out) {
  nt_where where = nt_where_file(nt_path_join(run->reader.arena, run->site->name, NT_STR("scripts")), 0, 0);
  for (size_t i = 0; i < nt_value_len(&out->collections); i++) {
    const nt_entry *e = &out->collections.as.map->entries[i];
    nt_collection c;
    if (nt_collection_read(e->key, &e->value, where, out->arena, &run->diags, &c))
      nt_push(&out->added, c);
    else
      out->failed = true;
  }
}

static nt_hash result_hash(const nt_collect_result *r) {
  nt_hash hash = nt_hash_combine(nt_value_hash(&r->collections), nt_value_hash(&r->pages));
  hash = nt_hash_combine(hash, nt_value_hash(&r->redirects));
  for (size_t i = 0; i < r->documents.len; i++) hash = nt_hash_combine(hash, r->documents.items[i]->hash);
  return hash;
}

void nt_collect_run(nt_site *site, unsigned worker, nt_collect_result *out) {
  nt_seat *seat = &site->seats[worker];
  *out = (nt_collect_result){0};
  bool holds = nt_step_holds(site, seat, NT_RUN_COLLECT, &site->plan.collect);
  nt_site_count(site, NT_STEP_COLLECT, !holds);
  if (holds) return;
  nt_span span = nt_span_work(site->profile, NT_STEP_COLLECT);
  nt_run run;
  nt_collected collected = {0};
  nt_run_start(&run, site, seat, NT_RUN_COLLECT);
  nt_run_trace_hooks(&run, NT_EVENT_COLLECT);
  out->arena = nt_arena_new();
  out->collections = nt_map_new(out->arena);
  out->pages = nt_list_new(out->arena);
  out->redirects = nt_map_new(out->arena);
  nt_vm *vm = site->inputs->scripts.len ? nt_seat_vm(site, seat, NULL) : NULL;
  bool wanted = vm && nt_vm_wants(vm, NT_EVENT_COLLECT, nt_str_n("", 0));
  out->failed = wanted && nt_vm_run_collect(vm, &run.reader, &collected) != NT_HOOK_OK;
  if (wanted && !out->failed) {
    out->collections = nt_value_copy(&collected.collections, out->arena);
    out->pages = nt_value_copy(&collected.pages, out->arena);
    out->redirects = nt_value_copy(&collected.redirects, out->arena);
    keep_documents(&run, &collected.documents, out);
    read_added(&run, out);
  }
  nt_run_finish(&run, &out->step, out->failed ? NT_STEP_FAILED : NT_STEP_OK, result_hash(out));
  nt_span_end(span);
}

static void install_documents(nt_site *site, nt_collect_result *result) {
  nt_plan *plan = &site->plan;
  for (size_t i = 0; i < plan->added_slots.len; i++) {
    nt_record *added = site->records.slots.items[plan->added_slots.items[i]];
    if (added->source != NT_SOURCE_NONE) continue; /* an item has come by that id since */
    nt_record_clear(added);
    nt_site_show(site, added);
    nt_keep_changed(site, added);
  }
  plan->added_slots.len = 0;
  for (size_t i = 0; i < result->documents.len; i++) {
    nt_frozen *frozen = result->documents.items[i];
    nt_record *record = nt_records_get(&site->records, frozen->id);
    if (record->made) nt_record_clear(record);
    record->source = NT_SOURCE_NONE;
    record->path = record->id;
    nt_record_set_made(record, frozen);
    nt_site_show(site, record);
    nt_push(&plan->added_slots, record->slot);
    nt_keep_changed(site, record);
  }
  nt_vec_deinit(&result->documents);
}

/* A kind may have come to say something else of when they are published. */
static void forget_standings(nt_site *site) {
  for (size_t i = 0; i < site->plan.added_slots.len; i++) {
    nt_record *added = site->records.slots.items[site->plan.added_slots.items[i]];
    added->standing = (nt_standing){0};
    nt_site_show(site, added);
  }
}

/* The same value as before: what is there stays, for the plan borrows from it and shall hold. */
static bool install_nothing(nt_site *site, nt_collect_result *result) {
  nt_plan *plan = &site->plan;
  if (result->failed || plan->collect.state != NT_STEP_OK || plan->collect.value != result->step.value) return false;
  for (size_t i = 0; i < result->documents.len; i++) nt_frozen_free(result->documents.items[i]);
  nt_vec_deinit(&result->documents);
  nt_vec_deinit(&result->added);
  nt_arena_free(result->arena);
  nt_step_deinit(&plan->collect);
  plan->collect = result->step;
  nt_keep_collected(site);
  forget_standings(site);
  return true;
}

void nt_collect_install(nt_site *site, nt_collect_result *result) {
  nt_plan *plan = &site->plan;
  if (!result->arena || install_nothing(site, result)) return;
  nt_arena_free(plan->collected_arena);
  plan->collected_arena = result->arena;
  plan->collections = result->collections;
  plan->extra_pages = result->pages;
  plan->redirects = result->redirects;
  nt_step_deinit(&plan->collect);
  plan->collect = result->step;
  install_documents(site, result);
  plan->added.len = 0;
  for (size_t i = 0; i < result->added.len; i++) nt_push(&plan->added, result->added.items[i]);
  nt_vec_deinit(&result->added);
  nt_keep_collected(site);
}

const nt_collection *nt_plan_collection(const nt_site *site, nt_str name, bool with_added) {
  for (size_t i = 0; with_added && i < site->plan.added.len; i++)
    if (nt_str_eq(site->plan.added.items[i].name, name)) return &site->plan.added.items[i];
  return nt_inputs_collection(site->inputs, name);
}
