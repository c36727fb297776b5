/* The workers and the loop: lanes in turn, bounded, shuffled by a seed, and posts from many threads. */
#include "base/atomic.h"
#include "io/pool.h"
#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

enum { JOBS = 40, GATE = 99 };

typedef struct counted {
  nt_job job;
  struct round *round;
  unsigned lane, number;
} counted;

typedef struct round {
  nt_loop *loop;
  nt_pool *pool;
  uv_mutex_t gate; /* held while jobs are submitted, so that none is taken by then */
  uv_sem_t taken;  /* the worker stands at the gate */
  counted jobs[2][JOBS];
  unsigned order[2 * JOBS + 1]; /* lane * 100 + number, as one worker ran them */
  unsigned ran, returned, expected;
} round_of;

static void work(nt_job *job, unsigned worker) {
  counted *c = (counted *)job;
  c->round->order[c->round->ran++] = c->lane * 100 + c->number;
}

static void returned(nt_post *post) {
  ((counted *)post)->round->returned++;
}

static bool all_returned(void *ud) {
  return ((round_of *)ud)->returned == ((round_of *)ud)->expected;
}

static void wait_for_gate(nt_job *job, unsigned worker) {
  counted *c = (counted *)job;
  if (c->number == GATE) uv_sem_post(&c->round->taken);
  uv_mutex_lock(&c->round->gate);
  uv_mutex_unlock(&c->round->gate);
}

/* One worker is kept at the gate until both lanes are filled; then the order in which it takes them is free of chance.
 */
static void run_lanes(round_of *r, unsigned first, unsigned second, uint64_t seed) {
  counted gate = {.round = r, .number = GATE, .job.work = wait_for_gate, .job.post.run = returned};
  r->loop = nt_loop_new(seed);
  r->pool = nt_pool_new(r->loop, 1, 2, seed);
  uv_mutex_init(&r->gate);
  uv_mutex_lock(&r->gate);
  uv_sem_init(&r->taken, 0);
  assert_true(nt_pool_submit(r->pool, 0, &gate.job));
  uv_sem_wait(&r->taken);
  unsigned counts[2] = {first, second};
  for (unsigned lane = 0; lane < 2; lane++)
    for (unsigned i = 0; i < counts[lane]; i++) {
      r->jobs[lane][i] = (counted){.round = r, .lane = lane, .number = i, .job.work = work, .job.post.run = returned};
      assert_true(nt_pool_submit(r->pool, lane, &r->jobs[lane][i].job));
    }
  r->expected = first + second + 1;
  uv_mutex_unlock(&r->gate);
  nt_loop_run_until(r->loop, all_returned, r);
  nt_pool_free(r->pool);
  assert_true(nt_loop_free(r->loop));
  uv_mutex_destroy(&r->gate);
  uv_sem_destroy(&r->taken);
}

static void lanes_take_turns(void **state) {
  round_of r = {0};
  run_lanes(&r, 30, 3, 0);
  assert_int_equal(r.ran, 33);
  unsigned last = 0; /* where the small lane's last job stands: a large lane does not keep it waiting */
  for (unsigned i = 0; i < r.ran; i++)
    if (r.order[i] / 100 == 1) last = i;
  assert_true(last < 7);
  for (unsigned i = 0, next = 0; i < r.ran; i++) /* within a lane, in order */
    if (r.order[i] / 100 == 0) assert_int_equal(r.order[i] % 100, next++);
}

static void a_seed_shuffles_and_repeats(void **state) {
  round_of plain = {0}, one = {0}, again = {0}, other = {0};
  run_lanes(&plain, JOBS, 0, 0);
  run_lanes(&one, JOBS, 0, 17);
  run_lanes(&again, JOBS, 0, 17);
  run_lanes(&other, JOBS, 0, 18);
  assert_memory_not_equal(plain.order, one.order, JOBS * sizeof *one.order);
  assert_memory_not_equal(one.order, other.order, JOBS * sizeof *one.order);
  assert_memory_equal(one.order, again.order, JOBS * sizeof *one.order);
  bool seen[JOBS] = {false};
  for (unsigned i = 0; i < JOBS; i++) seen[one.order[i]] = true;
  for (unsigned i = 0; i < JOBS; i++) assert_true(seen[i]);
}

