/* A strand: calls to one plugin instance, run one at a time in the order they were posted, off the loop.
 *
 *     loop ──post──► [ queue, bounded ] ──► the strand's thread: run, then done
 *
 * The thread starts with the first task. What runs may not close its own strand. */
#ifndef NT_HOST_STRAND_H
#define NT_HOST_STRAND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct nt_strand nt_strand;

typedef struct nt_task {
  void (*run)(void *ud);
  void (*done)(void *ud); /* on the strand's thread, after run; may be NULL */
  void *ud;
} nt_task;

/* Holds at most `capacity` tasks that wait. */
nt_strand *nt_strand_new(size_t capacity);
/* Never blocks, from any thread. False if the queue is full, or no thread could be had. */
bool nt_strand_post(nt_strand *strand, nt_task task);
/* Waits until everything posted before has run, `done` too. Not from the strand itself. */
void nt_strand_wait(nt_strand *strand);
/* Runs what waits, stops the thread and frees. NULL is allowed. Nobody may post any more. */
void nt_strand_close(nt_strand *strand);

#endif
