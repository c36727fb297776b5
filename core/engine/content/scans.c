#include "engine/content/scans.h"

#include "base/clock.h"
#include "base/path.h"
#include "engine/content/assets.h"
#include "engine/engine.h"

/* How many folders a path may lie in, or folders be told of, for a look: beyond that all is listed. */
enum { SHALLOW = 32, MOST_FOLDERS = 16 };

typedef struct nt_scan {
  nt_job job;
  struct nt_scan *next; /* of those that wait to be applied */
  nt_source *source;
  nt_root *root;
  nt_told_paths told; /* what is looked at, in order of path; none: everything */
  nt_arena *arena;
  nt_file_list list;
  int64_t started; /* nanoseconds since 1970 */
} scan;

/* ---- on a worker ---- */

static bool is_shallow(nt_str path) {
  size_t folders = 0;
  for (size_t i = 0; i < path.len; i++) folders += path.ptr[i] == '/';
  return folders < SHALLOW;
}

/* False if a look cannot tell what a scan would find there. */
static bool look_at(scan *s, nt_told *told) {
  nt_file_entry file = {.path = told->path};
  if (!is_shallow(told->path) || nt_utf8_check(told->path) < told->path.len) return false;
  switch (nt_file_look(s->root, told->path, &file.stamp)) {
  case NT_FILE_OK: nt_push(&s->list.files, file); return true;
  case NT_FILE_ABSENT: return true;
  case NT_FILE_DIRECTORY:
    told->folder = true;
    nt_file_list_read(s->root, told->path, s->arena, &s->list);
    return s->list.problems.len == 0;
  default: return false;
  }
}

static bool look(scan *s) {
  bool good = true;
  for (size_t i = 0; good && i < s->told.len; i++) good = look_at(s, &s->told.items[i]);
  for (size_t i = 0; good && i < s->list.files.len; i++) good = is_shallow(s->list.files.items[i].path);
  nt_file_list_sort(&s->list);
  return good;
}

static void forget(nt_told_paths *told) {
  for (size_t i = 0; i < told->len; i++) free((char *)told->items[i].path.ptr);
  nt_vec_deinit(told);
}

static void scan_work(nt_job *job, unsigned worker) {
  scan *s = (scan *)job;
  (void)worker;
  s->started = nt_clock_now();
  if (s->told.len && look(s)) return;
  forget(&s->told);
  nt_file_list_deinit(&s->list);
  nt_file_list_read(s->root, s->source->path, s->arena, &s->list);
}

/* ---- beginning ---- */

static void scan_done(nt_post *post) {
  scan *s = (scan *)post;
  nt_site *site = s->source->site;
  s->next = site->sources.scanned;
  site->sources.scanned = s;
  nt_site_pump(site);
}

static int by_path(const void *a, const void *b) {
  return nt_str_cmp(((const nt_told *)a)->path, ((const nt_told *)b)->path);
}

/* A source that is not plain has files that a look would judge wrongly. */
static bool suits_a_look(const nt_source *source) {
  size_t folders = 0;
  for (size_t i = 0; i < source->told.len; i++) folders += source->told.items[i].folder;
  return source->plain && !source->list_all && folders <= MOST_FOLDERS;
}

static void begin(nt_source *source) {
  nt_site *site = source->site;
  if (source->scan_out || (!source->list_all && !source->told.len)) return;
  scan *s = nt_zalloc(sizeof *s);
  s->job.work = scan_work;
  s->job.post.run = scan_done;
  s->source = source;
  s->root = site->inputs->layers[0].root;
  s->arena = nt_arena_new();
  if (suits_a_look(source)) {
    s->told = source->told;
    source->told = (nt_told_paths){0};
    qsort(s->told.items, s->told.len, sizeof *s->told.items, by_path);
  }
  forget(&source->told);
  source->list_all = false;
  source->scan_out = true;
  site->sources.running++;
  if (nt_pool_submit(site->engine->pool, site->lane, &s->job)) return;
  scan_work(&s->job, 0); /* the lane is full of this site's own work: cannot be at the start of an epoch */
  scan_done(&s->job.post);
}

void nt_scan_begin(nt_source *source) {
  source->list_all = true;
  begin(source);
}

void nt_scan_begin_look(nt_source *source) {
  begin(source);
}

void nt_scan_forget_told(nt_source *source) {
  forget(&source->told);
}

/* ---- what is told ---- */

static bool is_below(nt_str folder, nt_str path) {
  return !folder.len || (nt_str_starts(path, folder) && (path.len == folder.len || path.ptr[folder.len] == '/'));
}

static void tell(nt_source *source, nt_str path, bool folder) {
  if (source->told.len < NT_MOST_TOLD)
    nt_push(&source->told, ((nt_told){nt_heap_str(path), folder}));
  else
    source->list_all = true;
}

nt_told_of nt_sources_told(nt_site *site, nt_str path, bool folder) {
  nt_told_of found = NT_TOLD_ELSEWHERE;
  for (size_t i = 0; i < site->sources.items.len; i++) {
    nt_source *source = site->sources.items.items[i];
    if (source->state != NT_SOURCE_OPEN || !source->files) continue;
    bool above = folder && is_below(path, source->path), below = is_below(source->path, path);
    bool counts = above || folder || nt_source_takes(source, path) || nt_assets_is_beside(path);
    if (above)
      source->list_all = true;
    else if (below && counts)
      tell(source, path, folder);
    if (above || below) found = counts || found == NT_TOLD_ITEMS ? NT_TOLD_ITEMS : NT_TOLD_NOTHING;
  }
  return found;
}

