/* The epochs of a site: a state machine on the loop thread. Each phase hands jobs to the workers and ends when they
 * have all come back; nothing else may change what they read meanwhile.
 *
 *     idle ─► inputs ─► documents ─► collect ─► plan ─► render ─► commit ─► idle
 *                 ▲                                        │
 *                 ├──── something new came: cancelled ─────┤
 *                 └──── held, while a file is written ◄────┘
 */
#include "engine/site.h"

#include "base/path.h"
#include "engine/clock.h"
#include "engine/content/bodies.h"
#include "engine/content/documents.h"
#include "engine/content/states.h"
#include "engine/engine.h"
#include "engine/memo/keep.h"
#include "engine/publish/out.h"
#include "engine/publish/render.h"
#include "engine/run.h"
#include "engine/trace/edges.h"
#include "engine/trace/suspects.h"
#include "engine/verdict.h"

#include <stdlib.h>

/* Edits may keep an epoch from its end three times running. A file that was written in place is no such edit: half of
 * it may have been read, and that is only published when somebody writes without end. */
enum {
  MOST_CANCELLED = 3,
  ENDLESS = 60000 /* milliseconds */
};

bool nt_site_idle(const nt_site *site) {
  return site->phase == NT_PHASE_IDLE && !site->changed && nt_sources_quiet(site);
}

void nt_site_changed(nt_site *site, bool refresh) {
  site->changed = true;
  site->refresh |= refresh;
  site->relist |= refresh;
}

void nt_site_mark(nt_site *site, nt_record *record) {
  if (!record->dirty && !record->queued) nt_push(&site->dirty, record);
  record->dirty = true;
}

void nt_site_count(nt_site *site, nt_step_kind kind, bool ran) {
  nt_atomic_add(ran ? &site->counters.run[kind] : &site->counters.kept[kind], 1);
}

static void enter(nt_site *site, nt_epoch_phase phase) {
  site->phase = phase;
  if (phase != NT_PHASE_IDLE && phase != NT_PHASE_COMMIT) site->reached = phase;
  site->cursor = 0;
  if (phase == NT_PHASE_IDLE) nt_bodies_release(site);
  nt_profile_enter(site->profile, phase);
  if (site->engine->options.progress) site->engine->options.progress(site->engine->options.ud, site);
}

/* ---- one round more ---- */

static void start_round(nt_site *site);

static uint64_t kept_for(const nt_site *site) {
  return site->cancelled ? uv_now(nt_loop_uv(site->engine->loop)) - site->kept_since : 0;
}

/* A file that is being truncated is empty before the event that tells of it; who read it met its writer. */
static void tell_writers(nt_site *site) {
  for (uint32_t i = 0; site->inputs && i < site->inputs->layer_count; i++) {
    nt_root *root = site->inputs->layers[i].root;
    for (nt_str path; (path = nt_root_met_writer(root)).ptr; free((char *)path.ptr)) {
      nt_str name = nt_path_join(site->epoch_arena, nt_root_path(root), path);
      nt_watch_met_writer(site->engine->watch, name);
    }
  }
}

/* What is being written when the epoch is about to end is known first. */
static bool must_begin_again(nt_site *site) {
  if (site->engine->watch) {
    nt_watch_look(site->engine->watch);
    tell_writers(site);
  }
  if (nt_bodies_are_lost(site)) return true;
  if (site->closing) return false;
  if (site->writing) return true;
  if (!site->changed || site->cancelled < MOST_CANCELLED) return site->changed;
  return site->torn && kept_for(site) < ENDLESS;
}

static void begin_again(nt_site *site) {
  if (!site->cancelled++) site->kept_since = uv_now(nt_loop_uv(site->engine->loop));
  nt_atomic_set(&site->cancel, false);
  if (site->writing)
    enter(site, NT_PHASE_HELD);
  else
    start_round(site);
}

/* ---- the end of an epoch ---- */

