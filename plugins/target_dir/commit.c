/* The commit: removals that stand in the way, then files by order, then the other removals, then folders left empty.
 * Every step may already have been done by an earlier, interrupted commit, and is then passed over. */
#include "target_dir.h"

typedef struct work {
  target *self;
  notis_call *call;
  names folders;  /* known to be real folders below the root */
  names put_dirs; /* every folder above a file that is put; made only when there are removals */
  names emptied;  /* folders that something was removed from */
  names cleared;  /* removals done before the files */
  bool good;
} work;

static notis_status file_of(work *w, notis_str path, notis_status (*service)(notis_call *call, notis_str path)) {
  full_path buffer;
  return service(w->call, target_full(w->self, path, &buffer));
}

static notis_file_kind kind_of(work *w, notis_str path) {
  full_path buffer;
  return w->self->host->file_kind(w->call, target_full(w->self, path, &buffer));
}

static bool is_put(const work *w, notis_str path) {
  for (int order = 0; order < ORDERS; order++)
    if (names_has(&w->self->puts[order], path)) return true;
  return false;
}

/* ---- folders ---- */

/* One folder whose parent is known: there, or made if asked for. A link in its place could lead out of the root. */
static bool have_folder(work *w, notis_str folder, bool make) {
  notis_file_kind kind = kind_of(w, folder);
  if (kind == NOTIS_FILE_NONE) {
    if (!make) return false;
    if (file_of(w, folder, w->self->host->directory_make) != NOTIS_OK) {
      w->good = false;
      return false;
    }
  } else if (kind != NOTIS_FILE_DIRECTORY) {
    if (!make && kind == NOTIS_FILE_REGULAR) return false;
    target_say(w->self, w->call, "target_not_folder", folder);
    w->good = false;
    return false;
  }
  names_add(&w->folders, folder);
  return true;
}

/* The folder with all above it, from the top down. */
static bool have_folders(work *w, notis_str folder, bool make) {
  if (folder.len == 0 || names_has(&w->folders, folder)) return true;
  for (size_t to = 1; to <= folder.len; to++) {
    if (to < folder.len && folder.ptr[to] != '/') continue;
    notis_str part = {folder.ptr, to};
    if (!names_has(&w->folders, part) && !have_folder(w, part, make)) return false;
  }
  return true;
}

/* Folders that nothing is left in go too, upward as far as they are empty, never the root. */
static void drop_empty(work *w, notis_str folder) {
  for (; folder.len > 0; folder = path_parent(folder)) {
    notis_status status = file_of(w, folder, w->self->host->directory_remove);
    if (status == NOTIS_ERROR) w->good = false;
    if (status != NOTIS_OK && status != NOTIS_GONE) return;
  }
}

/* ---- removals ---- */

static void remove_file(work *w, notis_str path) {
  notis_str folder = path_parent(path);
  if (!have_folders(w, folder, false)) return;
  notis_file_kind kind = kind_of(w, path);
  if (kind == NOTIS_FILE_DIRECTORY) return;
  if (kind != NOTIS_FILE_NONE && file_of(w, path, w->self->host->file_remove) == NOTIS_ERROR) w->good = false;
  names_add(&w->emptied, folder);
}

/* Does the removed file stand where a folder is to be, or below where a file is to be? */
static bool stands_in_way(const work *w, notis_str path) {
  if (names_has(&w->put_dirs, path)) return true;
  for (notis_str above = path_parent(path); above.len > 0; above = path_parent(above))
    if (is_put(w, above)) return true;
  return false;
}

static void note_put_dirs(work *w) {
  for (int order = 0; order < ORDERS; order++) {
    const names *puts = &w->self->puts[order];
    for (size_t i = 0; i < puts->len; i++)
      for (notis_str above = path_parent(puts->items[i]); above.len > 0; above = path_parent(above))
        if (!names_add(&w->put_dirs, above)) break;
  }
}

static void clear_way(work *w) {
  const names *removes = &w->self->removes;
  if (removes->len == 0) return;
  note_put_dirs(w);
  for (size_t i = 0; i < removes->len; i++) {
    if (!removes->items[i].len || !stands_in_way(w, removes->items[i])) continue;
    remove_file(w, removes->items[i]);
    names_add(&w->cleared, removes->items[i]);
  }
  for (size_t i = 0; i < w->emptied.len; i++) drop_empty(w, w->emptied.items[i]);
  names_clear(&w->emptied);
  names_clear(&w->folders); /* some of them are gone */
}

static void remove_rest(work *w) {
  const names *removes = &w->self->removes;
  for (size_t i = 0; i < removes->len; i++)
    if (removes->items[i].len && !names_has(&w->cleared, removes->items[i])) remove_file(w, removes->items[i]);
  for (size_t i = 0; i < w->emptied.len; i++) drop_empty(w, w->emptied.items[i]);
}

/* ---- files ---- */

static void place_file(work *w, notis_str path) {
  full_path from, to;
  if (!have_folders(w, path_parent(path), true)) return;
  notis_str final = target_full(w->self, path, &to);
  notis_status status = w->self->host->file_rename(w->call, target_staged(w->self, path, &from), final);
  if (status == NOTIS_GONE && w->self->host->file_kind(w->call, final) == NOTIS_FILE_REGULAR) return;
  if (status == NOTIS_GONE) target_say(w->self, w->call, "target_lost", path);
  if (status != NOTIS_OK) w->good = false;
}

static void sync_folders(work *w) {
  if (!w->self->sync) return;
  notis_str root = {"", 0};
  names_add(&w->folders, root);
  for (size_t i = 0; i < w->folders.len; i++)
    if (file_of(w, w->folders.items[i], w->self->host->file_sync) == NOTIS_ERROR) w->good = false;
}

/* A list must not show what its pages do not have: a fault in one order keeps back the orders after it. */
notis_status target_commit(target *self, notis_call *call) {
  work w = {.self = self, .call = call, .good = true};
  clear_way(&w);
  for (int order = 0; order < ORDERS && w.good; order++)
    for (size_t i = 0; i < self->puts[order].len; i++)
      if (self->puts[order].items[i].len) place_file(&w, self->puts[order].items[i]);
  if (w.good) remove_rest(&w);
  if (w.good) sync_folders(&w);
  names_clear(&w.folders);
  names_clear(&w.put_dirs);
  names_clear(&w.emptied);
  names_clear(&w.cleared);
  if (!w.good) return NOTIS_ERROR;
  return target_unstage(self, call) == NOTIS_ERROR ? NOTIS_ERROR : NOTIS_OK;
}
