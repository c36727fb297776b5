#include "text/yaml_scalar.h"

#include <math.h>
#include <stdlib.h>

static bool one_of(nt_str text, const char *const *words) {
  for (; *words; words++)
    if (nt_str_eq(text, nt_str_c(*words))) return true;
  return false;
}

static size_t digits(nt_str s, size_t at) {
  size_t start = at;
  while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9') at++;
  return at - start;
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/* The digits of a base; false if another byte stands among them or the number does not fit. */
static bool whole(nt_str s, int base, bool negative, int64_t *out) {
  int64_t n = 0;
  for (size_t i = 0; i < s.len; i++) {
    int digit = digit_value(s.ptr[i]);
    if (digit >= base || __builtin_mul_overflow(n, base, &n)) return false;
    if (__builtin_add_overflow(n, negative ? -digit : digit, &n)) return false;
  }
  *out = n;
  return s.len > 0;
}

/* The length of [-+]? at the start. */
static size_t sign_of(nt_str s) {
  return s.len && (s.ptr[0] == '-' || s.ptr[0] == '+');
}

static bool integer(nt_str s, int64_t *out) {
  if (nt_str_starts(s, NT_STR("0o"))) return whole(nt_str_sub(s, 2, s.len), 8, false, out);
  if (nt_str_starts(s, NT_STR("0x"))) return whole(nt_str_sub(s, 2, s.len), 16, false, out);
  size_t sign = sign_of(s);
  return whole(nt_str_sub(s, sign, s.len), 10, sign && s.ptr[0] == '-', out);
}

/* [-+]? ( "." [0-9]+ | [0-9]+ ( "." [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(nt_str s) {
  size_t at = sign_of(s), before = digits(s, at), after = 0;
  at += before;
  if (at < s.len && s.ptr[at] == '.') {
    after = digits(s, ++at);
    at += after;
  }
  if (!before && !after) return false;
  if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
    at += 1 + sign_of(nt_str_sub(s, at + 1, s.len));
    size_t exponent = digits(s, at);
    if (!exponent) return false;
    at += exponent;
  }
  return at == s.len;
}

/* The process's locale is always "C", so strtod reads a point. */
static bool decimal(nt_str s, double *out) {
  char text[512];
  if (s.len >= sizeof text || !is_float(s)) return false;
  memcpy(text, s.ptr, s.len);
  text[s.len] = '\0';
  *out = strtod(text, NULL);
  return isfinite(*out);
}

static bool special_float(nt_str s, double *out) {
  static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL}, *const infs[] = {".inf", ".Inf", ".INF", NULL};
  size_t sign = sign_of(s);
  if (one_of(s, nans))
    *out = NAN;
  else if (one_of(nt_str_sub(s, sign, s.len), infs))
    *out = sign && s.ptr[0] == '-' ? -INFINITY : INFINITY;
  else
    return false;
  return true;
}

static bool leading_zero(nt_str s) {
  size_t at = sign_of(s);
  return s.len >= at + 2 && s.ptr[at] == '0' && digits(s, at + 1) > 0;
}

nt_value nt_yaml_resolve(nt_str plain) {
  static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const trues[] = {"true", "True", "TRUE", NULL};
  static const char *const falses[] = {"false", "False", "FALSE", NULL};
  if (plain.len && !strchr("-+.0123456789~nNtTfF", plain.ptr[0])) return nt_string(plain);
  if (one_of(plain, nulls)) return nt_null();
  if (one_of(plain, trues)) return nt_bool(true);
  if (one_of(plain, falses)) return nt_bool(false);
  int64_t whole_number;
  double number;
  if (leading_zero(plain)) return nt_string(plain);
  if (integer(plain, &whole_number)) return nt_int(whole_number);
  /* Only digits: too large for an integer, and a float would lose some of them. */
  size_t sign = sign_of(plain);
  if (plain.len > sign && digits(plain, sign) == plain.len - sign) return nt_string(plain);
  if (decimal(plain, &number) || special_float(plain, &number)) return nt_float(number);
  return nt_string(plain);
}
