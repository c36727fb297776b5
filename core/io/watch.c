#include "io/watching.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHECK_WRITERS = 100, FIND_BASE = 500 /* milliseconds */, QUEUE = 1 << 16 /* bytes read at a time */ };

/* ---- events ---- */

static bool is_structural(uint32_t mask) {
  return mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO);
}

/* The root, or a folder above it, came or went. Nothing of what was there holds any longer. */
static void on_above(nt_watch *w, size_t root, nt_str path) {
  nt_watch_forget(w, path);
  nt_watch_forget(w, w->roots.items[root].real);
  nt_watch_attach(w, root, true);
  nt_watch_note_everything(&w->roots.items[root]);
}

static bool is_link(nt_str path) {
  struct stat st;
  nt_str terminated = nt_heap_str(path);
  bool yes = lstat(terminated.ptr, &st) == 0 && S_ISLNK(st.st_mode);
  free((char *)terminated.ptr);
  return yes;
}

/* A root that is a plain file comes and goes as files do. */
static bool is_above(const nt_watch_root *root, nt_str path, uint32_t mask) {
  if (!is_structural(mask) || !nt_watch_holds(path, root->path)) return false;
  return mask & IN_ISDIR || !nt_str_eq(path, root->real) || is_link(path);
}

/* A file that was just made is its maker's until it is closed; a link is whole at once. */
static void on_new_file(nt_watch *w, size_t root, nt_str path) {
  struct stat st;
  nt_str terminated = nt_heap_str(path);
  bool there = lstat(terminated.ptr, &st) == 0;
  free((char *)terminated.ptr);
  if (there && S_ISLNK(st.st_mode)) nt_watch_walk(w, root, path, true);
  if (there && S_ISREG(st.st_mode) && st.st_nlink == 1)
    nt_watch_writer_note(w, path);
  else
    nt_watch_note(&w->roots.items[root], path, false);
}

static void on_file(nt_watch *w, size_t root, nt_str path, uint32_t mask) {
  if (mask & IN_MODIFY) {
    nt_watch_writer_note(w, path);
  } else if (mask & IN_CREATE) {
    on_new_file(w, root, path);
  } else {
    if (!(mask & IN_ATTRIB)) nt_watch_writer_drop(w, path);
    if (mask & IN_MOVED_TO) nt_watch_walk(w, root, path, true); /* it may be a link */
    nt_watch_note(&w->roots.items[root], path, false);
  }
}

/* What may be read since its attributes changed could not be watched before. */
static void on_folder(nt_watch *w, size_t root, nt_str path, uint32_t mask) {
  if (mask & (IN_MOVED_FROM | IN_DELETE)) nt_watch_forget(w, path);
  if (mask & (IN_MOVED_TO | IN_CREATE | IN_ATTRIB)) nt_watch_walk(w, root, path, true);
  nt_watch_note(&w->roots.items[root], path, true);
}

static void on_where_links_lead(nt_watch_root *root, bool structural) {
  nt_watch_note_everything(root);
  root->relink |= structural;
}

/* Folders whose names begin with '.' are nobody's but by links. */
static void on_name(nt_watch *w, nt_str path, uint32_t mask) {
  for (size_t i = 0; i < w->roots.len; i++) {
    nt_watch_root *root = &w->roots.items[i];
    if (is_above(root, path, mask))
      on_above(w, i, path);
    else if (nt_watch_is_in(root, path))
      (mask & IN_ISDIR ? on_folder : on_file)(w, i, path, mask);
    else if (root->linked && nt_watch_holds(root->real, path) && mask & IN_ISDIR && is_structural(mask))
      on_where_links_lead(root, true);
  }
}

static void on_owned(nt_watch *w, nt_str owner, uint32_t mask) {
  bool structural = is_structural(mask) || mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT);
  for (size_t i = 0; i < w->roots.len; i++)
    if (nt_str_eq(w->roots.items[i].real, owner)) on_where_links_lead(&w->roots.items[i], structural);
}

