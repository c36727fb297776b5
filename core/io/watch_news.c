/* What is told of each root: the paths that changed, until there are too many of them or they would not say it all. */
#include "io/watching.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { MOST_PATHS = 4096 /* of one root, between two looks */ };

/* Does a name on the way from the root to the path begin with '.'? */
static bool is_hidden(const nt_watch_root *root, nt_str path) {
  return nt_str_search(nt_str_sub(path, root->real.len, path.len), NT_STR("/.")) < path.len - root->real.len;
}

bool nt_watch_is_in(const nt_watch_root *root, nt_str path) {
  return nt_watch_holds(root->real, path) && !is_hidden(root, path);
}

static void forget_paths(nt_watch_root *root) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&root->changed, &i, &e);) {
    nt_watch_path *known = e->value;
    free((char *)known->path.ptr);
    free(known);
  }
  nt_map_clear(&root->changed);
}

void nt_watch_news_deinit(nt_watch_root *root) {
  forget_paths(root);
  nt_map_deinit(&root->changed);
}

void nt_watch_note_everything(nt_watch_root *root) {
  forget_paths(root);
  root->news.changed = root->news.everything = true;
}

/* A file that has other names changes under them, too, and nobody tells of those. */
static bool has_other_names(nt_str path) {
  struct stat st;
  nt_str terminated = nt_heap_str(path);
  bool has = lstat(terminated.ptr, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink > 1;
  free((char *)terminated.ptr);
  return has;
}

void nt_watch_note(nt_watch_root *root, nt_str path, bool folder) {
  root->news.changed = true;
  if (root->news.everything) return;
  nt_str below = nt_str_sub(path, root->real.len + 1, path.len);
  nt_watch_path *known = nt_map_get(&root->changed, below);
  if (!below.len || root->linked || root->changed.live >= MOST_PATHS || (!folder && has_other_names(path))) {
    nt_watch_note_everything(root);
  } else if (known) {
    known->folder |= folder;
  } else {
    known = nt_zalloc(sizeof *known);
    *known = (nt_watch_path){nt_heap_str(below), folder};
    nt_map_set(&root->changed, known->path, known);
  }
}

void nt_watch_changed(nt_watch *w, nt_str path, bool folder) {
  for (size_t i = 0; i < w->roots.len; i++)
    if (nt_watch_is_in(&w->roots.items[i], path)) nt_watch_note(&w->roots.items[i], path, folder);
}

void nt_watch_torn(nt_watch *w, nt_str path) {
  for (size_t i = 0; i < w->roots.len; i++)
    if (nt_watch_is_in(&w->roots.items[i], path)) w->roots.items[i].news.torn = true;
}

/* ---- telling ---- */

static bool is_written(const nt_watch *w, const nt_watch_root *root, nt_str *path) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->writers, &i, &e);) {
    const nt_watch_writer *writer = e->value;
    *path = writer->path;
    if (!writer->given_up && nt_watch_holds(root->real, writer->path)) return true;
  }
  return false;
}

nt_str nt_watch_writing(const nt_watch *w, size_t root) {
  nt_str path;
  return is_written(w, &w->roots.items[root], &path) ? path : nt_str_n(NULL, 0);
}

static void tell_root(nt_watch *w, size_t index) {
  nt_watch_root *root = &w->roots.items[index];
  nt_watch_news news = root->news;
  nt_map paths = root->changed;
  const nt_map_entry *e;
  NT_VEC(nt_watch_path) told = {0};
  nt_reserve(&told, paths.live);
  for (size_t i = 0; nt_map_each(&paths, &i, &e);) nt_push(&told, *(const nt_watch_path *)e->value);
  news.writing = nt_watch_writing(w, index).len > 0;
  news.paths = told.items;
  news.count = told.len;
  root->writing_told = news.writing;
  root->news = (nt_watch_news){0};
  root->changed = (nt_map){0};
  w->tell(w->ud, index, news);
  for (size_t i = 0; i < told.len; i++) free((char *)told.items[i].path.ptr);
  for (size_t i = 0; nt_map_each(&paths, &i, &e);) free(e->value);
  nt_map_deinit(&paths);
  nt_vec_deinit(&told);
}

void nt_watch_tell(nt_watch *w) {
  for (size_t i = 0; i < w->roots.len; i++) {
    const nt_watch_root *root = &w->roots.items[i];
    bool writing = nt_watch_writing(w, i).len > 0;
    if (root->news.changed || root->news.torn || writing != root->writing_told) tell_root(w, i);
  }
}
