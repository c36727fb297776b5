#include "template/lexer.h"

#include "base/vec.h"

#include <errno.h>
#include <stdlib.h>

typedef struct lexer {
  nt_str src;
  size_t at;
  uint32_t line;
  size_t line_start; /* columns count bytes from here */
  nt_str file;
  nt_arena *arena;
  nt_diags *diags;
  nt_tokens *out;
  bool lost;      /* one fault was reported: what follows in these braces means little */
  bool trim_next; /* the last mark ended in '-': white space that follows goes */
} lexer;

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
static bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

static char peek(const lexer *lx, size_t ahead) {
  return lx->at + ahead < lx->src.len ? lx->src.ptr[lx->at + ahead] : '\0';
}

static bool looking_at(const lexer *lx, nt_str text) {
  return nt_str_starts(nt_str_sub(lx->src, lx->at, lx->src.len), text);
}

static void advance(lexer *lx, size_t bytes) {
  for (size_t end = lx->at + bytes; lx->at < end; lx->at++)
    if (lx->src.ptr[lx->at] == '\n') lx->line++, lx->line_start = lx->at + 1;
}

static nt_where here(const lexer *lx) {
  return nt_where_file(lx->file, lx->line, (uint32_t)(lx->at - lx->line_start) + 1);
}

/* A token that begins here and is `span` bytes long; the lexer moves past it. */
static nt_token *add(lexer *lx, nt_token_kind kind, size_t span) {
  nt_token token = {.kind = kind, .line = lx->line, .column = here(lx).column, .span = (uint32_t)span};
  token.text = nt_str_sub(lx->src, lx->at, lx->at + span);
  nt_push(lx->out, token);
  advance(lx, span);
  return &lx->out->items[lx->out->len - 1];
}

static nt_where where_of(const lexer *lx, const nt_token *token) {
  nt_where where = nt_where_file(lx->file, token->line, token->column);
  where.span = token->span;
  return where;
}

/* Text. */

static nt_str without_returns(lexer *lx, nt_str text) {
  if (nt_str_search(text, NT_STR("\r\n")) == text.len) return text;
  char *copy = nt_arena_alloc(lx->arena, text.len);
  size_t len = 0;
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] != '\r' || i + 1 == text.len || text.ptr[i + 1] != '\n') copy[len++] = text.ptr[i];
  return nt_str_n(copy, len);
}

static void add_text(lexer *lx, size_t end, bool trim_end) {
  if (lx->trim_next)
    while (lx->at < end && is_space(lx->src.ptr[lx->at])) advance(lx, 1);
  lx->trim_next = false;
  size_t stop = end;
  if (trim_end)
    while (stop > lx->at && is_space(lx->src.ptr[stop - 1])) stop--;
  if (stop > lx->at) {
    nt_token *token = add(lx, NT_TOKEN_TEXT, stop - lx->at);
    token->text = without_returns(lx, token->text);
  }
  advance(lx, end - lx->at);
}

/* The next "{{", "{%" or "{#" from here, or the end. */
static size_t find_mark(const lexer *lx) {
  const char *p = lx->src.ptr + lx->at, *end = lx->src.ptr + lx->src.len;
  while (p < end && (p = memchr(p, '{', (size_t)(end - p)))) {
    if (p + 1 < end && (p[1] == '{' || p[1] == '%' || p[1] == '#')) return (size_t)(p - lx->src.ptr);
    p++;
  }
  return lx->src.len;
}

static void lex_comment(lexer *lx) {
  nt_str rest = nt_str_sub(lx->src, lx->at + 2, lx->src.len);
  size_t end = nt_str_search(rest, NT_STR("#}"));
  if (end == rest.len) {
    nt_where where = here(lx);
    where.span = 2;
    nt_report0(lx->diags, NT_MSG_template_unclosed_comment, where);
    advance(lx, lx->src.len - lx->at);
    return;
  }
  lx->trim_next = end > 0 && rest.ptr[end - 1] == '-';
  advance(lx, end + 4);
}

