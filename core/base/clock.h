/* The system's clock. Only the engine asks it: once for an epoch's instant, and to tell whether a file's time is too
 * fresh to be trusted. */
#ifndef NT_BASE_CLOCK_H
#define NT_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds since 1970-01-01T00:00:00Z. */
int64_t nt_clock_now(void);

#endif
