/* What the files of the locale share: everything that is asked of ICU once, when a language is opened. After that a
 * locale changes only by gaining number formatters, each set once by an atomic exchange; ICU promises that those and
 * the collator may be used by several threads. Dates are put together here from ICU's patterns and names, since no
 * such promise is made for its date formatters. */
#ifndef NT_TEXT_LOCALE_PARTS_H
#define NT_TEXT_LOCALE_PARTS_H

#include "text/locale.h"

#include <unicode/ucol.h>
#include <unicode/unumberformatter.h>

enum { NT_MOST_DECIMALS = 15, NT_FORMATTERS = NT_MOST_DECIMALS + 2 };

typedef enum nt_pattern {
  NT_PATTERN_SHORT,
  NT_PATTERN_MEDIUM,
  NT_PATTERN_LONG,
  NT_PATTERN_FULL,
  NT_PATTERN_MONTH,
  NT_PATTERN_TIME,
  NT_PATTERNS
} nt_pattern;

/* Names by width (abbreviated, wide) and by whether they stand alone. */
typedef struct nt_date_names {
  nt_str months[2][2][12];
  nt_str weekdays[2][2][7]; /* from Monday */
  nt_str halves[2];         /* AM, PM */
} nt_date_names;

struct nt_locale {
  nt_arena *arena;
  char id[64]; /* as ICU writes it: "sv", "pt_BR" */
  nt_str actual;
  bool swedish;
  bool latin_digits;
  UCollator *collator;
  nt_str patterns[NT_PATTERNS];
  nt_date_names names;
  UNumberFormatter *numbers[NT_FORMATTERS]; /* by decimals + 1; NULL until needed; only by atomic operations */
  UNumberFormatter *percents[NT_FORMATTERS];
};

/* UTF-16 with room to spare on the stack for what is usual. */
typedef struct nt_utf16 {
  UChar *ptr;
  int32_t len;
  int32_t cap;
  UChar room[256];
} nt_utf16;

/* Empty, with room for `cap` units. */
void nt_utf16_init(nt_utf16 *text, int32_t cap);
/* Invalid bytes become U+FFFD. False if it is too long for ICU. */
bool nt_utf16_from(nt_utf16 *text, nt_str utf8);
void nt_utf16_put(const UChar *text, int32_t len, nt_buf *out);
void nt_utf16_deinit(nt_utf16 *text);

/* For a language that it lacks ICU may answer with that of the process: is the language of what it opened the one asked
 * for? */
bool nt_locale_is_own(const nt_locale *locale, const char *opened);
/* Fills in patterns and names; false if ICU has none of its own for the language. */
bool nt_locale_read_dates(nt_locale *locale);
void nt_locale_close_numbers(nt_locale *locale);

#endif
