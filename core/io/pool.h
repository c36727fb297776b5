/* The workers. Each lane (a site) has a bounded queue of its own and the workers take from the lanes in turn, so that
 * a large site cannot keep a small one waiting.
 *
 *      loop thread ──submit──► lane ──► worker: job->work(job, worker) ──post──► loop thread: job->post.run */
#ifndef NT_IO_POOL_H
#define NT_IO_POOL_H

#include "io/loop.h"

typedef struct nt_pool nt_pool;

typedef struct nt_job {
  nt_post post; /* post.run is called on the loop thread when work has returned; post is the first member */
  void (*work)(struct nt_job *job, unsigned worker);
} nt_job;

enum { NT_LANE_LIMIT = 64 };

/* workers 0: one per core. A seed other than 0 lets workers take a lane's jobs in random order. */
nt_pool *nt_pool_new(nt_loop *loop, unsigned workers, unsigned lanes, uint64_t shuffle_seed);
/* Every job must have come back. */
void nt_pool_free(nt_pool *pool);
unsigned nt_pool_workers(const nt_pool *pool);

/* From the loop thread. False if the lane is full (NT_LANE_LIMIT jobs wait): submit again when one comes back. */
bool nt_pool_submit(nt_pool *pool, unsigned lane, nt_job *job);

/* Any thread. Lanes that are slow have all workers but one between them, unless there is but one worker, or no other
 * lane: what is slow in one site keeps no other waiting. */
void nt_pool_set_slow(nt_pool *pool, unsigned lane, bool slow);

/* From the loop thread. Each worker calls it once when it has no job to do, all of them perhaps at the same time. What
 * a thread freed may be its own until it says itself that the system can have it. */
void nt_pool_trim(nt_pool *pool, void (*trim)(void *ud), void *ud);

#endif
