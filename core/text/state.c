#include "text/state.h"

#include "text/zone.h"

const char *nt_state_name(nt_state state) {
  static const char *const names[NT_STATES] = {"published", "draft", "expired", "embargo", "future"};
  return names[state];
}

/* The first whole second at which the field's time has come; `none` if it holds no time. */
static int64_t instant_of(const nt_value *fields, const char *name, const nt_zone *zone, int64_t none) {
  const nt_value *value = nt_map_find(fields, nt_str_c(name));
  if (!value || value->type != NT_TIME) return none;
  int64_t seconds = value->as.time.seconds, earlier;
  if (value->as.time.unzoned && zone) {
    nt_zone_resolve(zone, seconds, &seconds, &earlier);
    if (value->as.time.date_only) seconds = earlier;
  }
  return seconds + (value->as.time.nanoseconds > 0);
}

static bool is_draft(const nt_value *fields) {
  const nt_value *draft = nt_map_find(fields, NT_STR("draft"));
  return draft && draft->type == NT_BOOL && draft->as.boolean;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

nt_standing nt_state_of(const nt_value *fields, const nt_kind *kind, const nt_zone *zone, int64_t now) {
  if (is_draft(fields)) return (nt_standing){INT64_MIN, INT64_MAX, NT_STATE_DRAFT};
  int64_t embargo = instant_of(fields, "embargo", zone, INT64_MIN);
  int64_t expires = instant_of(fields, "expires", zone, INT64_MAX);
  int64_t date = kind && kind->future_published ? INT64_MIN : instant_of(fields, "date", zone, INT64_MIN);
  if (expires <= now) return (nt_standing){expires, INT64_MAX, NT_STATE_EXPIRED};
  if (embargo > now) return (nt_standing){INT64_MIN, least(embargo, expires), NT_STATE_EMBARGO};
  if (date > now) return (nt_standing){embargo, least(date, expires), NT_STATE_FUTURE};
  return (nt_standing){embargo > date ? embargo : date, expires, NT_STATE_PUBLISHED};
}