static void a_lane_is_bounded(void **state) {
  round_of r = {0};
  counted gate = {.round = &r, .job.work = wait_for_gate, .job.post.run = returned};
  counted *jobs = nt_zalloc((NT_LANE_LIMIT + 1) * sizeof *jobs);
  r.loop = nt_loop_new(0);
  r.pool = nt_pool_new(r.loop, 1, 2, 0);
  uv_mutex_init(&r.gate);
  uv_mutex_lock(&r.gate);
  counted first = gate;
  first.number = GATE;
  uv_sem_init(&r.taken, 0);
  assert_true(nt_pool_submit(r.pool, 0, &first.job));
  uv_sem_wait(&r.taken);
  unsigned taken = 0;
  for (unsigned i = 0; i <= NT_LANE_LIMIT; i++) {
    jobs[i] = gate;
    taken += nt_pool_submit(r.pool, 0, &jobs[i].job);
  }
  assert_int_equal(taken, NT_LANE_LIMIT);
  counted other = gate;
  assert_true(nt_pool_submit(r.pool, 1, &other.job)); /* the other lane has room of its own */
  r.expected = taken + 2;
  uv_mutex_unlock(&r.gate);
  nt_loop_run_until(r.loop, all_returned, &r);
  nt_pool_free(r.pool);
  assert_true(nt_loop_free(r.loop));
  uv_mutex_destroy(&r.gate);
  uv_sem_destroy(&r.taken);
  free(jobs);
}

/* ---- many workers ---- */

typedef struct square {
  nt_job job;
  unsigned *returned;
  unsigned number, result, worker;
} square;

static void take_square(nt_job *job, unsigned worker) {
  square *s = (square *)job;
  s->result = s->number * s->number;
  s->worker = worker;
}

static void square_done(nt_post *post) {
  ++*((square *)post)->returned;
}

static bool is_forty(void *ud) {
  return *(unsigned *)ud == JOBS;
}

static void values_come_back_from_workers(void **state) {
  nt_loop *loop = nt_loop_new(0);
  nt_pool *pool = nt_pool_new(loop, 8, 3, 0);
  unsigned count = 0;
  square squares[JOBS];
  assert_int_equal(nt_pool_workers(pool), 8);
  for (unsigned i = 0; i < JOBS; i++) {
    squares[i] = (square){.number = i, .returned = &count, .job.work = take_square, .job.post.run = square_done};
    assert_true(nt_pool_submit(pool, i % 3, &squares[i].job));
  }
  nt_loop_run_until(loop, is_forty, &count);
  for (unsigned i = 0; i < JOBS; i++) {
    assert_int_equal(squares[i].result, i * i);
    assert_in_range(squares[i].worker, 0, 7);
  }
  nt_pool_free(pool);
  assert_true(nt_loop_free(loop));
}

/* ---- slow lanes ---- */

enum { SLOW = 4 };

/* Slow jobs stand still until they are let go; quick ones come and go. */
typedef struct slow_jobs {
  nt_loop *loop;
  nt_pool *pool;
  uv_sem_t begun, go;
  nt_atomic standing;
  unsigned returned;
  struct slow_job {
    nt_job job;
    struct slow_jobs *all;
  } slow[SLOW], quick;
} slow_jobs;

static void stand_still(nt_job *job, unsigned worker) {
  slow_jobs *s = ((struct slow_job *)job)->all;
  nt_atomic_add(&s->standing, 1);
  uv_sem_post(&s->begun);
  uv_sem_wait(&s->go);
}

static void do_nothing(nt_job *job, unsigned worker) {}

static void one_returned(nt_post *post) {
  ((struct slow_job *)post)->all->returned++;
}

