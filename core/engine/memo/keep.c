#include "engine/memo/keeping.h"

#include "base/path.h"
#include "engine/content/bodies.h"
#include "engine/content/good.h"
#include "engine/engine.h"

#include <stdlib.h>

/* What steps give that have the same trace may be another with another of these. */
enum { FORMAT = 2 };
/* A memo that is small need not be smaller. */
enum { SPARE = 500 };

/* ---- opening and closing ---- */

/* A site's name is a path, and a memo is one file. */
static nt_str file_of(const nt_site *site, nt_arena *arena) {
  static const char digits[] = "0123456789abcdef";
  nt_buf name = {0};
  for (size_t i = 0; i < site->name.len; i++) {
    char c = site->name.ptr[i];
    bool plain = c != '/' && c != '%';
    if (!plain) nt_buf_byte(&name, '%');
    nt_buf_byte(&name, plain ? c : digits[(uint8_t)c >> 4]);
    if (!plain) nt_buf_byte(&name, digits[c & 15]);
  }
  nt_str dir = nt_path_join(arena, site->engine->root, NT_STR(".notis/memo"));
  nt_str path = nt_path_join(arena, dir, nt_buf_str(&name));
  nt_buf_deinit(&name);
  return path;
}

static void open_memo(nt_site *site) {
  nt_memo_found found = NT_MEMO_NEW;
  nt_keep *k = site->keep = nt_zalloc(sizeof *k);
  nt_hash version = nt_hash_combine(nt_memo_program(), FORMAT);
  version = nt_hash_combine(version, site->engine->options.memo_version);
  k->site = site;
  site->memo = nt_memo_open(file_of(site, site->engine->arena), version, nt_pool_workers(site->engine->pool), &found);
  k->waits = found == NT_MEMO_KEPT;
  k->damaged = found == NT_MEMO_DAMAGED;
}

void nt_keep_close(nt_site *site) {
  if (!site->keep) return;
  nt_memo_close(site->memo);
  site->memo = NULL;
  nt_vec_deinit(&site->keep->dropped);
  free(site->keep);
  site->keep = NULL;
}

/* A body is read when a step needs it, and a flush ends when it may. */
static void look(nt_site *site, nt_keep *k) {
  size_t damaged = nt_memo_damaged(site->memo);
  k->damaged |= damaged > k->found_damaged;
  k->found_damaged = damaged;
  k->unusable |= !k->told_unusable && !nt_memo_keeps(site->memo);
  k->told_unusable |= k->unusable;
}

void nt_keep_report(nt_site *site) {
  nt_keep *k = site->keep;
  if (!k) return;
  look(site, k);
  nt_where where = nt_where_file(site->name, 0, 0);
  if (k->damaged) nt_report(&site->faults, NT_MSG_memo_damaged, where, site->name);
  if (!k->unusable) return;
  nt_report(&site->faults, NT_MSG_memo_unusable, where, site->name);
  nt_goods_recover(site);
}

/* ---- documents ---- */

/* After a flush that failed the memo has nothing, and takes nothing: the next process begins it anew. Bodies that it
 * had are made again when they are needed, and stay in memory. */
bool nt_keep_is_on(const nt_site *site) {
  return site->keep && nt_memo_keeps(site->memo);
}

void nt_keep_encode_document(const nt_site *site, nt_record *r, nt_buf *row) {
  if (!nt_keep_is_on(site) || !r->unkept) return;
  nt_encode_record(r, row);
  r->unkept = false;
}

void nt_keep_document(nt_site *site, nt_record *r, nt_str row) {
  if (!nt_keep_is_on(site) || !row.len) return;
  bool made_has_own = r->made && (!r->parsed || r->made->blob != r->parsed->blob);
  nt_memo_put(site->memo, NT_MEMO_RECORDS, r->slot, row);
  nt_bodies_put(site, r);
  if (!r->parsed) nt_memo_remove(site->memo, NT_MEMO_BODIES, 2 * (uint64_t)r->slot);
  if (r->made_is_kept && !made_has_own) nt_memo_remove(site->memo, NT_MEMO_BODIES, 2 * (uint64_t)r->slot + 1);
  r->made_is_kept = made_has_own;
  for (unsigned i = 0; !r->listed && i < 2; i++) nt_memo_remove(site->memo, NT_MEMO_ITEMS, nt_good_key(r, i));
  site->keep->changed = true;
}