/* After the events: each root once, however many told of it. */
static void follow_links_again(nt_watch *w) {
  for (size_t i = 0; i < w->roots.len; i++) {
    bool due = w->roots.items[i].relink;
    w->roots.items[i].relink = false;
    if (due) nt_watch_walk(w, i, w->roots.items[i].real, true);
  }
}

/* Nobody tells of what comes to light where something was mounted. */
static void on_unmount(nt_watch *w, nt_str path) {
  for (size_t i = 0; i < w->roots.len; i++) {
    if (nt_watch_holds(path, w->roots.items[i].path))
      on_above(w, i, path);
    else if (nt_watch_is_in(&w->roots.items[i], path))
      on_folder(w, i, path, IN_MOVED_FROM | IN_MOVED_TO);
  }
}

/* A watched folder itself went. The one above it tells too, but the base has none. */
static void on_self(nt_watch *w, nt_watch_folder *folder, uint32_t mask) {
  nt_str path = nt_heap_str(folder->path);
  nt_watch_changed(w, path, true);
  if (nt_str_eq(path, w->base)) w->lost = true;
  if (mask & IN_UNMOUNT) on_unmount(w, path);
  free((char *)path.ptr);
}

static void on_event(nt_watch *w, const struct inotify_event *event) {
  if (event->mask & IN_Q_OVERFLOW) w->overflow = true;
  nt_watch_folder *folder = nt_watch_folder_of(w, event->wd);
  if (!folder) return;
  if (folder->owner.len && !(event->mask & IN_IGNORED)) on_owned(w, folder->owner, event->mask);
  if (event->mask & IN_IGNORED) {
    nt_watch_drop(w, folder);
  } else if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
    on_self(w, folder, event->mask);
  } else if (event->len) {
    nt_arena *arena = nt_arena_new_sized(512);
    on_name(w, nt_path_join(arena, folder->path, nt_str_c(event->name)), event->mask);
    nt_arena_free(arena);
  }
}

static void read_events(nt_watch *w) {
  char *queue = nt_alloc(QUEUE); /* aligned for any type */
  for (ssize_t len; w->fd >= 0 && (len = read(w->fd, queue, QUEUE)) > 0;)
    for (ssize_t at = 0; at < len && w->fd >= 0;) {
      const struct inotify_event *event = (const struct inotify_event *)(queue + at);
      on_event(w, event);
      at += (ssize_t)(sizeof *event + event->len);
    }
  free(queue);
}

/* What was missed is found by walking everything again. */
static void attach_all(nt_watch *w) {
  uint64_t since = w->walk;
  w->overflow = false;
  for (size_t i = 0; i < w->roots.len && !w->polls; i++) nt_watch_attach(w, i, true);
  if (!w->polls) nt_watch_sweep(w, since);
  for (size_t i = 0; i < w->roots.len; i++) nt_watch_note_everything(&w->roots.items[i]);
}

static void find_base(nt_watch *w) {
  if (access(w->base.ptr, F_OK) != 0) return;
  w->lost = false;
  attach_all(w);
}

static void on_timer(uv_timer_t *timer);

static void set_timer(nt_watch *w) {
  if (w->polls) return; /* it is theirs */
  uint64_t next = w->lost ? FIND_BASE : w->writers.live ? CHECK_WRITERS : 0;
  if (next)
    uv_timer_start(&w->timer, on_timer, next, 0);
  else
    uv_timer_stop(&w->timer);
}

void nt_watch_look(nt_watch *w) {
  if (!w->polls) {
    read_events(w);
    follow_links_again(w);
    if (w->lost) find_base(w);
    if (w->overflow) attach_all(w);
  }
  nt_watch_writers_check(w);
  set_timer(w);
  nt_watch_tell(w);
}

void nt_watch_met_writer(nt_watch *w, nt_str path) {
  nt_watch_writer_meet(w, path);
  set_timer(w);
  nt_watch_tell(w);
}

static void on_timer(uv_timer_t *timer) {
  nt_watch *w = timer->data;
  if (w->polls)
    nt_watch_poll_again(w);
  else
    nt_watch_look(w);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  (void)status;
  (void)events;
  nt_watch_look(poll->data);
}

