/* The alarm: what has passed rings at once, what is to come does not, and an alarm that has rung is silent. */
#include "io/alarm.h"
#include "support.h"

#include <time.h>

typedef struct fixture {
  nt_loop *loop;
  nt_alarm *alarm;
  int rung;
} fixture;

static void ring(void *ud) {
  ((fixture *)ud)->rung++;
}

static bool has_rung(void *ud) {
  return ((fixture *)ud)->rung > 0;
}

static int setup(void **state) {
  fixture *f = nt_zalloc(sizeof *f);
  f->loop = nt_loop_new(0);
  f->alarm = nt_alarm_new(f->loop, ring, f);
  assert_non_null(f->alarm);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  nt_alarm_close(f->alarm);
  assert_true(nt_loop_free(f->loop));
  free(f);
  return 0;
}

static void turn(fixture *f) {
  for (int i = 0; i < 3; i++) uv_run(nt_loop_uv(f->loop), UV_RUN_NOWAIT);
}

static void what_has_passed_rings_at_once(void **state) {
  fixture *f = *state;
  static const int64_t passed[] = {1, 0, -86400, INT64_MIN};
  for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
    f->rung = 0;
    nt_alarm_set(f->alarm, passed[i]);
    nt_loop_run_until(f->loop, has_rung, f);
    turn(f);
    assert_int_equal(f->rung, 1);
  }
}

static void what_is_to_come_waits(void **state) {
  fixture *f = *state;
  turn(f);
  nt_alarm_set(f->alarm, (int64_t)time(NULL) + 86400);
  turn(f);
  nt_alarm_set(f->alarm, INT64_MAX);
  turn(f);
  assert_int_equal(f->rung, 0);
}

/* time() may lag behind by a tick. */
static int64_t seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec;
}

static void it_rings_when_the_moment_comes(void **state) {
  fixture *f = *state;
  int64_t at = seconds_now() + 1;
  nt_alarm_set(f->alarm, at);
  nt_loop_run_until(f->loop, has_rung, f);
  assert_true(seconds_now() >= at);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(what_has_passed_rings_at_once), TEST(what_is_to_come_waits),
                                     TEST(it_rings_when_the_moment_comes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