static void end_epoch(nt_site *site, bool good) {
  site->failed = !good;
  site->cancelled = 0;
  nt_pool_set_slow(site->engine->pool, site->lane, nt_atomic_get(&site->slow));
  if (good) nt_suspects_settle(site);
  nt_clock_settle(site, good);
  if (good && !site->changed) nt_edges_distrust(site);
  nt_verdict_gather(site);
  nt_keep_flush(site);
  enter(site, NT_PHASE_IDLE);
  nt_site_pump(site);
}

static void on_aborted(nt_site *site, bool good) {
  (void)good;
  end_epoch(site, false);
}

/* The site's commit is stopped; what was published stays. What failed may be mended already, or only half written. */
static void fail_epoch(nt_site *site) {
  if (must_begin_again(site)) {
    begin_again(site);
    return;
  }
  if (!site->commit.open) {
    end_epoch(site, false);
    return;
  }
  enter(site, NT_PHASE_COMMIT);
  nt_commit_abort(site, on_aborted);
}

/* ---- inputs ---- */

static void start_documents(nt_site *site);

static void inputs_read(nt_site *site) {
  if (!site->inputs->usable)
    fail_epoch(site);
  else
    start_documents(site);
}

/* One round of an epoch: from the inputs if they are to be read again, else from the documents. */
static void start_round(nt_site *site) {
  bool refresh = site->refresh || !site->inputs || !site->inputs->usable;
  site->changed = site->refresh = site->torn = false;
  site->instant = nt_engine_now(site->engine);
  nt_diags_init(&site->faults, site->epoch_arena);
  nt_bodies_recover(site);
  nt_keep_report(site);
  if (!refresh) {
    nt_inputs_set_now(site->inputs, site->instant);
    start_documents(site);
    return;
  }
  enter(site, NT_PHASE_INPUTS);
  nt_site_read_inputs(site, inputs_read);
}

static void on_commit_open(nt_site *site, bool good) {
  if (!good) {
    end_epoch(site, false);
    return;
  }
  nt_commit_look(site);
  nt_keep_begin(site, start_round);
}

/* What another engine has begun to write is its own. */
static bool may_publish(nt_site *site) {
  return site->engine->options.check || nt_lock_keep(&site->engine->lock, &site->faults);
}

static void begin_epoch(nt_site *site) {
  nt_profile_start(site->profile);
  site->epoch++;
  site->changed = false;
  nt_atomic_set(&site->cancel, false);
  nt_atomic_set(&site->overrun, false);
  nt_atomic_set(&site->slow, false);
  nt_arena_reset(site->epoch_arena);
  nt_diags_init(&site->faults, site->epoch_arena);
  nt_diags_init(&site->diags, site->epoch_arena);
  enter(site, NT_PHASE_INPUTS);
  if (!may_publish(site)) {
    end_epoch(site, false);
    return;
  }
  if (!site->engine->options.check && (!site->commit.open || site->commit.unfinished)) {
    nt_commit_open(site, on_commit_open); /* completes what a kill left behind before anything else */
    return;
  }
  if (!site->engine->options.check) {
    nt_commit_begin_epoch(site);
    nt_commit_look(site);
  }
  nt_keep_begin(site, start_round);
}

/* ---- documents ---- */

static void start_documents(nt_site *site) {
  enter(site, NT_PHASE_DOCUMENTS);
  nt_sources_update(site);
  nt_suspects_begin(site);
  nt_site_pump(site);
}

static void document_job_done(nt_post *post) {
  nt_document_job *job = (nt_document_job *)post;
  nt_site *site = job->site;
  site->in_flight--;
  job->next = site->parsed;
  site->parsed = job;
  nt_site_pump(site);
}

/* The only place where records come and go: workers read the table of them without a lock. */
static void update_records(nt_site *site) {
  while (site->parsed) {
    nt_document_job *job = site->parsed;
    site->parsed = job->next;
    nt_document_job_install(job);
  }
  nt_sources_deliver(site);
}

/* A document whose item is gone goes out of force. */
static void remove_unlisted(nt_site *site) {
  if (!site->unlisted) return;
  site->unlisted = false;
  for (size_t i = 0; i < site->records.slots.len; i++) {
    nt_record *r = site->records.slots.items[i];
    bool known = r->made || r->parsed || r->parse.state != NT_STEP_NONE || r->trouble.state != NT_STEP_NONE;
    if (!r->listed && !r->parent && r->source != NT_SOURCE_NONE && known) nt_document_remove(site, r);
    if (!r->listed) nt_site_show(site, r);
  }
}