static int with_path(const void *key, const void *told) {
  return nt_str_cmp(*(const nt_str *)key, ((const nt_told *)told)->path);
}

bool nt_told_holds(const nt_told_paths *told, nt_str path) {
  if (bsearch(&path, told->items, told->len, sizeof *told->items, with_path)) return true;
  for (nt_str dir = nt_path_dir(path); dir.len; dir = nt_path_dir(dir)) {
    const nt_told *above = bsearch(&dir, told->items, told->len, sizeof *told->items, with_path);
    if (above && above->folder) return true;
  }
  return false;
}

/* ---- all of a source ---- */

/* The source before this one in the configuration that has the file already; NULL if none has. */
static const nt_source *taken_by(const nt_source *source, nt_str file) {
  for (uint32_t i = 0; i < source->index; i++)
    if (nt_source_takes(source->site->sources.items.items[i], file)) return source->site->sources.items.items[i];
  return NULL;
}

/* A file that was left out, and why: another source has it, or else a file whose name is the same text. */
typedef struct left_out {
  nt_str file;
  const nt_source *by;
} left_out;

static void report_left_out(nt_source *source, const left_out *what) {
  nt_str shown = nt_path_join(source->scan_arena, source->site->name, what->file);
  nt_where where = nt_where_file(shown, 0, 0);
  if (what->by)
    nt_report(&source->scan_diags, NT_MSG_item_two_sources, where, shown, what->by->name, source->name);
  else
    nt_report(&source->scan_diags, NT_MSG_item_twice, where, shown);
}

static bool put_item(const scan *s, const nt_file_entry *file) {
  nt_str stamp = nt_str_n((const char *)&file->stamp, sizeof file->stamp);
  return nt_source_item_is(s->source, file->path, stamp, nt_source_is_racy(&file->stamp, s->started));
}

static bool apply_all(scan *s) {
  nt_source *source = s->source;
  NT_VEC(left_out) left = {0};
  nt_source_scan_begins(source, 0);
  for (size_t i = 0; i < s->list.files.len; i++) {
    nt_file_entry *file = &s->list.files.items[i];
    if (!nt_source_takes(source, file->path)) continue;
    const nt_source *by = taken_by(source, file->path);
    if (by || !put_item(s, file)) nt_push(&left, ((left_out){file->path, by}));
  }
  source->plain = !s->list.problems.len && !left.len;
  nt_assets_scanned(source, &s->list, s->list.problems.len == 0, s->started);
  nt_source_scan_ends(source, s->list.problems.len ? NOTIS_PARTIAL : NOTIS_COMPLETE);
  for (size_t i = 0; i < s->list.problems.len; i++) {
    nt_str shown = nt_path_join(source->scan_arena, source->site->name, s->list.problems.items[i].path);
    nt_config_report_file(s->list.problems.items[i].result, shown, nt_where_file(shown, 0, 0), &source->scan_diags);
  }
  for (size_t i = 0; i < left.len; i++) report_left_out(source, &left.items[i]);
  if (source->scan_diags.len) nt_site_changed(source->site, false); /* to be said */
  nt_vec_deinit(&left);
  return true;
}

/* ---- what was told ---- */

/* Would a scan leave one of the files out? Then it shall say so. */
static bool is_settled(const scan *s) {
  for (size_t i = 0; i < s->list.files.len; i++) {
    nt_str path = s->list.files.items[i].path;
    if (!nt_source_takes(s->source, path)) continue;
    const nt_record *r = nt_source_item(s->source, path);
    if (taken_by(s->source, path) || (r && r->listed && !nt_str_eq(r->path, path))) return false;
  }
  return true;
}

/* What was there, below what was told, and was not found. */
static void remove_unseen(scan *s) {
  nt_source *source = s->source;
  const nt_records *records = &source->site->records;
  bool folders = false;
  for (size_t i = 0; i < s->told.len; i++) {
    nt_str path = s->told.items[i].path;
    const nt_record *r = nt_source_item(source, path);
    folders |= s->told.items[i].folder;
    if (r && r->seen != source->generation && nt_str_eq(r->path, path)) nt_source_item_gone(source, path);
  }
  for (size_t i = 0; folders && i < records->slots.len; i++) {
    const nt_record *r = records->slots.items[i];
    if (!r->listed || r->parent || r->source != source->index || r->seen == source->generation) continue;
    if (nt_told_holds(&s->told, r->path)) nt_source_item_gone(source, r->path);
  }
}

/* False if all must be listed after all. */
static bool apply_look(scan *s, bool *beside) {
  nt_source *source = s->source;
  if (!source->plain || !is_settled(s)) return false;
  bool good = true;
  source->generation = ++source->site->sources.scans;
  for (size_t i = 0; i < s->list.files.len; i++)
    if (nt_source_takes(source, s->list.files.items[i].path)) good &= put_item(s, &s->list.files.items[i]);
  remove_unseen(s);
  *beside |= nt_assets_looked(source, &s->told, &s->list, s->started);
  return good;
}

static void scan_free(scan *s) {
  forget(&s->told);
  nt_file_list_deinit(&s->list);
  nt_arena_free(s->arena);
  free(s);
}

bool nt_scans_apply(nt_site *site) {
  bool beside = false;
  while (site->sources.scanned) {
    scan *s = site->sources.scanned;
    site->sources.scanned = s->next;
    if (!s->told.len)
      beside |= apply_all(s);
    else if (!apply_look(s, &beside))
      s->source->list_all = true;
    site->sources.running--;
    s->source->scan_out = false;
    begin(s->source);
    scan_free(s);
  }
  return beside;
}
