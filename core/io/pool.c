#include "io/pool.h"

#include "base/thread.h"

#include <stdlib.h>

typedef struct lane {
  nt_job *jobs[NT_LANE_LIMIT]; /* a ring */
  unsigned first, count;
  unsigned running;
  bool slow;
} lane;

struct nt_pool {
  nt_loop *loop;
  uv_thread_t *threads;
  unsigned workers, lane_count, turn;
  lane *lanes;
  uv_mutex_t lock; /* guards everything below, lanes and turn */
  uv_cond_t work;
  unsigned waiting;
  bool closing;
  uint64_t shuffle;
  void (*trim)(void *ud);
  void *trim_ud;
  unsigned trims; /* how often it was asked for */
};

typedef struct start {
  nt_pool *pool;
  unsigned index;
} start;

/* May one more worker do what is slow? */
static bool has_room_for_slow(const nt_pool *pool) {
  unsigned slow = 0, running = 0;
  for (unsigned i = 0; i < pool->lane_count; i++) {
    slow += pool->lanes[i].slow;
    running += pool->lanes[i].slow ? pool->lanes[i].running : 0;
  }
  return slow == pool->lane_count || pool->workers == 1 || running + 1 < pool->workers;
}

static nt_job *take_from(nt_pool *pool, lane *l) {
  if (pool->shuffle) {
    unsigned a = l->first, b = (l->first + (unsigned)(nt_random_next(&pool->shuffle) % l->count)) % NT_LANE_LIMIT;
    nt_job *swap = l->jobs[a];
    l->jobs[a] = l->jobs[b];
    l->jobs[b] = swap;
  }
  nt_job *job = l->jobs[l->first];
  l->first = (l->first + 1) % NT_LANE_LIMIT;
  l->count--;
  l->running++;
  return job;
}

/* The next lane of which a job may be taken, or NULL. */
static lane *next_lane(nt_pool *pool) {
  bool slow_too = has_room_for_slow(pool);
  for (unsigned i = 0; i < pool->lane_count; i++) {
    lane *l = &pool->lanes[(pool->turn + i) % pool->lane_count];
    if (!l->count || (l->slow && !slow_too)) continue;
    pool->turn = (pool->turn + i + 1) % pool->lane_count;
    return l;
  }
  return NULL;
}

static void run_worker(void *ud) {
  start *s = ud;
  nt_pool *pool = s->pool;
  unsigned index = s->index, trimmed = 0;
  free(s);
  nt_thread_begin();
  uv_mutex_lock(&pool->lock);
  for (;;) {
    lane *l = next_lane(pool);
    if (l) {
      nt_job *job = take_from(pool, l);
      uv_mutex_unlock(&pool->lock);
      job->work(job, index);
      nt_loop_post(pool->loop, &job->post);
      uv_mutex_lock(&pool->lock);
      l->running--;
    } else if (pool->closing) {
      break;
    } else if (trimmed != pool->trims) {
      void (*trim)(void *ud) = pool->trim;
      void *trim_ud = pool->trim_ud;
      trimmed = pool->trims;
      uv_mutex_unlock(&pool->lock);
      trim(trim_ud);
      uv_mutex_lock(&pool->lock);
    } else {
      pool->waiting++;
      uv_cond_wait(&pool->work, &pool->lock);
      pool->waiting--;
    }
  }
  uv_mutex_unlock(&pool->lock);
}

nt_pool *nt_pool_new(nt_loop *loop, unsigned workers, unsigned lanes, uint64_t shuffle_seed) {
  nt_pool *pool = nt_zalloc(sizeof *pool);
  pool->loop = loop;
  pool->workers = workers ? workers : uv_available_parallelism();
  pool->lane_count = lanes;
  pool->lanes = nt_zalloc(lanes * sizeof *pool->lanes);
  pool->shuffle = shuffle_seed;
  uv_mutex_init(&pool->lock);
  uv_cond_init(&pool->work);
  pool->threads = nt_zalloc(pool->workers * sizeof *pool->threads);
  for (unsigned i = 0; i < pool->workers; i++) {
    start *s = nt_alloc(sizeof *s);
    *s = (start){pool, i};
    /* Parsers recurse as deep as their own limits allow. */
    uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE, .stack_size = 8u << 20};
    if (uv_thread_create_ex(&pool->threads[i], &options, run_worker, s) != 0) nt_out_of_memory();
  }
  return pool;
}

void nt_pool_free(nt_pool *pool) {
  uv_mutex_lock(&pool->lock);
  pool->closing = true;
  uv_cond_broadcast(&pool->work);
  uv_mutex_unlock(&pool->lock);
  for (unsigned i = 0; i < pool->workers; i++) uv_thread_join(&pool->threads[i]);
  uv_cond_destroy(&pool->work);
  uv_mutex_destroy(&pool->lock);
  free(pool->threads);
  free(pool->lanes);
  free(pool);
}

unsigned nt_pool_workers(const nt_pool *pool) {
  return pool->workers;
}

bool nt_pool_submit(nt_pool *pool, unsigned lane_index, nt_job *job) {
  lane *l = &pool->lanes[lane_index];
  uv_mutex_lock(&pool->lock);
  bool room = l->count < NT_LANE_LIMIT;
  if (room) l->jobs[(l->first + l->count++) % NT_LANE_LIMIT] = job;
  if (room && pool->waiting) uv_cond_signal(&pool->work);
  uv_mutex_unlock(&pool->lock);
  return room;
}

/* A worker that was left to the others may have something to do now. */
void nt_pool_set_slow(nt_pool *pool, unsigned lane_index, bool slow) {
  lane *l = &pool->lanes[lane_index];
  uv_mutex_lock(&pool->lock);
  if (l->slow && !slow) uv_cond_broadcast(&pool->work);
  l->slow = slow;
  uv_mutex_unlock(&pool->lock);
}

void nt_pool_trim(nt_pool *pool, void (*trim)(void *ud), void *ud) {
  uv_mutex_lock(&pool->lock);
  pool->trim = trim;
  pool->trim_ud = ud;
  pool->trims++;
  uv_cond_broadcast(&pool->work);
  uv_mutex_unlock(&pool->lock);
}
