#include "io/loop.h"

#include <stdio.h>
#include <stdlib.h>

struct nt_loop {
  uv_loop_t uv;
  uv_async_t wake;
  uv_mutex_t lock; /* guards first and last */
  nt_post *first, *last;
  uint64_t shuffle;
};

uint64_t nt_random_next(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

/* Relinks a chain of posts in random order. */
static nt_post *shuffled(nt_loop *loop, nt_post *chain) {
  size_t count = 0;
  for (nt_post *t = chain; t; t = t->next) count++;
  nt_post **posts = nt_alloc(count * sizeof *posts);
  count = 0;
  for (nt_post *t = chain; t; t = t->next) posts[count++] = t;
  nt_post *head = NULL;
  while (count) {
    size_t pick = (size_t)(nt_random_next(&loop->shuffle) % count);
    nt_post *t = posts[pick];
    posts[pick] = posts[--count];
    t->next = head;
    head = t;
  }
  free(posts);
  return head;
}

static void on_wake(uv_async_t *async) {
  nt_loop *loop = async->data;
  uv_mutex_lock(&loop->lock);
  nt_post *post = loop->first;
  loop->first = loop->last = NULL;
  uv_mutex_unlock(&loop->lock);
  if (loop->shuffle) post = shuffled(loop, post);
  while (post) {
    nt_post *next = post->next; /* run may free the post */
    post->run(post);
    post = next;
  }
}

nt_loop *nt_loop_new(uint64_t shuffle_seed) {
  nt_loop *loop = nt_zalloc(sizeof *loop);
  loop->shuffle = shuffle_seed;
  if (uv_loop_init(&loop->uv) != 0) nt_out_of_memory();
  if (uv_async_init(&loop->uv, &loop->wake, on_wake) != 0) nt_out_of_memory();
  if (uv_mutex_init(&loop->lock) != 0) nt_out_of_memory();
  loop->wake.data = loop;
  return loop;
}

static void count_open(uv_handle_t *handle, void *ud) {
  ++*(size_t *)ud;
  fprintf(stderr, "notis: a %s handle was left open\n", uv_handle_type_name(handle->type));
}

/* In test builds NOTIS_CENSUS=1 prints how many handles are open at the end, also when it is none. */
static void print_census(size_t open) {
#ifdef NOTIS_TESTING
  if (getenv("NOTIS_CENSUS")) fprintf(stderr, "census: %zu handles open\n", open);
#else
  (void)open;
#endif
}

bool nt_loop_free(nt_loop *loop) {
  while (loop->first) on_wake(&loop->wake);
  uv_close((uv_handle_t *)&loop->wake, NULL);
  uv_run(&loop->uv, UV_RUN_NOWAIT);
  size_t open = 0;
  if (uv_loop_close(&loop->uv) != 0) uv_walk(&loop->uv, count_open, &open);
  print_census(open);
  uv_mutex_destroy(&loop->lock);
  free(loop);
  return open == 0;
}

uv_loop_t *nt_loop_uv(nt_loop *loop) {
  return &loop->uv;
}

void nt_loop_post(nt_loop *loop, nt_post *post) {
  post->next = NULL;
  uv_mutex_lock(&loop->lock);
  if (loop->last)
    loop->last->next = post;
  else
    loop->first = post;
  loop->last = post;
  /* Inside the lock: once it is released the loop may run the post and be freed by what it does. */
  uv_async_send(&loop->wake);
  uv_mutex_unlock(&loop->lock);
}

void nt_loop_run_until(nt_loop *loop, bool (*done)(void *ud), void *ud) {
  while (!done(ud)) uv_run(&loop->uv, UV_RUN_ONCE);
}
