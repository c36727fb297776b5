/* Dates in a language. ICU gives patterns and names once; the letters that they are made of in nearly all languages are
 * written here, other letters and digits by a formatter of ICU's that lives for the one call. */
#include "text/locale_parts.h"

#include <stdio.h>

#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/unum.h>

/* ---- what ICU knows, read once ---- */

static nt_str to_utf8(nt_arena *arena, const UChar *text, int32_t len) {
  nt_buf buf = {0};
  nt_utf16_put(text, len, &buf);
  nt_str copy = nt_arena_str(arena, nt_buf_str(&buf));
  nt_buf_deinit(&buf);
  return copy;
}

static nt_str symbol(nt_locale *locale, const UDateFormat *format, UDateFormatSymbolType type, int32_t index) {
  UChar text[128];
  UErrorCode status = U_ZERO_ERROR;
  int32_t len = udat_getSymbols(format, type, index, text, 128, &status);
  return to_utf8(locale->arena, text, U_SUCCESS(status) ? len : 0);
}

static void read_names(nt_locale *locale, const UDateFormat *format) {
  static const UDateFormatSymbolType months[2][2] = {{UDAT_SHORT_MONTHS, UDAT_STANDALONE_SHORT_MONTHS},
                                                     {UDAT_MONTHS, UDAT_STANDALONE_MONTHS}};
  static const UDateFormatSymbolType weekdays[2][2] = {{UDAT_SHORT_WEEKDAYS, UDAT_STANDALONE_SHORT_WEEKDAYS},
                                                       {UDAT_WEEKDAYS, UDAT_STANDALONE_WEEKDAYS}};
  for (int wide = 0; wide < 2; wide++)
    for (int alone = 0; alone < 2; alone++) {
      for (int32_t i = 0; i < 12; i++)
        locale->names.months[wide][alone][i] = symbol(locale, format, months[wide][alone], i);
      for (int32_t i = 0; i < 7; i++) /* ICU's 1 is Sunday */
        locale->names.weekdays[wide][alone][i] = symbol(locale, format, weekdays[wide][alone], (i + 1) % 7 + 1);
    }
  for (int32_t i = 0; i < 2; i++) locale->names.halves[i] = symbol(locale, format, UDAT_AM_PMS, i);
}

static UDateFormat *open_style(const nt_locale *locale, UDateFormatStyle time, UDateFormatStyle date) {
  char id[96];
  snprintf(id, sizeof id, "%s@calendar=gregorian", locale->id);
  static const UChar utc[] = {'U', 'T', 'C', 0};
  UErrorCode status = U_ZERO_ERROR;
  UDateFormat *format = udat_open(time, date, id, utc, -1, NULL, 0, &status);
  return U_SUCCESS(status) ? format : NULL;
}

static bool read_pattern(nt_locale *locale, nt_pattern which, UDateFormatStyle time, UDateFormatStyle date) {
  UDateFormat *format = open_style(locale, time, date);
  if (!format) return false;
  UChar text[128];
  UErrorCode status = U_ZERO_ERROR;
  int32_t len = udat_toPattern(format, false, text, 128, &status);
  if (U_SUCCESS(status)) locale->patterns[which] = to_utf8(locale->arena, text, len);
  udat_close(format);
  return U_SUCCESS(status);
}

static bool read_month_pattern(nt_locale *locale) {
  static const UChar skeleton[] = {'y', 'M', 'M', 'M', 'M'};
  UChar text[128];
  UErrorCode status = U_ZERO_ERROR;
  UDateTimePatternGenerator *generator = udatpg_open(locale->id, &status);
  int32_t len = U_SUCCESS(status) ? udatpg_getBestPattern(generator, skeleton, 5, text, 128, &status) : 0;
  if (U_SUCCESS(status)) locale->patterns[NT_PATTERN_MONTH] = to_utf8(locale->arena, text, len);
  udatpg_close(generator);
  return U_SUCCESS(status);
}

static bool is_really(const nt_locale *locale, const UDateFormat *format) {
  UErrorCode status = U_ZERO_ERROR;
  const char *opened = udat_getLocaleByType(format, ULOC_VALID_LOCALE, &status);
  return U_SUCCESS(status) && nt_locale_is_own(locale, opened);
}

