/* The engine: a workspace, its sites, and what they share. */
#ifndef NT_ENGINE_ENGINE_H
#define NT_ENGINE_ENGINE_H

#include "engine/lock.h"
#include "engine/plugins.h"
#include "engine/publish/outputs.h"
#include "engine/site.h"
#include "host/host.h"
#include "io/pool.h"
#include "io/watch.h"

typedef struct nt_engine_options {
  nt_str workspace;    /* the directory that holds notis.yaml; "" is "." */
  nt_str out;          /* instead of the workspace's `out`; "{site}" in it is the site's name */
  const nt_str *sites; /* these only; none: all */
  size_t site_count;
  const nt_str *plugin_dirs; /* searched before the workspace's own */
  size_t plugin_dir_count;
  unsigned workers; /* 0: as notis.yaml says, else one per core */
  bool at_set;
  int64_t at;                 /* the instant, seconds since 1970; otherwise the clock's */
  int64_t (*clock)(void *ud); /* instead of the system's, in the same unit; NULL: that one */
  bool check;                 /* stop before commit */
  bool explains;              /* with check: nobody else is to work here, and what is remembered is read */
  bool allow_removals;
  bool profile;          /* each epoch counts where its time goes */
  bool memo_off;         /* nothing is kept from one process to the next */
  uint64_t memo_version; /* another one makes a memo foreign, for tests */
  nt_str beside;         /* absolute: state and files go below it, and no memo; empty: where they belong */
  size_t watch_limit;    /* of watched folders, for tests; 0: the system's */
  uint64_t shuffle_seed; /* 0: none */
  unsigned ignored_keys; /* bit per nt_key_class: tests show what happens without it */
  nt_str ignored_name;   /* of those, only keys whose name begins so; empty: all */
  bool distrust;         /* tests: every step that is not suspect must hold */
  void (*progress)(void *ud, const nt_site *site); /* loop thread, when something came on; may be NULL */
  /* Any thread, several at once: gives back to the system what the thread has freed; may be NULL. */
  void (*trim)(void *ud);
  void *ud;
} nt_engine_options;

typedef struct nt_engine {
  nt_engine_options options;
  nt_arena *arena;
  nt_diags diags; /* of the workspace itself */
  nt_str root;    /* the workspace's absolute path */
  nt_str out;
  uint64_t item_limit, hook_memory, hook_instructions;
  double removals;
  nt_host *host;
  nt_plugins plugins;
  nt_outputs outputs;
  nt_locales *locales;
  nt_loop *loop;
  nt_pool *pool;
  nt_site *sites;
  size_t site_count;
  NT_VEC(nt_str) own_plugin_dirs; /* as notis.yaml names them */
  nt_file_stamp settings;         /* of notis.yaml, before it was read */
  nt_lock lock;                   /* of the state directory */
  nt_watch *watch;                /* of what the sites are made of (watch.c); NULL: nobody watches */
} nt_engine;

/* Never NULL. It is usable if `diags` holds no error. */
nt_engine *nt_engine_open(const nt_engine_options *options);
/* Waits for what is out, closes sources and targets. False if something of ours was left open. */
bool nt_engine_close(nt_engine *engine);

/* Epochs under way give up before they commit; nt_engine_close() is then quick. */
void nt_engine_stop(nt_engine *engine);

/* Runs until every site is idle, its sources quiet and its epoch committed or failed. */
void nt_engine_settle(nt_engine *engine);
/* The inputs and files of every site, and what is published of them, are looked at again at the next settle; `at` moves
 * when it is set. */
void nt_engine_refresh(nt_engine *engine);
void nt_engine_set_time(nt_engine *engine, int64_t at);
/* Is notis.yaml another file than the one that was read? */
bool nt_engine_settings_changed(const nt_engine *engine);
/* A plugin that no file holds, for tests. */
const nt_plugin *nt_engine_add_plugin(nt_engine *engine, const notis_plugin_descriptor *descriptor);
/* The instant of an epoch that begins now. */
int64_t nt_engine_now(const nt_engine *engine);
/* The absolute directory of state; a site's is a folder in it. */
nt_str nt_engine_state(const nt_engine *engine, nt_arena *arena);
/* The absolute directory where a site is published. */
nt_str nt_engine_out(const nt_engine *engine, const nt_site *site, nt_arena *arena);
nt_site *nt_engine_site(nt_engine *engine, nt_str name);

/* Loop thread, when every site rests: lets go of memory that only work needs, and has every thread give back what it
 * freed. False if that is too early: the memo is being written, and bodies leave memory when it is. */
bool nt_engine_trim(nt_engine *engine);

#endif
