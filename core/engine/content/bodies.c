#include "engine/content/bodies.h"

#include "engine/engine.h"
#include "engine/memo/store.h"

#include <stdlib.h>

/* A memo that loses what it is given would have a site begin again for ever. */
enum { MOST_RECOVERED = 3 };

typedef struct put_body {
  uint32_t slot;
  uint32_t turn;
} put_body;

/* It is posted to the loop by the memo's writer, and may be on its way there when the site is gone. */
struct nt_bodies {
  nt_post post;
  nt_site *site; /* NULL: it is gone */
  nt_loop *loop;
  NT_VEC(put_body) put; /* in order of turn */
  size_t released;      /* of them */
  uint32_t turn;        /* of the next flush */
  nt_atomic flushed;    /* the last turn that lies in the file */
  nt_atomic failed;     /* a flush was not good: nothing is freed any more */
  bool posted;          /* atomic */
  nt_atomic lost;       /* a step did not get its body */
  uint64_t epoch;       /* in which documents were parsed anew, and how often */
  unsigned recovered;
};

static void on_loop(nt_post *post) {
  nt_bodies *bodies = (nt_bodies *)post;
  __atomic_store_n(&bodies->posted, false, __ATOMIC_RELEASE);
  if (bodies->site)
    nt_bodies_release(bodies->site);
  else
    free(bodies);
}

nt_bodies *nt_bodies_new(nt_site *site) {
  nt_bodies *bodies = nt_zalloc(sizeof *bodies);
  bodies->post.run = on_loop;
  bodies->site = site;
  bodies->loop = site->engine->loop;
  bodies->turn = 1;
  return bodies;
}

void nt_bodies_free(nt_bodies *bodies) {
  nt_vec_deinit(&bodies->put);
  bodies->site = NULL;
  if (!__atomic_load_n(&bodies->posted, __ATOMIC_ACQUIRE)) free(bodies);
}

/* ---- reading ---- */

enum { AS_PARSED, AS_MADE };

static uint64_t key_of(const nt_record *record, unsigned as) {
  return 2 * (uint64_t)record->slot + as;
}

/* What is read is held against the hash: the memo may have the body of an earlier version. */
static bool read_back(nt_run *run, const nt_record *record, const nt_blob *blob, nt_str *out) {
  nt_buf bytes = {0};
  unsigned reader = (unsigned)(run->seat - run->site->seats), as = blob->kept & 1 << AS_PARSED ? AS_PARSED : AS_MADE;
  bool good = run->site->memo && nt_memo_read(run->site->memo, reader, NT_MEMO_BODIES, key_of(record, as), &bytes) &&
              nt_hash_bytes(nt_buf_str(&bytes)) == blob->hash;
  if (good) *out = nt_arena_str(run->reader.arena, nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
  return good;
}

bool nt_body_get(nt_run *run, const nt_record *record, const nt_frozen *document, nt_str *out) {
  const nt_blob *blob = document->blob;
  *out = nt_str_n(blob->bytes, blob->len);
  if (blob->bytes || read_back(run, record, blob, out)) return true;
  __atomic_store_n(&((nt_record *)record)->lost, true, __ATOMIC_RELAXED);
  nt_atomic_set(&run->site->bodies->lost, true);
  run->lost = true;
  *out = nt_str_n("", 0);
  return false;
}

/* ---- into the memo, and out of memory ---- */

static void put(nt_site *site, const nt_record *record, nt_blob *blob, unsigned as) {
  nt_bodies *bodies = site->bodies;
  if (blob->kept & 1 << as || !blob->bytes) return;
  nt_memo_put(site->memo, NT_MEMO_BODIES, key_of(record, as), nt_str_n(blob->bytes, blob->len));
  blob->kept |= (uint8_t)(1 << as);
  blob->turn = bodies->turn;
  put_body one = {record->slot, bodies->turn};
  nt_push(&bodies->put, one);
}

void nt_bodies_put(nt_site *site, nt_record *record) {
  if (record->parsed) put(site, record, record->parsed->blob, AS_PARSED);
  if (record->made && (!record->parsed || record->made->blob != record->parsed->blob))
    put(site, record, record->made->blob, AS_MADE);
}

/* The writer's thread; flushes end in their order. */
static void flushed(void *ud, bool good) {
  nt_bodies *bodies = ud;
  if (!good) nt_atomic_set(&bodies->failed, true);
  if (nt_atomic_get(&bodies->failed)) return;
  nt_atomic_add(&bodies->flushed, 1);
  if (!__atomic_exchange_n(&bodies->posted, true, __ATOMIC_ACQ_REL)) nt_loop_post(bodies->loop, &bodies->post);
}

void nt_bodies_flush(nt_site *site) {
  site->bodies->turn++;
  nt_memo_flush(site->memo, flushed, site->bodies);
}

static void release(nt_blob *blob, uint32_t turn) {
  if (!blob->turn || blob->turn > turn) return;
  free(blob->bytes);
  blob->bytes = NULL;
}

void nt_bodies_release(nt_site *site) {
  nt_bodies *bodies = site->bodies;
  uint32_t turn = (uint32_t)nt_atomic_get(&bodies->flushed);
  if (site->in_flight) return;
  for (; bodies->released < bodies->put.len && bodies->put.items[bodies->released].turn <= turn; bodies->released++) {
    nt_record *record = site->records.slots.items[bodies->put.items[bodies->released].slot];
    if (record->parsed) release(record->parsed->blob, turn);
    if (record->made) release(record->made->blob, turn);
  }
  if (bodies->released < bodies->put.len) return;
  nt_vec_deinit(&bodies->put);
  bodies->released = 0;
}

bool nt_bodies_wait(const nt_site *site) {
  return site->bodies->put.len && !nt_atomic_get(&site->bodies->failed);
}

/* ---- what was lost ---- */

bool nt_bodies_are_lost(const nt_site *site) {
  const nt_bodies *bodies = site->bodies;
  return nt_atomic_get(&bodies->lost) && (bodies->epoch != site->epoch || bodies->recovered < MOST_RECOVERED);
}

/* Whoever the document came from gives it again. */
static void parse_anew(nt_site *site, nt_record *record) {
  nt_record *from = record->parent ? site->records.slots.items[record->parent - 1] : record;
  record->lost = false;
  if (from->source == NT_SOURCE_NONE) {
    nt_step_deinit(&site->plan.collect);
    site->collect_suspect = true;
    return;
  }
  nt_step_deinit(&from->parse);
  nt_step_deinit(&from->hooks);
  from->stale = true;
  nt_site_suspect_document(site, from);
}

void nt_bodies_recover(nt_site *site) {
  nt_bodies *bodies = site->bodies;
  if (!nt_bodies_are_lost(site)) return;
  bodies->recovered = bodies->epoch == site->epoch ? bodies->recovered + 1 : 1;
  bodies->epoch = site->epoch;
  nt_atomic_set(&bodies->lost, false);
  for (size_t i = 0; i < site->records.slots.len; i++)
    if (site->records.slots.items[i]->lost) parse_anew(site, site->records.slots.items[i]);
}