void nt_keep_good(nt_site *site, nt_record *r, nt_str bytes) {
  if (!nt_keep_is_on(site)) return;
  nt_memo_put(site->memo, NT_MEMO_ITEMS, nt_good_key(r, r->good_row), bytes);
  site->keep->found_good = site->epoch;
  site->keep->changed = true;
}

void nt_keep_changed(nt_site *site, nt_record *r) {
  nt_buf row = {0};
  if (!nt_keep_is_on(site)) return;
  r->unkept = true;
  nt_keep_encode_document(site, r, &row);
  nt_keep_document(site, r, nt_buf_str(&row));
  nt_buf_deinit(&row);
}

void nt_keep_collected(nt_site *site) {
  nt_buf row = {0};
  if (!nt_keep_is_on(site)) return;
  nt_encode_collect(&site->plan, &row);
  nt_memo_take(site->memo, NT_MEMO_SITE, NT_KEPT_COLLECT, &row);
  nt_buf_deinit(&row);
  site->keep->changed = true;
}

/* ---- pages ---- */

void nt_keep_encode_page(const nt_site *site, nt_page_record *page, nt_buf *row) {
  if (!nt_keep_is_on(site) || !(page->ran || page->unkept)) return;
  nt_encode_page(page, row);
  page->unkept = false;
}

void nt_keep_page(nt_site *site, const nt_page_record *page, nt_buf *row) {
  if (!nt_keep_is_on(site) || !row->len) return;
  nt_memo_take(site->memo, NT_MEMO_PAGES, page->number, row);
  site->keep->changed = true;
}

/* What is no longer planned would stay for ever. */
static void remove_absent_pages(nt_site *site) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&site->plan.records, &i, &e);) {
    nt_page_record *page = e->value;
    if (page->present || page->unkept) continue;
    nt_memo_remove(site->memo, NT_MEMO_PAGES, page->number);
    page->unkept = true; /* its steps may hold when it is planned again */
  }
}

/* ---- the end of an epoch ---- */

static void put_names(nt_site *site, uint64_t count) {
  nt_buf row = {0};
  for (uint64_t first = site->keep->head.now.names / NT_KEPT_NAMES * NT_KEPT_NAMES; first < count;
       first += NT_KEPT_NAMES) {
    uint64_t end = first + NT_KEPT_NAMES < count ? first + NT_KEPT_NAMES : count;
    nt_buf_clear(&row);
    for (uint64_t id = first; id < end; id++) nt_encode_str(nt_names_str(site->names, (uint32_t)id), &row);
    nt_memo_put(site->memo, NT_MEMO_NAMES, first / NT_KEPT_NAMES, nt_buf_str(&row));
  }
  nt_buf_deinit(&row);
}

static void put_head(nt_site *site) {
  nt_keep *k = site->keep;
  nt_kept_head head = k->head;
  head.now = (nt_kept_counts){nt_names_count(site->names), site->records.slots.len, site->plan.numbered.len};
  if (!head.first.names && !site->failed) head.first = head.now;
  if (k->changed) head.epoch = site->epoch;
  head.found_good = k->found_good;
  if (site->goods.committed >= k->found_good) head.committed = k->found_good;
  if (memcmp(&head, &k->head, sizeof head) == 0) return;
  if (head.now.names != k->head.now.names) put_names(site, head.now.names);
  k->head = head;
  nt_memo_put(site->memo, NT_MEMO_SITE, NT_KEPT_HEAD, nt_str_n((const char *)&head, sizeof head));
  k->changed = true;
}

