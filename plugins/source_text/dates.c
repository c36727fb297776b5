/* Dates as a page shows them: 2024-04-10, 10 april 2024, 10 apr. 2024 kl. 9.30. They are handed on as front matter has
 * them, so that a day which does not exist, or an hour that the clock skips, is told by the one who knows the zone. */
#include "text.h"

#include <stdio.h>

static bool is_digit(notis_str s, size_t at) {
  return at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9';
}

/* A number of `least` to `most` digits. */
static bool take_number(notis_str *rest, size_t least, size_t most, unsigned *out) {
  size_t len = 0;
  *out = 0;
  for (; len < most && is_digit(*rest, len); len++) *out = *out * 10 + (unsigned)(rest->ptr[len] - '0');
  if (len < least || is_digit(*rest, len)) return false;
  *rest = text_from(*rest, len);
  return true;
}

static bool take_byte(notis_str *rest, const char *any) {
  if (!rest->len || !rest->ptr[0] || !strchr(any, rest->ptr[0])) return false;
  *rest = text_from(*rest, 1);
  return true;
}

static bool take_spaces(notis_str *rest) {
  notis_str trimmed = *rest;
  for (size_t at = 0; at < rest->len;) {
    if (!text_is_space(text_next(*rest, &at))) break;
    trimmed = text_from(*rest, at);
  }
  bool some = trimmed.len < rest->len;
  *rest = trimmed;
  return some;
}

typedef struct day {
  unsigned year, month, number;
} day;

static bool take_iso(notis_str *rest, day *out) {
  notis_str s = *rest;
  if (!take_number(&s, 4, 4, &out->year) || !take_byte(&s, "-") || !take_number(&s, 1, 2, &out->month) ||
      !take_byte(&s, "-") || !take_number(&s, 1, 2, &out->number))
    return false;
  *rest = s;
  return true;
}

/* The month's name, or its first three letters or more. */
static bool take_month(const text_phrases *names, notis_str *rest, unsigned *out) {
  enum { LEAST_LETTERS = 3 };
  size_t end = 0, letters = 0;
  for (size_t at = 0; at < rest->len && text_is_letter(text_next(*rest, &at)); end = at) letters++;
  notis_str word = text_until(*rest, end);
  for (size_t i = 0; i < names->count; i++) {
    bool whole = text_match(names->items[i], word) == word.len;
    if (!word.len || !(whole || (letters >= LEAST_LETTERS && text_match(word, names->items[i])))) continue;
    *out = (unsigned)i + 1;
    *rest = text_from(*rest, end);
    if (!whole) take_byte(rest, ".");
    return true;
  }
  return false;
}

static bool take_named(const text_phrases *months, notis_str *rest, day *out) {
  notis_str s = *rest;
  if (!take_number(&s, 1, 2, &out->number)) return false;
  take_byte(&s, ".");
  if (!take_spaces(&s) || !take_month(months, &s, &out->month)) return false;
  take_byte(&s, ",");
  if (!take_spaces(&s) || !take_number(&s, 4, 4, &out->year)) return false;
  *rest = s;
  return true;
}

/* ", kl. 09.30", " 09:30". */
static bool take_time(const text_source *source, notis_str *rest, unsigned *hour, unsigned *minute) {
  notis_str s = *rest;
  bool apart = take_byte(&s, ",");
  apart |= take_spaces(&s) || take_byte(&s, "T");
  size_t word = text_match_any(&source->lists[TEXT_TIME_WORDS], s, true);
  s = text_from(s, word);
  if (word) take_spaces(&s);
  if (!apart || !take_number(&s, 1, 2, hour) || !take_byte(&s, ".:") || !take_number(&s, 2, 2, minute)) return false;
  *rest = s;
  return true;
}

bool text_take_date(text_reading *r, notis_str *rest, notis_str *out) {
  enum { ROOM = 64 };
  day d = {0};
  unsigned hour, minute;
  if (!take_iso(rest, &d) && !take_named(&r->source->lists[TEXT_MONTHS], rest, &d)) return false;
  char *text = r->host->allocate(r->call, ROOM);
  if (!text) return false;
  int len = snprintf(text, ROOM, "%04u-%02u-%02u", d.year, d.month, d.number);
  if (take_time(r->source, rest, &hour, &minute))
    len += snprintf(text + len, ROOM - (size_t)len, " %02u:%02u", hour, minute);
  *out = (notis_str){text, (size_t)len};
  return true;
}
