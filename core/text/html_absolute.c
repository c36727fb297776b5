/* Tags are found by the rules of HTML's tokenizer as far as they matter here: comments, attributes quoted in three
 * ways, and elements whose content is no markup. Everything else passes byte for byte. */
#include "text/html_absolute.h"

#include "base/url.h"

typedef struct pass {
  nt_str html, base;
  nt_arena *arena;
  nt_buf *out;
  size_t at;
} pass;

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(nt_str text, const char *lower) {
  size_t i = 0;
  for (; i < text.len && lower[i]; i++)
    if ((is_letter(text.ptr[i]) ? text.ptr[i] | 32 : text.ptr[i]) != lower[i]) return false;
  return i == text.len && !lower[i];
}

static bool is_one_of(nt_str text, const char *const *words) {
  for (; *words; words++)
    if (is_word(text, *words)) return true;
  return false;
}

static bool at_end(const pass *p) {
  return p->at >= p->html.len;
}

static void skip_space(pass *p) {
  while (!at_end(p) && is_space(p->html.ptr[p->at])) p->at++;
}

/* ---- addresses ---- */

static void put_address(pass *p, nt_str address) {
  nt_buf_put(p->out, nt_url_resolve(p->base, nt_str_trim(address), p->arena));
}

/* "a.png 1x, b.png 2x": an address, and what stands between it and the comma after it. */
static void put_set(pass *p, nt_str set) {
  size_t at = 0;
  while (at < set.len) {
    size_t start = at;
    while (at < set.len && (is_space(set.ptr[at]) || set.ptr[at] == ',')) at++;
    nt_buf_put(p->out, nt_str_sub(set, start, at));
    start = at;
    while (at < set.len && !is_space(set.ptr[at])) at++;
    size_t end = at;
    while (end > start && set.ptr[end - 1] == ',') end--;
    if (end > start) put_address(p, nt_str_sub(set, start, end));
    if (end == at) /* else the comma was the address's own end */
      while (at < set.len && set.ptr[at] != ',') at++;
    nt_buf_put(p->out, nt_str_sub(set, end, at));
  }
}

/* ---- tags ---- */

typedef struct attribute {
  nt_str name, value;
  size_t start, value_start, value_end, end; /* in the HTML; the value's are those between its quotes */
} attribute;

static bool ends_name(char c) {
  return is_space(c) || c == '=' || c == '>' || c == '/';
}

static void read_value(pass *p, attribute *a) {
  char quote = at_end(p) ? '\0' : p->html.ptr[p->at];
  bool quoted = quote == '"' || quote == '\'';
  a->value_start = p->at += quoted;
  while (!at_end(p) &&
         (quoted ? p->html.ptr[p->at] != quote : !is_space(p->html.ptr[p->at]) && p->html.ptr[p->at] != '>'))
    p->at++;
  a->value_end = p->at;
  a->value = nt_str_sub(p->html, a->value_start, a->value_end);
  p->at += quoted && !at_end(p);
}

/* The next attribute of the tag, or false at its end, where p->at stands on its '>' or at the end of everything. */
static bool next_attribute(pass *p, attribute *a) {
  *a = (attribute){0};
  while (!at_end(p) && (is_space(p->html.ptr[p->at]) || p->html.ptr[p->at] == '/')) p->at++;
  if (at_end(p) || p->html.ptr[p->at] == '>') return false;
  a->start = p->at++;
  while (!at_end(p) && !ends_name(p->html.ptr[p->at])) p->at++;
  a->name = nt_str_sub(p->html, a->start, p->at);
  a->end = p->at;
  skip_space(p);
  if (at_end(p) || p->html.ptr[p->at] != '=') {
    p->at = a->end;
    return true;
  }
  p->at++;
  skip_space(p);
  read_value(p, a);
  a->end = p->at;
  return true;
}

