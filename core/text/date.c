/* Reading and writing dates; zones are in zone.c. The calendar's arithmetic counts years from March, so that the day
 * that comes and goes is the last of the year. */
#include "text/date.h"

#include "text/zone.h"

static const int64_t day_seconds = 86400;

int64_t nt_days_from_civil(int32_t year, unsigned month, unsigned day) {
  int64_t y = (int64_t)year - (month <= 2);
  int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int64_t of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

nt_civil nt_date_civil(nt_time time) {
  static const int64_t widest = 60000000000000000; /* about two thousand million years */
  int64_t local = time.seconds > widest ? widest : time.seconds < -widest ? -widest : time.seconds;
  local += time.offset * 60;
  int64_t days = floor_div(local, day_seconds), second = local - days * day_seconds;
  int64_t z = days + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
  int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
  nt_civil civil = {.day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1),
                    .month = (uint8_t)(month < 10 ? month + 3 : month - 9)};
  civil.year = (int32_t)(year + era * 400 + (civil.month <= 2));
  civil.hour = (uint8_t)(second / 3600);
  civil.minute = (uint8_t)(second / 60 % 60);
  civil.second = (uint8_t)(second % 60);
  civil.weekday = (uint8_t)(days + 3 - floor_div(days + 3, 7) * 7 + 1);
  return civil;
}

