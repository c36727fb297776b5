/* Until when what is published stays true: the instants at which a document's state changes, and those at which an
 * answer of now() does. The engine sleeps to the least of them. */
#ifndef NT_ENGINE_CLOCK_H
#define NT_ENGINE_CLOCK_H

#include "model/reader.h"
#include "text/date.h"

struct nt_engine;
struct nt_site;

/* The first instant of the day, hour, … that it is in the zone. */
nt_time nt_clock_cut(nt_time now, nt_resolution resolution, const nt_zone *zone);
/* The first instant after `now` at which that is another: an hour later than usual when clocks are put back. */
int64_t nt_clock_next(nt_time now, nt_resolution resolution, const nt_zone *zone);

/* Loop thread, at the epoch's end: what its steps have read is what the site depends on. Those of an epoch that failed
 * may not all have been asked. */
void nt_clock_settle(struct nt_site *site, bool good);

/* Loop thread. The next instant, later than its last epoch's, at which a site must be looked at; INT64_MAX: never. */
int64_t nt_site_due(const struct nt_site *site);
/* The least of those of sites that are at rest. */
int64_t nt_engine_due(const struct nt_engine *engine);
/* Sites whose instant has come are to have an epoch, as are all when the clock was set back behind what they are. */
void nt_engine_wake(struct nt_engine *engine);

#endif