/* Where a `{% word %}` that begins at `from` ends, or 0 if something else stands there. */
static size_t match_word_tag(nt_str src, size_t from, nt_str word, bool *trim_before, bool *trim_after) {
  size_t at = from + 2;
  if (!nt_str_starts(nt_str_sub(src, from, src.len), NT_STR("{%"))) return 0;
  *trim_before = at < src.len && src.ptr[at] == '-';
  if (at < src.len && (src.ptr[at] == '-' || src.ptr[at] == '+')) at++;
  while (at < src.len && is_space(src.ptr[at])) at++;
  if (!nt_str_starts(nt_str_sub(src, at, src.len), word)) return 0;
  at += word.len;
  while (at < src.len && is_space(src.ptr[at])) at++;
  *trim_after = at < src.len && src.ptr[at] == '-';
  if (at < src.len && (src.ptr[at] == '-' || src.ptr[at] == '+')) at++;
  return nt_str_starts(nt_str_sub(src, at, src.len), NT_STR("%}")) ? at + 2 : 0;
}

static bool lex_raw(lexer *lx) {
  bool before, after, end_before, end_after;
  size_t start = match_word_tag(lx->src, lx->at, NT_STR("raw"), &before, &after);
  if (!start) return false;
  nt_where where = here(lx);
  where.span = (uint32_t)(start - lx->at);
  advance(lx, start - lx->at);
  lx->trim_next = after;
  for (size_t at = start; at < lx->src.len; at++) {
    size_t end = lx->src.ptr[at] == '{' ? match_word_tag(lx->src, at, NT_STR("endraw"), &end_before, &end_after) : 0;
    if (!end) continue;
    add_text(lx, at, end_before);
    advance(lx, end - at);
    lx->trim_next = end_after;
    return true;
  }
  nt_report(lx->diags, NT_MSG_template_unclosed_block, where, NT_STR("raw"));
  advance(lx, lx->src.len - lx->at);
  return true;
}

/* Inside {{ }} and {% %}. */

static void lex_number(lexer *lx) {
  size_t len = 0;
  bool is_float = false;
  char digits[64];
  size_t n = 0;
  for (;; len++) {
    char c = peek(lx, len);
    if (c == '_' && is_digit(peek(lx, len + 1))) continue;
    bool fraction = c == '.' && !is_float && is_digit(peek(lx, len + 1));
    bool exponent = (c == 'e' || c == 'E') &&
                    (is_digit(peek(lx, len + 1)) ||
                     ((peek(lx, len + 1) == '-' || peek(lx, len + 1) == '+') && is_digit(peek(lx, len + 2))));
    if (!is_digit(c) && !fraction && !exponent) break;
    is_float |= fraction || exponent;
    if (n < sizeof digits - 2) digits[n++] = c;
    if (exponent) {
      c = peek(lx, ++len);
      if (n < sizeof digits - 2) digits[n++] = c;
    }
  }
  digits[n] = '\0';
  nt_token *token = add(lx, is_float ? NT_TOKEN_FLOAT : NT_TOKEN_INT, len);
  errno = 0;
  token->integer = strtoll(digits, NULL, 10);
  token->number = strtod(digits, NULL);
  if (token->kind == NT_TOKEN_INT && (errno || n >= sizeof digits - 2)) token->kind = NT_TOKEN_FLOAT;
}

static int hex_digits(const char *p, size_t count, uint32_t *out) {
  *out = 0;
  for (size_t i = 0; i < count; i++) {
    char c = p[i];
    int v = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (v < 0) return 0;
    *out = *out * 16 + (uint32_t)v;
  }
  return (int)count;
}

