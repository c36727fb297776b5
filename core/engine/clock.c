#include "engine/clock.h"

#include "engine/engine.h"
#include "engine/trace/edges.h"
#include "text/zone.h"

enum { HOUR = 3600, DAY = 86400 };

nt_time nt_clock_cut(nt_time now, nt_resolution resolution, const nt_zone *zone) {
  nt_civil c = nt_date_civil(now);
  now.nanoseconds = 0;
  if (resolution == NT_RES_SECOND) return now;
  if (resolution == NT_RES_HOUR || resolution == NT_RES_MINUTE) {
    now.seconds -= c.second + (resolution == NT_RES_HOUR ? c.minute * 60 : 0);
    return now;
  }
  unsigned month = resolution == NT_RES_YEAR ? 1 : c.month, day = resolution == NT_RES_DAY ? c.day : 1;
  int64_t local = nt_days_from_civil(c.year, month, day) * DAY, later;
  if (!zone) {
    now.seconds = local;
    return now;
  }
  nt_zone_resolve(zone, local, &later, &now.seconds);
  now.offset = nt_zone_offset(zone, now.seconds);
  return now;
}

/* Longer than any: days have 25 hours in autumn. */
static int64_t longest(nt_resolution resolution) {
  switch (resolution) {
  case NT_RES_SECOND: return 1;
  case NT_RES_MINUTE: return 60;
  case NT_RES_HOUR: return 2 * HOUR;
  case NT_RES_DAY: return 2 * DAY;
  case NT_RES_MONTH: return 32 * DAY;
  case NT_RES_YEAR: return 367 * DAY;
  }
  return DAY;
}

int64_t nt_clock_next(nt_time now, nt_resolution resolution, const nt_zone *zone) {
  int64_t cut = nt_clock_cut(now, resolution, zone).seconds;
  int64_t same = now.seconds, other = same + longest(resolution);
  while (other - same > 1) {
    int64_t middle = same + (other - same) / 2;
    nt_time then = nt_date_in_zone((nt_time){.seconds = middle}, zone);
    if (nt_clock_cut(then, resolution, zone).seconds == cut)
      same = middle;
    else
      other = middle;
  }
  return other;
}

/* ---- a site ---- */

void nt_clock_settle(nt_site *site, bool good) {
  site->clock_kept = nt_edges_resolutions(site) | (good ? 0 : site->clock_kept);
}

/* What was due at the epoch's own instant it has seen, even if it failed then: it is not to begin again for that. */
int64_t nt_site_due(const nt_site *site) {
  int64_t due = site->next_state > site->instant ? site->next_state : INT64_MAX;
  for (unsigned r = 0; site->clock_kept >> r; r++) {
    if (!(site->clock_kept >> r & 1) || !site->inputs || !site->inputs->zone) continue;
    nt_time instant = nt_date_in_zone((nt_time){.seconds = site->instant}, site->inputs->zone);
    int64_t next = nt_clock_next(instant, (nt_resolution)r, site->inputs->zone);
    if (next < due) due = next;
  }
  return due;
}

int64_t nt_engine_due(const nt_engine *e) {
  int64_t due = INT64_MAX;
  for (size_t i = 0; i < e->site_count; i++) {
    const nt_site *site = &e->sites[i];
    int64_t of_site = site->epoch && site->phase == NT_PHASE_IDLE && !site->changed ? nt_site_due(site) : INT64_MAX;
    if (of_site < due) due = of_site;
  }
  return due;
}

void nt_engine_wake(nt_engine *e) {
  int64_t now = nt_engine_now(e);
  for (size_t i = 0; i < e->site_count; i++) {
    nt_site *site = &e->sites[i];
    bool rests =
        site->phase == NT_PHASE_IDLE; /* else a worker may have its inputs, and the alarm is set when it does */
    if (site->epoch && (now < site->instant || (rests && now >= nt_site_due(site)))) nt_site_changed(site, false);
  }
}
