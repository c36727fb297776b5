/* Instants are from `date -u -d`, and the changes of clocks from the IANA tables' sources: Sweden by the EU's rule
 * (01:00 UTC on the last Sundays of March and October), New York by the law of 2007 (02:00 local on the second Sunday
 * of March and the first of November). */
#include "support.h"
#include "text/date.h"

#include <pthread.h>

static nt_zone *stockholm;

static int setup(void **state) {
  stockholm = nt_zone_open(NT_STR("Europe/Stockholm"));
  return stockholm ? 0 : -1;
}

static int teardown(void **state) {
  nt_zone_close(stockholm);
  return 0;
}

static nt_time parsed(const char *text, const nt_zone *zone) {
  nt_time time;
  if (nt_date_parse(nt_str_c(text), zone, &time) != NT_DATE_OK) fail_msg("%s", text);
  return time;
}

static void check(const char *text, int64_t seconds, int offset) {
  nt_time time = parsed(text, stockholm);
  if (time.seconds != seconds || time.offset != offset)
    fail_msg("%s: %lld %+d", text, (long long)time.seconds, time.offset);
}

static void check_bad(const char *text, nt_date_result expected) {
  nt_time time;
  nt_date_result got = nt_date_parse(nt_str_c(text), stockholm, &time);
  if (got != expected) fail_msg("%s: %d, not %d", text, got, expected);
}

static void check_written(const char *text, const char *expected) {
  nt_buf out = {0};
  nt_date_rfc3339(parsed(text, stockholm), &out);
  nt_buf_byte(&out, '\0');
  assert_string_equal(out.ptr, expected);
  nt_buf_deinit(&out);
}

static void forms(void **state) {
  check("2024-04-10T09:30:00+02:00", 1712734200, 120);
  check("2024-04-10t07:30:00z", 1712734200, 0);
  check("2024-04-10T07:30:00-00:00", 1712734200, 0);
  check("2024-04-10 9:30", 1712734200, 120);
  check("2024-4-10  09:30:00", 1712734200, 120);
  check("2024-04-10T09:30", 1712734200, 120);
  check("  2024-04-10 09:30 +0200\n", 1712734200, 120);
  check("2024-04-10 03:30:00-04:00", 1712734200, -240);
  check("2019-01-28 5:37:44 -0400", 1548668264, -240);
  check("2024-04-10", 1712700000, 120);
  check("2024-04-10 -0400", 1712721600, -240);
  check("1969-12-31T23:59:59Z", -1, 0);
  check("0000-03-01T00:00:00Z", -62162035200, 0);
  check("2024-02-29T00:00:00Z", 1709164800, 0);
  check("1990-12-31T23:59:60Z", 662688000, 0);
  check("1990-12-31T15:59:60-08:00", 662688000, -480);
}

static void fractions(void **state) {
  assert_int_equal(parsed("1985-04-12T23:20:50.52Z", NULL).nanoseconds, 520000000);
  assert_int_equal(parsed("1985-04-12T23:20:50.1234567899Z", NULL).nanoseconds, 123456789);
  check_bad("1985-04-12T23:20:50.Z", NT_DATE_BAD);
  check_bad("1985-04-12T23:20:50,5Z", NT_DATE_BAD);
}

static void flags(void **state) {
  assert_true(parsed("2024-04-10", NULL).unzoned && parsed("2024-04-10", NULL).date_only);
  assert_true(parsed("2024-04-10 10:00", NULL).unzoned && !parsed("2024-04-10 10:00", NULL).date_only);
  assert_true(!parsed("2024-04-10 10:00Z", NULL).unzoned);
  assert_true(!parsed("2024-04-10", stockholm).unzoned && parsed("2024-04-10", stockholm).date_only);
}

