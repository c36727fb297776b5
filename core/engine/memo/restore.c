/* A site as it was when its memo was last flushed. Nothing of it is believed to be so still: documents are not listed
 * until a scan lists them, pages are not present until they are planned, and every step is held against its trace. */
#include "engine/memo/keeping.h"

#include "engine/engine.h"

#include <stdlib.h>

typedef struct restoring {
  nt_site *site;
  nt_keep *keep;
  nt_kept_head head;
  uint64_t rows; /* of the table that is read */
  bool bad;
} restoring;

/* ---- names ---- */

static bool take_names(void *ud, uint64_t key, nt_str bytes) {
  restoring *r = ud;
  nt_decoder d = {.bytes = bytes};
  uint64_t id = key * NT_KEPT_NAMES;
  if (key != r->rows++) r->bad = true;
  for (; !r->bad && d.at < bytes.len && id < r->head.now.names; id++) {
    nt_str name = nt_decode_str(&d);
    if (d.damaged || nt_names_id(r->site->names, name) != id) r->bad = true;
  }
  return !r->bad;
}

static bool restore_names(restoring *r) {
  r->rows = 0;
  nt_memo_each(r->site->memo, 0, NT_MEMO_NAMES, take_names, r);
  return !r->bad && nt_names_count(r->site->names) == r->head.now.names;
}

/* ---- documents ---- */

static void take_row(nt_site *site, nt_record *record, nt_record_row *row) {
  if (row->path.len) record->path = nt_arena_str(site->records.arena, row->path);
  if (row->fingerprint.ptr) record->fingerprint = nt_heap_str(row->fingerprint);
  record->generation = row->generation;
  record->parent = row->parent;
  record->source = row->is_collected ? NT_SOURCE_NONE : row->source;
  record->racy = row->racy;
  record->stale = row->stale;
  record->item = row->item;
  record->item_hooks = row->item_hooks;
  record->parse = row->parse;
  record->hooks = row->hooks;
  record->parsed = row->parsed;
  record->made = row->made;
  record->made_is_kept = row->made && (!row->parsed || row->made->blob != row->parsed->blob);
  memcpy(record->goods, row->goods, sizeof record->goods);
  record->good_epoch = row->good_epoch;
  record->good_row = row->good_row;
  record->unkept = false;
}

static bool take_record(void *ud, uint64_t key, nt_str bytes) {
  restoring *r = ud;
  nt_record_row row;
  if (key != r->rows++ || key >= r->head.now.slots || !nt_decode_record(bytes, &row)) {
    r->bad = true;
    return false;
  }
  nt_record *record = nt_records_get(&r->site->records, row.id);
  if (record->slot != key) {
    nt_record_row_deinit(&row);
    r->bad = true;
    return false;
  }
  take_row(r->site, record, &row);
  return true;
}

static void forget(restoring *r, nt_record *record) {
  r->keep->damaged = true;
  nt_record_clear(record);
}

/* Its item's bytes were at fault, and others stood in for them (codec_document.c). */
static bool is_bare(const nt_record *record) {
  return !record->parsed && record->parse.state == NT_STEP_NONE;
}

/* Who was derived belongs to a document that is there, and is listed with it. */
static void link_parent(restoring *r, nt_record *record) {
  nt_records *records = &r->site->records;
  nt_record *parent = record->parent <= records->slots.len ? records->slots.items[record->parent - 1] : NULL;
  if (!record->made) return;
  if (parent && !parent->parent && is_bare(parent)) {
    nt_record_clear(record);
    return;
  }
  if (!parent || parent->parent || !parent->parsed || record == parent) {
    forget(r, record);
    return;
  }
  parent->derived = nt_realloc(parent->derived, (parent->derived_count + 1) * sizeof *parent->derived);
  parent->derived[parent->derived_count++] = record->slot;
  record->listed = true;
}

static bool restore_records(restoring *r) {
  nt_records *records = &r->site->records;
  r->rows = 0;
  nt_memo_each(r->site->memo, 0, NT_MEMO_RECORDS, take_record, r);
  if (r->bad || records->slots.len != r->head.now.slots) return false;
  for (size_t i = 0; i < records->slots.len; i++)
    if (records->slots.items[i]->parent) link_parent(r, records->slots.items[i]);
  return true;
}

/* ---- what collect hooks gave ---- */

static void read_added(nt_plan *plan) {
  nt_arena *arena = nt_arena_new_sized(512);
  nt_diags said; /* by the step itself, which is told again */
  nt_diags_init(&said, arena);
  for (size_t i = 0; i < nt_value_len(&plan->collections); i++) {
    const nt_entry *e = &plan->collections.as.map->entries[i];
    nt_collection c;
    if (nt_collection_read(e->key, &e->value, (nt_where){0}, plan->collected_arena, &said, &c))
      nt_push(&plan->added, c);
  }
  nt_arena_free(arena);
}

static void take_collected(restoring *r, nt_collect_row *row) {
  nt_plan *plan = &r->site->plan;
  nt_arena_free(plan->collected_arena);
  plan->collected_arena = row->arena;
  plan->collections = row->collections;
  plan->extra_pages = row->pages;
  plan->redirects = row->redirects;
  plan->collect = row->step;
  for (size_t i = 0; i < row->slot_count; i++) nt_push(&plan->added_slots, row->slots[i]);
  read_added(plan);
}