static void slow_begin(slow_jobs *s, unsigned workers, unsigned lanes) {
  *s = (slow_jobs){.loop = nt_loop_new(0)};
  s->pool = nt_pool_new(s->loop, workers, lanes, 0);
  uv_sem_init(&s->begun, 0);
  uv_sem_init(&s->go, 0);
}

static void slow_submit(slow_jobs *s, unsigned lane, struct slow_job *job, void (*what)(nt_job *job, unsigned worker)) {
  *job = (struct slow_job){.job = {.post.run = one_returned, .work = what}, .all = s};
  assert_true(nt_pool_submit(s->pool, lane, &job->job));
}

typedef struct wanted {
  const slow_jobs *of;
  unsigned count;
} wanted;

static bool have_returned(void *ud) {
  const wanted *w = ud;
  return w->of->returned >= w->count;
}

static void slow_wait(slow_jobs *s, unsigned count) {
  wanted w = {s, count};
  nt_loop_run_until(s->loop, have_returned, &w);
}

static void slow_end(slow_jobs *s) {
  nt_pool_free(s->pool);
  assert_true(nt_loop_free(s->loop));
  uv_sem_destroy(&s->begun);
  uv_sem_destroy(&s->go);
}

/* A slow job that took the last worker would never let a quick one come back. */
static void run_quick(slow_jobs *s, unsigned lane, unsigned room) {
  for (unsigned i = 0; i < JOBS; i++) {
    slow_submit(s, lane, &s->quick, do_nothing);
    slow_wait(s, i + 1);
    assert_int_equal(nt_atomic_get(&s->standing), room);
  }
}

static void slow_lanes_leave_a_worker_to_the_others(void **state) {
  slow_jobs s;
  slow_begin(&s, 3, 3);
  nt_pool_set_slow(s.pool, 0, true);
  nt_pool_set_slow(s.pool, 1, true);
  for (unsigned i = 0; i < SLOW; i++) slow_submit(&s, i % 2, &s.slow[i], stand_still); /* two lanes, two workers */
  for (unsigned i = 0; i < 2; i++) uv_sem_wait(&s.begun);
  run_quick(&s, 2, 2);
  nt_pool_set_slow(s.pool, 0, false); /* one of them is slow no more, and may have the third */
  uv_sem_wait(&s.begun);
  assert_int_equal(nt_atomic_get(&s.standing), 3);
  for (unsigned i = 0; i < SLOW; i++) uv_sem_post(&s.go);
  slow_wait(&s, JOBS + SLOW);
  slow_end(&s);
}

/* Slow jobs alone have every worker; so they have when there is but one. */
static void slow_lanes_without_others_have_every_worker(void **state) {
  for (unsigned workers = 1; workers <= 2; workers++) {
    slow_jobs s;
    slow_begin(&s, workers, workers);
    for (unsigned i = 0; i < workers; i++) nt_pool_set_slow(s.pool, i, true);
    for (unsigned i = 0; i < SLOW; i++) slow_submit(&s, 0, &s.slow[i], stand_still);
    for (unsigned i = 0; i < workers; i++) uv_sem_wait(&s.begun);
    for (unsigned i = 0; i < SLOW; i++) uv_sem_post(&s.go);
    slow_wait(&s, SLOW);
    slow_end(&s);
  }
}

static void one_worker_does_what_is_slow(void **state) {
  slow_jobs s;
  slow_begin(&s, 1, 2);
  nt_pool_set_slow(s.pool, 0, true);
  slow_submit(&s, 0, &s.slow[0], stand_still);
  uv_sem_wait(&s.begun);
  uv_sem_post(&s.go);
  slow_wait(&s, 1);
  slow_end(&s);
}

/* Only a thread itself can give back what it has freed. */
typedef struct trims {
  uv_mutex_t lock;
  uv_sem_t done;
  uv_thread_t threads[8];
  unsigned count;
} trims;

