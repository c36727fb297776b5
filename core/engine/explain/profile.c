#include "engine/explain/profile.h"

#include "base/map.h"
#include "engine/engine.h"

#include <stdlib.h>
#include <time.h>

enum { GROUP_WORK, GROUP_HOOK, GROUP_TEMPLATE, GROUP_OUTPUT, GROUP_PAGE, GROUPS };
enum { SLOWEST = 10, PHASES = NT_PHASE_COMMIT + 1 };

typedef struct figure {
  nt_str name;
  uint64_t count, time; /* nanoseconds */
} figure;

typedef struct frame {
  unsigned group;
  size_t index; /* of its figure */
  uint64_t start, inner;
} frame;

typedef struct page_figure {
  nt_str path;
  uint64_t time, works[NT_WORKS];
} page_figure;

struct nt_meter {
  NT_VEC(frame) frames;
  figure works[NT_WORKS];
  NT_VEC(figure) named[GROUPS];
  nt_map index[GROUPS]; /* name -> number + 1 */
  nt_arena *names;
  nt_buf scratch;
  page_figure page; /* that is made; its works as they stood when it began */
  NT_VEC(page_figure) slowest;
};

struct nt_profile {
  uv_key_t here; /* the thread's meter */
  nt_meter *meters;
  unsigned workers, count; /* one meter more: the loop thread's */
  nt_observer observer;
  unsigned phase;
  uint64_t began, entered, ended;
  uint64_t phases[PHASES];
};

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- spans ---- */

static nt_span begin(nt_meter *m, unsigned group, size_t index) {
  nt_span span = {m, m->frames.len};
  nt_push(&m->frames, ((frame){.group = group, .index = index, .start = now()}));
  return span;
}

static size_t figure_of(nt_meter *m, unsigned group, nt_str name) {
  size_t number = (size_t)nt_map_get(&m->index[group], name);
  if (number) return number - 1;
  name = nt_arena_str(m->names, name);
  nt_push(&m->named[group], ((figure){.name = name}));
  nt_map_set(&m->index[group], name, (void *)m->named[group].len);
  return m->named[group].len - 1;
}

/* A page is among the slowest while there is room, or in the place of the fastest of them. */
static void keep_page(nt_meter *m, uint64_t time) {
  page_figure page = m->page;
  page.time = time;
  for (size_t i = 0; i < NT_WORKS; i++) page.works[i] = m->works[i].time - page.works[i];
  if (m->slowest.len < SLOWEST) {
    nt_push(&m->slowest, page);
    return;
  }
  size_t least = 0;
  for (size_t i = 1; i < SLOWEST; i++)
    if (m->slowest.items[i].time < m->slowest.items[least].time) least = i;
  if (m->slowest.items[least].time < time) m->slowest.items[least] = page;
}

static void end_last(nt_meter *m, uint64_t at) {
  frame f = m->frames.items[--m->frames.len];
  uint64_t whole = at - f.start;
  if (f.group == GROUP_PAGE) {
    keep_page(m, whole);
    return;
  }
  figure *to = f.group == GROUP_WORK ? &m->works[f.index] : &m->named[f.group].items[f.index];
  to->count++;
  to->time += whole - f.inner;
  for (size_t i = m->frames.len; i-- > 0;) {
    if (m->frames.items[i].group != f.group) continue;
    m->frames.items[i].inner += whole;
    return;
  }
}

/* What began after it and did not end was left by an error. */
void nt_profile_end(nt_span span) {
  uint64_t at = now();
  while (span.meter->frames.len > span.mark) end_last(span.meter, at);
}

nt_span nt_profile_job(nt_profile *profile, unsigned worker) {
  nt_meter *m = &profile->meters[worker];
  uv_key_set(&profile->here, m);
  return begin(m, GROUP_WORK, NT_WORK_REST);
}

static nt_meter *meter_here(const nt_profile *profile) {
  return uv_key_get((uv_key_t *)&profile->here);
}

nt_span nt_profile_work(nt_profile *profile, unsigned work) {
  nt_meter *m = meter_here(profile);
  return m ? begin(m, GROUP_WORK, work) : (nt_span){NULL, 0};
}

nt_span nt_profile_output(nt_profile *profile, nt_str name) {
  nt_meter *m = meter_here(profile);
  return m ? begin(m, GROUP_OUTPUT, figure_of(m, GROUP_OUTPUT, name)) : (nt_span){NULL, 0};
}

nt_span nt_profile_page(nt_profile *profile, nt_str path) {
  nt_meter *m = meter_here(profile);
  if (!m) return (nt_span){NULL, 0};
  m->page = (page_figure){.path = path};
  for (size_t i = 0; i < NT_WORKS; i++) m->page.works[i] = m->works[i].time;
  return begin(m, GROUP_PAGE, 0);
}

