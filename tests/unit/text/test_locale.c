/* The Swedish facts are those measured on ICU 72 and written down before this code was; everywhere else ICU's own date
 * formatter, which we use only as a last resort, is the judge. */
#include "support.h"
#include "text/locale.h"

#include <pthread.h>

#include <unicode/udat.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define NBSP  "\xC2\xA0"
#define MINUS "\xE2\x88\x92"

static nt_locale *sv, *en;

static int setup(void **state) {
  sv = nt_locale_open(NT_STR("sv"));
  en = nt_locale_open(NT_STR("en"));
  return 0;
}

static int teardown(void **state) {
  nt_locale_close(sv);
  nt_locale_close(en);
  return 0;
}

static void check_text(nt_buf *out, const char *expected) {
  nt_buf_byte(out, '\0');
  assert_string_equal(out->ptr, expected);
  nt_buf_deinit(out);
}

static void check_number(const nt_locale *l, double number, int decimals, const char *expected) {
  nt_buf out = {0};
  nt_format_number(l, number, decimals, &out);
  check_text(&out, expected);
}

static void numbers(void **state) {
  check_number(sv, 1234567.5, -1, "1" NBSP "234" NBSP "567,5");
  check_number(sv, 1234567, -1, "1" NBSP "234" NBSP "567");
  check_number(sv, 999, 0, "999");
  check_number(sv, 1000, 0, "1" NBSP "000");
  check_number(sv, -1234, -1, MINUS "1" NBSP "234");
  check_number(sv, 0, -1, "0");
  check_number(sv, -0.0, -1, "0");
  check_number(sv, -0.4, 0, "0");
  check_number(sv, 2.5, 0, "3");
  check_number(sv, -2.5, 0, MINUS "3");
  check_number(sv, 2, 2, "2,00");
  check_number(sv, 0.1 + 0.2, -1, "0,3");
  check_number(sv, 1.23456789, -1, "1,234568");
  check_number(sv, 1e21, 0, "1" NBSP "000" NBSP "000" NBSP "000" NBSP "000" NBSP "000" NBSP "000" NBSP "000");
  check_number(sv, 0.5, 99, "0,500000000000000");
  check_number(en, 1234567.5, -1, "1,234,567.5");
  check_number(en, -1234, 0, "-1,234");
}

static void percents(void **state) {
  nt_buf out = {0};
  nt_format_percent(sv, -0.12, 0, &out);
  check_text(&out, MINUS "12" NBSP "%");
  nt_format_percent(sv, 0.1234, 1, &out);
  check_text(&out, "12,3" NBSP "%");
  nt_format_percent(sv, 0.12, -1, &out);
  check_text(&out, "12" NBSP "%");
  nt_format_percent(en, 0.5, 0, &out);
  check_text(&out, "50%");
}

static void check_size(int64_t bytes, const char *expected) {
  nt_buf out = {0};
  nt_format_size(sv, bytes, &out);
  check_text(&out, expected);
}

static void sizes(void **state) {
  check_size(3355443, "3,2" NBSP "MB");
  check_size(0, "0" NBSP "B");
  check_size(1023, "1" NBSP "023" NBSP "B");
  check_size(1024, "1,0" NBSP "kB");
  check_size(1536, "1,5" NBSP "kB");
  check_size(10137, "9,9" NBSP "kB");
  check_size(10189, "10" NBSP "kB");
  check_size(1048575, "1,0" NBSP "MB");
  check_size(17 * 1024 * 1024, "17" NBSP "MB");
  check_size(INT64_MAX, "8,0" NBSP "EB");
}

static nt_time at(const char *text) {
  nt_time time;
  assert_int_equal(nt_date_parse(nt_str_c(text), NULL, &time), NT_DATE_OK);
  return time;
}

static void check_date(const nt_locale *l, const char *text, const char *style, const char *expected) {
  nt_buf out = {0};
  assert_true(nt_format_date(l, at(text), nt_str_c(style), &out));
  check_text(&out, expected);
}

