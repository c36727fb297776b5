#include "engine/watch.h"

#include "base/path.h"
#include "engine/clock.h"
#include "io/alarm.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  SIGNALS = 3,
  PATIENCE = 300, /* milliseconds, before a wait is worth a word */
  PAUSE = 1000    /* of rest, before memory is given back */
};

/* The folders of a site and its layers, from the workspace's root; heap. */
typedef struct made_of {
  uint64_t loads; /* of the inputs that say so */
  NT_VEC(nt_str) dirs;
} made_of;

typedef struct watcher {
  nt_engine *engine;
  const nt_watching *told;
  nt_alarm *alarm;
  int64_t due;    /* what the alarm is set to; 0: it has rung */
  nt_hash due_of; /* which sites rested when it was set */
  uv_signal_t signals[SIGNALS];
  uv_timer_t patience, pause;
  bool stop, reload, settings_changed, settings_written, rested;
  int polls;
  nt_arena *arena; /* of the roots */
  NT_VEC(nt_str) roots;
  size_t settings;       /* the first so many are the workspace's own */
  made_of *made_of;      /* by site */
  bool *uses;            /* site by root */
  NT_VEC(nt_str) waited; /* for each site the file that was spoken of; heap */
} watcher;

/* ---- news ---- */

static bool *use_of(const watcher *w, size_t site, size_t root) {
  return &w->uses[site * w->roots.len + root];
}

/* The file of a site, or of the workspace's own, that is being written now; empty if there is none. */
static nt_str written(const watcher *w, size_t site) {
  for (size_t root = 0; root < w->roots.len; root++) {
    bool is_ours = site < w->engine->site_count ? *use_of(w, site, root) : root < w->settings;
    nt_str path = is_ours ? nt_watch_writing(w->engine->watch, root) : nt_str_n(NULL, 0);
    if (path.len) return path;
  }
  return nt_str_n(NULL, 0);
}

/* From the workspace's root. */
static nt_str dir_of(const watcher *w, size_t root) {
  nt_str path = w->roots.items[root];
  size_t start = w->engine->root.len;
  while (start < path.len && path.ptr[start] == '/') start++;
  return nt_str_sub(path, start, path.len);
}

/* At once, and not at the next turn: an epoch looks when it is about to commit. */
static void tell_site(const watcher *w, size_t index, size_t root, nt_watch_news news) {
  nt_site *site = &w->engine->sites[index];
  site->writing = written(w, index).len > 0;
  site->torn |= news.torn;
  if (news.everything) nt_site_changed(site, true);
  for (size_t i = 0; i < news.count; i++) nt_site_told(site, dir_of(w, root), news.paths[i].path, news.paths[i].folder);
}

static void on_news(void *ud, size_t root, nt_watch_news news) {
  watcher *w = ud;
  if (root < w->settings && news.changed) w->settings_changed |= root > 0 || nt_engine_settings_changed(w->engine);
  for (size_t i = 0; i < w->engine->site_count; i++)
    if (*use_of(w, i, root)) tell_site(w, i, root, news);
}

/* ---- what is watched ---- */

static size_t root_of(watcher *w, nt_str dir) {
  nt_str path = nt_path_join(w->arena, w->engine->root, dir);
  size_t i = w->settings;
  while (i < w->roots.len && !nt_str_eq(w->roots.items[i], path)) i++;
  if (i == w->roots.len) nt_push(&w->roots, path);
  return i;
}

static void add_settings(watcher *w) {
  nt_engine *e = w->engine;
  nt_push(&w->roots, nt_path_join(w->arena, e->root, NT_STR("notis.yaml")));
  for (size_t i = 0; i < e->own_plugin_dirs.len; i++) {
    nt_str dir;
    if (nt_path_normal(e->own_plugin_dirs.items[i], w->arena, &dir))
      nt_push(&w->roots, nt_path_join(w->arena, e->root, dir));
  }
  w->settings = w->roots.len;
}

static void choose_roots(watcher *w) {
  nt_engine *e = w->engine;
  nt_arena_reset(w->arena);
  w->roots.len = 0;
  add_settings(w);
  for (size_t i = 0; i < e->site_count; i++)
    for (size_t k = 0; k < w->made_of[i].dirs.len; k++) root_of(w, w->made_of[i].dirs.items[k]);
  free(w->uses);
  w->uses = nt_zalloc((e->site_count * w->roots.len + 1) * sizeof *w->uses);
  for (size_t i = 0; i < e->site_count; i++)
    for (size_t k = 0; k < w->made_of[i].dirs.len; k++) *use_of(w, i, root_of(w, w->made_of[i].dirs.items[k])) = true;
  nt_watch_set_roots(e->watch, w->roots.items, w->roots.len);
}

