/* notis watch */
#include "engine/watch.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/path.h"
#include "cli/cli.h"
#include "text/json.h"

#include <stdlib.h>

/* What was said of a site last, and where its counters stood when its epoch began. */
typedef struct spoken {
  nt_site_counters before;
  uint64_t epoch;
  int64_t started;
  nt_hash said;
  bool failed;
} spoken;

typedef struct watching {
  nt_cli *cli;
  nt_engine *engine;
  spoken *sites;
  bool greeted;
} watching;

static const nt_str none = {"", 0};

static nt_hash hash_of(const nt_diags *diags) {
  nt_hash hash = 1;
  for (size_t i = 0; i < diags->len; i++) {
    const nt_diag *d = &diags->items[i];
    hash = nt_hash_combine(hash, nt_hash_combine((nt_hash)d->code, nt_hash_combine(d->where.line, d->where.column)));
    hash = nt_hash_combine(hash, nt_hash_combine(nt_hash_bytes(d->where.file), nt_hash_bytes(d->where.doc)));
    for (int k = 0; k < NT_DIAG_ARGS; k++) hash = nt_hash_combine(hash, nt_hash_bytes(d->args[k]));
  }
  return hash;
}

/* An editor's probes and copies begin epochs in which nothing happens. They are told to programs, not to people. */
static bool is_worth_a_word(const watching *w, const nt_site *site, const spoken *s) {
  const nt_site_counters *c = &site->counters;
  return w->cli->json || !w->greeted || site->failed != s->failed || hash_of(&site->diags) != s->said ||
         nt_atomic_get(&c->put) != nt_atomic_get(&s->before.put) ||
         nt_atomic_get(&c->removed) != nt_atomic_get(&s->before.removed);
}

/* What is formatted for one epoch is not kept for the next. */
static void print_epoch(watching *w, const nt_site *site, const spoken *s) {
  nt_cli *cli = w->cli;
  nt_arena *kept = cli->arena;
  double seconds = (double)(nt_clock_now() - s->started) / 1e9;
  cli->arena = nt_arena_new();
  nt_cli_progress_clear(cli);
  nt_cli_diags(cli, w->engine, site->name, &site->diags);
  nt_cli_summary(cli, site, &s->before, seconds);
  nt_cli_profile(cli, site);
  fflush(stdout);
  nt_arena_free(cli->arena);
  cli->arena = kept;
}

static void on_progress(void *ud, const nt_site *site) {
  watching *w = ud;
  spoken *s = &w->sites[site - w->engine->sites];
  if (s->epoch != site->epoch) {
    s->epoch = site->epoch;
    s->started = nt_clock_now();
    s->before = site->counters;
  }
  if (site->phase != NT_PHASE_IDLE) {
    if (w->cli->engine.progress) nt_cli_progress(w->cli, site);
    return;
  }
  if (site->stopping) return;
  if (is_worth_a_word(w, site, s)) print_epoch(w, site, s);
  s->said = hash_of(&site->diags);
  s->failed = site->failed;
}

static void print_line(watching *w, nt_str text) {
  nt_cli_progress_clear(w->cli);
  if (!w->cli->quiet && !w->cli->json) printf("%.*s\n", NT_FMT(text));
  fflush(stdout);
}

static void print_json(const char *type, nt_str site, nt_str file) {
  nt_buf line = {0};
  nt_buf_format(&line, "{\"type\":\"%s\"", type);
  if (site.len) nt_buf_c(&line, ",\"site\":");
  if (site.len) nt_json_string(site, &line);
  if (file.len) nt_buf_c(&line, ",\"file\":");
  if (file.len) nt_json_string(file, &line);
  printf("%.*s}\n", NT_FMT(nt_buf_str(&line)));
  fflush(stdout);
  nt_buf_deinit(&line);
}

static void on_rested(void *ud) {
  watching *w = ud;
  nt_cli_progress_clear(w->cli);
  if (w->cli->json)
    print_json("watching", none, none);
  else if (!w->greeted)
    print_line(w, nt_cli_text(w->cli, NT_MSG_cli_watching, none, none));
  w->greeted = true;
}

/* As the user can open it: below the workspace. */
static void on_waiting(void *ud, const nt_site *site, nt_str path) {
  watching *w = ud;
  nt_str root = w->engine->root;
  if (nt_str_starts(path, root)) path = nt_str_sub(path, root.len + 1, path.len);
  if (w->cli->json)
    print_json("waiting", site->name, path);
  else
    print_line(w, nt_cli_text(w->cli, NT_MSG_cli_waiting, path, none));
}

static void on_polls(void *ud, int error) {
  watching *w = ud;
  nt_diags diags;
  nt_diags_init(&diags, w->cli->arena);
  nt_report(&diags, NT_MSG_watch_polls, (nt_where){0}, nt_str_c(strerror(error)));
  nt_cli_diags(w->cli, w->engine, none, &diags);
  fflush(stdout);
}

/* Tried beside the engine that runs, which is only given up for one that can be opened. */
static bool on_reload(void *ud) {
  watching *w = ud;
  nt_engine_options options = w->cli->engine;
  options.check = true;
  options.progress = NULL;
  nt_engine *trial = nt_engine_open(&options);
  nt_cli_progress_clear(w->cli);
  if (trial->diags.errors) nt_cli_diags(w->cli, trial, none, &trial->diags);
  bool good = trial->diags.errors == 0;
  nt_engine_close(trial);
  if (good && w->cli->json) print_json("reloading", none, none);
  if (good) print_line(w, nt_cli_text(w->cli, NT_MSG_cli_reloading, none, none));
  fflush(stdout);
  return good;
}

/* In test builds NOTIS_WATCH_LIMIT=N stands for a system that lets so many folders be watched. */
static size_t watch_limit(void) {
#ifdef NOTIS_TESTING
  const char *limit = getenv("NOTIS_WATCH_LIMIT");
  return limit ? (size_t)strtoull(limit, NULL, 10) : 0;
#else
  return 0;
#endif
}

int nt_cli_watch(nt_cli *cli) {
  const nt_watching told = {.reload = on_reload, .rested = on_rested, .waiting = on_waiting, .polls = on_polls};
  watching w = {.cli = cli};
  cli->engine.sites = cli->words.items;
  cli->engine.site_count = cli->words.len;
  cli->engine.watch_limit = watch_limit();
  for (;;) {
    nt_watching with = told;
    with.ud = &w;
    w.engine = nt_cli_engine(cli, false);
    if (!w.engine) return NT_EXIT_USAGE;
    w.sites = nt_zalloc((w.engine->site_count + 1) * sizeof *w.sites);
    w.engine->options.progress = on_progress;
    w.engine->options.ud = &w;
    nt_watch_end end = nt_engine_watch(w.engine, &with);
    bool good = nt_engine_close(w.engine);
    nt_cli_progress_clear(cli);
    free(w.sites);
    if (!good) return NT_EXIT_ENGINE;
    if (end == NT_WATCH_STOPPED) return NT_EXIT_GOOD;
  }
}