static void bad(void **state) {
  static const char *const texts[] = {"",
                                      " ",
                                      "igår",
                                      "2024",
                                      "2024-04",
                                      "24-04-10",
                                      "20240-04-10",
                                      "2024-004-10",
                                      "2024/04/10",
                                      "10-04-2024",
                                      "2024-04-10x",
                                      "2024-04-10T",
                                      "2024-04-10 9",
                                      "2024-04-10 9:3",
                                      "2024-04-10 09:30:5",
                                      "2024-04-10 09:30 CET",
                                      "2024-04-10 09:30 +02",
                                      "2024-04-10 09:30 +2:00",
                                      "2024-04-10 09:30 +02:0",
                                      "2024-04-10T09:30:00+02:00Z",
                                      "-2024-04-10",
                                      "2024-04-10T T09:30",
                                      "2024-04-10 09.30",
                                      "٢٠٢٤-04-10"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_bad(texts[i], NT_DATE_BAD);
}

static void no_such(void **state) {
  static const char *const texts[] = {"2021-04-31",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "2024-13-01",
                                      "2024-00-10",
                                      "2024-01-00",
                                      "2024-01-01 24:00",
                                      "2024-01-01 25:00",
                                      "2024-01-01 10:60",
                                      "2024-01-01T10:00:60Z",
                                      "2024-01-01T23:59:60+01:00",
                                      "2024-01-01T10:00:00+24:00",
                                      "2024-01-01T10:00:00+01:60",
                                      "2024-01-01 23:59:60"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) check_bad(texts[i], NT_DATE_NO_SUCH);
}

static void stockholm_changes(void **state) {
  check("2024-03-31 01:59:59", 1711846799, 60);
  check("2024-03-31 03:00", 1711846800, 120);
  check_bad("2024-03-31 02:00", NT_DATE_SKIPPED);
  check_bad("2024-03-31 02:59:59", NT_DATE_SKIPPED);
  check("2024-10-27 01:59:59", 1729987199, 120);
  check("2024-10-27 03:00", 1729994400, 60);
  nt_time time;
  assert_int_equal(nt_date_parse(NT_STR("2024-10-27 02:30"), stockholm, &time), NT_DATE_AMBIGUOUS);
  assert_int_equal(time.seconds, 1729992600);
  assert_int_equal(time.offset, 60);
  check("2024-10-27 02:30 +0200", 1729989000, 120);
  check("1975-07-01 12:00", 173444400, 60); /* Sweden kept no summer time between 1917 and 1979 */
  check("2150-07-01 12:00", 5695956000, 120);
  check("2150-12-01 12:00", 5709178800, 60);
}

static void other_zones(void **state) {
  nt_zone *york = nt_zone_open(NT_STR("America/New_York")), *paulo = nt_zone_open(NT_STR("America/Sao_Paulo"));
  nt_time time;
  assert_int_equal(parsed("2024-03-10 01:59:59", york).seconds, 1710053999);
  assert_int_equal(parsed("2024-03-10 03:00", york).seconds, 1710054000);
  assert_int_equal(nt_date_parse(NT_STR("2024-03-10 02:30"), york, &time), NT_DATE_SKIPPED);
  assert_int_equal(nt_date_parse(NT_STR("2024-11-03 01:30"), york, &time), NT_DATE_AMBIGUOUS);
  assert_int_equal(time.seconds, 1730615400);
  /* In São Paulo the clocks went from 00:00 to 01:00: the day is there, its midnight is not. */
  assert_int_equal(nt_date_parse(NT_STR("2018-11-04"), paulo, &time), NT_DATE_OK);
  assert_int_equal(time.seconds, 1541300400);
  assert_int_equal(nt_date_parse(NT_STR("2018-11-04 00:30"), paulo, &time), NT_DATE_SKIPPED);
  nt_zone_close(york);
  nt_zone_close(paulo);
  nt_zone *nepal = nt_zone_open(NT_STR("Asia/Kathmandu"));
  assert_int_equal(parsed("2024-04-10 12:00", nepal).offset, 345);
  nt_zone_close(nepal);
}

static void zone_names(void **state) {
  assert_null(nt_zone_open(NT_STR("Europe/Umea")));
  assert_null(nt_zone_open(NT_STR("")));
  assert_null(nt_zone_open(NT_STR("GMT+5")));
  assert_null(nt_zone_open(NT_STR("Etc/Unknown")));
  assert_null(nt_zone_open(NT_STR("Europe/Malmö")));
  nt_zone *utc = nt_zone_open(NT_STR("UTC"));
  assert_non_null(utc);
  assert_int_equal(parsed("2024-07-01 12:00", utc).offset, 0);
  nt_zone_close(utc);
  nt_zone_close(NULL);
}

static void written(void **state) {
  check_written("2024-04-10", "2024-04-10");
  check_written("2024-04-10 9:30", "2024-04-10T09:30:00+02:00");
  check_written("2024-01-10 9:30", "2024-01-10T09:30:00+01:00");
  check_written("2024-01-10 9:30Z", "2024-01-10T09:30:00Z");
  check_written("2024-01-10 9:30:01.250 -0330", "2024-01-10T09:30:01.25-03:30");
  check_written("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
}

static void civil(void **state) {
  nt_civil c = nt_date_civil(parsed("2024-04-10 00:30", stockholm));
  assert_int_equal(c.year, 2024);
  assert_int_equal(c.month, 4);
  assert_int_equal(c.day, 10);
  assert_int_equal(c.hour, 0);
  assert_int_equal(c.minute, 30);
  assert_int_equal(c.weekday, 3); /* a Wednesday */
  assert_int_equal(nt_date_civil((nt_time){.seconds = -1}).year, 1969);
  assert_int_equal(nt_date_civil((nt_time){.seconds = -1}).weekday, 3);
  assert_int_equal(nt_days_from_civil(1970, 1, 1), 0);
  assert_int_equal(nt_days_from_civil(2000, 3, 1), 11017);
  nt_date_civil((nt_time){.seconds = INT64_MAX, .offset = 1439});
  nt_date_civil((nt_time){.seconds = INT64_MIN, .offset = -1439});
}

/* Every day of four centuries goes there and back, and weekdays follow each other. */
static void every_day(void **state) {
  for (int64_t day = -100000; day < 150000; day++) {
    nt_civil c = nt_date_civil((nt_time){.seconds = day * 86400});
    assert_int_equal(nt_days_from_civil(c.year, c.month, c.day), day);
    assert_int_equal(c.weekday, ((day + 3) % 7 + 7) % 7 + 1);
  }
}

static void in_zone(void **state) {
  nt_time time = nt_date_in_zone(parsed("2024-07-01T00:00:00Z", NULL), stockholm);
  assert_int_equal(time.offset, 120);
  assert_int_equal(nt_date_civil(time).hour, 2);
  time = nt_date_in_zone(parsed("2024-07-01 12:00", NULL), stockholm);
  assert_int_equal(time.seconds, parsed("2024-07-01 12:00", stockholm).seconds);
  assert_int_equal(nt_date_in_zone(parsed("2024-07-01 12:00 +0500", NULL), NULL).offset, 0);
}

static void *many(void *ud) {
  for (int i = 0; i < 20000; i++) {
    nt_time time;
    if (nt_date_parse(NT_STR("2024-07-01 12:00"), ud, &time) != NT_DATE_OK || time.seconds != 1719828000) return ud;
  }
  return NULL;
}

static void threads(void **state) {
  pthread_t other;
  assert_int_equal(pthread_create(&other, NULL, many, stockholm), 0);
  assert_null(many(stockholm));
  void *result;
  pthread_join(other, &result);
  assert_null(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forms),   cmocka_unit_test(fractions),   cmocka_unit_test(flags),
      cmocka_unit_test(bad),     cmocka_unit_test(no_such),     cmocka_unit_test(stockholm_changes),
      cmocka_unit_test(written), cmocka_unit_test(other_zones), cmocka_unit_test(zone_names),
      cmocka_unit_test(civil),   cmocka_unit_test(every_day),   cmocka_unit_test(in_zone),
      cmocka_unit_test(threads)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
