#include "engine/explain/verify.h"
#include "engine/run.h"

/* From a page down to what it is made of: no chain of providers is longer. */
enum { DEEPEST = 8 };

typedef struct seeking {
  nt_site *site, *clean;
  nt_arena *arena;
} seeking;

/* ---- keys by name: the two sites number them differently ---- */

static nt_str slot_name(const nt_site *site, uint32_t slot) {
  return slot < site->records.slots.len ? site->records.slots.items[slot]->id : NT_STR("?");
}

static bool is_of_document(nt_key key) {
  nt_key_class cls = nt_key_class_of(key);
  return (cls == NT_KEY_FILE || cls == NT_KEY_FIELD || cls == NT_KEY_BODY || cls == NT_KEY_URL) &&
         nt_key_scope_of(key) != NT_SCOPE_ALL;
}

/* "field text/content/om.md title", "template base.html", "clock day" */
static nt_str key_text(const nt_site *site, nt_key key, nt_arena *arena) {
  static const char *const resolutions[] = {
      [NT_RES_DAY] = "day",       [NT_RES_HOUR] = "hour",   [NT_RES_MINUTE] = "minute",
      [NT_RES_SECOND] = "second", [NT_RES_MONTH] = "month", [NT_RES_YEAR] = "year"};
  const char *class_name = nt_key_class_name(nt_key_class_of(key));
  uint32_t scope = nt_key_scope_of(key);
  nt_str name = nt_names_str(site->names, key.name), of = {"", 0};
  if (is_of_document(key))
    of = slot_name(site, scope);
  else if (nt_key_class_of(key) == NT_KEY_CLOCK && scope < sizeof resolutions / sizeof *resolutions)
    of = nt_str_c(resolutions[scope]);
  else if (nt_key_class_of(key) == NT_KEY_SCRIPT && scope < NT_EVENTS)
    of = nt_str_c(nt_event_name((nt_event)scope));
  else if (scope && scope != NT_SCOPE_ALL)
    of = nt_arena_format(arena, "%u", scope);
  return nt_arena_format(arena, "%s%s%.*s%s%.*s", class_name, of.len ? " " : "", NT_FMT(of), name.len ? " " : "",
                         NT_FMT(name));
}

/* ---- two runs of one step ---- */

typedef struct other_read {
  nt_key key;
  nt_str text;
  bool found, stale;
} other_read;

static nt_map hashes_of(const nt_site *site, const nt_step *step, nt_arena *arena) {
  nt_map map = {0};
  for (uint32_t i = 0; i < step->count; i++) {
    nt_hash *hash = NT_NEW(arena, nt_hash);
    *hash = step->trace[i].hash;
    nt_map_set(&map, key_text(site, step->trace[i].key, arena), hash);
  }
  return map;
}

/* The first read of which the two have another hash. One that the site itself has another hash of by now is what its
 * step should have run for, and comes before all others. */
static other_read differing_read(const seeking *s, nt_run_scope scope, const nt_step *is, const nt_step *should) {
  nt_map hashes = hashes_of(s->clean, should, s->arena);
  other_read best = {0};
  for (uint32_t i = 0; i < is->count && !best.stale; i++) {
    nt_str text = key_text(s->site, is->trace[i].key, s->arena);
    const nt_hash *hash = nt_map_get(&hashes, text);
    if (hash && *hash == is->trace[i].hash) continue;
    bool stale = nt_key_now(s->site, scope, is->trace[i].key) != is->trace[i].hash;
    if (!best.found || stale) best = (other_read){is->trace[i].key, text, true, stale};
  }
  nt_map_deinit(&hashes);
  if (best.found || is->count == should->count) return best;
  hashes = hashes_of(s->site, is, s->arena);
  for (uint32_t i = 0; i < should->count && !best.found; i++) {
    nt_str text = key_text(s->clean, should->trace[i].key, s->arena);
    if (!nt_map_get(&hashes, text)) best = (other_read){.text = text, .found = true};
  }
  nt_map_deinit(&hashes);
  return best;
}

/* ---- who gives what was read ---- */

static nt_blame blame_step(const seeking *s, nt_run_scope scope, nt_str name, const nt_step *is, const nt_step *should,
                           int depth);

