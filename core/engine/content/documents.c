#include "engine/content/documents.h"

#include "base/path.h"
#include "engine/content/good.h"
#include "engine/content/reading.h"
#include "engine/content/states.h"
#include "engine/engine.h"
#include "engine/memo/keep.h"
#include "engine/trace/edges.h"
#include "engine/trace/suspects.h"

/* ---- one record ---- */

/* Without hooks: what was parsed as it is, or nothing. */
static void take(nt_reading *r, nt_frozen *made) {
  r->record->unkept |= r->record->hooks.state != NT_STEP_NONE;
  nt_step_deinit(&r->record->hooks);
  nt_record_set_made(r->record, made);
  r->update->derives = true;
}

static void bring_into_force(nt_reading *r) {
  nt_record *record = r->record;
  nt_site *site = r->run.site;
  if (!record->parsed || nt_state_of_text(site, record) != NT_STATE_PUBLISHED) {
    take(r, NULL);
    return;
  }
  nt_vm *vm = site->inputs->scripts.len ? nt_seat_vm(site, r->run.seat, NULL) : NULL;
  if (!vm || (!nt_vm_wants(vm, NT_EVENT_DOCUMENT, record->parsed->kind) && !nt_vm_has_blocks(vm))) {
    if (record->made != record->parsed || record->hooks.state != NT_STEP_NONE) take(r, record->parsed);
    return;
  }
  bool holds = nt_step_holds(site, r->run.seat, NT_RUN_DOCUMENT, &record->hooks);
  /* A parse that gave the same document in new bytes: what was made goes on, or is the new object. */
  if (holds && !record->made && record->hooks.value == record->parsed->hash) nt_record_set_made(record, record->parsed);
  if (!holds) nt_reading_hooks(r, vm);
  nt_site_count(site, NT_STEP_DOCUMENT, !holds);
}

/* From the item's own bytes, which have been read if they were stale. */
static void read_own(nt_reading *r, bool was_stale, bool there) {
  nt_record *record = r->record;
  nt_site *site = r->run.site;
  nt_seat *seat = r->run.seat;
  bool holds = there && nt_step_holds(site, seat, NT_RUN_DOCUMENT, &record->parse);
  /* Hooks that failed and are to run again may find it good, and then the bytes are to be noted. */
  if (holds && record->hooks.state == NT_STEP_FAILED)
    holds = nt_step_holds(site, seat, NT_RUN_DOCUMENT, &record->hooks);
  /* The bytes are needed after all: a kind or an item hook changed. */
  if (there && !holds && !was_stale) there = nt_reading_item(r);
  if (!there) return;
  if (!holds) nt_reading_parse(r);
  nt_site_count(site, NT_STEP_PARSE, !holds);
  bring_into_force(r);
}

/* From the newest good ones. */
static void read_good(nt_reading *r) {
  bool holds = nt_step_holds(r->run.site, r->run.seat, NT_RUN_DOCUMENT, &r->record->parse);
  if (!holds) nt_good_parse(r);
  nt_site_count(r->run.site, NT_STEP_PARSE, !holds);
  bring_into_force(r);
}

static void update_record(nt_site *site, nt_seat *seat, nt_record_update *update, nt_buf *kept) {
  nt_reading r = {.update = update, .record = update->record, .kept = kept};
  r.run.site = site;
  r.run.seat = seat;
  r.source = site->sources.items.items[update->record->source];
  nt_arena *names = nt_arena_new_sized(512);
  r.file = nt_path_join(names, site->name, update->record->path);
  bool was_stale = r.record->stale, there = !was_stale || nt_reading_item(&r);
  bool stands = there && nt_good_holds(&r);
  if (!stands) {
    nt_good_dismiss(r.record);
    read_own(&r, was_stale, there);
    stands = !update->gone && nt_good_settle(&r);
  }
  if (stands) read_good(&r);
  nt_buf_deinit(&r.bytes);
  nt_arena_free(names);
}

/* ---- the job ---- */

