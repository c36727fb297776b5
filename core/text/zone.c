/* A zone is the list of its transitions, taken from ICU once, when it is opened: after that it never changes, so that
 * threads share it without locks and a lookup is a binary search. The list ends with the year 2099; later years are
 * looked up in a year of 2072..2099 that begins on the same weekday and is as long. */
#include "text/zone.h"

#include "base/vec.h"

#include <unicode/ucal.h>

typedef struct transition {
  int64_t at; /* seconds since 1970 */
  int16_t offset;
} transition;

struct nt_zone {
  int16_t first_offset;
  NT_VEC(transition) transitions;
};

enum { LAST_YEAR = 2099, CYCLE = 28 };

static const int64_t day = 86400;

/* Local mean times have seconds; a timestamp's offset has not, so they are rounded to the minute. */
static int16_t calendar_offset(UCalendar *calendar, double millis, UErrorCode *status) {
  ucal_setMillis(calendar, millis, status);
  int32_t offset = ucal_get(calendar, UCAL_ZONE_OFFSET, status) + ucal_get(calendar, UCAL_DST_OFFSET, status);
  return (int16_t)((offset + (offset < 0 ? -30000 : 30000)) / 60000);
}

static void read_transitions(nt_zone *zone, UCalendar *calendar, UErrorCode *status) {
  double at = (double)nt_days_from_civil(1, 1, 1) * 86400e3;
  double end = (double)nt_days_from_civil(LAST_YEAR + 1, 1, 1) * 86400e3;
  zone->first_offset = calendar_offset(calendar, at, status);
  int16_t before = zone->first_offset;
  while (U_SUCCESS(*status)) {
    ucal_setMillis(calendar, at, status);
    double next;
    if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &next, status) || next >= end) break;
    at = next;
    int16_t offset = calendar_offset(calendar, at, status);
    if (offset == before) continue;
    transition t = {(int64_t)(at / 1000), offset};
    nt_push(&zone->transitions, t);
    before = offset;
  }
}

/* ICU answers GMT for a name it does not know, and takes "GMT+5": only names of its own tables will do. */
static bool to_known_id(nt_str name, UChar *id, int32_t capacity) {
  if (!name.len || name.len >= (size_t)capacity || nt_str_eq(name, NT_STR("Etc/Unknown"))) return false;
  for (size_t i = 0; i < name.len; i++) {
    if (!name.ptr[i] || (unsigned char)name.ptr[i] >= 0x80) return false;
    id[i] = (UChar)name.ptr[i];
  }
  id[name.len] = 0;
  UChar canonical[128];
  UBool known = false;
  UErrorCode status = U_ZERO_ERROR;
  ucal_getCanonicalTimeZoneID(id, (int32_t)name.len, canonical, 128, &known, &status);
  return U_SUCCESS(status) && known;
}

nt_zone *nt_zone_open(nt_str name) {
  UChar id[96];
  if (!to_known_id(name, id, 96)) return NULL;
  UErrorCode status = U_ZERO_ERROR;
  UCalendar *calendar = ucal_open(id, -1, "en_US", UCAL_GREGORIAN, &status);
  nt_zone *zone = nt_zalloc(sizeof *zone);
  if (U_SUCCESS(status)) read_transitions(zone, calendar, &status);
  ucal_close(calendar);
  if (U_SUCCESS(status)) return zone;
  nt_zone_close(zone);
  return NULL;
}

void nt_zone_close(nt_zone *zone) {
  if (!zone) return;
  nt_vec_deinit(&zone->transitions);
  free(zone);
}

static bool is_leap(int32_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The same moment of a like year within the list. */
static int64_t within_list(int64_t seconds) {
  static const int64_t last = 253402300800; /* the year 10000, beyond which nothing is told apart */
  if (seconds > last) seconds = last;
  int32_t year = nt_date_civil((nt_time){.seconds = seconds}).year;
  int64_t start = nt_days_from_civil(year, 1, 1);
  for (int32_t like = LAST_YEAR; like > LAST_YEAR - CYCLE; like--) {
    int64_t like_start = nt_days_from_civil(like, 1, 1);
    if (is_leap(like) == is_leap(year) && (start - like_start) % 7 == 0) return seconds - (start - like_start) * day;
  }
  return seconds;
}

int16_t nt_zone_offset(const nt_zone *zone, int64_t seconds) {
  if (seconds >= nt_days_from_civil(LAST_YEAR + 1, 1, 1) * day) seconds = within_list(seconds);
  size_t low = 0, high = zone->transitions.len;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (zone->transitions.items[middle].at <= seconds)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? zone->transitions.items[low - 1].offset : zone->first_offset;
}

/* Two transitions never stand within a day of each other in the zones of today, so the offsets a day before and a day
 * after are the only two that the local time can have. */
nt_date_result nt_zone_resolve(const nt_zone *zone, int64_t local, int64_t *instant, int64_t *earlier) {
  int16_t before = nt_zone_offset(zone, local - day), after = nt_zone_offset(zone, local + day);
  int64_t with_before = local - before * 60, with_after = local - after * 60;
  *instant = *earlier = with_before;
  if (before == after) return NT_DATE_OK;
  bool fits_before = nt_zone_offset(zone, with_before) == before;
  bool fits_after = nt_zone_offset(zone, with_after) == after;
  if (fits_before && fits_after) {
    *instant = with_before > with_after ? with_before : with_after;
    *earlier = with_before < with_after ? with_before : with_after;
    return NT_DATE_AMBIGUOUS;
  }
  if (fits_after) *instant = *earlier = with_after;
  return fits_before || fits_after ? NT_DATE_OK : NT_DATE_SKIPPED;
}
