/* What is published, and how it changes: ledger, journal, and the target on its strand.
 *
 *      look ─────────► strand: are the published files as the ledger says?
 *      render ──put──► strand: staged          nothing of it is visible yet
 *      finish ───────► strand: journal synced; the target replaces and removes; ledger synced; journal gone
 *
 * After a kill the journal, if it is whole, says what remains to be done; it is done before anything else. One new
 * version of a file that the ledger has goes without: its rename is the whole of the commit, and a ledger that has not
 * heard of it is put right when the files are looked at. */
#ifndef NT_ENGINE_PUBLISH_COMMIT_H
#define NT_ENGINE_PUBLISH_COMMIT_H

#include "engine/publish/ledger.h"
#include "host/host.h"
#include "host/strand.h"
#include "io/loop.h"

struct nt_site;
struct nt_page_record;

typedef struct nt_commit {
  struct nt_site *site;
  const nt_plugin *plugin;
  void *self;
  nt_strand *strand;
  nt_str state; /* the site's directory of state, absolute */
  nt_value config;
  nt_arena *arena;
  nt_arena *ledger_arena;
  nt_map ledger; /* path -> nt_ledger_entry */
  nt_ledger_log log;
  bool rewrite; /* the ledger's file is not to be added to, but written anew */
  bool open, failed, begun;
  bool bare;       /* the target holds nothing at all yet: nothing can be in the way */
  bool wants_look; /* the loop's: files are to be looked at in the next epoch */
  bool looking;    /* the loop's: that is under way; the ledger's entries are the strand's */
  bool unfinished; /* a journal lies there that could not be completed yet */
  nt_post post;    /* of open and finish */
  nt_post looked;
  void (*done)(struct nt_site *site, bool good);

  nt_arena *changes_arena; /* of one epoch */
  nt_changes changes;      /* the strand's until it has finished */
  nt_diags diags;
  size_t waiting; /* stages on the strand; the loop's */

  NT_VEC(struct nt_page_record *) staged;  /* in this epoch; the strand's until it has finished */
  NT_VEC(const nt_ledger_entry *) renewed; /* what the look found to be the same bytes in another file */
  NT_VEC(nt_str) blocked;                  /* pages that something stands in the way of */
  nt_map amiss;                            /* see nt_commit_amiss() */
  nt_map sound;                            /* folders of the target that were found to be folders in this epoch */

  /* Entries of the ledger that the plan does not hold, which are few: those of pages that a fault keeps. */
  NT_VEC(nt_ledger_entry *) absent;
  bool absent_known;
  uint64_t absent_of; /* which plan it was when they were found */
} nt_commit;

/* Loop thread, all of them. `done` is called there when the strand has finished. */
/* Opens the target unless it is open, and completes what a commit before left unfinished. */
void nt_commit_open(struct nt_site *site, void (*done)(struct nt_site *site, bool good));
/* Some pages on their way to the target; owned by the caller until `done` is called on the loop thread. */
typedef struct nt_stage {
  nt_post post;
  struct nt_site *site;
  void (*done)(struct nt_stage *stage);
  size_t count;
  struct {
    struct nt_page_record *page;
    nt_buf bytes; /* freed when staged; empty for a page that has none to give */
    bool made;
    nt_buf row; /* for the memo */
  } pages[16];
} nt_stage;

/* Stages the bytes that were made. A page is passed over when the same bytes are already published. False if the
 * strand is full: come again when a stage has come back. */
bool nt_commit_stage(struct nt_site *site, nt_stage *stage);
/* Is what is published of the page what its steps made last? For a page that was not staged in this epoch. Any thread,
 * while nobody looks at files and nothing is committed. */
bool nt_commit_is_published(const struct nt_site *site, const struct nt_page_record *page);
/* Looks at the published files, if that is asked for: at the first epoch, and when somebody wants it. Until it is done,
 * `looking`, the ledger's entries are not to be read. Whoever waits for it is pumped. */
void nt_commit_look(struct nt_site *site);
/* A set of paths: of pages that must be brought up to date though nothing that they read has changed, since their files
 * were altered or are missing, or what was made of them could not be committed. Loop thread, before pages are rendered.
 */
const nt_map *nt_commit_amiss(const struct nt_site *site);
/* Forgets what an epoch before left; nothing may be out. */
void nt_commit_begin_epoch(struct nt_site *site);
/* Removals are what the ledger holds and the plan does not. */
void nt_commit_finish(struct nt_site *site, void (*done)(struct nt_site *site, bool good));
void nt_commit_abort(struct nt_site *site, void (*done)(struct nt_site *site, bool good));
void nt_commit_close(struct nt_site *site);

#endif
