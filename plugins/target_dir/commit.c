/* The commit: removals that stand in the way, then files by order, then the other removals, then folders left empty.
 * Every step may already have been done by an earlier, interrupted commit, and is then passed over. */
#include "target_dir.h"

typedef struct work {
  target *self;
  notis_call *call;
  names folders;  /* known to be real folders below the root */
  names moved;    /* folders that this order moved into place whole */
  names put_dirs; /* every folder above a file that is put; made only for removals, and to sync */
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

/* One folder whose parent is known: is it there? A link in its place could lead out of the root; a file in its place is
 * a fault too, unless something is only to be removed below it. */
static bool have_folder(work *w, notis_str folder, bool removing) {
  if (names_has(&w->folders, folder)) return true;
  notis_file_kind kind = kind_of(w, folder);
  if (kind == NOTIS_FILE_DIRECTORY) return names_add(&w->folders, folder);
  if (kind == NOTIS_FILE_NONE || (removing && kind == NOTIS_FILE_REGULAR)) return false;
  target_say(w->self, w->call, "target_not_folder", folder);
  w->good = false;
  return false;
}

/* The next folder on the way to a file, from the top down: "a", "a/b" for "a/b/c". False when there is no more. */
static bool next_folder(notis_str path, notis_str *folder) {
  size_t to = folder->len ? folder->len + 1 : 0;
  while (to < path.len && path.ptr[to] != '/') to++;
  *folder = (notis_str){path.ptr, to};
  return to < path.len;
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

/* Of what an interrupted commit removed the folders above may still be there. */
static void remove_file(work *w, notis_str path) {
  notis_str folder = {path.ptr, 0};
  while (next_folder(path, &folder)) {
    if (have_folder(w, folder, true)) continue;
    names_add(&w->emptied, path_parent(folder));
    return;
  }
  notis_file_kind kind = kind_of(w, path);
  if (kind == NOTIS_FILE_DIRECTORY) return;
  if (kind != NOTIS_FILE_NONE && file_of(w, path, w->self->host->file_remove) == NOTIS_ERROR) w->good = false;
  names_add(&w->emptied, path_parent(path));
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

static notis_status place(work *w, int order, notis_str path) {
  full_path from, to;
  return w->self->host->file_rename(w->call, target_staged(w->self, order, path, &from),
                                    target_full(w->self, path, &to));
}

/* The first folder on its way that the root lacks comes with all that is staged in it, the file too. What is no longer
 * staged was put in place before an interruption. */
static void place_file(work *w, int order, notis_str path) {
  notis_str part = {path.ptr, 0};
  bool folder;
  while ((folder = next_folder(path, &part))) {
    if (names_has(&w->moved, part)) return;
    if (!have_folder(w, part, false)) break;
  }
  if (!w->good) return;
  notis_status status = place(w, order, part);
  if (status == NOTIS_OK && folder) names_add(&w->moved, part);
  if (status == NOTIS_GONE && kind_of(w, path) == NOTIS_FILE_REGULAR) return;
  if (status == NOTIS_GONE) target_say(w->self, w->call, "target_lost", path);
  if (status != NOTIS_OK) w->good = false;
}

static void place_order(work *w, int order) {
  const names *puts = &w->self->puts[order];
  for (size_t i = 0; i < puts->len; i++)
    if (puts->items[i].len) place_file(w, order, puts->items[i]);
  names_clear(&w->moved);
}

static void sync_folders(work *w) {
  if (!w->self->sync) return;
  notis_str root = {"", 0};
  names_add(&w->folders, root);
  note_put_dirs(w);
  for (size_t i = 0; i < w->put_dirs.len; i++) names_add(&w->folders, w->put_dirs.items[i]);
  for (size_t i = 0; i < w->folders.len; i++)
    if (file_of(w, w->folders.items[i], w->self->host->file_sync) == NOTIS_ERROR) w->good = false;
}

/* A list must not show what its pages do not have: a fault in one order keeps back the orders after it. */
notis_status target_commit(target *self, notis_call *call) {
  work w = {.self = self, .call = call, .good = true};
  clear_way(&w);
  for (int order = 0; order < ORDERS && w.good; order++) place_order(&w, order);
  if (w.good) remove_rest(&w);
  if (w.good) sync_folders(&w);
  names_clear(&w.folders);
  names_clear(&w.put_dirs);
  names_clear(&w.emptied);
  names_clear(&w.cleared);
  if (!w.good) return NOTIS_ERROR;
  return target_unstage(self, call) == NOTIS_ERROR ? NOTIS_ERROR : NOTIS_OK;
}
