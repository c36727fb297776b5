/* What is published, and how it changes: ledger, journal, and the target on its strand.
 *
 *      render ──put──► strand: staged          nothing of it is visible yet
 *      finish ───────► strand: journal synced; the target replaces and removes; ledger synced; journal gone
 *
 * After a kill the journal, if it is whole, says what remains to be done; it is done before anything else. */
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
  bool open, failed, begun;
  bool unfinished; /* a journal lies there that could not be completed yet */
  nt_post post;    /* of open and finish */
  void (*done)(struct nt_site *site, bool good);

  nt_arena *changes_arena; /* of one epoch */
  nt_changes changes;      /* the strand's until it has finished */
  nt_diags diags;
  size_t waiting; /* stages on the strand; the loop's */
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
  } pages[16];
} nt_stage;

/* Stages the bytes that were made. A page is passed over when the same bytes are already published. False if the
 * strand is full: come again when a stage has come back. */
bool nt_commit_stage(struct nt_site *site, nt_stage *stage);
/* Forgets what an epoch before left; nothing may be out. */
void nt_commit_begin_epoch(struct nt_site *site);
/* Removals are what the ledger holds and the plan does not. */
void nt_commit_finish(struct nt_site *site, void (*done)(struct nt_site *site, bool good));
void nt_commit_abort(struct nt_site *site, void (*done)(struct nt_site *site, bool good));
void nt_commit_close(struct nt_site *site);

#endif