/* From the byte after its '<'. Writes what stood between attributes as it was. */
static void put_tag(pass *p, size_t copied) {
  static const char *const addresses[] = {"href",   "src",        "poster",   "cite",       "data",
                                          "action", "formaction", "longdesc", "background", NULL};
  static const char *const sets[] = {"srcset", "imagesrcset", NULL};
  attribute a;
  while (next_attribute(p, &a)) {
    bool address = is_one_of(a.name, addresses), set = is_one_of(a.name, sets), id = is_word(a.name, "id");
    if (!id && !((address || set) && a.value_start)) continue;
    nt_buf_put(p->out, nt_str_sub(p->html, copied, id ? a.start : a.value_start));
    if (address) put_address(p, a.value);
    if (set) put_set(p, a.value);
    copied = id ? a.end : a.value_end;
    bool parted = copied >= p->html.len || is_space(p->html.ptr[copied]) || p->html.ptr[copied] == '>';
    if (id && parted && p->out->len && p->out->ptr[p->out->len - 1] == ' ') p->out->len--;
  }
  p->at += !at_end(p);
  nt_buf_put(p->out, nt_str_sub(p->html, copied, p->at));
}

/* The end tag of that name from p->at on, or the end of everything. */
static size_t find_end(const pass *p, nt_str name) {
  for (size_t at = p->at; at + 2 + name.len <= p->html.len; at++) {
    if (p->html.ptr[at] != '<' || p->html.ptr[at + 1] != '/') continue;
    nt_str found = nt_str_sub(p->html, at + 2, at + 2 + name.len);
    size_t i = 0;
    while (i < name.len && (found.ptr[i] | 32) == (name.ptr[i] | 32)) i++;
    size_t after = at + 2 + name.len;
    if (i == name.len && (after == p->html.len || ends_name(p->html.ptr[after]))) return at;
  }
  return p->html.len;
}

static void skip_past(pass *p, nt_str what) {
  nt_str rest = nt_str_sub(p->html, p->at, p->html.len);
  size_t found = nt_str_search(rest, what);
  p->at += found == rest.len ? rest.len : found + what.len;
}

static void element(pass *p) {
  static const char *const dropped[] = {"script", "style", NULL};
  static const char *const literal[] = {"textarea", "title", "xmp", "iframe", "noembed", "noframes", NULL};
  size_t start = p->at++;
  bool closing = p->html.ptr[p->at] == '/';
  p->at += closing;
  size_t name_at = p->at;
  while (!at_end(p) && !ends_name(p->html.ptr[p->at])) p->at++;
  nt_str name = nt_str_sub(p->html, name_at, p->at);
  if (!closing && is_one_of(name, dropped)) {
    p->at = find_end(p, name);
    skip_past(p, NT_STR(">"));
    return;
  }
  put_tag(p, start);
  if (closing || !is_one_of(name, literal)) return;
  size_t end = find_end(p, name);
  nt_buf_put(p->out, nt_str_sub(p->html, p->at, end));
  p->at = end;
}

static bool opens_tag(const pass *p) {
  size_t next = p->at + 1;
  if (next < p->html.len && p->html.ptr[next] == '/') next++;
  return next < p->html.len && is_letter(p->html.ptr[next]);
}

void nt_html_absolute(nt_str html, nt_str base, nt_arena *arena, nt_buf *out) {
  pass p = {.html = html, .base = base, .arena = arena, .out = out};
  while (!at_end(&p)) {
    size_t start = p.at;
    p.at += nt_str_find(nt_str_sub(html, start, html.len), '<');
    nt_buf_put(out, nt_str_sub(html, start, p.at));
    if (at_end(&p)) return;
    start = p.at;
    if (nt_str_starts(nt_str_sub(html, p.at, html.len), NT_STR("<!--"))) {
      p.at += 4;
      skip_past(&p, NT_STR("-->"));
      nt_buf_put(out, nt_str_sub(html, start, p.at));
    } else if (opens_tag(&p)) {
      element(&p);
    } else {
      nt_buf_byte(out, html.ptr[p.at++]);
    }
  }
}
