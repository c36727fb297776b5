/* Expressions, by Jinja's precedence: if, or, and, not, comparisons, + -, ~, * / // %, **, unary, then postfixes,
 * filters and tests. */
#include "template/parser.h"

#include "base/vec.h"

typedef NT_VEC(nt_expr *) expr_vec;

static nt_expr *parse_cond(nt_parser *p);
static nt_expr *parse_or(nt_parser *p);
static nt_expr *parse_unary(nt_parser *p, bool with_filters);

static nt_expr *new_expr(nt_parser *p, nt_expr_kind kind, const nt_token *token) {
  nt_expr *e = NT_NEW(p->arena, nt_expr);
  e->kind = kind;
  e->line = token->line;
  e->column = token->column;
  e->span = token->span;
  e->height = 1;
  return e;
}

/* The height of a finished node; NULL after reporting that it is too deep. */
static nt_expr *finish(nt_parser *p, nt_expr *e) {
  const nt_expr *parts[3] = {e->a, e->b, e->c};
  for (size_t i = 0; i < 3; i++)
    if (parts[i] && parts[i]->height >= e->height) e->height = parts[i]->height + 1;
  for (size_t i = 0; i < e->count; i++)
    if (e->items[i] && e->items[i]->height >= e->height) e->height = e->items[i]->height + 1;
  for (size_t i = 0; i < e->keyword_count; i++)
    if (e->keywords[i].value->height >= e->height) e->height = e->keywords[i].value->height + 1;
  if (e->height <= NT_TEMPLATE_DEPTH) return e;
  nt_report0(p->diags, NT_MSG_template_too_deep, nt_where_file(p->file, e->line, e->column));
  return NULL;
}

static nt_expr **keep(nt_parser *p, expr_vec *vec, size_t *count) {
  nt_expr **items = vec->len ? nt_arena_copy(p->arena, vec->items, vec->len * sizeof *items) : NULL;
  *count = vec->len;
  nt_vec_deinit(vec);
  return items;
}

/* Arguments. */

static bool add_keyword(nt_parser *p, nt_expr *call) {
  const nt_token *name = nt_parser_next(p);
  nt_parser_next(p);
  for (size_t i = 0; i < call->keyword_count; i++)
    if (nt_str_eq(call->keywords[i].name, name->text)) {
      nt_report(p->diags, NT_MSG_template_argument_twice, nt_parser_where(p, name), name->text);
      return false;
    }
  nt_expr *value = parse_cond(p);
  if (!value) return false;
  size_t n = call->keyword_count;
  if ((n & (n - 1)) == 0) {
    nt_keyword *grown = NT_NEW_N(p->arena, nt_keyword, n ? n * 2 : 1);
    if (n) memcpy(grown, call->keywords, n * sizeof *grown);
    call->keywords = grown;
  }
  call->keywords[call->keyword_count++] = (nt_keyword){.name = name->text, .value = value};
  return true;
}

static bool parse_argument(nt_parser *p, nt_expr *call, expr_vec *items) {
  const nt_token *ahead = nt_parser_peek(p, 1);
  if (nt_parser_peek(p, 0)->kind == NT_TOKEN_NAME && ahead->kind == NT_TOKEN_SIGN && ahead->sign == '=')
    return add_keyword(p, call);
  if (call->keyword_count) {
    nt_report0(p->diags, NT_MSG_template_argument_order, nt_parser_where(p, nt_parser_peek(p, 0)));
    return false;
  }
  nt_expr *item = parse_cond(p);
  if (item) nt_push(items, item);
  return item != NULL;
}

/* After the '('. */
static bool parse_arguments(nt_parser *p, nt_expr *call) {
  expr_vec items = {0};
  bool good = true;
  while (good && !nt_parser_is_sign(p, ')')) {
    good = parse_argument(p, call, &items);
    if (good && !nt_parser_skip_sign(p, ',')) break;
  }
  call->items = keep(p, &items, &call->count);
  return good && nt_parser_expect(p, ")");
}

/* Literals. */

static nt_expr *parse_string(nt_parser *p) {
  const nt_token *token = nt_parser_next(p);
  nt_expr *e = new_expr(p, NT_EXPR_STRING, token);
  nt_buf joined = {0};
  nt_buf_put(&joined, token->text);
  e->text = token->text;
  if (nt_parser_peek(p, 0)->kind == NT_TOKEN_STRING) {
    while (nt_parser_peek(p, 0)->kind == NT_TOKEN_STRING) nt_buf_put(&joined, nt_parser_next(p)->text);
    e->text = nt_arena_str(p->arena, nt_buf_str(&joined));
  }
  nt_buf_deinit(&joined);
  return e;
}

