#include "fixture.h"

#include <stdlib.h>

fixture *fixture_new(const char *const files[][2], size_t count) {
  fixture *x = nt_zalloc(sizeof *x);
  feed_init(&x->f);
  workspace_init(&x->w, &x->f);
  for (size_t i = 0; i < count; i++) workspace_write(&x->w, files[i][0], files[i][1]);
  return x;
}

static int64_t clock_now(void *ud) {
  return ((const fixture *)ud)->now;
}

void fixture_set_clock(fixture *x) {
  x->w.options.at_set = false;
  x->w.options.clock = clock_now;
  x->w.options.ud = x;
}

int fixture_free(void **state) {
  fixture *x = *state;
  workspace_deinit(&x->w);
  feed_deinit(&x->f);
  free(x);
  return 0;
}