static bool knows(const made_of *m, nt_str dir) {
  for (size_t i = 0; i < m->dirs.len; i++)
    if (nt_str_eq(m->dirs.items[i], dir)) return true;
  return false;
}

static void forget(made_of *m) {
  for (size_t i = 0; i < m->dirs.len; i++) free((char *)m->dirs.items[i].ptr);
  nt_vec_deinit(&m->dirs);
}

/* Also the layers that are named and not there: they may come. True if one is new. */
static bool note_layers(made_of *m, const nt_site *site, const nt_inputs *in) {
  made_of now = {.loads = site->loads};
  nt_push(&now.dirs, nt_heap_str(site->name));
  for (uint32_t i = 0; i < in->layer_count; i++)
    if (!knows(&now, in->layers[i].dir)) nt_push(&now.dirs, nt_heap_str(in->layers[i].dir));
  for (size_t i = 0; i < in->absent.len; i++)
    if (!knows(&now, in->absent.items[i])) nt_push(&now.dirs, nt_heap_str(in->absent.items[i]));
  bool is_new = false;
  for (size_t i = 0; i < now.dirs.len; i++) is_new |= !knows(m, now.dirs.items[i]);
  forget(m);
  *m = now;
  return is_new;
}

/* Before the first epoch the layers are read for this alone: what changes while it runs must not be missed. */
static void first_look(watcher *w) {
  for (size_t i = 0; i < w->engine->site_count; i++) {
    nt_inputs_options options = nt_site_inputs_options(&w->engine->sites[i]);
    nt_inputs *in = nt_inputs_load(&options);
    note_layers(&w->made_of[i], &w->engine->sites[i], in);
    nt_inputs_free(in);
  }
  choose_roots(w);
}

/* A layer that an edit brought was read before it was watched: what changed between is found by reading again. While a
 * worker loads a site's inputs they are its own. */
static void follow_layers(watcher *w) {
  bool any = false;
  for (size_t i = 0; i < w->engine->site_count; i++) {
    nt_site *site = &w->engine->sites[i];
    if (site->loads == w->made_of[i].loads || site->phase == NT_PHASE_INPUTS) continue;
    if (note_layers(&w->made_of[i], site, site->inputs)) nt_site_changed(site, true);
    any = true;
  }
  if (any) choose_roots(w);
}

/* ---- a turn of the loop ---- */

static void note_writers(watcher *w) {
  nt_engine *e = w->engine;
  bool any = false;
  w->settings_written = written(w, e->site_count).len > 0;
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site *site = &e->sites[i];
    site->writing = written(w, i).len > 0;
    any |= site->writing;
    if (site->writing || !w->waited.items[i].ptr) continue;
    free((char *)w->waited.items[i].ptr);
    w->waited.items[i] = nt_str_n(NULL, 0);
  }
  if (!any) uv_timer_stop(&w->patience);
}

/* Which sites rest, and after which epoch. */
static nt_hash come_to_rest(const watcher *w) {
  nt_hash hash = 1;
  for (size_t i = 0; i < w->engine->site_count; i++) {
    const nt_site *site = &w->engine->sites[i];
    hash = nt_hash_combine(hash, nt_site_idle(site) ? site->epoch : 0);
  }
  return hash;
}

/* A site that rests is woken in time however long another one works. */
static void set_alarm(watcher *w) {
  nt_hash of = come_to_rest(w);
  if (w->due && of == w->due_of) return;
  w->due_of = of;
  int64_t due = nt_engine_due(w->engine);
  if (w->alarm && due != w->due) nt_alarm_set(w->alarm, due);
  w->due = due;
}

static bool all_rest(const watcher *w) {
  for (size_t i = 0; i < w->engine->site_count; i++)
    if (!nt_site_idle(&w->engine->sites[i]) || w->engine->sites[i].writing) return false;
  return !w->settings_changed;
}

static bool wants_reload(watcher *w) {
  if (!w->settings_changed || w->settings_written) return false;
  w->settings_changed = false;
  return w->told->reload(w->told->ud);
}

/* Where another engine has been, one that is new finds what it left; when it is gone, that can be had. */
static bool wants_to_return(const watcher *w) {
  return w->engine->lock.lost && nt_lock_is_free(&w->engine->lock);
}

static void on_patience(uv_timer_t *timer);
static void on_pause(uv_timer_t *timer);