static nt_expr *parse_list(nt_parser *p) {
  nt_expr *e = new_expr(p, NT_EXPR_LIST, nt_parser_next(p));
  expr_vec items = {0};
  bool good = true;
  while (good && !nt_parser_is_sign(p, ']')) {
    nt_expr *item = parse_cond(p);
    good = item != NULL;
    if (good) nt_push(&items, item);
    if (good && !nt_parser_skip_sign(p, ',')) break;
  }
  e->items = keep(p, &items, &e->count);
  return good && nt_parser_expect(p, "]") ? finish(p, e) : NULL;
}

static nt_expr *parse_dict(nt_parser *p) {
  nt_expr *e = new_expr(p, NT_EXPR_DICT, nt_parser_next(p));
  expr_vec items = {0};
  bool good = true;
  while (good && !nt_parser_is_sign(p, '}')) {
    nt_expr *key = parse_cond(p);
    nt_expr *value = key && nt_parser_expect(p, ":") ? parse_cond(p) : NULL;
    good = value != NULL;
    if (good) {
      nt_push(&items, key);
      nt_push(&items, value);
    }
    if (good && !nt_parser_skip_sign(p, ',')) break;
  }
  e->items = keep(p, &items, &e->count);
  return good && nt_parser_expect(p, "}") ? finish(p, e) : NULL;
}

/* ( expr ), or a tuple. */
static nt_expr *parse_group(nt_parser *p) {
  const nt_token *open = nt_parser_next(p);
  nt_expr *e;
  if (nt_parser_skip_sign(p, ')')) return new_expr(p, NT_EXPR_LIST, open);
  e = nt_parse_tuple(p);
  return e && nt_parser_expect(p, ")") ? e : NULL;
}

static nt_expr *parse_word(nt_parser *p) {
  static const struct {
    const char *word;
    nt_expr_kind kind;
    int value;
  } constants[] = {{"true", NT_EXPR_BOOL, 1},  {"True", NT_EXPR_BOOL, 1}, {"false", NT_EXPR_BOOL, 0},
                   {"False", NT_EXPR_BOOL, 0}, {"none", NT_EXPR_NONE, 0}, {"None", NT_EXPR_NONE, 0},
                   {"null", NT_EXPR_NONE, 0}};
  const nt_token *token = nt_parser_peek(p, 0);
  for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
    if (nt_parser_skip_word(p, constants[i].word)) {
      nt_expr *e = new_expr(p, constants[i].kind, token);
      e->op = constants[i].value;
      return e;
    }
  nt_str name = nt_parser_name(p);
  if (!name.ptr) return NULL;
  nt_expr *e = new_expr(p, NT_EXPR_NAME, token);
  e->text = name;
  return e;
}

nt_expr *nt_parse_primary(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0);
  nt_expr *e = NULL;
  switch (token->kind) {
  case NT_TOKEN_NAME: return parse_word(p);
  case NT_TOKEN_STRING: return parse_string(p);
  case NT_TOKEN_INT:
  case NT_TOKEN_FLOAT:
    e = new_expr(p, token->kind == NT_TOKEN_INT ? NT_EXPR_INT : NT_EXPR_FLOAT, nt_parser_next(p));
    e->integer = token->integer;
    e->number = token->number;
    return e;
  case NT_TOKEN_SIGN:
    if (strchr("([{", token->sign < 256 ? token->sign : '?'))
      return token->sign == '(' ? parse_group(p) : token->sign == '[' ? parse_list(p) : parse_dict(p);
    break;
  default: break;
  }
  nt_report(p->diags, NT_MSG_template_expected_value, nt_parser_where(p, token), nt_parser_found(p, token));
  return NULL;
}

/* Postfixes: .name, .0, [index], [from:to], (arguments). */

