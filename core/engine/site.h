/* One site while the engine runs: its inputs, its documents, what its steps gave, and the epoch it is in.
 *
 *      records ◄── sources         what there is            (records.h, sources.h)
 *      queries                     what was asked of it     (queries.h)
 *      plan                        what shall be published  (plan.h)
 *      commit                      what is published        (commit.h)
 *      edges                       who read what            (edges.h)
 *
 * Workers reach it through the job they run, and only read what is not theirs. */
#ifndef NT_ENGINE_SITE_H
#define NT_ENGINE_SITE_H

#include "base/atomic.h"
#include "engine/content/assets.h"
#include "engine/content/good.h"
#include "engine/content/records.h"
#include "engine/content/sources.h"
#include "engine/explain/profile.h"
#include "engine/plan/plan.h"
#include "engine/publish/commit.h"
#include "engine/query/queries.h"
#include "engine/verdict.h"
#include "host/host.h"
#include "io/pool.h"
#include "template/template.h"

/* What one worker keeps for one site. */
typedef struct nt_seat {
  nt_vm *vm;
  nt_inputs *vm_inputs; /* a share of those it was made with: it asks them for modules */
  nt_hash vm_scripts;   /* what it was loaded with */
  bool vm_usable;
  nt_names_cache names;
  nt_tracer tracer;
  uint64_t spent;  /* steps of its VMs, in all runs */
  nt_arena *arena; /* one step's */
  nt_buf out;
} nt_seat;

typedef struct nt_site_counters {
  nt_atomic run[NT_STEP_KINDS];  /* steps that ran */
  nt_atomic kept[NT_STEP_KINDS]; /* steps whose trace still held */
  nt_atomic put, removed, documents, withheld;
  nt_atomic held[NT_STATES]; /* documents that their state keeps back, by nt_state */
} nt_site_counters;

typedef enum nt_epoch_phase {
  NT_PHASE_IDLE,
  NT_PHASE_HELD, /* until a file that is being written is whole */
  NT_PHASE_INPUTS,
  NT_PHASE_DOCUMENTS,
  NT_PHASE_COLLECT,
  NT_PHASE_PLAN,
  NT_PHASE_RENDER,
  NT_PHASE_COMMIT
} nt_epoch_phase;

typedef struct nt_site {
  struct nt_engine *engine;
  unsigned lane;
  nt_str name;    /* its directory from the workspace's root */
  nt_where where; /* in notis.yaml */

  nt_inputs *inputs;
  nt_names *names;
  nt_template_cache *templates;
  nt_seat *seats; /* one for each worker */
  nt_records records;
  nt_sources sources;
  nt_assets *assets;
  nt_goods goods;
  nt_queries *queries;
  nt_plan plan;
  nt_commit commit;
  struct nt_memo *memo;     /* what outlasts the process (memo/store.h); NULL: nothing does */
  struct nt_bodies *bodies; /* that are on their way there */
  struct nt_keep *keep;     /* what outlasts the process (memo/keep.h); NULL: nothing does */
  nt_site_counters counters;
  nt_profile *profile; /* NULL: nobody asked where time goes */
  struct nt_edges *edges;
  nt_tally tally;

  nt_epoch_phase phase;
  nt_epoch_phase reached; /* the last that did its work in this epoch: what later ones said is of another */
  uint64_t epoch;
  int64_t instant;                /* of the epoch, or of the last one */
  bool changed;                   /* something came since the epoch began */
  bool refresh;                   /* the inputs are to be read again */
  bool relist;                    /* and every source is to list its files again */
  uint64_t loads;                 /* how often they were */
  nt_atomic overrun;              /* a step ran out of memory: the commit is withheld */
  nt_atomic slow;                 /* one took more than is fair: the site's lane leaves a worker to the others */
  nt_atomic cancel;               /* jobs leave what they have not begun */
  unsigned cancelled;             /* times running */
  uint64_t kept_since;            /* the loop\'s milliseconds, at the first of them */
  bool torn;                      /* a file was written in place since the round began: half of it may have been read */
  bool writing;                   /* one is being written now: no round begins, nothing is committed */
  unsigned in_flight;             /* jobs out */
  size_t cursor;                  /* of the phase */
  struct nt_document_job *parsed; /* jobs that have come back and wait until none is out: they add records */
  struct nt_render_job *rendered; /* those whose bytes wait for the target */
  NT_VEC(nt_page_record *) left;  /* pages that a job was given and did not come to */
  bool closing;                   /* no more epochs */
  bool stopping;                  /* and the one under way gives up before it commits */
  int64_t next_state;             /* the next instant at which a document's state changes; INT64_MAX: never */
  uint64_t clock_kept;            /* bit per nt_resolution: what is published depends on steps that read the clock so */
  int64_t stated;                 /* the instant that states were last asked at */
  bool next_state_doubtful;       /* the document it was of has changed */
  bool unlisted;                  /* a document may have lost its item */
  NT_VEC(nt_record *) dirty;
  /* What an epoch must look at; kept until it has, through rounds that are cancelled and epochs that fail. */
  bool all_suspect; /* nothing is known to hold */
  bool touched;     /* a document was: columns may be other ones */
  bool asked_anew;  /* a question may have another answer: fields are others, or documents, or what asks */
  bool collect_suspect, plan_suspect;
  NT_VEC(nt_page_record *) due; /* pages that may be other than what is published; also some no longer planned */
  nt_arena *epoch_arena;        /* of the diagnostics below */
  nt_diags faults;              /* of the epoch as such: they stop the commit */
  nt_diags diags;               /* all of the epoch, in order, when it has ended */
  bool failed;                  /* nothing was committed */
} nt_site;

void nt_site_init(nt_site *site, struct nt_engine *engine, unsigned lane, nt_str name);
void nt_site_deinit(nt_site *site);
/* Loop thread: begins an epoch if something changed and none is running, and goes on with the one that is. */
void nt_site_pump(nt_site *site);
/* `refresh`: anything may have changed in its folders. */
void nt_site_changed(nt_site *site, bool refresh);
/* Something came, changed or went in one of its layers: a file, or a folder with all that is or was in it. `dir` is the
 * layer from the workspace's root, `path` from the layer's; no link leads there, and the file has no other names. */
void nt_site_told(nt_site *site, nt_str dir, nt_str path, bool folder);
bool nt_site_idle(const nt_site *site);
/* What its inputs are loaded with, by an epoch of its present instant. */
nt_inputs_options nt_site_inputs_options(const nt_site *site);
/* Reads them on a worker; `then` is called on the loop thread. */
void nt_site_read_inputs(nt_site *site, void (*then)(nt_site *site));
/* Puts a document in line for a job. */
void nt_site_mark(nt_site *site, nt_record *record);
/* Loop thread: something that its steps read may have changed. */
void nt_site_suspect_document(nt_site *site, nt_record *record);
void nt_site_suspect_page(nt_site *site, nt_page_record *page);
/* Loop thread, after anything was done to a document and no job has it: puts it in force or out of it, counts it, and
 * tells of it if others see it otherwise. */
void nt_site_show(nt_site *site, nt_record *record);
void nt_site_count(nt_site *site, nt_step_kind kind, bool ran);

#endif