static size_t observe_begin(void *ud, const nt_observed *what) {
  nt_meter *m = meter_here(ud);
  if (!m) return 0;
  if (what->sort == NT_OBSERVED_TEMPLATE)
    return begin(m, GROUP_TEMPLATE, figure_of(m, GROUP_TEMPLATE, what->file)).mark;
  const char *event = what->sort == NT_OBSERVED_BLOCK ? "block" : nt_event_name(what->event);
  nt_buf_clear(&m->scratch);
  nt_buf_format(&m->scratch, "%s %.*s:%u", event, NT_FMT(what->file), what->line);
  return begin(m, GROUP_HOOK, figure_of(m, GROUP_HOOK, nt_buf_str(&m->scratch))).mark;
}

static void observe_end(void *ud, size_t mark) {
  nt_meter *m = meter_here(ud);
  if (m) nt_profile_end((nt_span){m, mark});
}

const nt_observer *nt_profile_observer(const nt_profile *profile) {
  return profile ? &profile->observer : NULL;
}

/* ---- its life ---- */

nt_profile *nt_profile_new(unsigned workers) {
  nt_profile *p = nt_zalloc(sizeof *p);
  uv_key_create(&p->here);
  p->workers = workers;
  p->count = workers + 1;
  p->meters = nt_zalloc(p->count * sizeof *p->meters);
  p->observer = (nt_observer){observe_begin, observe_end, p};
  for (unsigned i = 0; i < p->count; i++) p->meters[i].names = nt_arena_new();
  return p;
}

void nt_profile_free(nt_profile *p) {
  if (!p) return;
  for (unsigned i = 0; i < p->count; i++) {
    nt_meter *m = &p->meters[i];
    nt_vec_deinit(&m->frames);
    nt_vec_deinit(&m->slowest);
    nt_buf_deinit(&m->scratch);
    nt_arena_free(m->names);
    for (int group = 0; group < GROUPS; group++) {
      nt_vec_deinit(&m->named[group]);
      nt_map_deinit(&m->index[group]);
    }
  }
  uv_key_delete(&p->here);
  free(p->meters);
  free(p);
}

void nt_profile_start(nt_profile *p) {
  if (!p) return;
  uv_key_set(&p->here, &p->meters[p->workers]);
  for (unsigned i = 0; i < p->count; i++) {
    nt_meter *m = &p->meters[i];
    memset(m->works, 0, sizeof m->works);
    m->frames.len = m->slowest.len = 0;
    for (int group = 0; group < GROUPS; group++) {
      m->named[group].len = 0;
      nt_map_clear(&m->index[group]);
    }
    nt_arena_reset(m->names);
  }
  memset(p->phases, 0, sizeof p->phases);
  p->began = p->entered = p->ended = now();
  p->phase = 0;
}

void nt_profile_enter(nt_profile *p, unsigned phase) {
  if (!p) return;
  uint64_t at = now();
  p->phases[p->phase] += at - p->entered;
  p->entered = p->ended = at;
  p->phase = phase;
}

/* ---- its figures ---- */

/* To the microsecond: more is not known. */
static nt_value seconds(uint64_t nanoseconds) {
  return nt_float((double)(nanoseconds / 1000) / 1e6);
}

static void put(nt_value *map, nt_arena *arena, const char *key, nt_value value) {
  nt_map_put(map, arena, nt_str_c(key), (nt_pos){0}, value);
}

static const char *work_name(unsigned work) {
  static const char *const more[] = {"checking", "memo", "rest"};
  return work < NT_STEP_KINDS ? nt_step_kind_name((nt_step_kind)work) : more[work - NT_STEP_KINDS];
}

static int by_time(const void *a, const void *b) {
  const figure *x = a, *y = b;
  int order = (x->time < y->time) - (x->time > y->time);
  return order ? order : nt_str_cmp(x->name, y->name);
}

typedef NT_VEC(figure) figures;

static void add_figure(figures *all, const figure *f) {
  for (size_t i = 0; i < all->len; i++) {
    if (!nt_str_eq(all->items[i].name, f->name)) continue;
    all->items[i].count += f->count;
    all->items[i].time += f->time;
    return;
  }
  nt_push(all, *f);
}