static void start_collect(nt_site *site);

static void pump_documents(nt_site *site) {
  if (!site->stopping) nt_sources_look(site);
  if (!site->in_flight) update_records(site);
  while (site->dirty.len && !site->stopping && site->in_flight + site->sources.running < NT_LANE_LIMIT / 2 &&
         !nt_sources_waiting(site)) {
    nt_document_job *job = nt_document_job_new(site);
    if (!job) break;
    job->job.post.run = document_job_done;
    site->in_flight++;
    nt_pool_submit(site->engine->pool, site->lane, &job->job); /* never full: see NT_LANE_LIMIT / 2 */
  }
  if (site->stopping && !site->in_flight && !site->sources.running) fail_epoch(site);
  if (site->stopping || site->in_flight || site->dirty.len || !nt_sources_quiet(site)) return;
  site->changed = site->refresh; /* all that came until now is in */
  remove_unlisted(site);
  nt_states_settle(site);
  nt_verdict_tell_counts(site);
  if (nt_verdict_documents(site) && nt_sources_sound(site) && !site->faults.errors && !nt_atomic_get(&site->overrun))
    start_collect(site);
  else
    fail_epoch(site);
}

/* ---- collect and plan ---- */

typedef struct plan_job {
  nt_job job;
  nt_site *site;
  nt_collect_result collected;
} plan_job;

static void start_render(nt_site *site);

/* What may take its time does so here: the job is alone, nobody else reads the site or changes it. */
static void plan_work(nt_job *job, unsigned worker) {
  nt_site *site = ((plan_job *)job)->site;
  nt_span span = nt_span_job(site->profile, worker);
  uint64_t made = site->plan.made;
  nt_suspects_ask_plan(site);
  if (site->plan_suspect) {
    nt_plan_make(site, worker);
    site->plan_suspect = false;
    if (site->plan.made != made) nt_suspects_follow_plan(site);
  }
  nt_span_end(span);
}

static void plan_done(nt_post *post) {
  plan_job *j = (plan_job *)post;
  nt_site *site = j->site;
  site->in_flight--;
  nt_verdict_tell_counts(site);
  free(j);
  start_render(site);
}

static void collect_work(nt_job *job, unsigned worker) {
  plan_job *j = (plan_job *)job;
  nt_span span = nt_span_job(j->site->profile, worker);
  nt_suspects_ask_collect(j->site);
  if (j->site->collect_suspect) nt_collect_run(j->site, worker, &j->collected);
  nt_span_end(span);
}

static void submit(nt_site *site, void (*work)(nt_job *job, unsigned worker), void (*done)(nt_post *post)) {
  plan_job *j = nt_zalloc(sizeof *j);
  j->site = site;
  j->job.work = work;
  j->job.post.run = done;
  site->in_flight++;
  nt_pool_submit(site->engine->pool, site->lane, &j->job);
}

static void start_plan(nt_site *site) {
  if (site->plan.collect.state == NT_STEP_FAILED || site->faults.errors) {
    fail_epoch(site);
    return;
  }
  enter(site, NT_PHASE_PLAN);
  nt_suspects_before_plan(site);
  if (site->plan_suspect || site->asked_anew)
    submit(site, plan_work, plan_done);
  else
    start_render(site);
}

static void collect_done(nt_post *post) {
  plan_job *j = (plan_job *)post;
  nt_site *site = j->site;
  bool ran = j->collected.arena || !nt_edges_knows(site, NT_READER_COLLECT);
  site->in_flight--;
  nt_collect_install(site, &j->collected);
  free(j);
  site->collect_suspect = site->plan.collect.fleeting;
  if (ran) nt_suspects_follow_collect(site);
  start_plan(site);
}