static void dates(void **state) {
  const char *t = "2024-04-10T09:05:07+02:00";
  check_date(sv, t, "short", "2024-04-10");
  check_date(sv, t, "medium", "10 apr. 2024");
  check_date(sv, t, "long", "10 april 2024");
  check_date(sv, t, "full", "onsdag 10 april 2024");
  check_date(sv, t, "year", "2024");
  check_date(sv, t, "month", "april 2024");
  check_date(sv, t, "time", "09:05");
  check_date(sv, t, "iso", "2024-04-10");
  check_date(sv, t, "rfc3339", t);
  check_date(sv, t, "rfc822", "Wed, 10 Apr 2024 09:05:07 +0200");
  check_date(sv, t, "d MMMM", "10 april");
  check_date(sv, t, "'den' d/M yy 'kl.' H.mm", "den 10/4 24 kl. 9.05");
  check_date(sv, t, "y'''' EEE", "2024'' ons");
  check_date(sv, t, "'vecka' w", "vecka 15");
  check_date(sv, "2024-04-10", "long", "10 april 2024");
  check_date(sv, "2024-01-01T23:30:00-05:00", "rfc822", "Mon, 01 Jan 2024 23:30:00 -0500");
  check_date(en, t, "long", "April 10, 2024");
  check_date(en, t, "h:mm a", "9:05 AM");
}

static void no_styles(void **state) {
  static const char *const styles[] = {"", "lång", "longg", "loong", "-", "'x'", "'x", "datum", "j", "i"};
  nt_buf out = {0};
  for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
    if (nt_format_date(sv, at("2024-04-10"), nt_str_c(styles[i]), &out)) fail_msg("%s gave a date", styles[i]);
  assert_int_equal(out.len, 0);
  nt_buf_deinit(&out);
}

static void icu_date(const char *id, double millis, UDateFormatStyle style, char *out, int32_t room) {
  char gregorian[96];
  snprintf(gregorian, sizeof gregorian, "%s@calendar=gregorian", id);
  static const UChar utc[] = {'U', 'T', 'C', 0};
  UErrorCode status = U_ZERO_ERROR;
  UDateFormat *format = udat_open(UDAT_NONE, style, gregorian, utc, -1, NULL, 0, &status);
  UChar text[256];
  int32_t len = udat_format(format, millis, text, 256, NULL, &status), written;
  u_strToUTF8(out, room, &written, text, len, &status);
  assert_true(U_SUCCESS(status));
  udat_close(format);
}

/* In every language that ICU has, for each month, in all four styles. Hawaiian writes months in Roman numerals in its
 * short dates, by a rule outside the pattern: the one thing that we leave out. */
static void as_icu_writes_them(void **state) {
  static const char *const names[] = {"full", "long", "medium", "short"};
  int languages = 0;
  for (int32_t i = 0; i < uloc_countAvailable(); i++) {
    const char *id = uloc_getAvailable(i);
    if (strchr(id, '_') || strcmp(id, "haw") == 0) continue;
    nt_locale *l = nt_locale_open(nt_str_c(id));
    if (!nt_str_eq(nt_locale_actual(l), nt_str_c(id))) fail_msg("%s became %.*s", id, NT_FMT(nt_locale_actual(l)));
    for (int month = 0; month < 12; month++) {
      nt_time time = {.seconds = 1704150000 + month * 2678400};
      for (int style = 0; style < 4; style++) {
        char expected[512];
        icu_date(id, (double)time.seconds * 1000, (UDateFormatStyle)style, expected, sizeof expected);
        nt_buf out = {0};
        assert_true(nt_format_date(l, time, nt_str_c(names[style]), &out));
        check_text(&out, expected);
      }
    }
    nt_locale_close(l);
    languages++;
  }
  assert_true(languages > 150);
}

static void check_actual(const char *lang, const char *expected) {
  nt_locale *l = nt_locale_open(nt_str_c(lang));
  nt_str actual = nt_locale_actual(l);
  if (!nt_str_eq(actual, nt_str_c(expected))) fail_msg("%s became %.*s", lang, NT_FMT(actual));
  nt_locale_close(l);
}

static void fallbacks(void **state) {
  check_actual("sv", "sv");
  check_actual("sv-SE", "sv-SE");
  check_actual("sv_FI", "sv-FI");
  check_actual("se", "se");
  check_actual("nb", "nb");
  check_actual("smj", "sv");
  check_actual("smj-SE", "sv");
  check_actual("sma", "sv");
  check_actual("sju", "sv");
  check_actual("rmy", "sv");
  check_actual("fit", "fi");
  check_actual("xx", "sv");
  check_actual("", "sv");
  check_actual("not a language!", "sv");
  check_actual("pt-BR", "pt-BR");
}

