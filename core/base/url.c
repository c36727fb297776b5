#include "base/url.h"

nt_site_url nt_site_url_split(nt_str site_url) {
  nt_site_url parts = {0};
  size_t colon = nt_str_search(site_url, NT_STR("://"));
  if (colon == site_url.len) return parts;
  nt_str rest = nt_str_sub(site_url, colon + 3, site_url.len);
  size_t slash = nt_str_find(rest, '/');
  parts.scheme = nt_str_sub(site_url, 0, colon);
  parts.host = nt_str_sub(rest, 0, slash);
  parts.base = nt_str_sub(rest, slash, rest.len);
  while (parts.base.len && parts.base.ptr[parts.base.len - 1] == '/') parts.base.len--;
  return parts;
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The bytes of the scheme before its colon; 0 if there is none. */
static size_t scheme_length(nt_str url) {
  size_t at = 0;
  while (at < url.len &&
         (is_letter(url.ptr[at]) || (at && ((url.ptr[at] >= '0' && url.ptr[at] <= '9') || url.ptr[at] == '+' ||
                                            url.ptr[at] == '-' || url.ptr[at] == '.'))))
    at++;
  return at < url.len && url.ptr[at] == ':' ? at : 0;
}

bool nt_url_is_elsewhere(nt_str url) {
  return nt_str_starts(url, NT_STR("//")) || scheme_length(url) > 0;
}

size_t nt_url_path_length(nt_str url) {
  size_t query = nt_str_find(url, '?'), fragment = nt_str_find(url, '#');
  return query < fragment ? query : fragment;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

nt_str nt_url_decode(nt_str text, nt_arena *arena) {
  if (nt_str_find(text, '%') == text.len) return text;
  char *out = nt_arena_alloc(arena, text.len + 1);
  size_t len = 0;
  for (size_t i = 0; i < text.len; i++) {
    int high = text.ptr[i] == '%' && i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
    int low = high >= 0 ? hex_digit(text.ptr[i + 2]) : -1;
    bool escape = low >= 0 && (high || low); /* %00 stands for nothing that a path can hold */
    out[len++] = escape ? (char)(high << 4 | low) : text.ptr[i];
    if (escape) i += 2;
  }
  out[len] = '\0';
  return nt_str_n(out, len);
}

static nt_str joined(nt_arena *arena, nt_str a, nt_str b, nt_str c) {
  char *bytes = nt_arena_alloc(arena, a.len + b.len + c.len + 1);
  size_t len = 0;
  const nt_str parts[] = {a, b, c};
  for (size_t i = 0; i < 3; i++) {
    if (parts[i].len) memcpy(bytes + len, parts[i].ptr, parts[i].len);
    len += parts[i].len;
  }
  bytes[len] = '\0';
  return nt_str_n(bytes, len);
}

static bool is_rooted(nt_str url) {
  return url.len && url.ptr[0] == '/' && !nt_str_starts(url, NT_STR("//"));
}

nt_str nt_url_rooted(nt_str site_url, nt_str url, nt_arena *arena) {
  nt_str base = nt_site_url_split(site_url).base;
  return base.len && is_rooted(url) ? joined(arena, base, url, NT_STR("")) : url;
}

static bool has_base(nt_str url, nt_str base) {
  if (!nt_str_starts(url, base)) return false;
  return url.len == base.len || strchr("/?#", url.ptr[base.len]);
}

static nt_str origin_of(nt_str address) {
  nt_site_url parts = nt_site_url_split(address);
  return parts.scheme.len ? nt_str_sub(address, 0, parts.scheme.len + 3 + parts.host.len) : NT_STR("");
}

nt_str nt_url_absolute(nt_str site_url, nt_str url, nt_arena *arena) {
  nt_site_url site = nt_site_url_split(site_url);
  if (is_rooted(url)) return joined(arena, origin_of(site_url), has_base(url, site.base) ? NT_STR("") : site.base, url);
  return nt_url_resolve(joined(arena, origin_of(site_url), site.base, NT_STR("/")), url, arena);
}

/* Takes "." and ".." out of a path that begins with a slash (RFC 3986, 5.2.4); what follows '?' or '#' is no path. */
static nt_str without_dots(nt_str path, nt_arena *arena) {
  size_t end = nt_url_path_length(path);
  char *out = nt_arena_alloc(arena, path.len + 2);
  size_t len = 0;
  for (size_t at = 0; at < end;) { /* at each slash */
    size_t next = at + 1;
    while (next < end && path.ptr[next] != '/') next++;
    nt_str name = nt_str_sub(path, at + 1, next);
    bool up = nt_str_eq(name, NT_STR("..")), here = nt_str_eq(name, NT_STR("."));
    if (up)
      while (len && out[--len] != '/') continue;
    if (!up && !here) memcpy(out + len, path.ptr + at, next - at);
    if (!up && !here) len += next - at;
    if ((up || here) && next == end) out[len++] = '/';
    at = next;
  }
  if (end < path.len) memcpy(out + len, path.ptr + end, path.len - end);
  return nt_str_n(out, len + path.len - end);
}

nt_str nt_url_resolve(nt_str base, nt_str reference, nt_arena *arena) {
  if (scheme_length(reference)) return reference;
  nt_str origin = origin_of(base), path = nt_str_sub(base, origin.len, base.len);
  if (nt_str_starts(reference, NT_STR("//")))
    return joined(arena, nt_str_sub(base, 0, scheme_length(base)), NT_STR(":"), reference);
  if (is_rooted(reference)) return joined(arena, origin, without_dots(reference, arena), NT_STR(""));
  nt_str whole = nt_str_sub(path, 0, nt_str_find(path, '#')), plain = nt_str_sub(whole, 0, nt_str_find(whole, '?'));
  if (!plain.len) plain = NT_STR("/");
  if (!reference.len) return joined(arena, origin, whole, reference);
  if (reference.ptr[0] == '#') return joined(arena, origin, whole, reference);
  if (reference.ptr[0] == '?') return joined(arena, origin, plain, reference);
  nt_str folder = nt_str_sub(plain, 0, nt_str_find_last(plain, '/') + 1);
  return joined(arena, origin, without_dots(joined(arena, folder, reference, NT_STR("")), arena), NT_STR(""));
}
