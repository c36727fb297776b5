/* Looking at the trees every second, where the system has no watches to give. A tree is told of when two looks running
 * found it as it is: what differs from look to look is still being written. */
#include "io/watching.h"

#include "io/files.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAUSE = 1000 /* milliseconds between two looks */ };

typedef struct polled {
  nt_str path; /* heap */
  nt_hash found;
} polled;

/* The request, and what its thread reads and writes while it is out. */
typedef struct nt_poll {
  uv_work_t request;
  nt_watch *watch;
  bool out;
  NT_VEC(polled) roots;
} nt_poll;

static nt_hash of_tree(nt_str path) {
  nt_arena *arena = nt_arena_new();
  nt_file_list list = {0};
  nt_hash hash = 1;
  nt_root *root = nt_root_open(path);
  if (root) nt_file_list_read(root, nt_str_n("", 0), arena, &list);
  for (size_t i = 0; i < list.files.len; i++) {
    const nt_file_entry *file = &list.files.items[i];
    nt_hash stamp = nt_hash_bytes(nt_str_n((const char *)&file->stamp, sizeof file->stamp));
    hash = nt_hash_combine(hash, nt_hash_combine(nt_hash_bytes(file->path), stamp));
  }
  for (size_t i = 0; i < list.problems.len; i++) {
    const nt_file_problem *problem = &list.problems.items[i];
    hash = nt_hash_combine(hash, nt_hash_combine(nt_hash_bytes(problem->path), (nt_hash)problem->result));
  }
  nt_file_list_deinit(&list);
  nt_root_close(root);
  nt_arena_free(arena);
  return hash;
}

static nt_hash of_path(nt_str path) {
  struct stat st;
  if (stat(path.ptr, &st) != 0) return NT_HASH_ABSENT;
  if (S_ISDIR(st.st_mode)) return of_tree(path);
  int64_t words[] = {st.st_size,         (int64_t)st.st_ino, st.st_mtim.tv_sec,
                     st.st_mtim.tv_nsec, st.st_ctim.tv_sec,  st.st_ctim.tv_nsec};
  return nt_hash_bytes(nt_str_n((const char *)words, sizeof words));
}

static void poll_work(uv_work_t *request) {
  nt_poll *p = request->data;
  for (size_t i = 0; i < p->roots.len; i++) p->roots.items[i].found = of_path(p->roots.items[i].path);
}

static void clear(nt_poll *p) {
  for (size_t i = 0; i < p->roots.len; i++) free((char *)p->roots.items[i].path.ptr);
  p->roots.len = 0;
}

/* The first look at a root tells of it, too: something may have come between what the engine read and this look. */
static void compare(nt_watch_root *root, nt_hash found) {
  bool settled = !root->seen || found == root->before;
  if (settled && found != root->seen) {
    nt_watch_note_everything(root);
    root->seen = found;
  }
  root->before = found;
}

static void on_timer(uv_timer_t *timer) {
  nt_watch_poll_again(timer->data);
}

static void poll_done(uv_work_t *request, int status) {
  nt_poll *p = request->data;
  nt_watch *w = p->watch;
  (void)status;
  p->out = false;
  if (w->closing) return;
  for (size_t i = 0; i < p->roots.len; i++)
    for (size_t k = 0; k < w->roots.len; k++)
      if (nt_str_eq(w->roots.items[k].path, p->roots.items[i].path))
        compare(&w->roots.items[k], p->roots.items[i].found);
  clear(p);
  uv_timer_start(&w->timer, on_timer, PAUSE, 0);
  nt_watch_look(w);
}

void nt_watch_poll_again(nt_watch *w) {
  nt_poll *p = w->polling;
  if (p->out) return;
  clear(p);
  for (size_t i = 0; i < w->roots.len; i++) nt_push(&p->roots, ((polled){.path = nt_heap_str(w->roots.items[i].path)}));
  p->out = uv_queue_work(nt_loop_uv(w->loop), &p->request, poll_work, poll_done) == 0;
  if (!p->out) uv_timer_start(&w->timer, on_timer, PAUSE, 0);
}

/* The watches that we have are given back: others on the machine may need them. */
void nt_watch_start_polling(nt_watch *w, int error) {
  if (w->polls) return;
  w->polls = error;
  if (w->fd >= 0) {
    uv_close((uv_handle_t *)&w->poll, nt_watch_handle_closed);
    close(w->fd);
  }
  w->fd = -1;
  w->polling = nt_zalloc(sizeof *w->polling);
  w->polling->watch = w;
  w->polling->request.data = w->polling;
  uv_timer_start(&w->timer, on_timer, 0, 0);
}

static bool is_in(void *ud) {
  return !((nt_poll *)ud)->out;
}

void nt_watch_stop_polling(nt_watch *w) {
  w->closing = true;
  if (!w->polling) return;
  nt_loop_run_until(w->loop, is_in, w->polling);
  clear(w->polling);
  nt_vec_deinit(&w->polling->roots);
  free(w->polling);
  w->polling = NULL;
}