static nt_value figures_value(const nt_profile *p, unsigned group, const char *called, nt_arena *arena) {
  figures all = {0};
  nt_value list = nt_list_new(arena);
  for (unsigned i = 0; i < p->count; i++)
    for (size_t k = 0; k < p->meters[i].named[group].len; k++) add_figure(&all, &p->meters[i].named[group].items[k]);
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_time);
  for (size_t i = 0; i < all.len; i++) {
    nt_value map = nt_map_new(arena);
    nt_str name = all.items[i].name;
    size_t space = group == GROUP_HOOK ? nt_str_find(name, ' ') : 0;
    if (space) put(&map, arena, "event", nt_string(nt_arena_str(arena, nt_str_sub(name, 0, space))));
    put(&map, arena, called, nt_string(nt_arena_str(arena, nt_str_sub(name, space ? space + 1 : 0, name.len))));
    put(&map, arena, "count", nt_int((int64_t)all.items[i].count));
    put(&map, arena, "seconds", seconds(all.items[i].time));
    nt_list_push(&list, arena, map);
  }
  nt_vec_deinit(&all);
  return list;
}

/* `busy` is of all threads, `used` of the workers. */
static nt_value works_value(const nt_profile *p, nt_arena *arena, uint64_t *busy, uint64_t *used) {
  nt_value map = nt_map_new(arena);
  for (unsigned work = 0; work < NT_WORKS; work++) {
    uint64_t count = 0, time = 0;
    for (unsigned i = 0; i < p->count; i++) {
      count += p->meters[i].works[work].count;
      time += p->meters[i].works[work].time;
      if (i < p->workers) *used += p->meters[i].works[work].time;
    }
    nt_value one = nt_map_new(arena);
    put(&one, arena, "count", nt_int((int64_t)count));
    put(&one, arena, "seconds", seconds(time));
    put(&map, arena, work_name(work), one);
    *busy += time;
  }
  return map;
}

static int by_slowness(const void *a, const void *b) {
  const page_figure *x = a, *y = b;
  int order = (x->time < y->time) - (x->time > y->time);
  return order ? order : nt_str_cmp(x->path, y->path);
}

static nt_value pages_value(const nt_profile *p, nt_arena *arena) {
  NT_VEC(page_figure) all = {0};
  nt_value list = nt_list_new(arena);
  for (unsigned i = 0; i < p->count; i++)
    for (size_t k = 0; k < p->meters[i].slowest.len; k++) nt_push(&all, p->meters[i].slowest.items[k]);
  if (all.len) qsort(all.items, all.len, sizeof *all.items, by_slowness);
  for (size_t i = 0; i < all.len && i < SLOWEST; i++) {
    nt_value map = nt_map_new(arena), steps = nt_map_new(arena);
    for (unsigned work = 0; work < NT_WORKS; work++)
      if (all.items[i].works[work]) put(&steps, arena, work_name(work), seconds(all.items[i].works[work]));
    put(&map, arena, "path", nt_string(nt_arena_str(arena, all.items[i].path)));
    put(&map, arena, "seconds", seconds(all.items[i].time));
    put(&map, arena, "steps", steps);
    nt_list_push(&list, arena, map);
  }
  nt_vec_deinit(&all);
  return list;
}

static nt_value phases_value(const nt_profile *p, nt_arena *arena) {
  static const char *const names[PHASES] = {
      [NT_PHASE_HELD] = "held",       [NT_PHASE_INPUTS] = "inputs", [NT_PHASE_DOCUMENTS] = "documents",
      [NT_PHASE_COLLECT] = "collect", [NT_PHASE_PLAN] = "plan",     [NT_PHASE_RENDER] = "render",
      [NT_PHASE_COMMIT] = "commit"};
  nt_value map = nt_map_new(arena);
  for (unsigned phase = NT_PHASE_HELD; phase < PHASES; phase++)
    put(&map, arena, names[phase] ? names[phase] : "other", seconds(p->phases[phase]));
  return map;
}

nt_value nt_profile_value(const nt_site *site, nt_arena *arena) {
  const nt_profile *p = site->profile;
  uint64_t busy = 0, used = 0, wall = p->ended - p->began;
  nt_value map = nt_map_new(arena), works = works_value(p, arena, &busy, &used);
  put(&map, arena, "type", nt_string(NT_STR("profile")));
  put(&map, arena, "site", nt_string(site->name));
  put(&map, arena, "epoch", nt_int((int64_t)site->epoch));
  put(&map, arena, "seconds", seconds(wall));
  put(&map, arena, "workers", nt_int(p->workers));
  put(&map, arena, "busy", seconds(busy));
  put(&map, arena, "efficiency", nt_float(wall ? (double)used / ((double)wall * p->workers) : 0.0));
  put(&map, arena, "phases", phases_value(p, arena));
  put(&map, arena, "steps", works);
  put(&map, arena, "hooks", figures_value(p, GROUP_HOOK, "hook", arena));
  put(&map, arena, "templates", figures_value(p, GROUP_TEMPLATE, "template", arena));
  put(&map, arena, "outputs", figures_value(p, GROUP_OUTPUT, "output", arena));
  put(&map, arena, "pages", pages_value(p, arena));
  return map;
}
