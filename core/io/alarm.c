#include "io/alarm.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Later than that no timer need be: the year 9999. */
static const int64_t latest = 253402300799;

struct nt_alarm {
  uv_poll_t poll;
  int fd;
  void (*ring)(void *ud);
  void *ud;
};

/* ECANCELED says that the clock was set, and there is nothing to be read: it is no less a ring. */
static void on_readable(uv_poll_t *poll, int status, int events) {
  nt_alarm *alarm = poll->data;
  uint64_t times;
  (void)status;
  (void)events;
  if (read(alarm->fd, &times, sizeof times) == (ssize_t)sizeof times || errno == ECANCELED) alarm->ring(alarm->ud);
}

nt_alarm *nt_alarm_new(nt_loop *loop, void (*ring)(void *ud), void *ud) {
  int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return NULL;
  nt_alarm *alarm = nt_zalloc(sizeof *alarm);
  *alarm = (nt_alarm){.fd = fd, .ring = ring, .ud = ud};
  alarm->poll.data = alarm;
  if (uv_poll_init(nt_loop_uv(loop), &alarm->poll, fd) != 0) nt_out_of_memory();
  uv_poll_start(&alarm->poll, UV_READABLE, on_readable);
  nt_alarm_set(alarm, INT64_MAX);
  return alarm;
}

static void on_closed(uv_handle_t *handle) {
  nt_alarm *alarm = handle->data;
  close(alarm->fd);
  free(alarm);
}

void nt_alarm_close(nt_alarm *alarm) {
  if (alarm) uv_close((uv_handle_t *)&alarm->poll, on_closed);
}

void nt_alarm_set(nt_alarm *alarm, int64_t at) {
  if (at > latest) at = latest;
  if (at < 1) at = 1; /* 0 would disarm it */
  struct itimerspec when = {.it_value.tv_sec = (time_t)at};
  timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, NULL);
}
