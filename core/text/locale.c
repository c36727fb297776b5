#include "text/locale_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include <unicode/uloc.h>

/* The minority languages of our countries: the nearest relative where its readers can read it, else the majority's. */
static const struct {
  const char *lang, *next;
} relatives[] = {{"fit", "fi"}, {"fkv", "fi"}, {"krl", "fi"}, {"olo", "fi"}, {"vep", "fi"}, {"smn", "fi"},
                 {"sms", "fi"}, {"se", "sv"},  {"smj", "sv"}, {"sma", "sv"}, {"sju", "sv"}, {"sje", "sv"},
                 {"rmy", "sv"}, {"rmf", "sv"}, {"rmu", "sv"}, {"rom", "sv"}, {"yi", "sv"}};

bool nt_locale_fallback(nt_str lang, nt_str *next) {
  size_t end = nt_str_find_last(lang, '-');
  *next = nt_str_sub(lang, 0, end);
  if (end < lang.len) return end > 0;
  for (size_t i = 0; i < sizeof relatives / sizeof *relatives; i++) {
    if (!nt_str_eq(lang, nt_str_c(relatives[i].lang))) continue;
    *next = nt_str_c(relatives[i].next);
    return true;
  }
  return false;
}

/* "sv-SE" and "sv_SE" become sv_SE; empty if it is no language tag. */
static void to_icu_id(nt_str lang, char *id, int32_t capacity) {
  char tag[64];
  id[0] = '\0';
  if (!lang.len || lang.len >= sizeof tag) return;
  for (size_t i = 0; i < lang.len; i++) tag[i] = lang.ptr[i] == '_' ? '-' : lang.ptr[i];
  tag[lang.len] = '\0';
  int32_t parsed = 0;
  UErrorCode status = U_ZERO_ERROR;
  uloc_forLanguageTag(tag, id, capacity, &parsed, &status);
  if (U_FAILURE(status) || status == U_STRING_NOT_TERMINATED_WARNING || parsed != (int32_t)lang.len) id[0] = '\0';
}

bool nt_locale_is_own(const nt_locale *locale, const char *opened) {
  char wanted[16], got[16];
  UErrorCode status = U_ZERO_ERROR;
  if (!opened) return false;
  uloc_getLanguage(locale->id, wanted, sizeof wanted, &status);
  uloc_getLanguage(opened, got, sizeof got, &status);
  return U_SUCCESS(status) && strcmp(wanted, got) == 0;
}

static nt_locale *try_open(nt_str lang) {
  char id[64];
  to_icu_id(lang, id, sizeof id);
  if (!id[0]) return NULL;
  nt_locale *locale = nt_zalloc(sizeof *locale);
  locale->arena = nt_arena_new();
  snprintf(locale->id, sizeof locale->id, "%s", id);
  UErrorCode status = U_ZERO_ERROR;
  locale->collator = ucol_open(locale->id, &status); /* without a tailoring: the root's, which is nobody's */
  if (U_SUCCESS(status) && nt_locale_read_dates(locale)) return locale;
  nt_locale_close(locale);
  return NULL;
}

static void set_actual(nt_locale *locale) {
  char tag[64];
  UErrorCode status = U_ZERO_ERROR;
  int32_t len = uloc_toLanguageTag(locale->id, tag, sizeof tag, false, &status);
  locale->actual = nt_arena_str(locale->arena, U_SUCCESS(status) ? nt_str_n(tag, (size_t)len) : nt_str_c(locale->id));
  locale->swedish = nt_str_eq(locale->actual, NT_STR("sv")) || nt_str_starts(locale->actual, NT_STR("sv-"));
}

nt_locale *nt_locale_open_first(const nt_str *langs, size_t count) {
  nt_locale *locale = NULL;
  for (size_t i = 0; i < count && !locale; i++) locale = try_open(langs[i]);
  if (!locale) locale = try_open(NT_STR("sv"));
  if (!locale) nt_out_of_memory();
  set_actual(locale);
  return locale;
}

nt_locale *nt_locale_open(nt_str lang) {
  enum { MOST = 8 }; /* subtags, and a relative */
  nt_str chain[MOST] = {lang};
  size_t count = 1;
  while (count < MOST && nt_locale_fallback(chain[count - 1], &chain[count])) count++;
  return nt_locale_open_first(chain, count);
}

void nt_locale_close(nt_locale *locale) {
  if (!locale) return;
  nt_locale_close_numbers(locale);
  ucol_close(locale->collator);
  nt_arena_free(locale->arena);
  free(locale);
}

nt_str nt_locale_actual(const nt_locale *locale) {
  return locale->actual;
}

void nt_collation_key(const nt_locale *locale, nt_str text, nt_buf *out) {
  nt_utf16 wide;
  if (nt_utf16_from(&wide, text)) {
    nt_buf_reserve(out, (size_t)wide.len * 4 + 16);
    size_t room = out->cap - out->len;
    int32_t len = ucol_getSortKey(locale->collator, wide.ptr, wide.len, (uint8_t *)out->ptr + out->len, (int32_t)room);
    if ((size_t)len > room) {
      nt_buf_reserve(out, (size_t)len);
      len = ucol_getSortKey(locale->collator, wide.ptr, wide.len, (uint8_t *)out->ptr + out->len, len);
    }
    if (len > 0) out->len += (size_t)len - 1; /* without the NUL that ends every key */
  }
  nt_utf16_deinit(&wide);
}
