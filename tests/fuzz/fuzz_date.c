/* Dates: what is read can be written and read again as the same instant, in a zone and without one. Also the patterns
 * that dates are formatted by, since those come from templates. */
#include "text/date.h"
#include "text/locale.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {
    "2024-04-10",
    "2024-03-31 02:30",
    "2024-10-27 02:30:00",
    "2019-01-28 5:37:44 -0400",
    "1985-04-12T23:20:50.52Z",
    "1990-12-31T15:59:60-08:00",
    "9999-12-31T23:59:59.999999999+23:59",
    "0000-01-01",
    "EEEE d MMMM y 'kl.' HH:mm",
    "yyyyy-w QQQ G zzzz",
    NULL,
};

static void require(bool truth) {
  if (!truth) abort();
}

static void check_zone(nt_str text, const nt_zone *zone) {
  nt_time time, again;
  nt_date_result result = nt_date_parse(text, zone, &time);
  if (result == NT_DATE_BAD || result == NT_DATE_NO_SUCH) return;
  nt_civil civil = nt_date_civil(time);
  require(civil.month >= 1 && civil.month <= 12 && civil.day >= 1 && civil.day <= 31 && civil.weekday >= 1);
  nt_buf written = {0};
  nt_date_rfc3339(time, &written);
  require(civil.year < 0 || civil.year > 9999 || nt_date_parse(nt_buf_str(&written), zone, &again) == NT_DATE_OK ||
          time.date_only);
  require(civil.year < 0 || civil.year > 9999 || time.date_only || again.seconds == time.seconds);
  nt_buf_deinit(&written);
}

static struct {
  nt_zone *zone;
  nt_locale *swedish;
} kept;

static void close_all(void) {
  nt_zone_close(kept.zone);
  nt_locale_close(kept.swedish);
}

static void open_all(void) {
  if (kept.zone) return;
  kept.zone = nt_zone_open(NT_STR("Europe/Stockholm"));
  kept.swedish = nt_locale_open(NT_STR("sv"));
  atexit(close_all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  nt_str text = nt_str_n((const char *)data, size);
  open_all();
  check_zone(text, NULL);
  check_zone(text, kept.zone);
  nt_buf out = {0};
  nt_format_date(kept.swedish, (nt_time){.seconds = 1712734200}, text, &out);
  nt_slug(text, &out);
  nt_nfc(text, &out);
  nt_buf_deinit(&out);
  return 0;
}