/* Python's escapes; an unknown one stays as it is written. */
static nt_str unescape(lexer *lx, nt_str raw) {
  static const char from[] = "ntr\\'\"0abfv", to[] = "\n\t\r\\'\"\0\a\b\f\v";
  if (nt_str_find(raw, '\\') == raw.len) return without_returns(lx, raw);
  char *copy = nt_arena_alloc(lx->arena, raw.len + 4);
  size_t len = 0;
  for (size_t i = 0; i < raw.len; i++) {
    char c = raw.ptr[i];
    if (c != '\\' || i + 1 == raw.len) {
      copy[len++] = c;
      continue;
    }
    char e = raw.ptr[++i];
    const char *simple = memchr(from, e, sizeof from - 1);
    size_t digits = e == 'x' ? 2 : e == 'u' ? 4 : 0;
    uint32_t code = 0;
    if (simple) {
      copy[len++] = to[simple - from];
    } else if (digits && raw.len - i > digits && hex_digits(raw.ptr + i + 1, digits, &code)) {
      len += nt_utf8_put(copy + len, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
      i += digits;
    } else if (e != '\n') {
      copy[len++] = '\\';
      copy[len++] = e;
    }
  }
  return nt_str_n(copy, len);
}

static void lex_string(lexer *lx) {
  char quote = peek(lx, 0);
  size_t len = 1;
  while (lx->at + len < lx->src.len && peek(lx, len) != quote) len += peek(lx, len) == '\\' ? 2 : 1;
  if (lx->at + len >= lx->src.len) {
    nt_where where = here(lx);
    where.span = 1;
    nt_report0(lx->diags, NT_MSG_template_unclosed_string, where);
    nt_str rest = nt_str_sub(lx->src, lx->at, lx->src.len);
    size_t line_end = nt_str_find(rest, '\n'), close = nt_str_search(rest, NT_STR("%}"));
    size_t close2 = nt_str_search(rest, NT_STR("}}"));
    size_t stop = close < close2 ? close : close2;
    add(lx, NT_TOKEN_STRING, stop < line_end ? stop : line_end)->text = NT_STR("");
    return;
  }
  nt_token *token = add(lx, NT_TOKEN_STRING, len + 1);
  token->text = unescape(lx, nt_str_sub(token->text, 1, len));
}

static void lex_sign(lexer *lx) {
  static const struct {
    char text[3];
    int sign;
  } pairs[] = {{"==", NT_SIGN_EQ}, {"!=", NT_SIGN_NE},   {"<=", NT_SIGN_LE},
               {">=", NT_SIGN_GE}, {"//", NT_SIGN_IDIV}, {"**", NT_SIGN_POW}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (looking_at(lx, nt_str_n(pairs[i].text, 2))) {
      add(lx, NT_TOKEN_SIGN, 2)->sign = pairs[i].sign;
      return;
    }
  char c = peek(lx, 0);
  if (!strchr("+-*/%~|.,:()[]{}<>=", c)) {
    size_t next = lx->at;
    nt_utf8_next(lx->src, &next);
    nt_where where = here(lx);
    where.span = (uint32_t)(next - lx->at);
    nt_report(lx->diags, NT_MSG_template_bad_character, where, nt_str_sub(lx->src, lx->at, next));
    advance(lx, next - lx->at);
    lx->lost = true;
    return;
  }
  add(lx, NT_TOKEN_SIGN, 1)->sign = c;
}

/* Does the closing mark stand here, with its '-' or '+'? Its length, or 0. */
static size_t closing(const lexer *lx, const char mark[3], bool *trim) {
  size_t sign = peek(lx, 0) == '-' || (peek(lx, 0) == '+' && mark[0] == '%') ? 1 : 0;
  *trim = peek(lx, 0) == '-';
  return peek(lx, sign) == mark[0] && peek(lx, sign + 1) == mark[1] ? sign + 2 : 0;
}

/* One token of an expression, or white space. */
static void lex_piece(lexer *lx) {
  char c = peek(lx, 0);
  if (is_space(c)) {
    advance(lx, 1);
  } else if (is_digit(c)) {
    lex_number(lx);
  } else if (is_name_start(c)) {
    size_t n = 1;
    while (is_name(peek(lx, n))) n++;
    add(lx, NT_TOKEN_NAME, n);
  } else if (c == '"' || c == '\'') {
    lex_string(lx);
  } else {
    lex_sign(lx);
  }
}

/* From an opening mark to its closing one. A mark that opens another, a brace that closes nothing, or the end shows
 * that it was never closed. */
static void lex_code(lexer *lx, nt_token_kind open, size_t open_len) {
  bool is_tag = open == NT_TOKEN_TAG, trim;
  nt_token_kind close = is_tag ? NT_TOKEN_TAG_END : NT_TOKEN_OUTPUT_END;
  size_t braces = 0, len = 0, faults = lx->diags->len;
  nt_token opening = *add(lx, open, open_len);
  lx->lost = false;
  while (lx->at < lx->src.len) {
    len = braces == 0 || is_tag ? closing(lx, is_tag ? "%}" : "}}", &trim) : 0;
    if (len) {
      add(lx, close, len);
      lx->trim_next = trim;
      return;
    }
    char c = peek(lx, 0), after = peek(lx, 1);
    if (c == '{' && (after == '%' || after == '#' || after == '{')) break;
    if (c == '}' && braces == 0) {
      len = 1;
      break;
    }
    braces += (c == '{') - (c == '}');
    if (lx->lost)
      advance(lx, 1);
    else
      lex_piece(lx);
  }
  if (lx->diags->len == faults)
    nt_report0(lx->diags, is_tag ? NT_MSG_template_unclosed_tag : NT_MSG_template_unclosed_output,
               where_of(lx, &opening));
  add(lx, close, len);
}

/* A template is UTF-8 without NUL. Reports the first byte that is not. */
static bool check_bytes(lexer *lx) {
  size_t bad = nt_utf8_check(lx->src), nul = nt_str_find(lx->src, '\0');
  size_t first = bad < nul ? bad : nul;
  if (first == lx->src.len) return true;
  advance(lx, first);
  nt_report0(lx->diags, bad <= nul ? NT_MSG_template_bad_utf8 : NT_MSG_template_nul, here(lx));
  return false;
}

static void lex_all(lexer *lx) {
  for (;;) {
    size_t mark = find_mark(lx);
    bool trim = mark + 2 < lx->src.len && lx->src.ptr[mark + 2] == '-';
    add_text(lx, mark, trim);
    if (mark >= lx->src.len) return;
    bool sign = trim || peek(lx, 2) == '+';
    switch (peek(lx, 1)) {
    case '#': lex_comment(lx); break;
    case '{': lex_code(lx, NT_TOKEN_OUTPUT, sign && trim ? 3 : 2); break;
    default:
      if (!lex_raw(lx)) lex_code(lx, NT_TOKEN_TAG, sign ? 3 : 2);
    }
  }
}

void nt_template_lex(nt_str source, nt_str file, nt_arena *arena, nt_diags *diags, nt_tokens *out) {
  lexer lx = {.src = source, .line = 1, .file = file, .arena = arena, .diags = diags, .out = out};
  if (check_bytes(&lx)) {
    /* As in Jinja, one line end at the very end does not count. */
    if (nt_str_ends(lx.src, NT_STR("\r\n"))) lx.src.len--;
    if (nt_str_ends(lx.src, NT_STR("\n")) || lx.src.len < source.len) lx.src.len--;
    if (nt_str_starts(lx.src, NT_STR("\xEF\xBB\xBF"))) lx.at = 3;
    lex_all(&lx);
  }
  add(&lx, NT_TOKEN_END, 0);
}

void nt_tokens_deinit(nt_tokens *tokens) {
  nt_vec_deinit(tokens);
}
