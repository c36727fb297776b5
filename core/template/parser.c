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

static bool is_word(const nt_token *token, const char *word) {
  return token->kind == NT_TOKEN_NAME && nt_str_eq(token->text, nt_str_c(word));
}

bool nt_parser_is_word(const nt_parser *p, const char *word) {
  return is_word(nt_parser_peek(p, 0), word);
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

static bool expect_word(nt_parser *p, const char *word) {
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

/* A name to give a value to: not one that the language itself gives a meaning. */
static nt_str target_name(nt_parser *p) {
  static const char *const taken[] = {"loop", "self", "super"};
  const nt_token *token = nt_parser_peek(p, 0);
  for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
    if (is_word(token, taken[i])) {
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

static nt_stmt *new_stmt(nt_parser *p, nt_stmt_kind kind, const nt_token *token) {
  nt_stmt *s = NT_NEW(p->arena, nt_stmt);
  s->kind = kind;
  s->line = token->line;
  s->column = token->column;
  s->span = token->span;
  return s;
}

static void append(nt_stmts *list, nt_stmt *stmt) {
  if (list->last)
    list->last->next = stmt;
  else
    list->first = stmt;
  list->last = stmt;
}

/* After a fault: on to the end of this tag. */
static void skip_tag(nt_parser *p) {
  for (;;) {
    nt_token_kind kind = nt_parser_peek(p, 0)->kind;
    if (kind == NT_TOKEN_END || kind == NT_TOKEN_TEXT || kind == NT_TOKEN_TAG || kind == NT_TOKEN_OUTPUT) return;
    p->at++;
    if (kind == NT_TOKEN_TAG_END || kind == NT_TOKEN_OUTPUT_END) return;
  }
}

/* The end of a tag whose parts were right if `good`; false after a fault. */
static bool end_tag(nt_parser *p, bool good) {
  if (good) {
    const nt_token *token = nt_parser_peek(p, 0);
    if (token->kind == NT_TOKEN_TAG_END) {
      p->at++;
      return true;
    }
    nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), NT_STR("%}"), nt_parser_found(p, token));
  }
  skip_tag(p);
  return false;
}

static bool word_in(const char *const *words, const nt_token *token) {
  for (; *words; words++)
    if (is_word(token, *words)) return true;
  return false;
}

/* Is it worth reading on? Not after too many faults, or where tags nest too deeply. */
static bool goes_on(const nt_parser *p) {
  return !p->stopped && p->diags->errors - p->first_error < NT_TEMPLATE_FAULTS;
}

/* The body of a tag, up to one of `words`, whose name it passes over and returns. NULL after reporting that the tag is
 * never closed; whatever closes an outer tag is then left where it is. */
static const nt_token *parse_until(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out) {
  if (!nt_parser_enter(p)) return NULL;
  p->open[p->open_count++] = (nt_open_tag){words, opener};
  parse_body(p, out);
  p->open_count--;
  nt_parser_leave(p);
  const nt_token *name = nt_parser_peek(p, 1);
  if (nt_parser_peek(p, 0)->kind == NT_TOKEN_TAG && word_in(words, name)) {
    p->at += 2;
    return name;
  }
  if (goes_on(p)) nt_report(p->diags, NT_MSG_template_unclosed_block, nt_parser_where(p, opener), opener->text);
  return NULL;
}

static void parse_and_close(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out) {
  if (parse_until(p, opener, words, out)) end_tag(p, true);
}

static bool parse_if(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const all[] = {"elif", "else", "endif", NULL}, *const last[] = {"endif", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_IF, word);
  const nt_token *at = word;
  append(out, s);
  for (;;) {
    s->expr = nt_parse_expr(p);
    end_tag(p, s->expr != NULL);
    at = parse_until(p, word, all, &s->body);
    if (!at || is_word(at, "endif")) break;
    s->has_otherwise = true;
    if (is_word(at, "else")) {
      end_tag(p, true);
      parse_and_close(p, word, last, &s->otherwise);
      return true;
    }
    nt_stmt *chained = new_stmt(p, NT_STMT_IF, at);
    chained->chained = true;
    append(&s->otherwise, chained);
    s = chained;
  }
  return !at || end_tag(p, true);
}

typedef NT_VEC(nt_str) name_vec;

static nt_str *keep_names(nt_parser *p, name_vec *vec, size_t *count) {
  nt_str *names = vec->len ? nt_arena_copy(p->arena, vec->items, vec->len * sizeof *names) : NULL;
  *count = vec->len;
  nt_vec_deinit(vec);
  return names;
}

/* a, (b, c): nested brackets are not supported; one pair around all is. */
static bool parse_targets(nt_parser *p, nt_stmt *s) {
  name_vec names = {0};
  bool bracket = nt_parser_skip_sign(p, '('), good;
  do {
    nt_str name = target_name(p);
    good = name.ptr != NULL;
    if (good) nt_push(&names, name);
  } while (good && nt_parser_skip_sign(p, ','));
  s->names = keep_names(p, &names, &s->count);
  return good && (!bracket || nt_parser_expect(p, ")"));
}

static bool parse_for_head(nt_parser *p, nt_stmt *s) {
  if (!parse_targets(p, s) || !expect_word(p, "in")) return false;
  s->expr = nt_parse_plain(p);
  if (!s->expr) return false;
  if (nt_parser_skip_word(p, "if") && !(s->cond = nt_parse_expr(p))) return false;
  if (!nt_parser_is_word(p, "recursive")) return true;
  nt_report(p->diags, NT_MSG_template_unsupported, nt_parser_where(p, nt_parser_peek(p, 0)), NT_STR("recursive"));
  return false;
}

static bool parse_for(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const all[] = {"else", "endfor", NULL}, *const last[] = {"endfor", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_FOR, word);
  append(out, s);
  end_tag(p, parse_for_head(p, s));
  const nt_token *at = parse_until(p, word, all, &s->body);
  if (!at) return true;
  if (is_word(at, "endfor")) return end_tag(p, true);
  s->has_otherwise = true;
  end_tag(p, true);
  parse_and_close(p, word, last, &s->otherwise);
  return true;
}

static bool parse_set(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endset", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_SET, nt_parser_peek(p, 0));
  bool good = parse_targets(p, s);
  if (good && s->count == 1 && nt_parser_skip_sign(p, '.')) {
    s->text = nt_parser_name(p);
    good = s->text.ptr != NULL;
  }
  append(out, s);
  if (!good || nt_parser_skip_sign(p, '=')) {
    s->expr = good ? nt_parse_tuple(p) : NULL;
    return end_tag(p, s->expr != NULL);
  }
  s->kind = NT_STMT_CAPTURE;
  if (s->count != 1 || s->text.ptr) {
    nt_parser_expect(p, "=");
    skip_tag(p);
    return false;
  }
  if (nt_parser_skip_sign(p, '|')) good = (s->expr = nt_parse_filters(p, NULL)) != NULL;
  end_tag(p, good);
  parse_and_close(p, word, last, &s->body);
  return true;
}

/* a=1, b=2: the heads of `with` and of macros. Values may be left out where `optional`. */
static bool parse_pairs(nt_parser *p, nt_stmt *s, bool optional) {
  name_vec names = {0};
  NT_VEC(nt_expr *) values = {0};
  bool good = true;
  while (good && nt_parser_peek(p, 0)->kind != NT_TOKEN_TAG_END && !nt_parser_is_sign(p, ')')) {
    const nt_token *token = nt_parser_peek(p, 0);
    nt_str name = target_name(p);
    nt_expr *value = NULL;
    good = name.ptr != NULL;
    for (size_t i = 0; good && i < names.len; i++)
      if (nt_str_eq(names.items[i], name)) {
        nt_report(p->diags, NT_MSG_template_argument_twice, nt_parser_where(p, token), name);
        good = false;
      }
    if (good && (!optional || nt_parser_is_sign(p, '=')))
      good = nt_parser_expect(p, "=") && (value = nt_parse_expr(p)) != NULL;
    if (!good) break;
    nt_push(&names, name);
    nt_push(&values, value);
    if (!nt_parser_skip_sign(p, ',')) break;
  }
  s->values = values.len ? nt_arena_copy(p->arena, values.items, values.len * sizeof *values.items) : NULL;
  nt_vec_deinit(&values);
  s->names = keep_names(p, &names, &s->count);
  return good;
}

static bool parse_with(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endwith", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_WITH, word);
  append(out, s);
  end_tag(p, parse_pairs(p, s, false));
  parse_and_close(p, word, last, &s->body);
  return true;
}

static bool parse_macro(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endmacro", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_MACRO, nt_parser_peek(p, 0));
  s->text = target_name(p);
  append(out, s);
  end_tag(p, s->text.ptr && nt_parser_expect(p, "(") && parse_pairs(p, s, true) && nt_parser_expect(p, ")"));
  p->in_macro++;
  const nt_token *end = parse_until(p, word, last, &s->body);
  p->in_macro--;
  if (end && nt_parser_peek(p, 0)->kind == NT_TOKEN_NAME) p->at++;
  return !end || end_tag(p, true);
}

static bool parse_filter_tag(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endfilter", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_FILTER, word);
  append(out, s);
  s->expr = nt_parse_filters(p, NULL);
  end_tag(p, s->expr != NULL);
  parse_and_close(p, word, last, &s->body);
  return true;
}

/* Blocks and inheritance. */

static bool register_block(nt_parser *p, nt_stmt *block) {
  nt_template_ast *out = p->out;
  for (size_t i = 0; i < out->block_count; i++)
    if (nt_str_eq(out->blocks[i]->text, block->text)) {
      nt_where where = nt_where_file(p->file, block->line, block->column);
      where.span = block->span;
      nt_report(p->diags, NT_MSG_template_block_twice, where, block->text,
                nt_arena_format(p->arena, "%u", out->blocks[i]->line));
      return false;
    }
  if (out->block_count == p->block_cap) {
    p->block_cap = p->block_cap ? p->block_cap * 2 : 8;
    nt_stmt **grown = NT_NEW_N(p->arena, nt_stmt *, p->block_cap);
    if (out->block_count) memcpy(grown, out->blocks, out->block_count * sizeof *grown);
    out->blocks = grown;
  }
  out->blocks[out->block_count++] = block;
  return true;
}

static void close_block(nt_parser *p, const nt_stmt *block) {
  const nt_token *name = nt_parser_peek(p, 0);
  if (name->kind == NT_TOKEN_NAME) {
    if (!nt_str_eq(name->text, block->text))
      nt_report(p->diags, NT_MSG_template_block_name, nt_parser_where(p, name), name->text, block->text);
    p->at++;
  }
  end_tag(p, true);
}

static bool parse_block(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endblock", NULL};
  nt_stmt *s = new_stmt(p, NT_STMT_BLOCK, nt_parser_peek(p, 0));
  s->text = nt_parser_name(p);
  bool good = s->text.ptr != NULL;
  if (good && p->in_macro)
    nt_report(p->diags, NT_MSG_template_block_in_macro, nt_where_file(p->file, s->line, s->column), s->text);
  if (good && register_block(p, s)) append(out, s);
  if (good) s->scoped = nt_parser_skip_word(p, "scoped");
  end_tag(p, good);
  if (parse_until(p, word, last, &s->body)) close_block(p, s);
  return true;
}

static bool parse_extends(nt_parser *p, const nt_token *word, nt_stmts *out) {
  const nt_token *name = nt_parser_peek(p, 0);
  nt_code code = NT_MSG_template_extends_name;
  bool good = name->kind == NT_TOKEN_STRING && nt_parser_peek(p, 1)->kind == NT_TOKEN_TAG_END;
  if (good && p->out->extends) good = false, code = NT_MSG_template_extends_twice, name = word;
  if (good && p->open_count) good = false, code = NT_MSG_template_extends_place, name = word;
  if (!good) {
    nt_report0(p->diags, code, nt_parser_where(p, name));
    skip_tag(p);
    return false;
  }
  nt_stmt *s = new_stmt(p, NT_STMT_EXTENDS, nt_parser_next(p));
  s->text = name->text;
  p->out->extends = s;
  append(out, s);
  return end_tag(p, true);
}

/* `with context`, `without context`. */
static void parse_context(nt_parser *p, nt_stmt *s, bool fallback) {
  s->scoped = fallback;
  const nt_token *ahead = nt_parser_peek(p, 1);
  if (!is_word(ahead, "context")) return;
  if (nt_parser_is_word(p, "with"))
    s->scoped = true;
  else if (nt_parser_is_word(p, "without"))
    s->scoped = false;
  else
    return;
  p->at += 2;
}

static bool parse_include(nt_parser *p, const nt_token *word, nt_stmts *out) {
  nt_stmt *s = new_stmt(p, NT_STMT_INCLUDE, nt_parser_peek(p, 0));
  append(out, s);
  s->expr = nt_parse_expr(p);
  if (!s->expr) return end_tag(p, false);
  if (nt_parser_is_word(p, "ignore") && is_word(nt_parser_peek(p, 1), "missing")) {
    s->ignore_missing = true;
    p->at += 2;
  }
  parse_context(p, s, true);
  return end_tag(p, true);
}

static bool parse_import(nt_parser *p, const nt_token *word, nt_stmts *out) {
  nt_stmt *s = new_stmt(p, NT_STMT_IMPORT, nt_parser_peek(p, 0));
  append(out, s);
  s->expr = nt_parse_expr(p);
  bool good = s->expr && expect_word(p, "as");
  nt_str name = good ? target_name(p) : nt_str_n(NULL, 0);
  good = name.ptr != NULL;
  if (good) {
    s->names = nt_arena_copy(p->arena, &name, sizeof name);
    s->count = 1;
    parse_context(p, s, false);
  }
  return end_tag(p, good);
}

static nt_expr *name_expr(nt_parser *p, const nt_token *token) {
  nt_expr *e = NT_NEW(p->arena, nt_expr);
  *e = (nt_expr){.kind = NT_EXPR_NAME, .line = token->line, .column = token->column, .span = token->span, .height = 1};
  e->text = token->text;
  return e;
}

static bool parse_from_names(nt_parser *p, nt_stmt *s) {
  name_vec names = {0};
  NT_VEC(nt_expr *) values = {0};
  bool good;
  do {
    const nt_token *token = nt_parser_peek(p, 0);
    nt_str name = nt_parser_name(p), alias = name;
    good = name.ptr != NULL;
    if (good && nt_parser_skip_word(p, "as")) good = (alias = target_name(p)).ptr != NULL;
    if (!good) break;
    nt_push(&names, alias);
    nt_push(&values, name_expr(p, token));
  } while (nt_parser_skip_sign(p, ','));
  s->values = values.len ? nt_arena_copy(p->arena, values.items, values.len * sizeof *values.items) : NULL;
  nt_vec_deinit(&values);
  s->names = keep_names(p, &names, &s->count);
  return good;
}

static bool parse_from(nt_parser *p, const nt_token *word, nt_stmts *out) {
  nt_stmt *s = new_stmt(p, NT_STMT_FROM, nt_parser_peek(p, 0));
  append(out, s);
  s->expr = nt_parse_expr(p);
  bool good = s->expr && expect_word(p, "import") && parse_from_names(p, s);
  if (good) parse_context(p, s, false);
  return end_tag(p, good);
}

/* Which tag. */

static const struct {
  const char *word;
  bool (*parse)(nt_parser *p, const nt_token *word, nt_stmts *out);
} tags[] = {{"if", parse_if},       {"for", parse_for},         {"set", parse_set},          {"with", parse_with},
            {"block", parse_block}, {"macro", parse_macro},     {"include", parse_include},  {"import", parse_import},
            {"from", parse_from},   {"extends", parse_extends}, {"filter", parse_filter_tag}};

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
  else if (word_in(refused, word))
    nt_report(p->diags, NT_MSG_template_unsupported, where, word->text);
  else if (near.len)
    nt_report(p->diags, NT_MSG_template_unknown_tag_near, where, word->text, near);
  else
    nt_report(p->diags, NT_MSG_template_unknown_tag, where, word->text);
}

static bool is_closing(const nt_token *word) {
  static const char *const words[] = {"elif",     "else",     "endif",     "endfor", "endset", "endwith",
                                      "endblock", "endmacro", "endfilter", "endraw", NULL};
  return word_in(words, word);
}

/* A tag that closes or continues something: true if that is an open tag, and the body being read ends here. */
static bool ends_body(nt_parser *p, const nt_token *word) {
  for (size_t i = p->open_count; i-- > 0;)
    if (word_in(p->open[i].continues, word)) return true;
  if (p->open_count) {
    const nt_token *open = p->open[p->open_count - 1].token;
    nt_report(p->diags, NT_MSG_template_wrong_end, nt_parser_where(p, word), word->text, open->text,
              nt_arena_format(p->arena, "%u", open->line));
  } else {
    nt_report(p->diags, NT_MSG_template_stray_end, nt_parser_where(p, word), word->text);
  }
  p->at += 2;
  skip_tag(p);
  return false;
}

static void parse_tag(nt_parser *p, nt_stmts *out) {
  p->at++;
  const nt_token *word = nt_parser_peek(p, 0);
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
    if (is_word(word, tags[i].word)) {
      p->at++;
      tags[i].parse(p, word, out);
      return;
    }
  report_tag(p, word);
  skip_tag(p);
}

static void parse_output(nt_parser *p, nt_stmts *out) {
  p->at++;
  nt_stmt *s = new_stmt(p, NT_STMT_OUTPUT, nt_parser_peek(p, 0));
  s->expr = nt_parse_tuple(p);
  const nt_token *token = nt_parser_peek(p, 0);
  if (s->expr && token->kind == NT_TOKEN_OUTPUT_END) {
    p->at++;
    append(out, s);
    return;
  }
  if (s->expr)
    nt_report(p->diags, NT_MSG_template_expected, nt_parser_where(p, token), NT_STR("}}"), nt_parser_found(p, token));
  skip_tag(p);
}

static void parse_body(nt_parser *p, nt_stmts *out) {
  while (goes_on(p)) {
    const nt_token *token = nt_parser_peek(p, 0), *word = nt_parser_peek(p, 1);
    if (token->kind == NT_TOKEN_END) return;
    if (token->kind == NT_TOKEN_TEXT) {
      nt_stmt *s = new_stmt(p, NT_STMT_TEXT, token);
      s->text = token->text;
      append(out, s);
      p->at++;
    } else if (token->kind == NT_TOKEN_OUTPUT) {
      parse_output(p, out);
    } else if (token->kind == NT_TOKEN_TAG && is_closing(word)) {
      if (ends_body(p, word)) return;
    } else if (token->kind == NT_TOKEN_TAG) {
      parse_tag(p, out);
    } else {
      skip_tag(p);
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
