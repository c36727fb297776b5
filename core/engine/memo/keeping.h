/* The memo of a site, for the files that write it and read it. */
#ifndef NT_ENGINE_MEMO_KEEPING_H
#define NT_ENGINE_MEMO_KEEPING_H

#include "engine/memo/codec.h"
#include "engine/memo/keep.h"
#include "engine/memo/store.h"

/* Parts of NT_MEMO_SITE. */
enum { NT_KEPT_HEAD, NT_KEPT_COLLECT, NT_KEPT_ASSETS };

/* How many of each there are: what has fewer rows is not whole. */
typedef struct nt_kept_counts {
  uint64_t names, slots, pages;
} nt_kept_counts;

typedef struct nt_kept_head {
  nt_kept_counts now;
  nt_kept_counts first; /* when an epoch first was good since the memo was begun; 0: none has been */
  uint64_t epoch;       /* the last that something was kept of */
  uint64_t found_good;  /* the last that found bytes of items good (good.h) */
  uint64_t committed;   /* the last of those that was committed, or followed by one that was */
} nt_kept_head;

enum { NT_KEPT_NAMES = 128 /* in a row */ };

struct nt_keep {
  nt_site *site;
  bool waits;    /* to be read */
  bool changed;  /* there is something to flush */
  bool ruined;   /* what was read does not fit together: to be begun anew */
  bool outgrown; /* most of it may be of what is no more: the same */
  bool damaged;  /* said in the epoch that found it */
  bool unusable; /* nothing can be kept: the same, once */
  bool told_unusable;
  size_t found_damaged;     /* how many rows had been when it was looked last */
  NT_VEC(uint64_t) dropped; /* pages whose rows could not be read */
  nt_kept_head head;        /* as it was put last */
  uint64_t found_good;      /* the last epoch that did */
  uint64_t plans;           /* how often the plan had been made then */
  uint64_t assets;          /* what was known of files then (nt_assets_known_changes) */
  nt_job job;               /* that restores */
  void (*then)(nt_site *site);
};

/* On a worker that has the site alone, before anything else has names or documents: everything that the memo holds. */
void nt_keep_restore(nt_site *site);
bool nt_kept_read_head(nt_str bytes, nt_kept_head *head);
/* Numbers are never given out twice, so what is renamed and removed leaves its own behind: a memo that has come to
 * twice of what it began with is begun anew, by a process that finds it so. */
bool nt_kept_is_outgrown(const nt_kept_head *head);

#endif
