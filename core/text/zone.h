/* What date.c needs to know of a zone: offsets by instant, and instants by local time. */
#ifndef NT_TEXT_ZONE_H
#define NT_TEXT_ZONE_H

#include "text/date.h"

/* Minutes east of UTC at an instant. */
int16_t nt_zone_offset(const nt_zone *zone, int64_t seconds);
/* The instant of a local time given as seconds of a clock without zone. SKIPPED gives the instant that the clock would
 * have shown had it not been moved; AMBIGUOUS gives both instants, the later in *instant. */
nt_date_result nt_zone_resolve(const nt_zone *zone, int64_t local, int64_t *instant, int64_t *earlier);

#endif