static nt_blame blame_document(const seeking *s, nt_str id, int depth) {
  const nt_record *is = nt_records_find(&s->site->records, id), *should = nt_records_find(&s->clean->records, id);
  nt_blame none = {.verdict = NT_BLAME_NOBODY};
  if (!is || !should) return none;
  if (is->parent && is->parent <= s->site->records.slots.len)
    return blame_document(s, s->site->records.slots.items[is->parent - 1]->id, depth);
  nt_str parse = nt_arena_format(s->arena, "parse %.*s", NT_FMT(id));
  nt_str hooks = nt_arena_format(s->arena, "document %.*s", NT_FMT(id));
  nt_blame blame = blame_step(s, NT_RUN_DOCUMENT, parse, &is->parse, &should->parse, depth);
  return blame.verdict ? blame : blame_step(s, NT_RUN_DOCUMENT, hooks, &is->hooks, &should->hooks, depth);
}

static nt_blame blame_plan(const seeking *s, int depth) {
  const nt_plan *is = &s->site->plan, *should = &s->clean->plan;
  nt_blame blame = blame_step(s, NT_RUN_COLLECT, NT_STR("collect"), &is->collect, &should->collect, depth);
  return blame.verdict ? blame : blame_step(s, NT_RUN_PLAN, NT_STR("plan"), &is->step, &should->step, depth);
}

/* What is planned and listed comes of the plan, and of the documents that are in force. */
static nt_blame blame_provider(const seeking *s, nt_key key, int depth) {
  nt_blame none = {.verdict = NT_BLAME_NOBODY};
  if (is_of_document(key) && nt_key_class_of(key) != NT_KEY_URL)
    return blame_document(s, slot_name(s->site, nt_key_scope_of(key)), depth);
  nt_str name = nt_names_str(s->site->names, key.name);
  if (nt_key_class_of(key) == NT_KEY_QUERY && nt_str_starts(name, NT_STR("bytes:"))) {
    nt_str path = nt_str_sub(name, 6, name.len);
    const nt_page_record *is = nt_plan_page(&s->site->plan, path), *should = nt_plan_page(&s->clean->plan, path);
    return is && should ? blame_step(s, NT_RUN_PAGE, NT_STR("render"), &is->render, &should->render, depth) : none;
  }
  if (nt_key_class_of(key) == NT_KEY_QUERY || nt_key_class_of(key) == NT_KEY_URL) return blame_plan(s, depth);
  return none;
}

static nt_blame blame_step(const seeking *s, nt_run_scope scope, nt_str name, const nt_step *is, const nt_step *should,
                           int depth) {
  nt_blame blame = {.verdict = NT_BLAME_NOBODY, .step = name};
  if (is->state == NT_STEP_NONE && should->state == NT_STEP_NONE) return blame;
  other_read other = differing_read(s, scope, is, should);
  if (!other.found) {
    if (is->value != should->value || is->state != should->state) blame.verdict = NT_BLAME_IMPURE;
    return blame;
  }
  blame.read = other.text;
  blame.verdict = other.stale ? NT_BLAME_STALE : NT_BLAME_READ;
  if (other.stale || depth >= DEEPEST) return blame;
  nt_blame deeper = blame_provider(s, other.key, depth + 1);
  return deeper.verdict ? deeper : blame;
}

nt_blame nt_verify_blame(nt_site *site, nt_site *clean, nt_str path, nt_arena *arena) {
  seeking s = {site, clean, arena};
  const nt_page_record *is = nt_plan_page(&site->plan, path), *should = nt_plan_page(&clean->plan, path);
  if (!is || !should || !is->present || !should->present) return blame_plan(&s, 0);
  nt_blame blame = blame_step(&s, NT_RUN_PAGE, NT_STR("page"), &is->params, &should->params, 0);
  if (!blame.verdict) blame = blame_step(&s, NT_RUN_PAGE, NT_STR("render"), &is->render, &should->render, 0);
  if (!blame.verdict) blame = blame_step(&s, NT_RUN_PAGE, NT_STR("output"), &is->output, &should->output, 0);
  return blame;
}
