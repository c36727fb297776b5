/* Dates as people write them, and zones. Days and months are proleptic Gregorian; no function here reads the clock, the
 * environment or TZ: a zone is always an argument, by its IANA name, through ICU's own tables. */
#ifndef NT_TEXT_DATE_H
#define NT_TEXT_DATE_H

#include "base/value.h"

typedef struct nt_zone nt_zone;

typedef enum nt_date_result {
  NT_DATE_OK,
  NT_DATE_BAD,      /* not a date in any form we read */
  NT_DATE_NO_SUCH,  /* 2021-04-31, 25:00 */
  NT_DATE_SKIPPED,  /* a local time that daylight saving skips */
  NT_DATE_AMBIGUOUS /* a local time that happens twice: the later instant is given */
} nt_date_result;

/* "Europe/Stockholm"; NULL if there is no such zone. May be used by several threads. */
nt_zone *nt_zone_open(nt_str name);
void nt_zone_close(nt_zone *zone);

/* RFC 3339, and Y-M-D[ H:MM[:SS]][ ±HHMM] as in front matter. Without a zone of its own the time is the given zone's
 * (UTC if NULL). */
nt_date_result nt_date_parse(nt_str text, const nt_zone *zone, nt_time *out);
/* RFC 3339; a date only, as 2024-04-10. */
void nt_date_rfc3339(nt_time time, nt_buf *out);

typedef struct nt_civil {
  int32_t year;
  uint8_t month; /* 1..12 */
  uint8_t day;
  uint8_t hour;
  uint8_t minute;
  uint8_t second;
  uint8_t weekday; /* 1 Monday .. 7 Sunday */
} nt_civil;

/* The civil time at the timestamp's own offset. */
nt_civil nt_date_civil(nt_time time);
/* The same instant with the offset that the zone has then (UTC if NULL). A time without a zone becomes the zone's; a
 * day without a time of day stays the day it is. */
nt_time nt_date_in_zone(nt_time time, const nt_zone *zone);
/* Days since 1970-01-01. */
int64_t nt_days_from_civil(int32_t year, unsigned month, unsigned day);

#endif
