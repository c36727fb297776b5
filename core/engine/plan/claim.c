/* Paths and who has them. */
#include "engine/plan/planning.h"

#include "base/path.h"

nt_where nt_plan_where(const nt_planning *p, nt_pos pos) {
  if (pos.line) return nt_config_where(&p->site->inputs->files, pos);
  return nt_where_file(nt_path_join(p->arena, p->site->name, NT_STR("scripts")), 0, 0);
}

/* What ends a path in a browser, and what no address holds. */
static bool is_path_byte(char c) {
  return (unsigned char)c >= ' ' && !strchr("?#\\\x7F", c);
}

/* "/a/b/" is the file a/b/index.html; "/a/b" is a/b. */
bool nt_plan_path(nt_planning *p, nt_str url, nt_str extension, nt_str *path) {
  if (!url.len || url.ptr[0] != '/') return false;
  for (size_t i = 0; i < url.len; i++)
    if (!is_path_byte(url.ptr[i])) return false;
  nt_str below = nt_str_sub(url, 1, url.len);
  if (!below.len || below.ptr[below.len - 1] == '/')
    below = nt_arena_format(p->arena, "%.*sindex.%.*s", NT_FMT(below), NT_FMT(extension));
  if (nt_str_search(below, NT_STR("..")) < below.len) { /* even where it would not lead out, nobody means it */
    nt_str normal;
    if (!nt_path_normal(below, p->arena, &normal) || !nt_str_eq(normal, below)) return false;
  }
  return nt_path_normal(below, p->arena, path);
}

/* ---- folders ---- */

/* A page that stands where others have a folder; known from both sides. */
static void meet(nt_folder *folder, nt_page_record *record) {
  folder->page = record;
  record->below = folder;
}

static nt_folder *folder_of(nt_plan *plan, nt_str path) {
  nt_folder *first = NULL, **above = &first, *folder;
  for (nt_str dir = path; dir.len; dir = nt_path_dir(dir), above = &folder->above) {
    folder = nt_map_get(&plan->folders, dir);
    *above = folder;
    if (folder) break;
    folder = *above = NT_NEW(plan->paths, nt_folder);
    dir = nt_arena_str(plan->paths, dir);
    nt_map_set(&plan->folders, dir, folder);
    nt_page_record *there = nt_map_get(&plan->records, dir);
    if (there) meet(folder, there);
  }
  return first;
}

static void find_folders(nt_plan *plan, nt_page_record *record) {
  if (record->in_folders) return;
  nt_folder *below = nt_map_get(&plan->folders, record->path);
  if (below) meet(below, record);
  record->folder = folder_of(plan, nt_path_dir(record->path));
  record->in_folders = true;
}

/* The page that makes this one impossible: one that lies below it, or one that it would lie below. */
static const nt_page_record *in_the_way(const nt_plan *plan, const nt_page_record *record) {
  if (record->below && record->below->draft == plan->draft) return record->below->first;
  for (const nt_folder *folder = record->folder; folder; folder = folder->above)
    if (folder->page && folder->page->present) return folder->page;
  return NULL;
}

static void keep_folders(const nt_plan *plan, nt_page_record *record) {
  for (nt_folder *folder = record->folder; folder && folder->draft != plan->draft; folder = folder->above) {
    folder->draft = plan->draft;
    folder->first = record;
  }
}

/* ---- claims ---- */

/* What file systems take: a name of 255 bytes, and with the publication's own folder before it a path of 4,096. */
static bool is_too_long(nt_str path) {
  enum { NAME = 255, PATH = 3072 };
  if (path.len > PATH) return true;
  for (size_t start = 0, end; start < path.len; start = end + 1) {
    end = start + nt_str_find(nt_str_sub(path, start, path.len), '/');
    if (end - start > NAME) return true;
  }
  return false;
}

static void report_too_long(nt_planning *p, nt_str path, nt_where where) {
  enum { SHOWN = 60 };
  size_t end = path.len < SHOWN ? path.len : SHOWN;
  while (end < path.len && (path.ptr[end] & 0xC0) == 0x80) end--; /* no half letter */
  nt_report(p->diags, NT_MSG_path_too_long, where, nt_str_sub(path, 0, end));
}

static nt_page_record *record_of(nt_plan *plan, nt_str path) {
  nt_page_record *record = nt_map_get(&plan->records, path);
  if (record) return record;
  record = nt_plan_number(plan);
  record->path = nt_arena_str(plan->paths, path);
  nt_map_set(&plan->records, record->path, record);
  return record;
}

nt_page_record *nt_plan_claim_for(nt_planning *p, nt_page_record *record, const nt_page *page, nt_str owner,
                                  nt_where where) {
  nt_plan *plan = p->plan;
  if (!record && is_too_long(page->path)) {
    report_too_long(p, page->path, where);
    return NULL;
  }
  if (!record) record = record_of(plan, page->path);
  find_folders(plan, record);
  const nt_page_record *other = in_the_way(plan, record);
  if (other) {
    nt_report(p->diags, NT_MSG_path_blocked, where, owner, page->path, other->owner, other->path);
    return NULL;
  }
  if (record->present) {
    nt_report(p->diags, NT_MSG_path_taken, where, owner, page->path, record->owner);
    return NULL;
  }
  record->present = true;
  record->page = *page;
  record->page.path = record->path;
  /* Kept as long as the record: a page that a cancelled round staged may be taken away after the plan was made anew. */
  if (!nt_str_eq(record->owner, owner)) {
    record->owner = nt_arena_str(plan->paths, owner);
    record->unkept = true;
  }
  record->asset = NULL;
  record->redirect = nt_str_n("", 0);
  record->planned_before = NULL;
  nt_push(&plan->pages, record);
  keep_folders(plan, record);
  return record;
}

nt_page_record *nt_plan_claim(nt_planning *p, const nt_page *page, nt_str owner, nt_where where) {
  return nt_plan_claim_for(p, NULL, page, owner, where);
}

bool nt_plan_output(nt_planning *p, nt_str output, uint32_t takes, nt_where where, nt_str what) {
  const nt_plugin *plugin = nt_outputs_find(p->site->engine, output);
  if (!plugin) {
    nt_buf names = {0};
    nt_outputs_names(p->site->engine, &names);
    nt_report(p->diags, NT_MSG_output_unknown, where, output, nt_buf_str(&names));
    nt_buf_deinit(&names);
    return false;
  }
  if (plugin->output.takes & takes) return true;
  nt_report(p->diags, NT_MSG_output_refuses, where, output, what);
  return false;
}

nt_str nt_plan_extension(nt_planning *p, nt_str output) {
  return nt_str_c(nt_outputs_find(p->site->engine, output)->output.extension);
}
