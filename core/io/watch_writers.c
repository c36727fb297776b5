/* Who is at a file. A writer is waited for while it has the file open, but one that stalls, or never comes to an end,
 * must not keep everybody waiting. */
#include "io/watching.h"

#include "io/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
  STALLED = 10000, /* milliseconds without a word */
  ENDLESS = 60000, /* in all */
  UNKNOWN = 2000   /* without a word, where the system cannot tell whether it is open */
};

nt_writing nt_watch_is_written(nt_str path) {
  nt_str terminated = nt_heap_str(path);
  int fd = open(terminated.ptr, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
  int saved = errno;
  free((char *)terminated.ptr);
  if (fd < 0) return saved == ENOENT || saved == ENOTDIR ? NT_NOT_WRITTEN : NT_WRITING_UNKNOWN;
  nt_writing found = nt_file_writing(fd);
  close(fd);
  return found;
}

static uint64_t now(const nt_watch *w) {
  return uv_now(nt_loop_uv(w->loop));
}

void nt_watch_writer_note(nt_watch *w, nt_str path) {
  nt_watch_writer *writer = nt_map_get(&w->writers, path);
  if (!writer) {
    writer = nt_zalloc(sizeof *writer);
    *writer = (nt_watch_writer){.path = nt_heap_str(path), .since = now(w)};
    nt_map_set(&w->writers, writer->path, writer);
  }
  writer->last = now(w);
  if (!writer->given_up) nt_watch_torn(w, path);
}

void nt_watch_writer_drop(nt_watch *w, nt_str path) {
  nt_watch_writer *writer = nt_map_remove(&w->writers, path);
  if (!writer) return;
  free((char *)writer->path.ptr);
  free(writer);
}

/* As events would name it, so that they find it again. */
static nt_str real_name(nt_str path) {
  nt_str terminated = nt_heap_str(path);
  char *real = realpath(terminated.ptr, NULL);
  if (!real) return terminated;
  free((char *)terminated.ptr);
  return nt_str_c(real);
}

void nt_watch_writer_meet(nt_watch *w, nt_str path) {
  nt_str real = real_name(path);
  const nt_watch_writer *writer = nt_map_get(&w->writers, real);
  if (!writer && nt_watch_is_written(real) == NT_WRITTEN) {
    nt_watch_writer_note(w, real);
  } else if (!writer) {
    nt_watch_torn(w, real);
    nt_watch_changed(w, real, false);
  }
  free((char *)real.ptr);
}

void nt_watch_writers_forget(nt_watch *w, nt_str path) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->writers, &i, &e);)
    if (nt_watch_holds(path, e->key)) nt_watch_writer_drop(w, e->key);
}

static bool stalls(const nt_watch_writer *writer, nt_writing writing, uint64_t at) {
  uint64_t silent = at - writer->last;
  return at - writer->since >= ENDLESS || silent >= (writing == NT_WRITTEN ? STALLED : UNKNOWN);
}

void nt_watch_writers_check(nt_watch *w) {
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&w->writers, &i, &e);) {
    nt_watch_writer *writer = e->value;
    nt_writing writing = nt_watch_is_written(writer->path);
    bool ended = writing == NT_NOT_WRITTEN;
    if (!ended && (writer->given_up || !stalls(writer, writing, now(w)))) continue;
    nt_watch_changed(w, writer->path, false);
    if (ended)
      nt_watch_writer_drop(w, writer->path);
    else
      writer->given_up = true;
  }
}
