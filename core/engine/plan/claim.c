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

/* The page that makes this path impossible: one that lies below it, or one that it would lie below. */
static const nt_page_record *in_the_way(nt_planning *p, nt_str path) {
  const nt_page_record *below = nt_map_get(&p->folders, path);
  for (nt_str dir = nt_path_dir(path); !below && dir.len; dir = nt_path_dir(dir)) {
    const nt_page_record *above = nt_map_get(&p->plan->records, dir);
    if (above && above->present) return above;
  }
  return below;
}

static void keep_folders(nt_planning *p, nt_page_record *record) {
  for (nt_str dir = nt_path_dir(record->path); dir.len && !nt_map_has(&p->folders, dir); dir = nt_path_dir(dir))
    nt_map_set(&p->folders, dir, record);
}

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

/* The page gets its path, unless somebody has it or is in the way. */
nt_page_record *nt_plan_claim(nt_planning *p, const nt_page *page, nt_str owner, nt_where where) {
  if (is_too_long(page->path)) {
    report_too_long(p, page->path, where);
    return NULL;
  }
  const nt_page_record *other = in_the_way(p, page->path);
  if (other) {
    nt_report(p->diags, NT_MSG_path_blocked, where, owner, page->path, other->owner, other->path);
    return NULL;
  }
  nt_page_record *record = nt_map_get(&p->plan->records, page->path);
  if (record && record->present) {
    nt_report(p->diags, NT_MSG_path_taken, where, owner, page->path, record->owner);
    return NULL;
  }
  if (!record) {
    record = nt_zalloc(sizeof *record);
    record->path = nt_arena_str(p->plan->paths, page->path);
    record->number = (uint32_t)p->plan->numbered.len;
    nt_push(&p->plan->numbered, record);
    nt_map_set(&p->plan->records, record->path, record);
  }
  record->present = true;
  record->page = *page;
  record->page.path = record->path;
  /* Kept as long as the record: a page that a cancelled round staged may be taken away after the plan was made anew. */
  if (!nt_str_eq(record->owner, owner)) record->owner = nt_arena_str(p->plan->paths, owner);
  record->asset = NULL;
  record->redirect = nt_str_n("", 0);
  nt_push(&p->plan->pages, record);
  keep_folders(p, record);
  return record;
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
