/* A workspace with a feed, as most tests of a site have them. */
#ifndef FUNCTIONAL_FIXTURE_H
#define FUNCTIONAL_FIXTURE_H

#include "workspace.h"

typedef struct fixture {
  workspace w;
  feed f;
  int64_t now; /* what the engine's clock says, where it is this one */
} fixture;

/* With the files (path and text) written; not opened yet. */
fixture *fixture_new(const char *const files[][2], size_t count);
/* From now on `now` is the engine's clock. */
void fixture_set_clock(fixture *x);
/* A teardown: *state is the fixture. */
int fixture_free(void **state);

#endif