static void note_trim(void *ud) {
  trims *t = ud;
  uv_mutex_lock(&t->lock);
  if (t->count < 8) t->threads[t->count] = uv_thread_self();
  t->count++;
  uv_mutex_unlock(&t->lock);
  uv_sem_post(&t->done);
}

static void every_worker_trims_once_when_asked(void **state) {
  enum { WORKERS = 4 };
  nt_loop *loop = nt_loop_new(0);
  nt_pool *pool = nt_pool_new(loop, WORKERS, 1, 0);
  trims t = {0};
  uv_mutex_init(&t.lock);
  uv_sem_init(&t.done, 0);
  for (unsigned asked = 0; asked < 2; asked++) {
    nt_pool_trim(pool, note_trim, &t);
    for (unsigned i = 0; i < WORKERS; i++) uv_sem_wait(&t.done);
  }
  nt_pool_free(pool);
  assert_int_equal(t.count, 2 * WORKERS);
  for (unsigned i = 0; i < WORKERS; i++)
    for (unsigned k = 0; k < i; k++) assert_false(uv_thread_equal(&t.threads[i], &t.threads[k]));
  uv_mutex_destroy(&t.lock);
  uv_sem_destroy(&t.done);
  assert_true(nt_loop_free(loop));
}

/* ---- the loop ---- */

enum { POSTERS = 4, POSTS = 500 };

typedef struct numbered {
  nt_post post;
  struct poster *from;
  unsigned number;
} numbered;

typedef struct poster {
  nt_loop *loop;
  unsigned *total;
  unsigned next;
  bool in_order;
  numbered posts[POSTS];
} poster;

static void arrived(nt_post *post) {
  numbered *n = (numbered *)post;
  if (n->number != n->from->next++) n->from->in_order = false;
  ++*n->from->total;
}

static void send_all(void *ud) {
  poster *p = ud;
  for (unsigned i = 0; i < POSTS; i++) {
    p->posts[i] = (numbered){.post.run = arrived, .from = p, .number = i};
    nt_loop_post(p->loop, &p->posts[i].post);
  }
}

static bool all_arrived(void *ud) {
  return *(unsigned *)ud == POSTERS * POSTS;
}

static void posts_arrive_in_each_threads_order(void **state) {
  nt_loop *loop = nt_loop_new(0);
  poster *posters = nt_zalloc(POSTERS * sizeof *posters);
  uv_thread_t threads[POSTERS];
  unsigned total = 0;
  for (int i = 0; i < POSTERS; i++) {
    posters[i].loop = loop;
    posters[i].total = &total;
    posters[i].in_order = true;
    uv_thread_create(&threads[i], send_all, &posters[i]);
  }
  nt_loop_run_until(loop, all_arrived, &total);
  for (int i = 0; i < POSTERS; i++) {
    uv_thread_join(&threads[i]);
    assert_true(posters[i].in_order);
  }
  free(posters);
  assert_true(nt_loop_free(loop));
}

/* In a process of its own, for what is left open is a leak as well. */
static void a_loop_knows_what_was_left_open(void **state) {
  pid_t child = fork();
  if (child == 0) {
    nt_loop *loop = nt_loop_new(0);
    static uv_timer_t timer;
    uv_timer_init(nt_loop_uv(loop), &timer);
    _exit(nt_loop_free(loop) ? 1 : 42);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lanes_take_turns),
      cmocka_unit_test(a_seed_shuffles_and_repeats),
      cmocka_unit_test(a_lane_is_bounded),
      cmocka_unit_test(values_come_back_from_workers),
      cmocka_unit_test(slow_lanes_leave_a_worker_to_the_others),
      cmocka_unit_test(slow_lanes_without_others_have_every_worker),
      cmocka_unit_test(one_worker_does_what_is_slow),
      cmocka_unit_test(every_worker_trims_once_when_asked),
      cmocka_unit_test(posts_arrive_in_each_threads_order),
      cmocka_unit_test(a_loop_knows_what_was_left_open),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