static bool names_documents(const restoring *r, const nt_collect_row *row) {
  const nt_records *records = &r->site->records;
  for (size_t i = 0; i < row->slot_count; i++) {
    if (row->slots[i] >= records->slots.len) return false;
    const nt_record *record = records->slots.items[row->slots[i]];
    if (record->source != NT_SOURCE_NONE || !record->made) return false;
  }
  return true;
}

/* A document that no hook is known to have added any more is none. */
static void forget_strays(restoring *r) {
  nt_records *records = &r->site->records;
  for (size_t i = 0; i < records->slots.len; i++) {
    nt_record *record = records->slots.items[i];
    bool known = record->source != NT_SOURCE_NONE || !record->made;
    for (size_t k = 0; !known && k < r->site->plan.added_slots.len; k++)
      known = r->site->plan.added_slots.items[k] == record->slot;
    if (!known) nt_record_clear(record);
  }
}

static void restore_collected(restoring *r) {
  nt_buf bytes = {0};
  nt_collect_row row;
  if (nt_memo_read(r->site->memo, 0, NT_MEMO_SITE, NT_KEPT_COLLECT, &bytes)) {
    if (!nt_decode_collect(nt_buf_str(&bytes), &row)) {
      r->keep->damaged = true;
    } else if (names_documents(r, &row)) {
      take_collected(r, &row);
    } else {
      nt_collect_row_deinit(&row);
    }
  }
  forget_strays(r);
  nt_buf_deinit(&bytes);
}

/* ---- pages ---- */

static void take_hooked(nt_page_record *page, nt_page_row *row) {
  if (!row->hooked_arena) return;
  page->hooked_arena = row->hooked_arena;
  page->hooked = NT_NEW(page->hooked_arena, nt_page);
  page->hooked->params = row->hooked_params;
  page->hooked->template_name = row->hooked_template;
}

static bool take_page(void *ud, uint64_t key, nt_str bytes) {
  restoring *r = ud;
  nt_plan *plan = &r->site->plan;
  nt_page_row row;
  if (!nt_decode_page(bytes, &row)) {
    nt_push(&r->keep->dropped, key);
    return true;
  }
  if (key >= r->head.now.pages || key < plan->numbered.len || nt_map_has(&plan->records, row.path)) {
    nt_page_row_deinit(&row);
    nt_push(&r->keep->dropped, key);
    return true;
  }
  while (plan->numbered.len < key) nt_plan_number(plan); /* of pages that are no more */
  nt_page_record *page = nt_plan_number(plan);
  page->path = nt_arena_str(plan->paths, row.path);
  page->owner = nt_arena_str(plan->paths, row.owner);
  page->params = row.params;
  page->render = row.render;
  page->output = row.output;
  page->bytes = row.bytes;
  page->withheld = row.withheld;
  page->why = row.why;
  take_hooked(page, &row);
  nt_map_set(&plan->records, page->path, page);
  return true;
}

/* The page whose row is damaged gets a new number, and the row would stay. */
static void drop_damaged_pages(restoring *r) {
  const nt_plan *plan = &r->site->plan;
  for (uint64_t i = 0; i < r->head.now.pages; i++)
    if (i >= plan->numbered.len || !plan->numbered.items[i]->path.len) nt_push(&r->keep->dropped, i);
}

static void restore_pages(restoring *r) {
  size_t damaged = nt_memo_damaged(r->site->memo);
  nt_memo_each(r->site->memo, 0, NT_MEMO_PAGES, take_page, r);
  if (nt_memo_damaged(r->site->memo) > damaged) drop_damaged_pages(r);
}

/* ---- the whole ---- */

static const uint64_t NEVER_PUT = UINT64_MAX;

static void restore_assets(restoring *r) {
  nt_buf bytes = {0};
  if (nt_memo_read(r->site->memo, 0, NT_MEMO_SITE, NT_KEPT_ASSETS, &bytes))
    nt_assets_known_decode(r->site->assets, nt_buf_str(&bytes));
  r->keep->assets = nt_assets_known_changes(r->site->assets);
  if (nt_memo_damaged(r->site->memo)) r->keep->assets = NEVER_PUT; /* it may be that row */
  nt_buf_deinit(&bytes);
}

static void forget_all(nt_site *site) {
  nt_records_deinit(&site->records);
  nt_records_init(&site->records);
  nt_names_free(site->names);
  site->names = nt_names_new();
}

void nt_keep_restore(nt_site *site) {
  restoring r = {.site = site, .keep = site->keep};
  nt_buf bytes = {0};
  bool there = nt_memo_read(site->memo, 0, NT_MEMO_SITE, NT_KEPT_HEAD, &bytes);
  bool whole = there && nt_kept_read_head(nt_buf_str(&bytes), &r.head);
  nt_buf_deinit(&bytes);
  site->keep->outgrown = whole && nt_kept_is_outgrown(&r.head);
  if (site->keep->outgrown) return;
  if (!whole || !restore_names(&r) || !restore_records(&r)) {
    forget_all(site);
    site->keep->ruined = there || nt_memo_damaged(site->memo);
    return;
  }
  site->keep->head = r.head;
  site->keep->found_good = r.head.found_good;
  site->goods.committed = r.head.committed;
  site->epoch += r.head.epoch;
  restore_collected(&r);
  restore_pages(&r);
  restore_assets(&r);
}