static nt_expr *parse_dot(nt_parser *p, nt_expr *of) {
  nt_parser_next(p);
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind == NT_TOKEN_INT) {
    nt_expr *e = new_expr(p, NT_EXPR_INDEX, token);
    e->a = of;
    e->b = nt_parse_primary(p);
    return finish(p, e);
  }
  if (token->kind != NT_TOKEN_NAME) {
    nt_report(p->diags, NT_MSG_template_expected_name, nt_parser_where(p, token), nt_parser_found(p, token));
    return NULL;
  }
  nt_expr *e = new_expr(p, NT_EXPR_ATTR, nt_parser_next(p));
  e->a = of;
  e->text = token->text;
  return finish(p, e);
}

static nt_expr *parse_brackets(nt_parser *p, nt_expr *of) {
  nt_expr *e = new_expr(p, NT_EXPR_INDEX, nt_parser_next(p));
  nt_expr *parts[3] = {NULL, NULL, NULL};
  size_t colons = 0;
  e->a = of;
  while (!nt_parser_is_sign(p, ']')) {
    if (colons < 2 && nt_parser_skip_sign(p, ':')) {
      colons++;
      continue;
    }
    if (parts[colons]) break;
    parts[colons] = parse_cond(p);
    if (!parts[colons]) return NULL;
  }
  if (colons == 0) {
    if (!parts[0]) {
      const nt_token *token = nt_parser_peek(p, 0);
      nt_report(p->diags, NT_MSG_template_expected_value, nt_parser_where(p, token), nt_parser_found(p, token));
      return NULL;
    }
    e->b = parts[0];
  } else {
    e->kind = NT_EXPR_SLICE;
    e->items = nt_arena_copy(p->arena, parts, sizeof parts);
    e->count = 3;
  }
  return nt_parser_expect(p, "]") ? finish(p, e) : NULL;
}

static nt_expr *parse_call(nt_parser *p, nt_expr *of) {
  nt_parser_next(p);
  nt_expr *e = NT_NEW(p->arena, nt_expr);
  *e = (nt_expr){.kind = NT_EXPR_CALL, .line = of->line, .column = of->column, .span = of->span, .height = 1, .a = of};
  return parse_arguments(p, e) ? finish(p, e) : NULL;
}

static nt_expr *parse_postfix(nt_parser *p, nt_expr *e) {
  for (;;) {
    if (!e) return NULL;
    if (nt_parser_is_sign(p, '.'))
      e = parse_dot(p, e);
    else if (nt_parser_is_sign(p, '['))
      e = parse_brackets(p, e);
    else if (nt_parser_is_sign(p, '('))
      e = parse_call(p, e);
    else
      return e;
  }
}

/* Filters and tests. */

static nt_expr *parse_filter(nt_parser *p, nt_expr *input) {
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind != NT_TOKEN_NAME) {
    nt_report(p->diags, NT_MSG_template_expected_name, nt_parser_where(p, token), nt_parser_found(p, token));
    return NULL;
  }
  nt_expr *e = new_expr(p, NT_EXPR_FILTER, nt_parser_next(p));
  e->text = token->text;
  e->a = input;
  if (nt_parser_skip_sign(p, '(') && !parse_arguments(p, e)) return NULL;
  return finish(p, e);
}

nt_expr *nt_parse_filters(nt_parser *p, nt_expr *input) {
  nt_expr *e = parse_filter(p, input);
  while (e && nt_parser_skip_sign(p, '|')) e = parse_filter(p, e);
  return e;
}

/* `is divisibleby 3`: one argument may stand without brackets. */
static bool argument_follows(const nt_parser *p) {
  static const char *const words[] = {"else", "or", "and", "if", "is", "in", "not", "recursive"};
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind == NT_TOKEN_STRING || token->kind == NT_TOKEN_INT || token->kind == NT_TOKEN_FLOAT) return true;
  if (token->kind == NT_TOKEN_SIGN) return token->sign == '[' || token->sign == '{';
  if (token->kind != NT_TOKEN_NAME) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (nt_parser_is_word(p, words[i])) return false;
  return true;
}

static nt_expr *parse_test(nt_parser *p, nt_expr *input) {
  bool negated = nt_parser_skip_word(p, "not");
  const nt_token *token = nt_parser_peek(p, 0);
  if (token->kind != NT_TOKEN_NAME) {
    nt_report(p->diags, NT_MSG_template_expected_name, nt_parser_where(p, token), nt_parser_found(p, token));
    return NULL;
  }
  nt_expr *e = new_expr(p, NT_EXPR_TEST, nt_parser_next(p));
  e->text = token->text;
  e->a = input;
  e->op = negated;
  bool good = true;
  if (nt_parser_skip_sign(p, '(')) {
    good = parse_arguments(p, e);
  } else if (argument_follows(p)) {
    nt_expr *argument = parse_postfix(p, nt_parse_primary(p));
    e->items = nt_arena_copy(p->arena, &argument, sizeof argument);
    e->count = 1;
    good = argument != NULL;
  }
  return good ? finish(p, e) : NULL;
}