static void work(nt_job *job, unsigned worker) {
  nt_document_job *batch = (nt_document_job *)job;
  nt_site *site = batch->site;
  nt_span span = nt_span_job(site->profile, worker);
  nt_turn turn = nt_turn_begin(&site->seats[worker]);
  for (size_t i = 0; i < batch->count; i++) {
    nt_record_update *update = &batch->updates[i];
    update->skipped = nt_atomic_get(&site->cancel) || nt_turn_is_over(&turn);
    if (update->skipped) continue;
    update_record(site, &site->seats[worker], update, &batch->kept);
    size_t before = batch->kept.len;
    nt_keep_encode_document(site, update->record, &batch->kept);
    update->row_len = batch->kept.len - before;
  }
  nt_span_end(span);
}

nt_document_job *nt_document_job_new(nt_site *site) {
  nt_document_job *batch = NULL;
  while (site->dirty.len && (!batch || batch->count < NT_DOCUMENT_BATCH)) {
    nt_record *record = site->dirty.items[--site->dirty.len];
    if (!record->dirty || record->queued || !record->listed) continue;
    if (!batch) {
      batch = nt_zalloc(sizeof *batch);
      batch->site = site;
      batch->job.work = work;
    }
    record->dirty = false;
    record->queued = true;
    batch->updates[batch->count++].record = record;
  }
  return batch;
}

static void clear(nt_site *site, nt_record *record) {
  nt_record_clear(record);
  nt_site_show(site, record);
  nt_keep_changed(site, record);
}

/* What a hook derived before is taken out of force; what it derives now is put there. */
static void install_derived(nt_site *site, nt_record_update *update) {
  nt_record *parent = update->record;
  uint32_t *before = parent->derived;
  size_t before_count = parent->derived_count;
  parent->derived = update->derived.len ? nt_alloc(update->derived.len * sizeof(uint32_t)) : NULL;
  parent->derived_count = update->derived.len;
  for (size_t i = 0; i < before_count; i++) clear(site, site->records.slots.items[before[i]]);
  free(before);
  for (size_t i = 0; i < update->derived.len; i++) {
    nt_frozen *frozen = update->derived.items[i];
    nt_record *record = nt_records_get(&site->records, frozen->id);
    if (record->made) nt_record_clear(record);
    record->parent = parent->slot + 1;
    record->source = parent->source;
    record->path = parent->path;
    nt_record_set_made(record, frozen);
    record->listed = true;
    parent->derived[i] = record->slot;
    nt_site_show(site, record);
    nt_keep_changed(site, record);
  }
}

void nt_document_remove(nt_site *site, nt_record *record) {
  for (size_t i = 0; i < record->derived_count; i++) clear(site, site->records.slots.items[record->derived[i]]);
  nt_edges_forget(site, nt_reader_document(record));
  clear(site, record);
}

static nt_str take_next(nt_str *bytes, size_t len) {
  nt_str next = nt_str_sub(*bytes, 0, len);
  *bytes = nt_str_sub(*bytes, len, bytes->len);
  return next;
}

void nt_document_job_install(nt_document_job *batch) {
  nt_site *site = batch->site;
  nt_str kept = nt_buf_str(&batch->kept);
  for (size_t i = 0; i < batch->count; i++) {
    nt_record_update *update = &batch->updates[i];
    nt_record *record = update->record;
    nt_str good = take_next(&kept, update->good_len), row = take_next(&kept, update->row_len);
    record->queued = false;
    if (update->skipped) {
      nt_site_mark(site, record);
    } else if (update->gone) {
      nt_document_remove(site, record);
    } else {
      if (update->derives) install_derived(site, update);
      nt_keep_document(site, record, row);
      if (update->has_good) nt_keep_good(site, record, good);
    }
    nt_good_follow(site, record);
    if (!update->skipped && !update->gone) nt_suspects_follow_document(site, record);
    nt_vec_deinit(&update->derived);
    if (record->dirty) nt_push(&site->dirty, record); /* it changed again while the job held it */
  }
  nt_buf_deinit(&batch->kept);
  free(batch);
}
