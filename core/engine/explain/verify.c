#include "engine/explain/verify.h"

#include "base/path.h"
#include "host/durable.h"
#include "io/files.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- the engine beside ---- */

nt_str nt_verify_folder(const nt_engine *engine, nt_arena *arena) {
  return nt_path_join(arena, engine->root, NT_STR(".notis/verify"));
}

void nt_verify_clear(nt_str beside, nt_diags *diags) {
  nt_durable_remove_tree(beside, diags);
}

/* The journal is not state: it was completed before anything else. */
static void copy_state(const nt_engine *engine, const nt_site *site, nt_str beside, nt_diags *diags) {
  nt_arena *arena = nt_arena_new();
  nt_str from = nt_path_join(arena, nt_engine_state(engine, arena), site->name);
  nt_str to = nt_path_join(arena, nt_path_join(arena, beside, NT_STR("state")), site->name);
  nt_root *root = nt_root_open(from);
  nt_file_list list = {0};
  bool good = root && nt_durable_mkdirs(to, diags) == NT_DURABLE_OK;
  if (good) nt_file_list_read(root, nt_str_n("", 0), arena, &list);
  for (size_t i = 0; i < list.files.len && good; i++) {
    nt_str path = list.files.items[i].path, copy = nt_path_join(arena, to, path);
    nt_file_result result;
    int fd = nt_file_open(root, path, &result, NULL);
    good = fd >= 0 && nt_durable_mkdirs(nt_path_dir(copy), diags) == NT_DURABLE_OK &&
           nt_durable_copy(fd, copy, diags) == NT_DURABLE_OK;
    if (fd >= 0) close(fd);
  }
  nt_file_list_deinit(&list);
  nt_root_close(root);
  nt_arena_free(arena);
}

nt_engine *nt_verify_open(const nt_engine *engine, const nt_site *site, nt_str beside) {
  nt_engine_options options = engine->options;
  options.workspace = engine->root;
  options.beside = beside;
  options.sites = &site->name;
  options.site_count = 1;
  options.at_set = true;
  options.at = site->instant;
  options.clock = NULL;
  options.allow_removals = true;
  options.ignored_keys = 0;
  options.progress = NULL;
  nt_arena *arena = nt_arena_new();
  nt_diags diags;
  nt_diags_init(&diags, arena);
  copy_state(engine, site, beside, &diags);
  nt_engine *clean = nt_engine_open(&options);
  for (size_t i = 0; i < diags.len; i++) nt_diags_add(&clean->diags, &diags.items[i]);
  nt_arena_free(arena);
  return clean;
}

/* ---- two files ---- */

typedef struct comparison {
  nt_site *site, *clean;
  nt_root *is, *should; /* the two folders of published files */
  nt_str shown;         /* the first of them, as the user can open it */
  nt_arena *arena;      /* of one file */
  nt_diags *diags;
  size_t files;
} comparison;

enum { PIECE = 1 << 16, LONGEST_LINE = 120 };

typedef struct pieces {
  int fd;
  size_t len;
  char bytes[PIECE];
} pieces;

/* The line and column, in bytes, of the first byte that differs; false if there is none. */
static bool first_difference(pieces *a, pieces *b, uint64_t *line_start, uint32_t *line, uint32_t *column) {
  uint64_t at = 0;
  *line_start = 0;
  *line = 1;
  do {
    a->len = nt_file_read_at(a->fd, at, a->bytes, PIECE);
    b->len = nt_file_read_at(b->fd, at, b->bytes, PIECE);
    size_t both = a->len < b->len ? a->len : b->len, i = 0;
    for (; i < both && a->bytes[i] == b->bytes[i]; i++) {
      if (a->bytes[i] != '\n') continue;
      *line_start = at + i + 1;
      ++*line;
    }
    at += i;
    if (i < a->len || i < b->len) {
      *column = (uint32_t)(at - *line_start + 1);
      return true;
    }
  } while (a->len);
  return false;
}

static nt_str line_at(const comparison *c, int fd, uint64_t start) {
  char *bytes = nt_arena_alloc(c->arena, LONGEST_LINE);
  nt_str text = nt_str_n(bytes, nt_file_read_at(fd, start, bytes, LONGEST_LINE));
  return nt_str_sub(text, 0, nt_str_find(text, '\n'));
}

