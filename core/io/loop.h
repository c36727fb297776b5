/* The event loop, and the one door into it from other threads.
 *
 *      any thread ──nt_loop_post(post)──► mailbox ──async──► loop thread runs post->run(post)
 *
 * Only the loop thread changes what an engine owns. Nothing here blocks it. */
#ifndef NT_IO_LOOP_H
#define NT_IO_LOOP_H

#include "base/arena.h"

#include <uv.h>

typedef struct nt_loop nt_loop;

/* Embedded in whatever is sent; owned by the sender until run is called. */
typedef struct nt_post {
  struct nt_post *next;
  void (*run)(struct nt_post *post);
} nt_post;

/* A seed other than 0 shuffles the order in which posts that wait together are run, for tests of order. */
nt_loop *nt_loop_new(uint64_t shuffle_seed);
/* Closes what is ours; reports to stderr and returns false if another handle is still open (the census of test builds).
 */
bool nt_loop_free(nt_loop *loop);
uv_loop_t *nt_loop_uv(nt_loop *loop);

/* From any thread. Tasks of one thread run in the order they were posted, unless shuffled. */
void nt_loop_post(nt_loop *loop, nt_post *post);
/* Runs until `done(ud)` is true, asked after each turn. */
void nt_loop_run_until(nt_loop *loop, bool (*done)(void *ud), void *ud);

/* splitmix64, for shuffles that a seed repeats. */
uint64_t nt_random_next(uint64_t *state);

#endif
