/* A moment of the system's clock at which the loop wakes. It is told, too, when somebody sets that clock, and what
 * passed while the machine slept counts as passed: a timer that counts down would know neither. */
#ifndef NT_IO_ALARM_H
#define NT_IO_ALARM_H

#include "io/loop.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct nt_alarm nt_alarm;

/* `ring` is called on the loop thread when the moment has come, or the clock was set; then nothing more happens until
 * nt_alarm_set(). NULL if the system has no timer to give. */
nt_alarm *nt_alarm_new(nt_loop *loop, void (*ring)(void *ud), void *ud);
/* Its memory is freed at the loop's next turn. NULL is allowed. */
void nt_alarm_close(nt_alarm *alarm);
/* Seconds since 1970; INT64_MAX: only when the clock is set. What has passed rings at once. */
void nt_alarm_set(nt_alarm *alarm, int64_t at);

#endif