static void report(comparison *c, nt_str path, uint32_t line, uint32_t column, nt_str should) {
  nt_where where = nt_where_file(nt_path_join(c->arena, c->shown, path), line, column);
  nt_blame blame = nt_verify_blame(c->site, c->clean, path, c->arena);
  switch (blame.verdict) {
  case NT_BLAME_STALE: nt_report(c->diags, NT_MSG_verify_stale, where, path, blame.step, blame.read, should); break;
  case NT_BLAME_IMPURE:
    nt_report(c->diags, NT_MSG_verify_impure, where, path, blame.step, nt_str_n("", 0), should);
    break;
  case NT_BLAME_READ: nt_report(c->diags, NT_MSG_verify_read, where, path, blame.step, blame.read, should); break;
  case NT_BLAME_NOBODY:
    nt_report(c->diags, NT_MSG_verify_differs, where, path, nt_str_n("", 0), nt_str_n("", 0), should);
  }
}

static void compare_files(comparison *c, nt_str path, int is, int should) {
  pieces *a = nt_alloc(sizeof *a), *b = nt_alloc(sizeof *b);
  uint64_t start;
  uint32_t line, column;
  a->fd = is;
  b->fd = should;
  if (first_difference(a, b, &start, &line, &column)) report(c, path, line, column, line_at(c, should, start));
  free(a);
  free(b);
}

/* What a fault keeps is in the ledger of both, and only the site itself has the file. */
static void compare_kept(comparison *c, nt_str path, int fd, nt_hash hash) {
  nt_hash is;
  if (!nt_file_hash(fd, &is) || is != hash)
    nt_report(c->diags, NT_MSG_verify_altered, nt_where_file(nt_path_join(c->arena, c->shown, path), 0, 0), path);
}

/* What stands in the way of a page was told of when it was to be published. */
static void compare_path(comparison *c, nt_str path) {
  if (nt_map_get(&c->site->commit.amiss, path)) return;
  const nt_ledger_entry *is = nt_map_get(&c->site->commit.ledger, path);
  const nt_ledger_entry *should = nt_map_get(&c->clean->commit.ledger, path);
  nt_file_result result;
  nt_arena_reset(c->arena);
  int fd = is && c->is ? nt_file_open(c->is, path, &result, NULL) : -1;
  int other = should && c->should ? nt_file_open(c->should, path, &result, NULL) : -1;
  nt_where where = nt_where_file(nt_path_join(c->arena, c->shown, path), 0, 0);
  if (should) c->files++;
  if (!should) {
    nt_blame blame = nt_verify_blame(c->site, c->clean, path, c->arena);
    nt_report(c->diags, NT_MSG_verify_surplus, where, path, blame.step, blame.read);
  } else if (fd < 0) {
    nt_blame blame = nt_verify_blame(c->site, c->clean, path, c->arena);
    nt_report(c->diags, NT_MSG_verify_missing, where, path, blame.step, blame.read);
  } else if (other >= 0) {
    compare_files(c, path, fd, other);
  } else {
    compare_kept(c, path, fd, should->hash);
  }
  if (fd >= 0) close(fd);
  if (other >= 0) close(other);
}

/* ---- all files ---- */

static int by_text(const void *a, const void *b) {
  return nt_str_cmp(*(const nt_str *)a, *(const nt_str *)b);
}

size_t nt_verify_compare(const nt_engine *engine, nt_site *site, const nt_engine *clean_engine, nt_site *clean,
                         nt_diags *diags) {
  nt_arena *arena = nt_arena_new();
  NT_VEC(nt_str) paths = {0};
  const nt_map_entry *e;
  nt_str out = nt_engine_out(engine, site, arena);
  comparison c = {.site = site, .clean = clean, .shown = out, .arena = nt_arena_new(), .diags = diags};
  c.is = nt_root_open(out);
  c.should = nt_root_open(nt_engine_out(clean_engine, clean, arena));
  if (nt_str_starts(out, engine->root)) c.shown = nt_str_sub(out, engine->root.len + 1, out.len);
  for (size_t i = 0; nt_map_each(&clean->commit.ledger, &i, &e);) nt_push(&paths, e->key);
  for (size_t i = 0; nt_map_each(&site->commit.ledger, &i, &e);)
    if (!nt_map_get(&clean->commit.ledger, e->key)) nt_push(&paths, e->key);
  if (paths.len) qsort(paths.items, paths.len, sizeof *paths.items, by_text);
  for (size_t i = 0; i < paths.len; i++) compare_path(&c, paths.items[i]);
  nt_root_close(c.is);
  nt_root_close(c.should);
  nt_vec_deinit(&paths);
  nt_arena_free(c.arena);
  nt_arena_free(arena);
  return c.files;
}