/* What may begin an epoch does; true when the watch is at its end. */
static bool turn(void *ud) {
  watcher *w = ud;
  nt_engine *e = w->engine;
  if (w->stop) return true;
  follow_layers(w);
  note_writers(w);
  if (wants_reload(w) || wants_to_return(w)) return w->reload = true;
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site *site = &e->sites[i];
    if (site->phase == NT_PHASE_IDLE || site->phase == NT_PHASE_HELD || site->changed) nt_site_pump(site);
    if (site->writing && !uv_is_active((uv_handle_t *)&w->patience))
      uv_timer_start(&w->patience, on_patience, PATIENCE, PATIENCE);
  }
  if (w->polls != nt_watch_polls(e->watch)) w->told->polls(w->told->ud, (w->polls = nt_watch_polls(e->watch)));
  bool rested = all_rest(w);
  set_alarm(w);
  if (rested && !w->rested) {
    w->told->rested(w->told->ud);
    uv_timer_start(&w->pause, on_pause, PAUSE, PAUSE);
  }
  w->rested = rested;
  return false;
}

/* Each file is spoken of once. */
static void on_patience(uv_timer_t *timer) {
  watcher *w = timer->data;
  for (size_t i = 0; i < w->engine->site_count; i++) {
    nt_str path = written(w, i);
    if (!path.len || nt_str_eq(path, w->waited.items[i])) continue;
    free((char *)w->waited.items[i].ptr);
    w->waited.items[i] = nt_heap_str(path);
    w->told->waiting(w->told->ud, &w->engine->sites[i], path);
  }
}

/* Not while edits follow one another. */
static void on_pause(uv_timer_t *timer) {
  const watcher *w = timer->data;
  if (!w->rested || nt_engine_trim(w->engine)) uv_timer_stop(timer);
}

static void on_alarm(void *ud) {
  watcher *w = ud;
  w->due = 0; /* it is set anew, also to the same instant */
  nt_engine_wake(w->engine);
}

/* ---- begin and end ---- */

static void on_signal(uv_signal_t *handle, int number) {
  (void)number;
  ((watcher *)handle->data)->stop = true;
}

static void begin(watcher *w) {
  static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
  nt_engine *e = w->engine;
  uv_loop_t *loop = nt_loop_uv(e->loop);
  w->arena = nt_arena_new();
  for (int i = 0; i < SIGNALS; i++) {
    if (uv_signal_init(loop, &w->signals[i]) != 0) nt_out_of_memory();
    w->signals[i].data = w;
    uv_signal_start(&w->signals[i], on_signal, numbers[i]);
  }
  if (uv_timer_init(loop, &w->patience) != 0 || uv_timer_init(loop, &w->pause) != 0) nt_out_of_memory();
  w->patience.data = w->pause.data = w;
  if (!e->options.at_set && !e->options.clock) w->alarm = nt_alarm_new(e->loop, on_alarm, w);
  for (size_t i = 0; i < e->site_count; i++) nt_push(&w->waited, nt_str_n(NULL, 0));
  w->made_of = nt_zalloc((e->site_count + 1) * sizeof *w->made_of);
  nt_watch_options options = {
      .loop = e->loop, .base = e->root, .tell = on_news, .ud = w, .limit = e->options.watch_limit};
  e->watch = nt_watch_new(&options);
  first_look(w);
  w->settings_changed = nt_engine_settings_changed(e);
}

/* The handles are this function's caller's memory: the loop must have let go of them. */
static bool are_closed(void *ud) {
  const watcher *w = ud;
  for (int i = 0; i < SIGNALS; i++)
    if (w->signals[i].data) return false;
  return !w->patience.data && !w->pause.data;
}

static void on_closed(uv_handle_t *handle) {
  handle->data = NULL;
}

static void end(watcher *w) {
  nt_engine *e = w->engine;
  nt_engine_stop(e);
  nt_watch_close(e->watch);
  e->watch = NULL;
  nt_alarm_close(w->alarm);
  uv_close((uv_handle_t *)&w->patience, on_closed);
  uv_close((uv_handle_t *)&w->pause, on_closed);
  for (int i = 0; i < SIGNALS; i++) uv_close((uv_handle_t *)&w->signals[i], on_closed);
  nt_loop_run_until(e->loop, are_closed, w);
  for (size_t i = 0; i < w->waited.len; i++) free((char *)w->waited.items[i].ptr);
  nt_vec_deinit(&w->waited);
  for (size_t i = 0; i < e->site_count; i++) forget(&w->made_of[i]);
  free(w->made_of);
  nt_vec_deinit(&w->roots);
  free(w->uses);
  nt_arena_free(w->arena);
}

nt_watch_end nt_engine_watch(nt_engine *engine, const nt_watching *watching) {
  watcher w = {.engine = engine, .told = watching};
  begin(&w);
  nt_loop_run_until(engine->loop, turn, &w);
  end(&w);
  return w.reload ? NT_WATCH_RELOAD : NT_WATCH_STOPPED;
}
