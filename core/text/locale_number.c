/* Numbers by ICU's immutable formatters. Halves are rounded away from zero, as in statistics and spreadsheets, and a
 * number that rounds to zero has no sign. */
#include "text/locale_parts.h"

#include <math.h>
#include <stdio.h>

#define NO_BREAK_SPACE "\xC2\xA0"
#define MINUS          "\xE2\x88\x92"

static UNumberFormatter *open_formatter(const nt_locale *locale, int decimals, bool percent) {
  static const char zeros[] = "000000000000000";
  char ascii[96];
  int len =
      snprintf(ascii, sizeof ascii, "%s%s%s rounding-mode-half-up sign-negative", percent ? "percent scale/100 " : "",
               decimals < 0 ? ".######"
               : decimals   ? "."
                            : "precision-integer",
               decimals > 0 ? zeros + NT_MOST_DECIMALS - decimals : "");
  UChar skeleton[96];
  for (int i = 0; i < len; i++) skeleton[i] = (UChar)ascii[i];
  UErrorCode status = U_ZERO_ERROR;
  UNumberFormatter *formatter = unumf_openForSkeletonAndLocale(skeleton, len, locale->id, &status);
  if (U_SUCCESS(status)) return formatter;
  unumf_close(formatter);
  return NULL;
}

/* ICU puts a formatter together at its third use. That is to be behind us when other threads see it: ICU does guard
 * it, but in a library that no sanitizer looks into. */
static void put_together(const UNumberFormatter *formatter) {
  enum { USES = 4 };
  UErrorCode status = U_ZERO_ERROR;
  UFormattedNumber *result = unumf_openResult(&status);
  for (int i = 0; formatter && i < USES; i++) unumf_formatDouble(formatter, 0, result, &status);
  unumf_closeResult(result);
}

/* The cached formatter; of two threads that make it at once, one throws its own away. */
static const UNumberFormatter *formatter_for(const nt_locale *locale, int decimals, bool percent) {
  UNumberFormatter **slot = (UNumberFormatter **)&(percent ? locale->percents : locale->numbers)[decimals + 1];
  UNumberFormatter *cached = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
  if (cached) return cached;
  UNumberFormatter *made = open_formatter(locale, decimals, percent);
  put_together(made);
  if (__atomic_compare_exchange_n(slot, &cached, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return made;
  unumf_close(made);
  return cached;
}

void nt_locale_close_numbers(nt_locale *locale) {
  for (size_t i = 0; i < NT_FORMATTERS; i++) {
    unumf_close(locale->numbers[i]);
    unumf_close(locale->percents[i]);
  }
}

static void put_formatted(const UNumberFormatter *formatter, double number, nt_buf *out) {
  UErrorCode status = U_ZERO_ERROR;
  UFormattedNumber *result = unumf_openResult(&status);
  UChar text[400];
  if (formatter) unumf_formatDouble(formatter, number, result, &status);
  int32_t len = formatter ? unumf_resultToString(result, text, 400, &status) : 0;
  if (U_SUCCESS(status)) nt_utf16_put(text, len, out);
  unumf_closeResult(result);
}

static int clip(int decimals) {
  return decimals < -1 ? -1 : decimals > NT_MOST_DECIMALS ? NT_MOST_DECIMALS : decimals;
}

/* Swedish whole numbers are most of what is formatted. */
static void put_swedish_integer(int64_t number, nt_buf *out) {
  char digits[24];
  int len = snprintf(digits, sizeof digits, "%lld", (long long)(number < 0 ? -number : number));
  if (number < 0) nt_buf_put(out, NT_STR(MINUS));
  for (int i = 0; i < len; i++) {
    if (i && (len - i) % 3 == 0) nt_buf_put(out, NT_STR(NO_BREAK_SPACE));
    nt_buf_byte(out, digits[i]);
  }
}

static bool is_plain_integer(double number) {
  return fabs(number) < 9e15 && number == floor(number);
}

void nt_format_number(const nt_locale *locale, double number, int decimals, nt_buf *out) {
  if (locale->swedish && decimals <= 0 && is_plain_integer(number))
    put_swedish_integer((int64_t)number, out);
  else
    put_formatted(formatter_for(locale, clip(decimals), false), number, out);
}

void nt_format_percent(const nt_locale *locale, double ratio, int decimals, nt_buf *out) {
  put_formatted(formatter_for(locale, clip(decimals), true), ratio, out);
}

void nt_format_size(const nt_locale *locale, int64_t bytes, nt_buf *out) {
  static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double size = (double)bytes;
  size_t unit = 0;
  /* What would be rounded to 1 024 is one of the next unit. */
  for (; fabs(size) >= (unit ? 1023.5 : 1024) && unit + 1 < sizeof units / sizeof *units; unit++) size /= 1024;
  nt_format_number(locale, size, unit && fabs(size) < 9.95 ? 1 : 0, out);
  nt_buf_put(out, NT_STR(NO_BREAK_SPACE));
  nt_buf_c(out, units[unit]);
}