/* The process's locale must not be seen, least of all where ICU lacks the language. */
static void environment_is_not_read(void **state) {
  UErrorCode status = U_ZERO_ERROR;
  char before[64];
  snprintf(before, sizeof before, "%s", uloc_getDefault());
  uloc_setDefault("de_DE", &status);
  check_actual("smj", "sv");
  check_actual("xx", "sv");
  nt_locale *l = nt_locale_open(NT_STR("smj"));
  check_number(l, 1234.5, -1, "1" NBSP "234,5");
  check_date(l, "2024-05-10", "long", "10 maj 2024");
  nt_locale_close(l);
  uloc_setDefault(before, &status);
}

/* Everything that is made from a locale, in one text. */
static void put_all(const char *lang, nt_buf *out) {
  static const char *const styles[] = {"short", "medium", "long", "full", "month", "time", "QQQQ", "EEEE d MMMM B"};
  static const char *const words[] = {"ıssız", "ISIL", "Irmak", "iz", "ål", "öl", "úr", "zon", "ŋ", "đ"};
  nt_locale *l = nt_locale_open(nt_str_c(lang));
  nt_time time = {.seconds = 1704150000, .offset = 60};
  for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
    assert_true(nt_format_date(l, time, nt_str_c(styles[i]), out));
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) nt_collation_key(l, nt_str_c(words[i]), out);
  nt_format_number(l, -1234567.5, 2, out);
  nt_format_number(l, 1234567, -1, out);
  nt_format_percent(l, 0.125, 1, out);
  nt_format_size(l, 3355443, out);
  nt_locale_close(l);
}

static void nothing_of_the_environment(void **state) {
  static const char *const languages[] = {"sv", "se", "smj", "sma", "fi", "fit", "rmy", "en", "nb", "yi", "xx"};
  static const char *const defaults[] = {"tr_TR", "en_US_POSIX", "ar_EG", "de_DE", "xx_YY"};
  char before[64];
  snprintf(before, sizeof before, "%s", uloc_getDefault());
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
    nt_buf first = {0};
    for (size_t d = 0; d < sizeof defaults / sizeof *defaults; d++) {
      UErrorCode status = U_ZERO_ERROR;
      nt_buf all = {0};
      uloc_setDefault(defaults[d], &status);
      put_all(languages[i], &all);
      if (d == 0)
        nt_buf_put(&first, nt_buf_str(&all));
      else if (!nt_str_eq(nt_buf_str(&first), nt_buf_str(&all)))
        fail_msg("%s differs where the process is in %s", languages[i], defaults[d]);
      nt_buf_deinit(&all);
    }
    nt_buf_deinit(&first);
  }
  UErrorCode status = U_ZERO_ERROR;
  uloc_setDefault(before, &status);
}

static void check_chain(const char *lang, const char *expected) {
  nt_buf chain = {0};
  for (nt_str l = nt_str_c(lang), next; nt_locale_fallback(l, &next); l = next)
    nt_buf_format(&chain, "%.*s ", NT_FMT(next));
  check_text(&chain, expected);
}

static void chains(void **state) {
  check_chain("se", "sv ");
  check_chain("smj", "sv ");
  check_chain("smj-SE", "smj sv ");
  check_chain("fit", "fi ");
  check_chain("sv-FI", "sv ");
  check_chain("zh-Hant-TW", "zh-Hant zh ");
  check_chain("sv", "");
  check_chain("en", "");
  check_chain("-", "");
  check_chain("", "");
  const nt_str wanted[] = {NT_STR("sma"), NT_STR("se"), NT_STR("sv")};
  nt_locale *l = nt_locale_open_first(wanted, 3);
  assert_true(nt_str_eq(nt_locale_actual(l), NT_STR("se")));
  /* Of Unicode's data for Northern Sámi, written down by hand. */
  check_date(l, "2024-05-10", "d MMMM", "10 miessemánnu");
  nt_locale_close(l);
  l = nt_locale_open_first(wanted, 0);
  assert_true(nt_str_eq(nt_locale_actual(l), NT_STR("sv")));
  nt_locale_close(l);
}

static int collate(const nt_locale *l, const char *a, const char *b) {
  nt_buf x = {0}, y = {0};
  nt_collation_key(l, nt_str_c(a), &x);
  nt_collation_key(l, nt_str_c(b), &y);
  int c = nt_str_cmp(nt_buf_str(&x), nt_buf_str(&y));
  nt_buf_deinit(&x);
  nt_buf_deinit(&y);
  return c;
}

