/* Tags and text: the outer half of the parser. */
#include "template/parser.h"

#include "base/vec.h"
#include "template/names.h"

/* Walking the tokens. */

const nt_token *nt_parser_peek(const nt_parser *p, size_t ahead) {
  size_t last = p->tokens.len - 1;
  return &p->tokens.items[p->at + ahead < last ? p->at + ahead : last];
}

const nt_token *nt_parser_next(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind != NT_TOKEN_END) p->at++;
  return token;
}

bool nt_parser_is_sign(const nt_parser *p, int sign) {
  const nt_token *token = nt_parser_peek(p, 0);
  return token->kind == NT_TOKEN_SIGN && token->sign == sign;
}

bool nt_token_is(const nt_token *token, const char *word) {
  return token->kind == NT_TOKEN_NAME && nt_str_eq(token->text, nt_str_c(word));
}

bool nt_parser_is_word(const nt_parser *p, const char *word) {
  return nt_token_is(nt_parser_peek(p, 0), word);
}

bool nt_parser_skip_sign(nt_parser *p, int sign) {
  if (!nt_parser_is_sign(p, sign)) return false;
  p->at++;
  return true;
}

bool nt_parser_skip_word(nt_parser *p, const char *word) {
  if (!nt_parser_is_word(p, word)) return false;
  p->at++;
  return true;
}

nt_where nt_parser_where(const nt_parser *p, const nt_token *token) {
  nt_where where = nt_where_file(p->file, token->line, token->column);
  where.span = token->span;
  return where;
}

nt_str nt_parser_found(const nt_parser *p, const nt_token *token) {
  if (token->kind == NT_TOKEN_STRING) return NT_STR("\"…\"");
  if (token->kind == NT_TOKEN_OUTPUT_END) return NT_STR("}}");
  if (token->kind == NT_TOKEN_TAG_END || token->kind == NT_TOKEN_END) return NT_STR("%}");
  return token->text;
}

bool nt_parser_expect(nt_parser *p, const char *sign) {
  if (nt_parser_skip_sign(p, sign[0])) return true;
  const nt_token *token = nt_parser_peek(p, 0);
  nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), nt_str_c(sign), nt_parser_found(p, token));
  return false;
}

bool nt_parser_expect_word(nt_parser *p, const char *word) {
  if (nt_parser_skip_word(p, word)) return true;
  const nt_token *token = nt_parser_peek(p, 0);
  nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), nt_str_c(word), nt_parser_found(p, token));
  return false;
}

nt_str nt_parser_name(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind != NT_TOKEN_NAME) {
    nt_report(p->diags, NT_MSG_template_expected_value, nt_parser_where(p, token), nt_parser_found(p, token));
    return nt_str_n(NULL, 0);
  }
  if (nt_template_word_reserved(token->text)) {
    nt_report(p->diags, NT_MSG_template_reserved, nt_parser_where(p, token), token->text);
    return nt_str_n(NULL, 0);
  }
  return nt_parser_next(p)->text;
}

nt_str nt_parser_target(nt_parser *p) {
  static const char *const taken[] = {"loop", "self", "super"};
  const nt_token *token = nt_parser_peek(p, 0);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (nt_token_is(token, taken[i])) {
      nt_report(p->diags, NT_MSG_template_reserved, nt_parser_where(p, token), token->text);
      return nt_str_n(NULL, 0);
    }
  return nt_parser_name(p);
}

bool nt_parser_enter(nt_parser *p) {
  if (p->depth < NT_TEMPLATE_DEPTH) {
    p->depth++;
    return true;
  }
  if (!p->stopped) nt_report0(p->diags, NT_MSG_template_too_deep, nt_parser_where(p, nt_parser_peek(p, 0)));
  p->stopped = true;
  return false;
}

void nt_parser_leave(nt_parser *p) {
  p->depth--;
}

/* Statements. */

static void parse_body(nt_parser *p, nt_stmts *out);

nt_stmt *nt_stmt_new(nt_parser *p, nt_stmt_kind kind, const nt_token *token) {
  nt_stmt *s = NT_NEW(p->arena, nt_stmt);
  s->kind = kind;
  s->line = token->line;
  s->column = token->column;
  s->span = token->span;
  return s;
}

void nt_stmts_append(nt_stmts *list, nt_stmt *stmt) {
  if (list->last)
    list->last->next = stmt;
  else
    list->first = stmt;
  list->last = stmt;
}

void nt_parser_skip_tag(nt_parser *p) {
  for (;;) {
    nt_token_kind kind = nt_parser_peek(p, 0)->kind;
    if (kind == NT_TOKEN_END || kind == NT_TOKEN_TEXT || kind == NT_TOKEN_TAG || kind == NT_TOKEN_OUTPUT) return;
    p->at++;
    if (kind == NT_TOKEN_TAG_END || kind == NT_TOKEN_OUTPUT_END) return;
  }
}

bool nt_parser_end_tag(nt_parser *p, bool good) {
  if (good) {
    const nt_token *token = nt_parser_peek(p, 0);
    if (token->kind == NT_TOKEN_TAG_END) {
      p->at++;
      return true;
    }
    nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), NT_STR("%}"), nt_parser_found(p, token));
  }
  nt_parser_skip_tag(p);
  return false;
}

bool nt_token_in(const char *const *words, const nt_token *token) {
  for (; *words; words++)
    if (nt_token_is(token, *words)) return true;
  return false;
}

