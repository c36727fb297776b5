#include "script/pattern.h"

#include "script/state.h"

#include <ctype.h>

enum { DEPTH = 200 };

static const char *match_here(nt_match *m, const char *s, const char *p);

nt_match nt_match_start(lua_State *L, nt_str text, nt_str pattern) {
  const nt_vm *vm = nt_vm_of(L);
  return (nt_match){.L = L,
                    .text = text,
                    .pattern_end = pattern.ptr + pattern.len,
                    .steps = vm->depth ? vm->steps : INT32_MAX,
                    .depth = DEPTH};
}

void nt_match_finish(nt_match *m) {
  nt_vm *vm = nt_vm_of(m->L);
  if (vm->depth) vm->steps = m->steps;
}

/* What was spent is paid for also when the pattern turns out to be broken: its caller may catch that, and try again. */
static void broken(nt_match *m, const char *why) {
  nt_match_finish(m);
  luaL_error(m->L, "%s", why);
}

static void broken_capture(nt_match *m, int index) {
  nt_match_finish(m);
  luaL_error(m->L, "invalid capture index %%%d in pattern", index + 1);
}

static void step(nt_match *m) {
  if (--m->steps >= 0) return;
  nt_match_finish(m);
  nt_vm_exhaust(m->L);
}

static const char *text_end(const nt_match *m) {
  return m->text.ptr + m->text.len;
}

/* ---- single characters ---- */

static bool in_class(int c, int class) {
  bool in;
  switch (tolower(class)) {
  case 'a': in = isalpha(c); break;
  case 'c': in = iscntrl(c); break;
  case 'd': in = isdigit(c); break;
  case 'g': in = isgraph(c); break;
  case 'l': in = islower(c); break;
  case 'p': in = ispunct(c); break;
  case 's': in = isspace(c); break;
  case 'u': in = isupper(c); break;
  case 'w': in = isalnum(c); break;
  case 'x': in = isxdigit(c); break;
  default: return class == c;
  }
  return isupper(class) ? !in : in;
}

/* After the closing bracket of the set whose '[' is at p. A ']' that comes first is a member. */
static const char *set_end(nt_match *m, const char *p) {
  p++;
  if (p < m->pattern_end && *p == '^') p++;
  for (bool first = true; first || p >= m->pattern_end || *p != ']'; first = false) {
    if (p >= m->pattern_end) broken(m, "malformed pattern (missing ']')");
    if (*p++ != '%') continue;
    if (p >= m->pattern_end) broken(m, "malformed pattern (missing ']')");
    p++;
  }
  return p + 1;
}

static const char *item_end(nt_match *m, const char *p) {
  if (*p == '[') return set_end(m, p);
  if (*p != '%') return p + 1;
  if (p + 1 >= m->pattern_end) broken(m, "malformed pattern (ends with '%')");
  return p + 2;
}

/* p at '[', end after its ']'. */
static bool in_set(nt_match *m, int c, const char *p, const char *end) {
  bool found = true;
  const char *last = end - 1;
  if (*++p == '^') {
    found = false;
    p++;
  }
  while (p < last) {
    step(m);
    if (*p == '%') {
      if (in_class(c, (unsigned char)p[1])) return found;
      p += 2;
    } else if (p + 2 < last && p[1] == '-') {
      if ((unsigned char)p[0] <= c && c <= (unsigned char)p[2]) return found;
      p += 3;
    } else if ((unsigned char)*p++ == c) {
      return found;
    }
  }
  return !found;
}

static bool one(nt_match *m, const char *s, const char *p, const char *end) {
  step(m);
  if (s >= text_end(m)) return false;
  int c = (unsigned char)*s;
  switch (*p) {
  case '.': return true;
  case '%': return in_class(c, (unsigned char)p[1]);
  case '[': return in_set(m, c, p, end);
  default: return (unsigned char)*p == c;
  }
}

/* ---- items that are more than a character ---- */

static const char *balanced(nt_match *m, const char *s, const char *p) {
  if (p + 3 >= m->pattern_end) broken(m, "malformed pattern (missing arguments to '%b')");
  if (s >= text_end(m) || *s != p[2]) return NULL;
  size_t open = 1;
  for (const char *at = s + 1; at < text_end(m); at++) {
    step(m);
    if (*at == p[3]) {
      if (--open == 0) return at + 1;
    } else if (*at == p[2]) {
      open++;
    }
  }
  return NULL;
}

/* The frontier %f[set] holds between a character outside and one inside; the text's ends count as '\0'. */
static const char *frontier(nt_match *m, const char *s, const char *p, const char **after) {
  const char *set = p + 2;
  if (set >= m->pattern_end || *set != '[') broken(m, "missing '[' after '%f' in pattern");
  const char *end = set_end(m, set);
  int previous = s == m->text.ptr ? 0 : (unsigned char)s[-1];
  int current = s < text_end(m) ? (unsigned char)*s : 0;
  *after = end;
  return !in_set(m, previous, set, end) && in_set(m, current, set, end) ? s : NULL;
}

