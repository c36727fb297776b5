#include "conform.h"

#include <pthread.h>

typedef struct session {
  const conform_output *o;
  void *self;
} session;

static session opened(const conform_output *o) {
  session open = {.o = o, .self = o->plugin->descriptor.data};
  conform_call c;
  conform_begin(&c, o->engine, o->reader);
  assert_int_equal(o->plugin->output.open(&nt_services, &c.call, conform_config(o->config), &open.self), NOTIS_OK);
  conform_end(&c);
  return open;
}

static notis_status rendered(const session *open, nt_buf *out) {
  conform_call c;
  nt_reader reader = *open->o->reader;
  conform_begin(&c, open->o->engine, &reader);
  reader.arena = c.call.arena;
  reader.diags = &c.diags;
  notis_buffer buffer = {.buf = out};
  notis_page page = {open->o->page, &reader};
  notis_status status = open->o->plugin->output.render(open->self, &c.call, &page, &buffer);
  conform_end(&c);
  return buffer.full ? NOTIS_FULL : status;
}

typedef struct renderer {
  const session *open;
  nt_str expected;
  bool same;
} renderer;

static void *render_often(void *ud) {
  renderer *r = ud;
  r->same = true;
  for (int i = 0; i < 50; i++) {
    nt_buf out = {0};
    if (rendered(r->open, &out) != NOTIS_OK || !nt_str_eq(nt_buf_str(&out), r->expected)) r->same = false;
    nt_buf_deinit(&out);
  }
  return NULL;
}

/* The page's bytes after what the buffer already held, the same each time, in each instance and on each thread. */
void conform_output_all(const conform_output *o) {
  enum { THREADS = 4 };
  session open = opened(o), other = opened(o);
  nt_buf one = {0}, two = {0};
  assert_int_equal(rendered(&open, &one), NOTIS_OK);
  nt_buf_c(&two, "before");
  assert_int_equal(rendered(&other, &two), NOTIS_OK);
  assert_true(one.len > 0);
  assert_true(nt_str_eq(nt_str_sub(nt_buf_str(&two), 6, two.len), nt_buf_str(&one)));
  pthread_t threads[THREADS];
  renderer renderers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    renderers[i] = (renderer){&open, nt_buf_str(&one), false};
    assert_int_equal(pthread_create(&threads[i], NULL, render_often, &renderers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    assert_true(renderers[i].same);
  }
  nt_buf_deinit(&one);
  nt_buf_deinit(&two);
  o->plugin->output.close(open.self);
  o->plugin->output.close(other.self);
}
