#include "host/strand.h"

#include "base/arena.h"
#include "base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* The queue is a ring of `capacity` tasks. Everything below the lock is guarded by it. */
struct nt_strand {
  size_t capacity;
  nt_task *ring;
  pthread_mutex_t lock;
  pthread_cond_t wake; /* a task came, or closing */
  pthread_cond_t idle; /* one was finished */
  pthread_t thread;
  size_t first;
  size_t waiting;
  unsigned long long posted;
  unsigned long long finished;
  bool started;
  bool closing;
};

nt_strand *nt_strand_new(size_t capacity) {
  nt_strand *strand = nt_zalloc(sizeof *strand);
  strand->capacity = capacity ? capacity : 1;
  strand->ring = nt_zalloc(strand->capacity * sizeof *strand->ring);
  pthread_mutex_init(&strand->lock, NULL);
  pthread_cond_init(&strand->wake, NULL);
  pthread_cond_init(&strand->idle, NULL);
  return strand;
}

/* The next task, waiting for it; false when there is none and there will be none. Called with the lock held. */
static bool take(nt_strand *strand, nt_task *task) {
  while (!strand->waiting && !strand->closing) pthread_cond_wait(&strand->wake, &strand->lock);
  if (!strand->waiting) return false;
  *task = strand->ring[strand->first];
  strand->first = (strand->first + 1) % strand->capacity;
  strand->waiting--;
  return true;
}

static void *serve(void *ud) {
  nt_strand *strand = ud;
  nt_task task;
  nt_thread_begin();
  pthread_mutex_lock(&strand->lock);
  while (take(strand, &task)) {
    pthread_mutex_unlock(&strand->lock);
    task.run(task.ud);
    if (task.done) task.done(task.ud);
    pthread_mutex_lock(&strand->lock);
    strand->finished++;
    pthread_cond_broadcast(&strand->idle);
  }
  pthread_mutex_unlock(&strand->lock);
  return NULL;
}

/* Signals belong to the loop's thread: this one is born with all of them blocked. */
static bool start(nt_strand *strand) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  strand->started = pthread_create(&strand->thread, NULL, serve, strand) == 0;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return strand->started;
}

bool nt_strand_post(nt_strand *strand, nt_task task) {
  pthread_mutex_lock(&strand->lock);
  bool taken = !strand->closing && strand->waiting < strand->capacity && (strand->started || start(strand));
  if (taken) {
    strand->ring[(strand->first + strand->waiting++) % strand->capacity] = task;
    strand->posted++;
    pthread_cond_signal(&strand->wake);
  }
  pthread_mutex_unlock(&strand->lock);
  return taken;
}

void nt_strand_wait(nt_strand *strand) {
  pthread_mutex_lock(&strand->lock);
  unsigned long long until = strand->posted;
  while (strand->finished < until) pthread_cond_wait(&strand->idle, &strand->lock);
  pthread_mutex_unlock(&strand->lock);
}

void nt_strand_close(nt_strand *strand) {
  if (!strand) return;
  pthread_mutex_lock(&strand->lock);
  strand->closing = true;
  bool started = strand->started;
  pthread_cond_signal(&strand->wake);
  pthread_mutex_unlock(&strand->lock);
  if (started) pthread_join(strand->thread, NULL);
  pthread_cond_destroy(&strand->idle);
  pthread_cond_destroy(&strand->wake);
  pthread_mutex_destroy(&strand->lock);
  free(strand->ring);
  free(strand);
}