static bool read_numbers(nt_locale *locale) {
  UErrorCode status = U_ZERO_ERROR;
  UNumberFormat *format = unum_open(UNUM_DECIMAL, NULL, 0, locale->id, NULL, &status);
  UChar zero[8] = {0};
  bool own = U_SUCCESS(status) && nt_locale_is_own(locale, unum_getLocaleByType(format, ULOC_VALID_LOCALE, &status));
  if (U_SUCCESS(status)) unum_getSymbol(format, UNUM_ZERO_DIGIT_SYMBOL, zero, 8, &status);
  unum_close(format);
  locale->latin_digits = U_SUCCESS(status) && zero[0] == '0';
  return own;
}

bool nt_locale_read_dates(nt_locale *locale) {
  UDateFormat *format = open_style(locale, UDAT_NONE, UDAT_LONG);
  bool known = format && is_really(locale, format);
  if (known) read_names(locale, format);
  if (format) udat_close(format);
  if (!known || !read_numbers(locale)) return false;
  return read_pattern(locale, NT_PATTERN_SHORT, UDAT_NONE, UDAT_SHORT) &&
         read_pattern(locale, NT_PATTERN_MEDIUM, UDAT_NONE, UDAT_MEDIUM) &&
         read_pattern(locale, NT_PATTERN_LONG, UDAT_NONE, UDAT_LONG) &&
         read_pattern(locale, NT_PATTERN_FULL, UDAT_NONE, UDAT_FULL) &&
         read_pattern(locale, NT_PATTERN_TIME, UDAT_SHORT, UDAT_NONE) && read_month_pattern(locale);
}

/* ---- patterns ---- */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The letters of Unicode's date patterns (UTS 35, part 4), without those that only skeletons have. */
static bool is_pattern(nt_str pattern) {
  bool quoted = false, any = false;
  if (pattern.len > 100) return false;
  for (size_t i = 0; i < pattern.len; i++) {
    char c = pattern.ptr[i];
    if (c == '\'') quoted = !quoted;
    if (quoted || !is_letter(c)) continue;
    if (!strchr("GyYuUrQqMLwWdDFgEecabBhHKkmsSAzZOvVXx", c)) return false;
    any = true;
  }
  return any && !quoted;
}

static void put_number(nt_buf *out, unsigned number, size_t width) {
  char digits[16];
  size_t at = sizeof digits;
  do digits[--at] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  for (size_t len = sizeof digits - at; len < width; len++) nt_buf_byte(out, '0');
  nt_buf_put(out, nt_str_n(digits + at, sizeof digits - at));
}

static bool put_year(int32_t year, size_t width, nt_buf *out) {
  if (year <= 0) return false;
  put_number(out, (unsigned)(width == 2 ? year % 100 : year), width);
  return true;
}

static bool put_month(const nt_locale *locale, unsigned month, size_t width, bool alone, nt_buf *out) {
  if (width > 4) return false;
  if (width <= 2)
    put_number(out, month, width);
  else
    nt_buf_put(out, locale->names.months[width == 4][alone][month - 1]);
  return true;
}

static bool put_weekday(const nt_locale *locale, unsigned weekday, size_t width, bool alone, nt_buf *out) {
  if (width > 4 || (alone && width < 3)) return false;
  nt_buf_put(out, locale->names.weekdays[width == 4][alone][weekday - 1]);
  return true;
}

/* One run of a letter; false if it is one of those left to ICU. */
static bool put_field(const nt_locale *locale, const nt_civil *c, char letter, size_t width, nt_buf *out) {
  switch (letter) {
  case 'y': return put_year(c->year, width, out);
  case 'M':
  case 'L': return put_month(locale, c->month, width, letter == 'L', out);
  case 'E':
  case 'c': return put_weekday(locale, c->weekday, width, letter == 'c', out);
  case 'd': put_number(out, c->day, width); return true;
  case 'H': put_number(out, c->hour, width); return true;
  case 'h': put_number(out, (c->hour + 11u) % 12 + 1, width); return true;
  case 'm': put_number(out, c->minute, width); return true;
  case 's': put_number(out, c->second, width); return true;
  case 'a':
    if (width > 3) return false;
    nt_buf_put(out, locale->names.halves[c->hour >= 12]);
    return true;
  default: return false;
  }
}

/* Text in quotes from i on, where '' is a quote; returns where it ends. */
static size_t put_quoted(nt_str pattern, size_t i, nt_buf *out) {
  if (i + 1 < pattern.len && pattern.ptr[i + 1] == '\'') {
    nt_buf_byte(out, '\'');
    return i + 2;
  }
  for (i++; i < pattern.len; i++) {
    if (pattern.ptr[i] == '\'') {
      if (i + 1 >= pattern.len || pattern.ptr[i + 1] != '\'') return i + 1;
      i++;
    }
    nt_buf_byte(out, pattern.ptr[i]);
  }
  return i;
}