/* ---- the watch ---- */

nt_watch *nt_watch_new(const nt_watch_options *options) {
  nt_watch *w = nt_zalloc(sizeof *w);
  *w = (nt_watch){.loop = options->loop, .base = nt_heap_str(options->base), .tell = options->tell, .ud = options->ud};
  w->limit = options->limit;
  if (uv_timer_init(nt_loop_uv(w->loop), &w->timer) != 0) nt_out_of_memory();
  w->timer.data = w->poll.data = w;
  w->handles = 1;
  w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  int error = errno;
  if (w->fd >= 0) {
    if (uv_poll_init(nt_loop_uv(w->loop), &w->poll, w->fd) != 0) nt_out_of_memory();
    uv_poll_start(&w->poll, UV_READABLE, on_readable);
    w->handles++;
  } else {
    nt_watch_start_polling(w, error);
  }
  return w;
}

static void root_deinit(nt_watch_root *root) {
  free((char *)root->path.ptr);
  free((char *)root->real.ptr);
  nt_watch_news_deinit(root);
}

static void forget_everything(nt_watch *w) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->folders, &i, &e);) nt_watch_drop(w, e->value);
  for (size_t i = 0; nt_map_each(&w->writers, &i, &e);) nt_watch_writer_drop(w, e->key);
}

void nt_watch_handle_closed(uv_handle_t *handle) {
  nt_watch *w = handle->data;
  if (--w->handles) return;
  if (w->fd >= 0) close(w->fd);
  forget_everything(w);
  nt_map_deinit(&w->folders);
  nt_map_deinit(&w->writers);
  for (size_t i = 0; i < w->roots.len; i++) root_deinit(&w->roots.items[i]);
  nt_vec_deinit(&w->roots);
  free((char *)w->base.ptr);
  free(w);
}

void nt_watch_close(nt_watch *w) {
  if (!w) return;
  nt_watch_stop_polling(w);
  if (w->fd >= 0) uv_close((uv_handle_t *)&w->poll, nt_watch_handle_closed);
  uv_close((uv_handle_t *)&w->timer, nt_watch_handle_closed);
}

/* Roots that stay are moved over; what is left in `before` is gone. */
static void take_roots(nt_watch *w, const nt_str *paths, size_t count, nt_watch_root *before, size_t before_count) {
  memset(&w->roots, 0, sizeof w->roots);
  for (size_t i = 0; i < count; i++) {
    nt_watch_root root = {0};
    for (size_t k = 0; k < before_count; k++)
      if (nt_str_eq(before[k].path, paths[i])) {
        root = before[k];
        before[k] = (nt_watch_root){0};
      }
    nt_push(&w->roots, root);
  }
}

void nt_watch_set_roots(nt_watch *w, const nt_str *paths, size_t count) {
  nt_watch_root *before = w->roots.items;
  size_t before_count = w->roots.len;
  bool gone = false;
  take_roots(w, paths, count, before, before_count);
  for (size_t i = 0; i < before_count; i++) {
    if (!before[i].path.len) continue;
    nt_watch_forget(w, before[i].real);
    root_deinit(&before[i]);
    gone = true;
  }
  free(before);
  for (size_t i = 0; i < count; i++) {
    nt_watch_root *root = &w->roots.items[i];
    bool is_new = !root->path.len;
    if (is_new) *root = (nt_watch_root){.path = nt_heap_str(paths[i]), .real = nt_heap_str(paths[i])};
    if (is_new || gone) nt_watch_attach(w, i, false);    /* what lay in one that is gone may lie in this one, too */
    if (!is_new && gone) nt_watch_note_everything(root); /* and not all that was told of it has been heard */
  }
  w->lost |= access(w->base.ptr, F_OK) != 0;
  if (!w->polls) uv_timer_start(&w->timer, on_timer, gone ? 0 : FIND_BASE, 0);
}

int nt_watch_polls(const nt_watch *w) {
  return w->polls;
}