bool nt_kept_read_head(nt_str bytes, nt_kept_head *head) {
  if (bytes.len != sizeof *head) return false;
  memcpy(head, bytes.ptr, sizeof *head);
  return head->now.names <= UINT32_MAX && head->now.slots < NT_SCOPE_ALL && head->now.pages <= UINT32_MAX;
}

static bool has_doubled(uint64_t first, uint64_t now) {
  return now / 2 > first + SPARE;
}

bool nt_kept_is_outgrown(const nt_kept_head *head) {
  const nt_kept_counts *first = &head->first, *now = &head->now;
  return first->names && (has_doubled(first->names, now->names) || has_doubled(first->slots, now->slots) ||
                          has_doubled(first->pages, now->pages));
}

static void put_assets(nt_site *site) {
  nt_keep *k = site->keep;
  uint64_t now = nt_assets_known_changes(site->assets);
  nt_buf row = {0};
  if (now == k->assets) return;
  nt_assets_known_encode(site->assets, &row);
  nt_memo_take(site->memo, NT_MEMO_SITE, NT_KEPT_ASSETS, &row);
  nt_buf_deinit(&row);
  k->assets = now;
  k->changed = true;
}

/* Slots that came to be without a document, as when a hook raised on what it derived. */
static void put_bare_slots(nt_site *site) {
  for (size_t i = (size_t)site->keep->head.now.slots; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    if (r->unkept) nt_keep_changed(site, r);
  }
}

void nt_keep_flush(nt_site *site) {
  nt_keep *k = site->keep;
  if (!k || k->waits || site->engine->options.check || site->engine->lock.lost) return;
  k->damaged = k->unusable = false;
  if (!nt_keep_is_on(site)) return;
  nt_span span = nt_span_work(site->profile, NT_WORK_MEMO);
  uint64_t plans = nt_atomic_get(&site->counters.run[NT_STEP_PLAN]);
  if (plans != k->plans) remove_absent_pages(site);
  k->plans = plans;
  put_bare_slots(site);
  put_assets(site);
  put_head(site);
  if (k->changed) nt_bodies_flush(site);
  k->changed = false;
  nt_span_end(span);
}

/* ---- the beginning ---- */

static void restore_work(nt_job *job, unsigned worker) {
  nt_keep *k = (nt_keep *)((char *)job - offsetof(nt_keep, job));
  (void)worker;
  nt_span span = nt_span_work(k->site->profile, NT_WORK_MEMO);
  nt_keep_restore(k->site);
  nt_span_end(span);
}

/* What was forgotten on the way is to be so the next time as well. */
static void restored(nt_post *post) {
  nt_keep *k = (nt_keep *)((char *)post - offsetof(nt_keep, job.post));
  nt_site *site = k->site;
  site->in_flight--;
  k->waits = false;
  site->unlisted = true; /* what no scan lists is gone */
  k->damaged |= k->ruined || k->dropped.len || nt_memo_damaged(site->memo);
  if (k->ruined || k->outgrown) nt_memo_empty(site->memo); /* rows that are left would be believed the next time */
  for (size_t i = 0; i < k->dropped.len; i++) nt_memo_remove(site->memo, NT_MEMO_PAGES, k->dropped.items[i]);
  k->changed |= k->dropped.len > 0;
  k->dropped.len = 0;
  for (size_t i = 0; i < site->records.slots.len; i++)
    if (site->records.slots.items[i]->unkept) nt_keep_changed(site, site->records.slots.items[i]);
  k->then(site);
}

static void restore(nt_site *site) {
  nt_keep *k = site->keep;
  k->job.work = restore_work;
  k->job.post.run = restored;
  site->in_flight++;
  nt_pool_submit(site->engine->pool, site->lane, &k->job);
}

void nt_keep_begin(nt_site *site, void (*then)(nt_site *site)) {
  const nt_engine_options *options = &site->engine->options;
  bool does_without = (options->check && !options->explains) || options->memo_off || options->beside.len;
  if (!site->keep && !does_without) open_memo(site);
  if (!site->keep || !site->keep->waits) {
    then(site);
    return;
  }
  site->keep->then = then;
  restore(site);
}
