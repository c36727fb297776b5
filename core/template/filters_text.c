/* Filters on text. */
#include "template/filters.h"

#include "text/locale.h"

#include "text/escape.h"

#include <stdlib.h>

/* ---- shared ---- */

bool nt_arg_given(lua_State *L, int index) {
  int type = lua_type(L, index);
  return type != LUA_TNONE && type != LUA_TNIL && type != LUA_TLIGHTUSERDATA;
}

lua_Integer nt_arg_integer(lua_State *L, nt_rendering *run, const char *filter, int index, lua_Integer fallback) {
  if (!nt_arg_given(L, index)) return fallback;
  if (!lua_isinteger(L, index))
    nt_fail(L, run, NT_MSG_template_bad_argument, nt_str_c(filter), nt_is_name(nt_is(L, run, index)), NT_STR("number"));
  return lua_tointeger(L, index);
}

nt_str nt_arg_text(lua_State *L, nt_rendering *run, const char *filter, int index, nt_str fallback) {
  if (!nt_arg_given(L, index)) return fallback;
  nt_kind_of kind = nt_is(L, run, index);
  if (!nt_is_text(kind) && kind != NT_IS_INT && kind != NT_IS_FLOAT)
    nt_fail(L, run, NT_MSG_template_bad_argument, nt_str_c(filter), nt_is_name(kind), NT_STR("string"));
  return nt_text(L, run, index);
}

int nt_bad_input(lua_State *L, nt_rendering *run, const char *filter, const char *needs) {
  nt_fail(L, run, NT_MSG_template_filter_input, nt_str_c(filter), nt_is_name(nt_is(L, run, 1)), nt_str_c(needs));
}

nt_str nt_filter_text(lua_State *L, nt_rendering *run, const char *filter) {
  nt_kind_of kind = nt_is(L, run, 1);
  if (kind >= NT_IS_LIST && kind != NT_IS_MARKUP && kind != NT_IS_NODE && kind != NT_IS_TIME)
    nt_bad_input(L, run, filter, "string");
  nt_str text = nt_text(L, run, 1);
  nt_vm_charge(L, text.len / NT_BYTES_PER_STEP);
  return text;
}

int nt_filter_return(lua_State *L, nt_rendering *run, nt_buf *text) {
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(text));
  nt_buf_deinit(text);
  if (nt_is(L, run, 1) == NT_IS_SAFE)
    nt_push_safe(L, run, kept);
  else
    nt_lua_push_str(L, kept);
  return 1;
}

/* ---- case ---- */

static void put_letter(nt_buf *out, uint32_t c) {
  char bytes[4];
  nt_buf_put(out, nt_str_n(bytes, nt_utf8_put(bytes, c)));
}

static bool is_letter(uint32_t c) {
  return nt_letter_lower(c) != c || nt_letter_upper(c) != c || c == 0xDF || (c >= '0' && c <= '9') || c == '\'';
}

/* After which a new word begins in a title: Jinja's rule. */
static bool begins_word(uint32_t c) {
  return c < 0x80 && strchr(" \t\r\n\f\v-({[<", (int)c) && c;
}

typedef enum case_mode { LOWER, UPPER, TITLE, CAPITALIZE } case_mode;

static int change_case(lua_State *L, const char *filter, case_mode mode) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str text = nt_filter_text(L, run, filter);
  nt_buf out = {0};
  bool first = true;
  for (size_t at = 0; at < text.len;) {
    uint32_t c = nt_utf8_next(text, &at);
    bool upper = mode == UPPER || ((mode == TITLE || mode == CAPITALIZE) && first);
    if (upper && c == 0xDF)
      nt_buf_c(&out, "SS");
    else
      put_letter(&out, upper ? nt_letter_upper(c) : nt_letter_lower(c));
    first = mode == TITLE && begins_word(c);
  }
  return nt_filter_return(L, run, &out);
}

static int filter_lower(lua_State *L) {
  return change_case(L, "lower", LOWER);
}
static int filter_upper(lua_State *L) {
  return change_case(L, "upper", UPPER);
}
static int filter_title(lua_State *L) {
  return change_case(L, "title", TITLE);
}
static int filter_capitalize(lua_State *L) {
  return change_case(L, "capitalize", CAPITALIZE);
}