static const char *back_reference(nt_match *m, const char *s, int digit) {
  int index = digit - '1';
  if (index < 0 || index >= m->captures || m->capture[index].len == NT_CAPTURE_OPEN) broken_capture(m, index);
  ptrdiff_t len = m->capture[index].len;
  if (len == NT_CAPTURE_POSITION) broken_capture(m, index);
  m->steps -= len / 16;
  step(m);
  if (text_end(m) - s < len || memcmp(m->capture[index].start, s, (size_t)len) != 0) return NULL;
  return s + len;
}

static const char *open_capture(nt_match *m, const char *s, const char *p) {
  if (m->captures >= NT_CAPTURES) broken(m, "too many captures");
  bool position = p + 1 < m->pattern_end && p[1] == ')';
  m->capture[m->captures++] = (nt_capture){s, position ? NT_CAPTURE_POSITION : NT_CAPTURE_OPEN};
  const char *end = match_here(m, s, p + (position ? 2 : 1));
  if (!end) m->captures--;
  return end;
}

static const char *close_capture(nt_match *m, const char *s, const char *p) {
  int index = m->captures - 1;
  while (index >= 0 && m->capture[index].len != NT_CAPTURE_OPEN) index--;
  if (index < 0) broken(m, "invalid pattern capture");
  m->capture[index].len = s - m->capture[index].start;
  const char *end = match_here(m, s, p + 1);
  if (!end) m->capture[index].len = NT_CAPTURE_OPEN;
  return end;
}

/* ---- repetition ---- */

static const char *longest(nt_match *m, const char *s, const char *p, const char *end) {
  ptrdiff_t count = 0;
  while (one(m, s + count, p, end)) count++;
  for (; count >= 0; count--) {
    const char *found = match_here(m, s + count, end + 1);
    if (found) return found;
  }
  return NULL;
}

static const char *shortest(nt_match *m, const char *s, const char *p, const char *end) {
  for (;; s++) {
    const char *found = match_here(m, s, end + 1);
    if (found) return found;
    if (!one(m, s, p, end)) return NULL;
  }
}

/* ---- the pattern, item by item ---- */

/* One plain item with what follows it: advances both and goes on (true), or decides (false, *result). */
static bool plain_item(nt_match *m, const char **s, const char **p, const char **result) {
  const char *end = item_end(m, *p);
  char suffix = end < m->pattern_end ? *end : '\0';
  *result = NULL;
  if (suffix == '*') return *result = longest(m, *s, *p, end), false;
  if (suffix == '-') return *result = shortest(m, *s, *p, end), false;
  bool matches = one(m, *s, *p, end);
  if (suffix == '+') return *result = matches ? longest(m, *s + 1, *p, end) : NULL, false;
  if (suffix == '?') {
    if (matches && (*result = match_here(m, *s + 1, end + 1)) != NULL) return false;
    *p = end + 1;
    return true;
  }
  if (!matches) return false;
  ++*s;
  *p = end;
  return true;
}

/* %b, %f and %1 … %9: advances both, or sets *s to NULL. False if it is none of them. */
static bool special_item(nt_match *m, const char **s, const char **p) {
  if (**p != '%' || *p + 1 >= m->pattern_end) return false;
  char kind = (*p)[1];
  if (kind == 'b') {
    *s = balanced(m, *s, *p);
    *p += 4;
  } else if (kind == 'f') {
    *s = frontier(m, *s, *p, p);
  } else if (kind >= '0' && kind <= '9') {
    *s = back_reference(m, *s, kind);
    *p += 2;
  } else {
    return false;
  }
  return true;
}

static const char *match_items(nt_match *m, const char *s, const char *p) {
  const char *result;
  while (s && p < m->pattern_end) {
    step(m);
    if (*p == '(') return open_capture(m, s, p);
    if (*p == ')') return close_capture(m, s, p);
    if (*p == '$' && p + 1 == m->pattern_end) return s == text_end(m) ? s : NULL;
    if (special_item(m, &s, &p)) continue;
    if (!plain_item(m, &s, &p, &result)) return result;
  }
  return s;
}

static const char *match_here(nt_match *m, const char *s, const char *p) {
  if (m->depth-- == 0) broken(m, "pattern too complex");
  const char *end = match_items(m, s, p);
  m->depth++;
  return end;
}

const char *nt_match_at(nt_match *m, const char *from, const char *pattern) {
  m->captures = 0;
  m->depth = DEPTH;
  return match_here(m, from, pattern);
}