static nt_expr *parse_filters_and_tests(nt_parser *p, nt_expr *e) {
  while (e) {
    if (nt_parser_skip_sign(p, '|'))
      e = parse_filter(p, e);
    else if (nt_parser_skip_word(p, "is"))
      e = parse_test(p, e);
    else if (nt_parser_is_sign(p, '('))
      e = parse_call(p, e);
    else
      return e;
  }
  return NULL;
}

/* Operators. */

static nt_expr *parse_unary_rest(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0);
  if (!nt_parser_is_sign(p, '-') && !nt_parser_is_sign(p, '+')) return nt_parse_primary(p);
  if (!nt_parser_enter(p)) return NULL;
  nt_expr *e = new_expr(p, NT_EXPR_UNARY, nt_parser_next(p));
  e->op = token->sign;
  e->a = parse_unary(p, false);
  nt_parser_leave(p);
  return e->a ? finish(p, e) : NULL;
}

static nt_expr *parse_unary(nt_parser *p, bool with_filters) {
  nt_expr *e = parse_postfix(p, parse_unary_rest(p));
  return e && with_filters ? parse_filters_and_tests(p, e) : e;
}

static nt_expr *binary(nt_parser *p, nt_expr *left, const nt_token *op, nt_expr *right) {
  if (!left || !right) return NULL;
  nt_expr *e = new_expr(p, NT_EXPR_BINARY, op);
  e->op = op->sign;
  e->a = left;
  e->b = right;
  return finish(p, e);
}

static nt_expr *parse_pow(nt_parser *p) {
  nt_expr *e = parse_unary(p, true);
  while (e && nt_parser_is_sign(p, NT_SIGN_POW)) {
    const nt_token *op = nt_parser_next(p);
    e = binary(p, e, op, parse_unary(p, true));
  }
  return e;
}

static nt_expr *parse_product(nt_parser *p) {
  nt_expr *e = parse_pow(p);
  while (e && (nt_parser_is_sign(p, '*') || nt_parser_is_sign(p, '/') || nt_parser_is_sign(p, NT_SIGN_IDIV) ||
               nt_parser_is_sign(p, '%'))) {
    const nt_token *op = nt_parser_next(p);
    e = binary(p, e, op, parse_pow(p));
  }
  return e;
}

/* A flat run of one operator: `a ~ b ~ c`, `a and b and c`. */
static nt_expr *chain(nt_parser *p, nt_expr_kind kind, nt_expr *first, nt_expr *(*operand)(nt_parser *p),
                      bool (*skip)(nt_parser *p)) {
  if (!first) return NULL;
  const nt_token *token = nt_parser_peek(p, 0);
  if (!skip(p)) return first;
  expr_vec items = {0};
  nt_push(&items, first);
  nt_expr *next;
  do {
    next = operand(p);
    if (next) nt_push(&items, next);
  } while (next && skip(p));
  nt_expr *e = new_expr(p, kind, token);
  e->items = keep(p, &items, &e->count);
  return next ? finish(p, e) : NULL;
}

static bool skip_tilde(nt_parser *p) {
  return nt_parser_skip_sign(p, '~');
}
static bool skip_and(nt_parser *p) {
  return nt_parser_skip_word(p, "and");
}
static bool skip_or(nt_parser *p) {
  return nt_parser_skip_word(p, "or");
}

static nt_expr *parse_concat(nt_parser *p) {
  return chain(p, NT_EXPR_CONCAT, parse_product(p), parse_product, skip_tilde);
}

static nt_expr *parse_sum(nt_parser *p) {
  nt_expr *e = parse_concat(p);
  while (e && (nt_parser_is_sign(p, '+') || nt_parser_is_sign(p, '-'))) {
    const nt_token *op = nt_parser_next(p);
    e = binary(p, e, op, parse_concat(p));
  }
  return e;
}