/* ---- trimming, replacing ---- */

static bool in_set(nt_str text, size_t at, size_t end, nt_str set) {
  nt_str letter = nt_str_sub(text, at, end);
  return letter.len && nt_str_search(set, letter) < set.len;
}

static nt_str strip(nt_str text, nt_str set) {
  size_t from = 0, to = text.len;
  for (size_t next = from; from < to; from = next) {
    nt_utf8_next(text, &next);
    if (!in_set(text, from, next, set)) break;
  }
  while (to > from) {
    size_t start = to - 1;
    while (start > from && ((unsigned char)text.ptr[start] & 0xC0) == 0x80) start--;
    if (!in_set(text, start, to, set)) break;
    to = start;
  }
  return nt_str_sub(text, from, to);
}

static int filter_trim(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf out = {0};
  nt_str text = nt_filter_text(L, run, "trim");
  nt_buf_put(&out, strip(text, nt_arg_text(L, run, "trim", 2, NT_STR(" \t\r\n\f\v\xC2\xA0"))));
  return nt_filter_return(L, run, &out);
}

static void put_replaced(nt_str text, nt_str old, nt_str new, lua_Integer count, nt_buf *out) {
  while (text.len && count != 0) {
    size_t at = old.len ? nt_str_search(text, old) : 0;
    if (at == text.len) break;
    nt_buf_put(out, nt_str_sub(text, 0, at));
    nt_buf_put(out, new);
    if (!old.len) {
      size_t next = 0;
      nt_utf8_next(text, &next);
      nt_buf_put(out, nt_str_sub(text, 0, next));
      at = next;
    }
    text = nt_str_sub(text, at + old.len, text.len);
    if (count > 0) count--;
  }
  if (!old.len && !text.len && count != 0) nt_buf_put(out, new);
  nt_buf_put(out, text);
}

/* How long the result can be; a short text can name a long one many times. */
static size_t replaced_length(nt_str text, nt_str old, nt_str new, lua_Integer count) {
  size_t left = count < 0 ? SIZE_MAX : (size_t)count, found = 0;
  if (!old.len) found = text.len + 1 < left ? text.len + 1 : left;
  for (nt_str rest = text; old.len && found < left; found++) {
    size_t at = nt_str_search(rest, old);
    if (at == rest.len) break;
    rest = nt_str_sub(rest, at + old.len, rest.len);
  }
  size_t more;
  return __builtin_mul_overflow(found, new.len, &more) || more > SIZE_MAX / 2 ? SIZE_MAX / 2 : more + text.len;
}

static nt_str escaped(nt_rendering *run, nt_str text) {
  nt_buf buf = {0};
  nt_escape_attribute(text, &buf);
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&buf));
  nt_buf_deinit(&buf);
  return kept;
}

/* With safe text on any side the rest is escaped first and the result is safe, as in Jinja; what is looked for is not.
 */
static int filter_replace(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str part[] = {nt_filter_text(L, run, "replace"), nt_arg_text(L, run, "replace", 2, NT_STR("")),
                   nt_arg_text(L, run, "replace", 3, NT_STR(""))};
  lua_Integer count = nt_arg_integer(L, run, "replace", 4, -1);
  bool safe = false;
  for (int i = 1; i <= 3; i++) safe |= nt_is(L, run, i) == NT_IS_SAFE;
  for (int i = 1; i <= 3 && safe; i += 2)
    if (nt_is(L, run, i) != NT_IS_SAFE) part[i - 1] = escaped(run, part[i - 1]);
  nt_vm_take(L, 2 * replaced_length(part[0], part[1], part[2], count));
  nt_buf out = {0};
  put_replaced(part[0], part[1], part[2], count, &out);
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  if (safe)
    nt_push_safe(L, run, kept);
  else
    nt_lua_push_str(L, kept);
  return 1;
}

/* The byte where code point `count` begins, or the length. */
static size_t offset_of(nt_str text, size_t count) {
  size_t at = 0;
  while (count-- && at < text.len) nt_utf8_next(text, &at);
  return at;
}

