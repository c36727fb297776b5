/* The memo of a site, for the files that write it and read it. */
#ifndef NT_ENGINE_MEMO_KEEPING_H
#define NT_ENGINE_MEMO_KEEPING_H

#include "engine/memo/codec.h"
#include "engine/memo/keep.h"
#include "engine/memo/store.h"

/* Parts of NT_MEMO_SITE. */
enum { NT_KEPT_HEAD, NT_KEPT_COLLECT, NT_KEPT_ASSETS };

/* How many of each there are: what has fewer rows is not whole. */
typedef struct nt_kept_head {
  uint64_t names, slots, pages;
  uint64_t epoch; /* the last that something was kept of */
} nt_kept_head;

enum { NT_KEPT_NAMES = 128 /* in a row */ };

struct nt_keep {
  nt_site *site;
  bool waits;               /* to be read */
  bool changed;             /* there is something to flush */
  bool ruined;              /* what was read does not fit together: to be begun anew */
  bool damaged;             /* said in the epoch that found it */
  NT_VEC(uint64_t) dropped; /* pages whose rows could not be read */
  nt_kept_head head;        /* as it was put last */
  uint64_t plans;           /* how often the plan had been made then */
  uint64_t assets;          /* what was known of files then (nt_assets_known_changes) */
  nt_job job;               /* that restores */
  void (*then)(nt_site *site);
};

/* On a worker that has the site alone, before anything else has names or documents: everything that the memo holds. */
void nt_keep_restore(nt_site *site);
bool nt_kept_read_head(nt_str bytes, nt_kept_head *head);

#endif
