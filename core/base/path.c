#include "base/path.h"

bool nt_path_normal(nt_str path, nt_arena *arena, nt_str *out) {
  if (path.len == 0 || path.ptr[0] == '/' || nt_str_find(path, '\0') != path.len) return false;
  char *text = nt_arena_alloc(arena, path.len + 1);
  size_t len = 0;
  for (size_t at = 0; at <= path.len;) {
    size_t end = at + nt_str_find(nt_str_sub(path, at, path.len), '/');
    nt_str name = nt_str_sub(path, at, end);
    at = end + 1;
    if (name.len == 0 || nt_str_eq(name, NT_STR("."))) continue;
    if (nt_str_eq(name, NT_STR(".."))) {
      if (len == 0) return false;
      size_t slash = nt_str_find_last(nt_str_n(text, len), '/');
      len = slash == len ? 0 : slash;
      continue;
    }
    if (len) text[len++] = '/';
    memcpy(text + len, name.ptr, name.len);
    len += name.len;
  }
  text[len] = '\0';
  *out = nt_str_n(text, len);
  return len > 0;
}

nt_str nt_path_join(nt_arena *arena, nt_str a, nt_str b) {
  if (b.len && b.ptr[0] == '/') return nt_arena_str(arena, b);
  if (!a.len || !b.len) return nt_arena_str(arena, a.len ? a : b);
  while (a.len > 1 && a.ptr[a.len - 1] == '/') a.len--;
  bool slash = a.ptr[a.len - 1] != '/';
  char *text = nt_arena_alloc(arena, a.len + b.len + 2);
  memcpy(text, a.ptr, a.len);
  if (slash) text[a.len] = '/';
  memcpy(text + a.len + slash, b.ptr, b.len);
  text[a.len + slash + b.len] = '\0';
  return nt_str_n(text, a.len + slash + b.len);
}

nt_str nt_path_dir(nt_str path) {
  size_t slash = nt_str_find_last(path, '/');
  return slash == path.len ? nt_str_n("", 0) : nt_str_sub(path, 0, slash);
}

nt_str nt_path_base(nt_str path) {
  size_t slash = nt_str_find_last(path, '/');
  return slash == path.len ? path : nt_str_sub(path, slash + 1, path.len);
}

nt_str nt_path_stem(nt_str path) {
  nt_str base = nt_path_base(path);
  size_t dot = nt_str_find_last(base, '.');
  return dot == base.len || dot == 0 ? base : nt_str_sub(base, 0, dot);
}

nt_str nt_path_ext(nt_str path) {
  nt_str base = nt_path_base(path);
  size_t dot = nt_str_find_last(base, '.');
  return dot == base.len || dot == 0 ? nt_str_n("", 0) : nt_str_sub(base, dot + 1, base.len);
}

/* A match in progress: patterns are short, so choices and stars are tried in turn, each within the one before. `steps`
 * and `depth` bound what a hostile pattern can cost in time and stack; running out of them is no match. */
typedef struct matcher {
  int steps;
  int depth;
} matcher;

static bool match(matcher *m, nt_str p, nt_str s);

/* {a,b}rest: each choice followed by the rest. */
static bool match_choice(matcher *m, nt_str p, nt_str s) {
  size_t depth = 0, from = 1, close = 0;
  for (size_t i = 0; i < p.len && !close; i++) {
    if (p.ptr[i] == '{') depth++;
    if (p.ptr[i] == '}' && --depth == 0) close = i;
  }
  if (!close) return false;
  nt_str rest = nt_str_sub(p, close + 1, p.len);
  char joined[1024];
  depth = 1;
  for (size_t i = 1; i <= close; i++) {
    if (p.ptr[i] == '{') depth++;
    if (p.ptr[i] == '}') depth--;
    if (!(i == close || (p.ptr[i] == ',' && depth == 1))) continue;
    size_t len = i - from;
    if (len + rest.len > sizeof joined) return false;
    memcpy(joined, p.ptr + from, len);
    if (rest.len) memcpy(joined + len, rest.ptr, rest.len);
    if (match(m, nt_str_n(joined, len + rest.len), s)) return true;
    from = i + 1;
  }
  return false;
}

/* The length of a [class] at the start of p that holds c, or 0. */
static size_t match_class(nt_str p, unsigned char c) {
  size_t i = 1;
  bool negated = i < p.len && (p.ptr[i] == '!' || p.ptr[i] == '^'), found = false;
  if (negated) i++;
  for (size_t start = i; i < p.len && (p.ptr[i] != ']' || i == start); i++) {
    unsigned char low = (unsigned char)p.ptr[i], high = low;
    if (i + 2 < p.len && p.ptr[i + 1] == '-' && p.ptr[i + 2] != ']') {
      high = (unsigned char)p.ptr[i + 2];
      i += 2;
    }
    if (c >= low && c <= high) found = true;
  }
  return i < p.len && found != negated ? i + 1 : 0;
}

static bool match_star(matcher *m, nt_str p, nt_str s) {
  if (nt_str_starts(p, NT_STR("**/"))) {
    nt_str rest = nt_str_sub(p, 3, p.len);
    for (size_t at = 0;;) {
      if (match(m, rest, nt_str_sub(s, at, s.len))) return true;
      at += nt_str_find(nt_str_sub(s, at, s.len), '/') + 1;
      if (at > s.len) return false;
    }
  }
  bool deep = nt_str_starts(p, NT_STR("**"));
  nt_str rest = nt_str_sub(p, deep ? 2 : 1, p.len);
  for (size_t at = 0;; at++) {
    if (match(m, rest, nt_str_sub(s, at, s.len))) return true;
    if (at >= s.len || (!deep && s.ptr[at] == '/')) return false;
  }
}

static bool match_rest(matcher *m, nt_str p, nt_str s) {
  for (; p.len; p = nt_str_sub(p, 1, p.len)) {
    if (m->steps-- <= 0) return false;
    switch (p.ptr[0]) {
    case '*': return match_star(m, p, s);
    case '{': return match_choice(m, p, s);
    case '[': {
      size_t len = s.len && s.ptr[0] != '/' ? match_class(p, (unsigned char)s.ptr[0]) : 0;
      if (!len) return false;
      p = nt_str_sub(p, len - 1, p.len);
      break;
    }
    case '?':
      if (!s.len || s.ptr[0] == '/') return false;
      size_t at = 0;
      nt_utf8_next(s, &at);
      s = nt_str_sub(s, at - 1, s.len);
      break;
    default:
      if (!s.len || s.ptr[0] != p.ptr[0]) return false;
    }
    s = nt_str_sub(s, 1, s.len);
  }
  return s.len == 0;
}

static bool match(matcher *m, nt_str p, nt_str s) {
  if (m->depth == 0) return false;
  m->depth--;
  bool matches = match_rest(m, p, s);
  m->depth++;
  return matches;
}

bool nt_glob(nt_str pattern, nt_str path) {
  matcher m = {.steps = 1 << 16, .depth = 200};
  return match(&m, pattern, path);
}