static unsigned days_in_month(unsigned year, unsigned month) {
  static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

/* What was written, before it is known whether there is such a date. */
typedef struct parts {
  unsigned year, month, day, hour, minute, second;
  int32_t nanoseconds;
  unsigned offset_hours, offset_minutes;
  char zone; /* 0, 'Z', '+' or '-' */
  bool has_time;
} parts;

typedef struct cursor {
  nt_str text;
  size_t at;
} cursor;

static char peek(const cursor *c) {
  return c->at < c->text.len ? c->text.ptr[c->at] : '\0';
}

static bool accept(cursor *c, char byte) {
  if (c->at >= c->text.len || c->text.ptr[c->at] != byte) return false;
  c->at++;
  return true;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Between `least` and `most` digits, and no digit after them. */
static bool number(cursor *c, unsigned least, unsigned most, unsigned *out) {
  unsigned n = 0;
  for (*out = 0; is_digit(peek(c)) && n < most; n++) *out = *out * 10 + (unsigned)(c->text.ptr[c->at++] - '0');
  return n >= least && !is_digit(peek(c));
}

/* Digits after the ninth are below what a timestamp holds. */
static bool fraction(cursor *c, int32_t *nanoseconds) {
  size_t start = c->at;
  int32_t unit = 100000000;
  for (; is_digit(peek(c)); c->at++, unit /= 10) *nanoseconds += (peek(c) - '0') * unit;
  return c->at > start;
}

static bool clock_time(cursor *c, parts *p) {
  p->has_time = true;
  if (!number(c, 1, 2, &p->hour) || !accept(c, ':') || !number(c, 2, 2, &p->minute)) return false;
  if (!accept(c, ':')) return true;
  if (!number(c, 2, 2, &p->second)) return false;
  return !accept(c, '.') || fraction(c, &p->nanoseconds);
}

static bool zone_offset(cursor *c, parts *p) {
  if (accept(c, 'Z') || accept(c, 'z')) {
    p->zone = 'Z';
    return true;
  }
  p->zone = peek(c);
  if (!accept(c, '+') && !accept(c, '-')) return false;
  unsigned both;
  size_t start = c->at;
  if (number(c, 4, 4, &both)) {
    p->offset_hours = both / 100;
    p->offset_minutes = both % 100;
    return true;
  }
  c->at = start;
  return number(c, 2, 2, &p->offset_hours) && accept(c, ':') && number(c, 2, 2, &p->offset_minutes);
}

static size_t spaces(cursor *c) {
  size_t start = c->at;
  while (accept(c, ' ') || accept(c, '\t')) {}
  return c->at - start;
}

static bool read_parts(nt_str text, parts *p) {
  cursor c = {nt_str_trim(text), 0};
  if (!number(&c, 4, 4, &p->year) || !accept(&c, '-') || !number(&c, 1, 2, &p->month) || !accept(&c, '-') ||
      !number(&c, 1, 2, &p->day))
    return false;
  bool t = accept(&c, 'T') || accept(&c, 't');
  if (t || (spaces(&c) && is_digit(peek(&c)))) {
    if (!clock_time(&c, p)) return false;
    spaces(&c);
  }
  return c.at == c.text.len || (zone_offset(&c, p) && c.at == c.text.len);
}

/* A leap second stands only at the end of a day in UTC (RFC 3339, 5.7). */
static bool is_leap_second(const parts *p) {
  int offset = (int)(p->offset_hours * 60 + p->offset_minutes) * (p->zone == '-' ? -1 : 1);
  int minute = (int)(p->hour * 60 + p->minute) - offset;
  return p->second == 60 && p->zone && ((minute % 1440) + 1440) % 1440 == 1439;
}

static bool exists(const parts *p) {
  return p->month >= 1 && p->month <= 12 && p->day >= 1 && p->day <= days_in_month(p->year, p->month) &&
         p->hour <= 23 && p->minute <= 59 && (p->second <= 59 || is_leap_second(p)) && p->offset_hours <= 23 &&
         p->offset_minutes <= 59;
}

/* A day is there even when its midnight is not, or is twice: it begins with its first instant. */
static nt_date_result day_start(const nt_zone *zone, int64_t local, nt_time *out) {
  int64_t instant, earlier;
  nt_zone_resolve(zone, local, &instant, &earlier);
  out->seconds = earlier;
  out->offset = nt_zone_offset(zone, earlier);
  return NT_DATE_OK;
}

nt_date_result nt_date_parse(nt_str text, const nt_zone *zone, nt_time *out) {
  parts p = {0};
  *out = (nt_time){0};
  if (!read_parts(text, &p)) return NT_DATE_BAD;
  if (!exists(&p)) return NT_DATE_NO_SUCH;
  int64_t local =
      nt_days_from_civil((int32_t)p.year, p.month, p.day) * day_seconds + p.hour * 3600 + p.minute * 60 + p.second;
  out->nanoseconds = p.nanoseconds;
  out->date_only = !p.has_time;
  out->seconds = local;
  if (p.zone) {
    out->offset = (int16_t)(p.offset_hours * 60 + p.offset_minutes);
    if (p.zone == '-') out->offset = (int16_t)-out->offset;
    out->seconds -= out->offset * 60;
    return NT_DATE_OK;
  }
  if (!zone) {
    out->unzoned = 1;
    return NT_DATE_OK;
  }
  if (out->date_only) return day_start(zone, local, out);
  int64_t earlier;
  nt_date_result result = nt_zone_resolve(zone, local, &out->seconds, &earlier);
  out->offset = nt_zone_offset(zone, out->seconds);
  return result;
}

nt_time nt_date_in_zone(nt_time time, const nt_zone *zone) {
  if (time.date_only) return time;
  if (time.unzoned && zone) {
    int64_t earlier;
    nt_zone_resolve(zone, time.seconds, &time.seconds, &earlier);
    time.unzoned = 0;
  }
  time.offset = zone ? nt_zone_offset(zone, time.seconds) : 0;
  return time;
}

static void put_digits(nt_buf *out, unsigned number, unsigned width) {
  char text[10];
  for (unsigned i = width; i-- > 0; number /= 10) text[i] = (char)('0' + number % 10);
  nt_buf_put(out, nt_str_n(text, width));
}

static void put_joined(nt_buf *out, char separator, unsigned two_digits) {
  nt_buf_byte(out, separator);
  put_digits(out, two_digits, 2);
}

static void put_year(nt_buf *out, int32_t year) {
  if (year >= 0 && year <= 9999)
    put_digits(out, (unsigned)year, 4);
  else
    nt_buf_format(out, "%05d", year);
}

static void put_fraction(nt_buf *out, int32_t nanoseconds) {
  if (nanoseconds <= 0 || nanoseconds > 999999999) return;
  nt_buf_byte(out, '.');
  put_digits(out, (unsigned)nanoseconds, 9);
  while (out->ptr[out->len - 1] == '0') out->len--;
}

void nt_date_rfc3339(nt_time time, nt_buf *out) {
  nt_civil c = nt_date_civil(time);
  put_year(out, c.year);
  put_joined(out, '-', c.month);
  put_joined(out, '-', c.day);
  if (time.date_only) return;
  put_joined(out, 'T', c.hour);
  put_joined(out, ':', c.minute);
  put_joined(out, ':', c.second);
  put_fraction(out, time.nanoseconds);
  if (!time.offset) {
    nt_buf_byte(out, 'Z');
    return;
  }
  unsigned minutes = (unsigned)(time.offset < 0 ? -time.offset : time.offset);
  put_joined(out, time.offset < 0 ? '-' : '+', minutes / 60);
  put_joined(out, ':', minutes % 60);
}