static bool put_pattern(const nt_locale *locale, nt_time time, nt_str pattern, nt_buf *out) {
  nt_civil civil = nt_date_civil(time);
  size_t before = out->len;
  for (size_t i = 0; i < pattern.len;) {
    char c = pattern.ptr[i];
    size_t end = i + 1;
    if (c == '\'') {
      i = put_quoted(pattern, i, out);
      continue;
    }
    if (!is_letter(c)) {
      nt_buf_byte(out, c);
      i++;
      continue;
    }
    while (end < pattern.len && pattern.ptr[end] == c) end++;
    if (!locale->latin_digits || !put_field(locale, &civil, c, end - i, out)) {
      out->len = before;
      return false;
    }
    i = end;
  }
  return true;
}

/* ---- ICU, for the rest ---- */

static UCalendar *open_calendar(const nt_locale *locale, nt_time time, UErrorCode *status) {
  char ascii[16];
  int minutes = time.offset < 0 ? -time.offset : time.offset;
  snprintf(ascii, sizeof ascii, "GMT%c%02d:%02d", time.offset < 0 ? '-' : '+', minutes / 60 % 24, minutes % 60);
  UChar zone[16];
  for (size_t i = 0; i < sizeof ascii; i++) zone[i] = (UChar)(unsigned char)ascii[i];
  UCalendar *calendar = ucal_open(zone, -1, locale->id, UCAL_GREGORIAN, status);
  if (U_SUCCESS(*status)) ucal_setGregorianChange(calendar, -8.64e15, status); /* our dates are all Gregorian */
  return calendar;
}

static bool put_by_icu(const nt_locale *locale, nt_time time, nt_str pattern, nt_buf *out) {
  UErrorCode status = U_ZERO_ERROR;
  UCalendar *calendar = open_calendar(locale, time, &status);
  UDateFormat *format = NULL;
  nt_utf16 wide;
  bool good = nt_utf16_from(&wide, pattern) && U_SUCCESS(status);
  if (good) format = udat_open(UDAT_PATTERN, UDAT_PATTERN, locale->id, NULL, 0, wide.ptr, wide.len, &status);
  if (format && U_SUCCESS(status)) {
    UChar text[512];
    udat_setCalendar(format, calendar);
    double millis = (double)time.seconds * 1000 + time.nanoseconds / 1000000; // NOLINT(bugprone-integer-division)
    int32_t len = udat_format(format, millis, text, 512, NULL, &status);
    good = U_SUCCESS(status);
    if (good) nt_utf16_put(text, len, out);
  }
  if (format) udat_close(format);
  ucal_close(calendar);
  nt_utf16_deinit(&wide);
  return good && U_SUCCESS(status);
}

/* ---- styles ---- */

static void put_rfc822(nt_time time, nt_buf *out) {
  static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  nt_civil c = nt_date_civil(time);
  int minutes = time.offset < 0 ? -time.offset : time.offset;
  nt_buf_format(out, "%s, %02d %s %04d %02d:%02d:%02d %c%02d%02d", days[c.weekday - 1], c.day, months[c.month - 1],
                c.year, c.hour, c.minute, c.second, time.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* The styles that are the same in every language. */
static bool put_fixed_style(nt_time time, nt_str style, nt_buf *out) {
  if (nt_str_eq(style, NT_STR("rfc822"))) {
    put_rfc822(time, out);
    return true;
  }
  if (nt_str_eq(style, NT_STR("iso")))
    time.date_only = 1;
  else if (!nt_str_eq(style, NT_STR("rfc3339")))
    return false;
  nt_date_rfc3339(time, out);
  return true;
}

static nt_str pattern_of(const nt_locale *locale, nt_str style) {
  static const char *const names[NT_PATTERNS] = {"short", "medium", "long", "full", "month", "time"};
  for (size_t i = 0; i < NT_PATTERNS; i++)
    if (nt_str_eq(style, nt_str_c(names[i]))) return locale->patterns[i];
  return nt_str_eq(style, NT_STR("year")) ? NT_STR("y") : style;
}

bool nt_format_date(const nt_locale *locale, nt_time time, nt_str style, nt_buf *out) {
  if (put_fixed_style(time, style, out)) return true;
  nt_str pattern = pattern_of(locale, style);
  if (!is_pattern(pattern)) return false;
  return put_pattern(locale, time, pattern, out) || put_by_icu(locale, time, pattern, out);
}