/* Safe text loses its tags first: a cut through a tag would break the page. */
static nt_str plain_input(lua_State *L, nt_rendering *run, const char *filter, nt_buf *holder) {
  nt_str text = nt_filter_text(L, run, filter);
  if (nt_is(L, run, 1) != NT_IS_SAFE) return text;
  nt_strip_tags(text, holder);
  text = nt_arena_str(run->reader->arena, nt_buf_str(holder));
  nt_buf_deinit(holder);
  return text;
}

/* A number of letters, so far within bounds that it can be reckoned with. */
static lua_Integer letters(lua_State *L, nt_rendering *run, int index, lua_Integer fallback) {
  lua_Integer count = nt_arg_integer(L, run, "truncate", index, fallback);
  return count < -INT32_MAX ? -INT32_MAX : count > INT32_MAX ? INT32_MAX : count;
}

static int filter_truncate(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf holder = {0}, out = {0};
  nt_str text = plain_input(L, run, "truncate", &holder);
  lua_Integer length = letters(L, run, 2, 255), leeway = letters(L, run, 5, 5);
  bool kill = nt_arg_given(L, 3) && nt_truth(L, run, 3);
  nt_str end = nt_arg_text(L, run, "truncate", 4, NT_STR("..."));
  lua_Integer room = length - (lua_Integer)nt_utf8_count(end);
  if (room < 0)
    nt_fail(L, run, NT_MSG_template_bad_argument, NT_STR("truncate"), nt_text(L, run, 2),
            nt_arena_format(run->reader->arena, ">= %zu", nt_utf8_count(end)));
  if ((lua_Integer)nt_utf8_count(text) <= length + leeway) {
    nt_lua_push_str(L, text);
    return 1;
  }
  nt_str head = nt_str_sub(text, 0, offset_of(text, (size_t)room));
  size_t space = nt_str_find_last(head, ' ');
  if (!kill) head = nt_str_sub(head, 0, space);
  nt_buf_put(&out, head);
  nt_buf_put(&out, end);
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  nt_lua_push_str(L, kept);
  return 1;
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static int filter_wordcount(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf holder = {0};
  nt_str text = plain_input(L, run, "wordcount", &holder);
  lua_Integer words = 0;
  bool inside = false;
  for (size_t at = 0; at < text.len;) {
    uint32_t c = nt_utf8_next(text, &at);
    bool part =
        is_letter(c) || c == '_' ||
        (c >= 0x80 && c != 0xA0 && c != 0x2013 && c != 0x2014 && c != 0x2026 && c != 0x201D && c != 0xAB && c != 0xBB);
    if (c == '\'') part = false;
    words += part && !inside;
    inside = part;
  }
  lua_pushinteger(L, words);
  return 1;
}

/* ---- HTML ---- */

static size_t entity(nt_str text, nt_buf *out) {
  static const struct {
    const char *name;
    uint32_t code;
  } names[] = {{"amp;", '&'}, {"lt;", '<'}, {"gt;", '>'}, {"quot;", '"'}, {"apos;", '\''}, {"nbsp;", 0xA0}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (nt_str_starts(nt_str_sub(text, 1, text.len), nt_str_c(names[i].name))) {
      put_letter(out, names[i].code);
      return 1 + strlen(names[i].name);
    }
  size_t at = 2;
  uint32_t code = 0;
  if (text.len < 4 || text.ptr[1] != '#') return 0;
  bool hex = text.ptr[2] == 'x' || text.ptr[2] == 'X';
  size_t start = at += hex;
  for (; at < text.len && code < 0x110000; at++) {
    char c = text.ptr[at];
    int digit = c >= '0' && c <= '9'          ? c - '0'
                : hex && c >= 'a' && c <= 'f' ? c - 'a' + 10
                : hex && c >= 'A' && c <= 'F' ? c - 'A' + 10
                                              : -1;
    if (digit < 0) break;
    code = code * (hex ? 16 : 10) + (uint32_t)digit;
  }
  if (at == start || at >= text.len || text.ptr[at] != ';' || code == 0 || code >= 0x110000 ||
      (code >= 0xD800 && code < 0xE000))
    return 0;
  put_letter(out, code);
  return at + 1;
}

static size_t tag_length(nt_str text) {
  if (nt_str_starts(text, NT_STR("<!--"))) {
    size_t end = nt_str_search(text, NT_STR("-->"));
    return end < text.len ? end + 3 : 0;
  }
  size_t end = nt_str_find(text, '>');
  return end < text.len ? end + 1 : 0;
}

void nt_strip_tags(nt_str html, nt_buf *out) {
  bool space = false;
  size_t start = out->len;
  while (html.len) {
    size_t skip = html.ptr[0] == '<' ? tag_length(html) : 0;
    if (skip) {
      html = nt_str_sub(html, skip, html.len);
      continue;
    }
    if (is_space(html.ptr[0])) {
      space = out->len > start;
      html = nt_str_sub(html, 1, html.len);
      continue;
    }
    if (space) nt_buf_byte(out, ' ');
    space = false;
    size_t used = html.ptr[0] == '&' ? entity(html, out) : 0;
    if (!used) nt_buf_byte(out, html.ptr[0]);
    html = nt_str_sub(html, used ? used : 1, html.len);
  }
}

static int filter_striptags(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_str text = nt_filter_text(L, run, "striptags");
  nt_kind_of kind = nt_is(L, run, 1);
  nt_buf out = {0};
  if (kind == NT_IS_STRING || kind == NT_IS_SAFE)
    nt_strip_tags(text, &out);
  else
    nt_buf_put(&out, text); /* has lost its tags */
  nt_str kept = nt_arena_str(run->reader->arena, nt_buf_str(&out));
  nt_buf_deinit(&out);
  nt_lua_push_str(L, kept);
  return 1;
}

static int escape_input(lua_State *L, bool again) {
  nt_rendering *run = nt_rendering_of(L);
  nt_buf *out = &run->scratch;
  nt_buf_clear(out);
  if (again)
    nt_escape_attribute(nt_text(L, run, 1), out);
  else
    nt_write(L, run, 1, out);
  nt_push_safe(L, run, nt_buf_str(out));
  return 1;
}

static int filter_escape(lua_State *L) {
  return escape_input(L, false);
}
static int filter_forceescape(lua_State *L) {
  return escape_input(L, true);
}

static int filter_safe(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  if (nt_is_html(nt_is(L, run, 1)))
    lua_settop(L, 1);
  else
    nt_push_safe(L, run, nt_filter_text(L, run, "safe"));
  return 1;
}

static int filter_string(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  if (nt_is(L, run, 1) == NT_IS_SAFE)
    lua_settop(L, 1);
  else
    nt_lua_push_str(L, nt_filter_text(L, run, "string"));
  return 1;
}

static int filter_default(lua_State *L) {
  nt_rendering *run = nt_rendering_of(L);
  nt_kind_of kind = nt_is(L, run, 1);
  bool falsy = nt_arg_given(L, 3) && nt_truth(L, run, 3) && !nt_truth(L, run, 1);
  if (kind != NT_IS_UNDEFINED && kind != NT_IS_NULL && !falsy) {
    lua_settop(L, 1);
    return 1;
  }
  if (lua_isnoneornil(L, 2)) {
    lua_pushliteral(L, "");
    return 1;
  }
  lua_settop(L, 2);
  return 1;
}

const luaL_Reg nt_filters_text[] = {{"lower", filter_lower},
                                    {"upper", filter_upper},
                                    {"title", filter_title},
                                    {"capitalize", filter_capitalize},
                                    {"trim", filter_trim},
                                    {"replace", filter_replace},
                                    {"truncate", filter_truncate},
                                    {"wordcount", filter_wordcount},
                                    {"striptags", filter_striptags},
                                    {"escape", filter_escape},
                                    {"e", filter_escape},
                                    {"forceescape", filter_forceescape},
                                    {"safe", filter_safe},
                                    {"string", filter_string},
                                    {"default", filter_default},
                                    {"d", filter_default},
                                    {NULL, NULL}};