/* Is it worth reading on? Not after too many faults, or where tags nest too deeply. */
static bool goes_on(const nt_parser *p) {
  return !p->stopped && p->diags->errors - p->first_error < NT_TEMPLATE_FAULTS;
}

const nt_token *nt_parse_until(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out) {
  if (!nt_parser_enter(p)) return NULL;
  p->open[p->open_count++] = (nt_open_tag){words, opener};
  parse_body(p, out);
  p->open_count--;
  nt_parser_leave(p);
  const nt_token *name = nt_parser_peek(p, 1);
  if (nt_parser_peek(p, 0)->kind == NT_TOKEN_TAG && nt_token_in(words, name)) {
    p->at += 2;
    return name;
  }
  if (goes_on(p)) nt_report(p->diags, NT_MSG_template_unclosed_block, nt_parser_where(p, opener), opener->text);
  return NULL;
}

void nt_parse_and_close(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out) {
  if (nt_parse_until(p, opener, words, out)) nt_parser_end_tag(p, true);
}

static const char *const tag_words[] = {"if",     "elif",      "else",    "endif",   "for",   "endfor",
                                        "set",    "endset",    "with",    "endwith", "block", "endblock",
                                        "macro",  "endmacro",  "include", "import",  "from",  "extends",
                                        "filter", "endfilter", "raw",     "endraw",  NULL};

static void report_tag(nt_parser *p, const nt_token *word) {
  static const char *const refused[] = {"call", "do", "trans", "autoescape", "break", "continue", NULL};
  nt_where where = nt_parser_where(p, word);
  nt_str near = nt_template_nearest(word->text, tag_words);
  if (word->kind != NT_TOKEN_NAME)
    nt_report(p->diags, NT_MSG_template_expected_tag, where, nt_parser_found(p, word));
  else if (nt_token_in(refused, word))
    nt_report(p->diags, NT_MSG_template_unsupported, where, word->text);
  else if (near.len)
    nt_report(p->diags, NT_MSG_template_unknown_tag_near, where, word->text, near);
  else
    nt_report(p->diags, NT_MSG_template_unknown_tag, where, word->text);
}

static bool is_closing(const nt_token *word) {
  static const char *const words[] = {"elif",     "else",     "endif",     "endfor", "endset", "endwith",
                                      "endblock", "endmacro", "endfilter", "endraw", NULL};
  return nt_token_in(words, word);
}

/* A tag that closes or continues something: true if that is an open tag, and the body being read ends here. */
static bool ends_body(nt_parser *p, const nt_token *word) {
  for (size_t i = p->open_count; i-- > 0;)
    if (nt_token_in(p->open[i].continues, word)) return true;
  if (p->open_count) {
    const nt_token *open = p->open[p->open_count - 1].token;
    nt_report(p->diags, NT_MSG_template_wrong_end, nt_parser_where(p, word), word->text, open->text,
              nt_arena_format(p->arena, "%u", open->line));
  } else {
    nt_report(p->diags, NT_MSG_template_stray_end, nt_parser_where(p, word), word->text);
  }
  p->at += 2;
  nt_parser_skip_tag(p);
  return false;
}

static void parse_tag(nt_parser *p, nt_stmts *out) {
  p->at++;
  const nt_token *word = nt_parser_peek(p, 0);
  if (nt_parse_tag(p, word, out)) return;
  report_tag(p, word);
  nt_parser_skip_tag(p);
}

static void parse_output(nt_parser *p, nt_stmts *out) {
  p->at++;
  nt_stmt *s = nt_stmt_new(p, NT_STMT_OUTPUT, nt_parser_peek(p, 0));
  s->expr = nt_parse_tuple(p);
  const nt_token *token = nt_parser_peek(p, 0);
  if (s->expr && token->kind == NT_TOKEN_OUTPUT_END) {
    p->at++;
    nt_stmts_append(out, s);
    return;
  }
  if (s->expr)
    nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), NT_STR("}}"), nt_parser_found(p, token));
  nt_parser_skip_tag(p);
}

static void parse_body(nt_parser *p, nt_stmts *out) {
  while (goes_on(p)) {
    const nt_token *token = nt_parser_peek(p, 0), *word = nt_parser_peek(p, 1);
    if (token->kind == NT_TOKEN_END) return;
    if (token->kind == NT_TOKEN_TEXT) {
      nt_stmt *s = nt_stmt_new(p, NT_STMT_TEXT, token);
      s->text = token->text;
      nt_stmts_append(out, s);
      p->at++;
    } else if (token->kind == NT_TOKEN_OUTPUT) {
      parse_output(p, out);
    } else if (token->kind == NT_TOKEN_TAG && is_closing(word)) {
      if (ends_body(p, word)) return;
    } else if (token->kind == NT_TOKEN_TAG) {
      parse_tag(p, out);
    } else {
      nt_parser_skip_tag(p);
    }
  }
}

bool nt_template_parse(nt_str source, nt_str file, nt_arena *arena, nt_diags *diags, nt_template_ast *out) {
  nt_parser p = {.file = file, .arena = arena, .diags = diags, .first_error = diags->errors, .out = out};
  nt_template_lex(source, file, arena, diags, &p.tokens);
  parse_body(&p, &out->body);
  nt_tokens_deinit(&p.tokens);
  return diags->errors == p.first_error;
}