/* The comparison that comes next, or 0; passed over if it does. */
static int skip_comparison(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0), *ahead = nt_parser_peek(p, 1);
  if (token->kind == NT_TOKEN_SIGN &&
      (token->sign == '<' || token->sign == '>' || (token->sign >= NT_SIGN_EQ && token->sign <= NT_SIGN_GE)))
    return nt_parser_next(p)->sign;
  if (nt_parser_skip_word(p, "in")) return NT_OP_IN;
  if (!nt_parser_is_word(p, "not") || ahead->kind != NT_TOKEN_NAME || !nt_str_eq(ahead->text, NT_STR("in"))) return 0;
  nt_parser_next(p);
  nt_parser_next(p);
  return NT_OP_NOT_IN;
}

static nt_expr *parse_comparison(nt_parser *p) {
  nt_expr *e = parse_sum(p);
  const nt_token *token = nt_parser_peek(p, 0);
  int op = e ? skip_comparison(p) : 0;
  if (!op) return e;
  expr_vec items = {0};
  NT_VEC(int) ops = {0};
  nt_push(&items, e);
  while (e && op) {
    nt_push(&ops, op);
    e = parse_sum(p);
    if (e) nt_push(&items, e);
    op = e ? skip_comparison(p) : 0;
  }
  nt_expr *all = new_expr(p, NT_EXPR_COMPARE, token);
  all->items = keep(p, &items, &all->count);
  all->ops = nt_arena_copy(p->arena, ops.items, ops.len * sizeof *ops.items);
  nt_vec_deinit(&ops);
  return e ? finish(p, all) : NULL;
}

static nt_expr *parse_not(nt_parser *p) {
  const nt_token *token = nt_parser_peek(p, 0);
  if (!nt_parser_is_word(p, "not")) return parse_comparison(p);
  if (!nt_parser_enter(p)) return NULL;
  nt_parser_next(p);
  nt_expr *e = new_expr(p, NT_EXPR_NOT, token);
  e->a = parse_not(p);
  nt_parser_leave(p);
  return e->a ? finish(p, e) : NULL;
}

static nt_expr *parse_and(nt_parser *p) {
  return chain(p, NT_EXPR_AND, parse_not(p), parse_not, skip_and);
}
static nt_expr *parse_or(nt_parser *p) {
  return chain(p, NT_EXPR_OR, parse_and(p), parse_and, skip_or);
}

static nt_expr *parse_cond_rest(nt_parser *p) {
  nt_expr *e = parse_or(p);
  while (e && nt_parser_is_word(p, "if")) {
    nt_expr *cond = new_expr(p, NT_EXPR_COND, nt_parser_next(p));
    cond->a = e;
    cond->b = parse_or(p);
    if (!cond->b) return NULL;
    if (nt_parser_skip_word(p, "else") && !(cond->c = parse_cond(p))) return NULL;
    e = finish(p, cond);
  }
  return e;
}

static nt_expr *parse_cond(nt_parser *p) {
  if (!nt_parser_enter(p)) return NULL;
  nt_expr *e = parse_cond_rest(p);
  nt_parser_leave(p);
  return e;
}

nt_expr *nt_parse_expr(nt_parser *p) {
  return parse_cond(p);
}

static bool tuple_ends(const nt_parser *p) {
  nt_token_kind kind = nt_parser_peek(p, 0)->kind;
  return kind == NT_TOKEN_TAG_END || kind == NT_TOKEN_OUTPUT_END || nt_parser_is_sign(p, ')');
}

static nt_expr *parse_items(nt_parser *p, nt_expr *(*item)(nt_parser *p)) {
  const nt_token *token = nt_parser_peek(p, 0);
  nt_expr *first = item(p);
  if (!first || !nt_parser_is_sign(p, ',')) return first;
  expr_vec items = {0};
  nt_push(&items, first);
  while (first && nt_parser_skip_sign(p, ',') && !tuple_ends(p))
    if ((first = item(p))) nt_push(&items, first);
  nt_expr *e = new_expr(p, NT_EXPR_LIST, token);
  e->items = keep(p, &items, &e->count);
  return first ? finish(p, e) : NULL;
}

nt_expr *nt_parse_tuple(nt_parser *p) {
  return parse_items(p, parse_cond);
}
nt_expr *nt_parse_plain(nt_parser *p) {
  return parse_items(p, parse_or);
}
