/* Is what is published what a build from nothing gives? An engine without memo, that writes all it writes below a
 * folder of its own, builds a site beside the one that is up to date, at the same instant and with a copy of its state;
 * then every file that either has is compared, and where they differ the read is looked for that explains it.
 *
 *     site.render ── reads ──► a field ◄── gives ── a document's hooks ── reads ──► data/goals.yaml
 *        another bytes           another value                                       changed, and was not seen
 */
#ifndef NT_ENGINE_EXPLAIN_VERIFY_H
#define NT_ENGINE_EXPLAIN_VERIFY_H

#include "engine/engine.h"

/* Opens the engine that builds the site anew, which has to be settled with. `beside` must outlive it. What went wrong
 * is in its diags. */
nt_engine *nt_verify_open(const nt_engine *engine, const nt_site *site, nt_str beside);
/* Where it writes, absolute: below .notis. Nothing is there before and after. */
nt_str nt_verify_folder(const nt_engine *engine, nt_arena *arena);
void nt_verify_clear(nt_str beside, nt_diags *diags);

/* Loop thread, both at rest. Reports every file that differs, by path, and returns how many files there are. */
size_t nt_verify_compare(const nt_engine *engine, nt_site *site, const nt_engine *clean_engine, nt_site *clean,
                         nt_diags *diags);

/* The read, or the step, that explains why a page of the site is not as in the clean one. */
typedef struct nt_blame {
  enum {
    NT_BLAME_NOBODY, /* both read and gave the same: the target did not put what it was given */
    NT_BLAME_STALE,  /* `step` read `read`, which has changed since, and was not run again */
    NT_BLAME_IMPURE, /* `step` read the same both times, and gave something else */
    NT_BLAME_READ    /* `step` read `read`, and the two disagree on what it is */
  } verdict;
  nt_str step; /* "render", "document text/content/om.md" */
  nt_str read; /* "field text/content/om.md title" */
} nt_blame;

nt_blame nt_verify_blame(nt_site *site, nt_site *clean, nt_str path, nt_arena *arena);

#endif
