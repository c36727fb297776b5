/* What depends on language, by ICU and always with an explicit locale: never the process's. A language that ICU lacks
 * is formatted as the first of its chain that ICU has. All functions may be called from several threads; formatters are
 * cached per thread-safe handle. */
#ifndef NT_TEXT_LOCALE_H
#define NT_TEXT_LOCALE_H

#include "text/date.h"

typedef struct nt_locale nt_locale; /* the formatters and the collator of one language; made once, shared by threads */

/* The next language that a reader of `lang` would take instead: "sv-FI" gives "sv", "fit" gives "fi", "se", "smj",
 * "sma" and "rmy" give "sv". A Lule or Southern Sámi page has Swedish dates, not Northern Sámi ones: those are another
 * language's words, in an orthography that its readers did not learn, and all of them read Swedish. False if there is
 * none. */
bool nt_locale_fallback(nt_str lang, nt_str *next);
/* Of the language itself, else the first along its fallbacks that ICU has, else "sv". */
nt_locale *nt_locale_open(nt_str lang);
/* Of the first that ICU has, else "sv". */
nt_locale *nt_locale_open_first(const nt_str *langs, size_t count);
void nt_locale_close(nt_locale *locale);
/* The language that is really used: "sv" for "smj". */
nt_str nt_locale_actual(const nt_locale *locale);

/* style: "short" 2024-04-10 (sv), "medium", "long" 10 april 2024, "full", "year", "month" april 2024, "time" 09:30,
 * "iso" 2024-04-10, "rfc3339", "rfc822" (RFC 822 as RSS wants it), or an ICU pattern ("d MMMM"). False if the style is
 * none. */
bool nt_format_date(const nt_locale *locale, nt_time time, nt_str style, nt_buf *out);
/* decimals < 0: as many as the number needs, at most 6. Halves are rounded away from zero, as statistics has it. */
void nt_format_number(const nt_locale *locale, double number, int decimals, nt_buf *out);
/* 0.12 gives 12 %. */
void nt_format_percent(const nt_locale *locale, double ratio, int decimals, nt_buf *out);
/* 3 355 443 bytes as "3,2 MB", by 1024 and two significant figures below ten. */
void nt_format_size(const nt_locale *locale, int64_t bytes, nt_buf *out);

/* Bytes that compare by memcmp as the language orders the texts. */
void nt_collation_key(const nt_locale *locale, nt_str text, nt_buf *out);

/* Letters, digits and single hyphens: "Västerbottens mål" gives vasterbottens-mal. Independent of language. Empty if
 * nothing is left. Fast for ASCII; ICU's Any-Latin; Latin-ASCII; Lower for the rest. */
void nt_slug(nt_str text, nt_buf *out);
/* The other case of a letter by Unicode's simple mapping, which no language changes; the letter itself if it has none.
 */
uint32_t nt_letter_upper(uint32_t letter);
uint32_t nt_letter_lower(uint32_t letter);
/* Unicode NFC. */
void nt_nfc(nt_str text, nt_buf *out);
nt_str nt_nfc_copy(nt_str text, nt_arena *arena);

#endif
