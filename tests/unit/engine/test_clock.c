/* Where a day, an hour or a year begins and ends, also when clocks are put forward and back. The instants are those of
 * the tz database: Europe/Stockholm is an hour ahead of UTC, two from the last Sunday of March 01:00 UTC to the last
 * Sunday of October 01:00 UTC; America/Havana puts its clocks forward at midnight; Asia/Kolkata is 5:30 ahead. */
#include "engine/clock.h"
#include "support.h"

static nt_time at(const char *text, const nt_zone *zone) {
  nt_time time;
  assert_int_equal(nt_date_parse(nt_str_c(text), NULL, &time), NT_DATE_OK);
  return nt_date_in_zone(time, zone);
}

typedef struct expected {
  const char *zone, *now;
  nt_resolution resolution;
  const char *cut, *next;
} expected;

static const expected cases[] = {
    {"Europe/Stockholm", "2024-06-10T12:34:56Z", NT_RES_DAY, "2024-06-10T00:00:00+02:00", "2024-06-11T00:00:00+02:00"},
    {"Europe/Stockholm", "2024-06-10T22:00:00Z", NT_RES_DAY, "2024-06-11T00:00:00+02:00", "2024-06-12T00:00:00+02:00"},
    {"Europe/Stockholm", "2024-06-10T21:59:59Z", NT_RES_DAY, "2024-06-10T00:00:00+02:00", "2024-06-11T00:00:00+02:00"},
    {"Europe/Stockholm", "2024-06-10T12:34:56Z", NT_RES_HOUR, "2024-06-10T14:00:00+02:00", "2024-06-10T15:00:00+02:00"},
    {"Europe/Stockholm", "2024-06-10T12:34:56Z", NT_RES_MINUTE, "2024-06-10T14:34:00+02:00",
     "2024-06-10T14:35:00+02:00"},
    {"Europe/Stockholm", "2024-06-10T12:34:56Z", NT_RES_SECOND, "2024-06-10T14:34:56+02:00",
     "2024-06-10T14:34:57+02:00"},
    {"Europe/Stockholm", "2024-02-29T12:00:00Z", NT_RES_MONTH, "2024-02-01T00:00:00+01:00",
     "2024-03-01T00:00:00+01:00"},
    {"Europe/Stockholm", "2024-12-31T22:59:59Z", NT_RES_YEAR, "2024-01-01T00:00:00+01:00", "2025-01-01T00:00:00+01:00"},
    /* a day of 23 hours, before and after the hour that is not there */
    {"Europe/Stockholm", "2024-03-31T00:30:00Z", NT_RES_DAY, "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00"},
    {"Europe/Stockholm", "2024-03-31T12:00:00Z", NT_RES_DAY, "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00"},
    {"Europe/Stockholm", "2024-03-31T00:30:00Z", NT_RES_HOUR, "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"},
    {"Europe/Stockholm", "2024-03-31T12:00:00Z", NT_RES_MONTH, "2024-03-01T00:00:00+01:00",
     "2024-04-01T00:00:00+02:00"},
    /* one of 25, and the hour that comes twice */
    {"Europe/Stockholm", "2024-10-27T00:30:00Z", NT_RES_DAY, "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"},
    {"Europe/Stockholm", "2024-10-27T22:30:00Z", NT_RES_DAY, "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"},
    {"Europe/Stockholm", "2024-10-27T00:30:00Z", NT_RES_HOUR, "2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"},
    {"Europe/Stockholm", "2024-10-27T01:30:00Z", NT_RES_HOUR, "2024-10-27T02:00:00+01:00", "2024-10-27T03:00:00+01:00"},
    /* a day without a midnight begins at one; one with two begins at the first */
    {"America/Havana", "2024-03-10T12:00:00Z", NT_RES_DAY, "2024-03-10T01:00:00-04:00", "2024-03-11T00:00:00-04:00"},
    {"America/Havana", "2024-03-10T04:59:59Z", NT_RES_DAY, "2024-03-09T00:00:00-05:00", "2024-03-10T01:00:00-04:00"},
    {"America/Havana", "2024-11-03T12:00:00Z", NT_RES_DAY, "2024-11-03T00:00:00-04:00", "2024-11-04T00:00:00-05:00"},
    {"Asia/Kolkata", "2024-06-10T12:34:56Z", NT_RES_HOUR, "2024-06-10T18:00:00+05:30", "2024-06-10T19:00:00+05:30"},
};

static void instants(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const expected *c = &cases[i];
    nt_zone *zone = nt_zone_open(nt_str_c(c->zone));
    nt_time now = at(c->now, zone);
    nt_buf cut = {0};
    nt_date_rfc3339(nt_clock_cut(now, c->resolution, zone), &cut);
    nt_buf_put(&cut, nt_str_n("", 1));
    assert_string_equal(cut.ptr, c->cut);
    int64_t next = nt_clock_next(now, c->resolution, zone);
    if (next != at(c->next, zone).seconds) fail_msg("%s %s: %lld", c->zone, c->now, (long long)next);
    nt_buf_deinit(&cut);
    nt_zone_close(zone);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(instants)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
