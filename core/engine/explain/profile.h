/* Where an epoch's time goes. Each worker counts for itself while it works; the loop thread adds up when the epoch has
 * ended. Where nobody asked for it a site has no profile, and a span is one branch.
 *
 *     job ┬ parse ─ hook                     what a span takes is its own, without the spans of its group within it:
 *         ├ checking ─ query                 the parts of a group make up no more than the whole
 *         └ render ┬ output ─ template ─ template
 *                  └ query
 */
#ifndef NT_ENGINE_EXPLAIN_PROFILE_H
#define NT_ENGINE_EXPLAIN_PROFILE_H

#include "base/value.h"
#include "engine/trace/trace.h"
#include "script/vm.h"

struct nt_site;
typedef struct nt_profile nt_profile;
typedef struct nt_meter nt_meter; /* of one worker */

/* What a worker does, beside the kinds of steps. */
enum {
  NT_WORK_CHECKING = NT_STEP_KINDS, /* whether steps hold */
  NT_WORK_MEMO,                     /* reading and writing what is remembered */
  NT_WORK_REST,                     /* all else of a job */
  NT_WORKS
};

typedef struct nt_span {
  nt_meter *meter; /* NULL: nobody counts */
  size_t mark;
} nt_span;

nt_profile *nt_profile_new(unsigned workers);
void nt_profile_free(nt_profile *profile);

/* ---- on a worker; `profile` may be NULL ---- */

nt_span nt_profile_job(nt_profile *profile, unsigned worker);
nt_span nt_profile_work(nt_profile *profile, unsigned work);
nt_span nt_profile_output(nt_profile *profile, nt_str name);
/* A page on its way through its steps; the path lives as long as the site. */
nt_span nt_profile_page(nt_profile *profile, nt_str path);
void nt_profile_end(nt_span span);

static inline nt_span nt_span_job(nt_profile *profile, unsigned worker) {
  return profile ? nt_profile_job(profile, worker) : (nt_span){NULL, 0};
}
static inline nt_span nt_span_work(nt_profile *profile, unsigned work) {
  return profile ? nt_profile_work(profile, work) : (nt_span){NULL, 0};
}
static inline nt_span nt_span_output(nt_profile *profile, nt_str name) {
  return profile ? nt_profile_output(profile, name) : (nt_span){NULL, 0};
}
static inline nt_span nt_span_page(nt_profile *profile, nt_str path) {
  return profile ? nt_profile_page(profile, path) : (nt_span){NULL, 0};
}
static inline void nt_span_end(nt_span span) {
  if (span.meter) nt_profile_end(span);
}
/* For VMs: hooks and templates. NULL where nobody counts. */
const nt_observer *nt_profile_observer(const nt_profile *profile);

/* ---- loop thread ---- */

/* An epoch begins: everything is forgotten. No job may be out. */
void nt_profile_start(nt_profile *profile);
/* The site comes to a phase (nt_epoch_phase), 0 when the epoch has ended. */
void nt_profile_enter(nt_profile *profile, unsigned phase);
/* The last epoch's figures, see docs/explain.md. */
nt_value nt_profile_value(const struct nt_site *site, nt_arena *arena);

#endif