static void start_collect(nt_site *site) {
  enter(site, NT_PHASE_COLLECT);
  nt_suspects_before_collect(site);
  if (site->collect_suspect || site->asked_anew)
    submit(site, collect_work, collect_done);
  else
    start_plan(site);
}

/* ---- render ---- */

static void on_committed(nt_site *site, bool good) {
  if (good) site->goods.committed = site->epoch;
  end_epoch(site, good);
}

static void start_render(nt_site *site) {
  enter(site, NT_PHASE_RENDER);
  site->left.len = 0;
  nt_site_pump(site);
}

static void render_job_done(nt_post *post) {
  nt_render_job *job = (nt_render_job *)post;
  nt_site *site = job->stage.site;
  site->in_flight--;
  nt_render_job_leave(job);
  for (size_t i = 0; i < job->stage.count; i++) {
    nt_suspects_follow_page(site, job->stage.pages[i].page);
    nt_keep_page(site, job->stage.pages[i].page, &job->stage.pages[i].row);
  }
  job->next = site->rendered;
  site->rendered = job;
  nt_site_pump(site);
}

static void staged(nt_stage *stage) {
  nt_site *site = stage->site;
  nt_render_job_free((nt_render_job *)((char *)stage - offsetof(nt_render_job, stage)));
  nt_site_pump(site);
}

/* Jobs that made nothing new, and all of a check, end here. */
static bool gives_nothing(const nt_render_job *job) {
  for (size_t i = 0; i < job->stage.count; i++)
    if (job->stage.pages[i].made) return job->stage.site->engine->options.check;
  return true;
}

static void hand_over(nt_site *site) {
  while (site->rendered) {
    nt_render_job *job = site->rendered, *next = job->next;
    job->stage.done = staged;
    if (gives_nothing(job))
      nt_render_job_free(job);
    else if (!nt_commit_stage(site, &job->stage))
      return;
    site->rendered = next;
  }
}

static void start_commit(nt_site *site) {
  enter(site, NT_PHASE_COMMIT);
  nt_commit_finish(site, on_committed);
}

/* New changes cancel an epoch, but not for ever. */
static void cancel_if_changed(nt_site *site) {
  if (site->changed && site->cancelled < MOST_CANCELLED) nt_atomic_set(&site->cancel, true);
}

static void pump_render(nt_site *site) {
  if (site->commit.looking) return;
  if (!site->cursor) nt_suspects_order_pages(site);
  cancel_if_changed(site);
  bool cancelled = nt_atomic_get(&site->cancel);
  hand_over(site);
  while (!cancelled && site->in_flight < NT_LANE_LIMIT / 2 && !site->rendered) {
    nt_render_job *job = nt_render_job_new(site, &site->cursor);
    if (!job) break;
    job->job.post.run = render_job_done;
    site->in_flight++;
    nt_pool_submit(site->engine->pool, site->lane, &job->job);
  }
  if (site->in_flight || site->rendered || site->commit.waiting) return;
  if (site->stopping) {
    fail_epoch(site);
  } else if (cancelled) { /* what is staged stays staged; what is rendered stays memoised */
    begin_again(site);
  } else if (site->cursor >= site->due.len && !site->left.len) {
    if (must_begin_again(site))
      begin_again(site);
    else if (!nt_verdict_templates(site) || !nt_verdict_pages(site) || nt_atomic_get(&site->overrun))
      fail_epoch(site);
    else if (!may_publish(site))
      fail_epoch(site);
    else if (site->engine->options.check)
      end_epoch(site, true);
    else
      start_commit(site);
  }
}

void nt_site_pump(nt_site *site) {
  switch (site->phase) {
  case NT_PHASE_IDLE:
    if (!site->closing) nt_sources_look(site);
    nt_sources_deliver(site);
    if (site->changed && !site->closing && !site->writing && !site->sources.running) begin_epoch(site);
    break;
  case NT_PHASE_HELD:
    if (site->stopping)
      fail_epoch(site);
    else if (!site->writing)
      start_round(site);
    break;
  case NT_PHASE_DOCUMENTS: pump_documents(site); break;
  case NT_PHASE_RENDER: pump_render(site); break;
  default: break;
  }
}