static void collation(void **state) {
  static const char *const order[] = {"",    "Adam",  "Bo", "Valter", "Vind", "Wall",  "Xerxes", "Übel", "Yvonne",
                                      "Yxa", "Zebra", "Ål", "Åse",    "Ägg",  "Ærlig", "Ö",      "Öga",  "Øre"};
  for (size_t i = 0; i + 1 < sizeof order / sizeof *order; i++)
    if (collate(sv, order[i], order[i + 1]) >= 0) fail_msg("%s before %s", order[i + 1], order[i]);
  assert_true(collate(sv, "vb", "wa") < 0);
  assert_true(collate(en, "Ål", "Bo") < 0);
  assert_true(collate(sv, "a", "a") == 0);
  assert_true(collate(sv, "a", "A") != 0);
}

static void check_slug(const char *text, const char *expected) {
  nt_buf out = {0};
  nt_slug(nt_str_c(text), &out);
  check_text(&out, expected);
}

static void slugs(void **state) {
  check_slug("Västerbotten", "vasterbotten");
  check_slug("Meänkieli", "meankieli");
  check_slug("Ubmeje", "ubmeje");
  check_slug("Västerbottens mål", "vasterbottens-mal");
  check_slug("  ÅÄÖ -- åäö!?  ", "aao-aao");
  check_slug("Hej_då 2024/25", "hej-da-2024-25");
  check_slug("Don't stop", "dont-stop");
  check_slug("Don\xE2\x80\x99t stop", "dont-stop");
  check_slug("a\xCC\x8A"
             "b",
             "ab"); /* a with a combining ring */
  check_slug("Ærø & Straße", "aero-strasse");
  check_slug("Łódź", "lodz");
  check_slug("Москва", "moskva");
  check_slug("---", "");
  check_slug("", "");
  check_slug("\xF0\x9F\x98\x80", "");
  check_slug("\xFF\xFE", "");
  check_slug("x\xFFy", "x-y");
  check_slug("ČSN ŧ ŋ đ", "csn-t-n-d");
}

static void slug_appends(void **state) {
  nt_buf out = {0};
  nt_buf_c(&out, "/x/");
  nt_slug(NT_STR("-Ö-"), &out);
  check_text(&out, "/x/o");
}

static void check_nfc(const char *text, const char *expected) {
  nt_buf out = {0};
  nt_nfc(nt_str_c(text), &out);
  check_text(&out, expected);
}

static void normal_forms(void **state) {
  check_nfc("a\xCC\x8A.md", "\xC3\xA5.md");
  check_nfc("o\xCC\x88", "\xC3\xB6");
  check_nfc("\xC3\xA5", "\xC3\xA5");
  check_nfc("\xE2\x84\xAB", "\xC3\x85"); /* the Ångström sign */
  check_nfc("plain", "plain");
  check_nfc("\xFF"
            "a\xCC\x8A",
            "\xFF"
            "a\xCC\x8A");
  check_nfc("", "");
}

static void *work(void *ud) {
  nt_locale *l = ud;
  for (int i = 0; i < 2000; i++) {
    nt_buf out = {0};
    nt_format_number(l, 1234.25, i % 5, &out);
    nt_format_date(l, (nt_time){.seconds = 1712734200}, NT_STR("full"), &out);
    nt_format_date(l, (nt_time){.seconds = 1712734200}, NT_STR("w"), &out);
    nt_collation_key(l, NT_STR("Öland"), &out);
    nt_slug(NT_STR("Łódź"), &out);
    bool good = nt_str_search(nt_buf_str(&out), NT_STR("onsdag 10 april 2024")) < out.len;
    nt_buf_deinit(&out);
    if (!good) return l;
  }
  return NULL;
}

static void threads(void **state) {
  pthread_t others[3];
  void *result;
  for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&others[i], NULL, work, sv), 0);
  for (int i = 0; i < 3; i++) {
    pthread_join(others[i], &result);
    assert_null(result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(numbers),
                                     cmocka_unit_test(percents),
                                     cmocka_unit_test(sizes),
                                     cmocka_unit_test(dates),
                                     cmocka_unit_test(no_styles),
                                     cmocka_unit_test(as_icu_writes_them),
                                     cmocka_unit_test(fallbacks),
                                     cmocka_unit_test(environment_is_not_read),
                                     cmocka_unit_test(nothing_of_the_environment),
                                     cmocka_unit_test(chains),
                                     cmocka_unit_test(collation),
                                     cmocka_unit_test(slugs),
                                     cmocka_unit_test(slug_appends),
                                     cmocka_unit_test(normal_forms),
                                     cmocka_unit_test(threads)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
