/* One function for each tag. */
#include "template/parser.h"

#include "base/vec.h"

static bool parse_if(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const all[] = {"elif", "else", "endif", NULL}, *const last[] = {"endif", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_IF, word);
  const nt_token *at = word;
  nt_stmts_append(out, s);
  for (;;) {
    s->expr = nt_parse_expr(p);
    nt_parser_end_tag(p, s->expr != NULL);
    at = nt_parse_until(p, word, all, &s->body);
    if (!at || nt_token_is(at, "endif")) break;
    s->has_otherwise = true;
    if (nt_token_is(at, "else")) {
      nt_parser_end_tag(p, true);
      nt_parse_and_close(p, word, last, &s->otherwise);
      return true;
    }
    nt_stmt *chained = nt_stmt_new(p, NT_STMT_IF, at);
    chained->chained = true;
    nt_stmts_append(&s->otherwise, chained);
    s = chained;
  }
  return !at || nt_parser_end_tag(p, true);
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
    nt_str name = nt_parser_target(p);
    good = name.ptr != NULL;
    if (good) nt_push(&names, name);
  } while (good && nt_parser_skip_sign(p, ','));
  s->names = keep_names(p, &names, &s->count);
  return good && (!bracket || nt_parser_expect(p, ")"));
}

static bool parse_for_head(nt_parser *p, nt_stmt *s) {
  if (!parse_targets(p, s) || !nt_parser_expect_word(p, "in")) return false;
  s->expr = nt_parse_plain(p);
  if (!s->expr) return false;
  if (nt_parser_skip_word(p, "if") && !(s->cond = nt_parse_expr(p))) return false;
  if (!nt_parser_is_word(p, "recursive")) return true;
  nt_report(p->diags, NT_MSG_template_unsupported, nt_parser_where(p, nt_parser_peek(p, 0)), NT_STR("recursive"));
  return false;
}

static bool parse_for(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const all[] = {"else", "endfor", NULL}, *const last[] = {"endfor", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_FOR, word);
  nt_stmts_append(out, s);
  nt_parser_end_tag(p, parse_for_head(p, s));
  const nt_token *at = nt_parse_until(p, word, all, &s->body);
  if (!at) return true;
  if (nt_token_is(at, "endfor")) return nt_parser_end_tag(p, true);
  s->has_otherwise = true;
  nt_parser_end_tag(p, true);
  nt_parse_and_close(p, word, last, &s->otherwise);
  return true;
}

static bool parse_set(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endset", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_SET, nt_parser_peek(p, 0));
  bool good = parse_targets(p, s);
  if (good && s->count == 1 && nt_parser_skip_sign(p, '.')) {
    s->text = nt_parser_name(p);
    good = s->text.ptr != NULL;
  }
  nt_stmts_append(out, s);
  if (!good || nt_parser_skip_sign(p, '=')) {
    s->expr = good ? nt_parse_tuple(p) : NULL;
    return nt_parser_end_tag(p, s->expr != NULL);
  }
  s->kind = NT_STMT_CAPTURE;
  if (s->count != 1 || s->text.ptr) {
    nt_parser_expect(p, "=");
    nt_parser_skip_tag(p);
    return false;
  }
  if (nt_parser_skip_sign(p, '|')) good = (s->expr = nt_parse_filters(p, NULL)) != NULL;
  nt_parser_end_tag(p, good);
  nt_parse_and_close(p, word, last, &s->body);
  return true;
}

/* a=1, b=2: the heads of `with` and of macros. Values may be left out where `optional`. */
static bool parse_pairs(nt_parser *p, nt_stmt *s, bool optional) {
  name_vec names = {0};
  NT_VEC(nt_expr *) values = {0};
  bool good = true;
  while (good && nt_parser_peek(p, 0)->kind != NT_TOKEN_TAG_END && !nt_parser_is_sign(p, ')')) {
    const nt_token *token = nt_parser_peek(p, 0);
    nt_str name = nt_parser_target(p);
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
  nt_stmt *s = nt_stmt_new(p, NT_STMT_WITH, word);
  nt_stmts_append(out, s);
  nt_parser_end_tag(p, parse_pairs(p, s, false));
  nt_parse_and_close(p, word, last, &s->body);
  return true;
}

static bool parse_macro(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endmacro", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_MACRO, nt_parser_peek(p, 0));
  s->text = nt_parser_target(p);
  nt_stmts_append(out, s);
  nt_parser_end_tag(p, s->text.ptr && nt_parser_expect(p, "(") && parse_pairs(p, s, true) && nt_parser_expect(p, ")"));
  p->in_macro++;
  const nt_token *end = nt_parse_until(p, word, last, &s->body);
  p->in_macro--;
  if (end && nt_parser_peek(p, 0)->kind == NT_TOKEN_NAME) p->at++;
  return !end || nt_parser_end_tag(p, true);
}

static bool parse_filter_tag(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endfilter", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_FILTER, word);
  nt_stmts_append(out, s);
  s->expr = nt_parse_filters(p, NULL);
  nt_parser_end_tag(p, s->expr != NULL);
  nt_parse_and_close(p, word, last, &s->body);
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
  nt_parser_end_tag(p, true);
}

static bool parse_block(nt_parser *p, const nt_token *word, nt_stmts *out) {
  static const char *const last[] = {"endblock", NULL};
  nt_stmt *s = nt_stmt_new(p, NT_STMT_BLOCK, nt_parser_peek(p, 0));
  s->text = nt_parser_name(p);
  bool good = s->text.ptr != NULL;
  if (good && p->in_macro)
    nt_report(p->diags, NT_MSG_template_block_in_macro, nt_where_file(p->file, s->line, s->column), s->text);
  if (good && register_block(p, s)) nt_stmts_append(out, s);
  if (good) s->scoped = nt_parser_skip_word(p, "scoped");
  nt_parser_end_tag(p, good);
  if (nt_parse_until(p, word, last, &s->body)) close_block(p, s);
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
    nt_parser_skip_tag(p);
    return false;
  }
  nt_stmt *s = nt_stmt_new(p, NT_STMT_EXTENDS, nt_parser_next(p));
  s->text = name->text;
  p->out->extends = s;
  nt_stmts_append(out, s);
  return nt_parser_end_tag(p, true);
}

/* `with context`, `without context`. */
static void parse_context(nt_parser *p, nt_stmt *s, bool fallback) {
  s->scoped = fallback;
  const nt_token *ahead = nt_parser_peek(p, 1);
  if (!nt_token_is(ahead, "context")) return;
  if (nt_parser_is_word(p, "with"))
    s->scoped = true;
  else if (nt_parser_is_word(p, "without"))
    s->scoped = false;
  else
    return;
  p->at += 2;
}

static bool parse_include(nt_parser *p, const nt_token *word, nt_stmts *out) {
  nt_stmt *s = nt_stmt_new(p, NT_STMT_INCLUDE, nt_parser_peek(p, 0));
  nt_stmts_append(out, s);
  s->expr = nt_parse_expr(p);
  if (!s->expr) return nt_parser_end_tag(p, false);
  if (nt_parser_is_word(p, "ignore") && nt_token_is(nt_parser_peek(p, 1), "missing")) {
    s->ignore_missing = true;
    p->at += 2;
  }
  parse_context(p, s, true);
  return nt_parser_end_tag(p, true);
}

static bool parse_import(nt_parser *p, const nt_token *word, nt_stmts *out) {
  nt_stmt *s = nt_stmt_new(p, NT_STMT_IMPORT, nt_parser_peek(p, 0));
  nt_stmts_append(out, s);
  s->expr = nt_parse_expr(p);
  bool good = s->expr && nt_parser_expect_word(p, "as");
  nt_str name = good ? nt_parser_target(p) : nt_str_n(NULL, 0);
  good = name.ptr != NULL;
  if (good) {
    s->names = nt_arena_copy(p->arena, &name, sizeof name);
    s->count = 1;
    parse_context(p, s, false);
  }
  return nt_parser_end_tag(p, good);
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
    if (good && nt_parser_skip_word(p, "as")) good = (alias = nt_parser_target(p)).ptr != NULL;
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
  nt_stmt *s = nt_stmt_new(p, NT_STMT_FROM, nt_parser_peek(p, 0));
  nt_stmts_append(out, s);
  s->expr = nt_parse_expr(p);
  bool good = s->expr && nt_parser_expect_word(p, "import") && parse_from_names(p, s);
  if (good) parse_context(p, s, false);
  return nt_parser_end_tag(p, good);
}

static const struct {
  const char *word;
  bool (*parse)(nt_parser *p, const nt_token *word, nt_stmts *out);
} tags[] = {{"if", parse_if},       {"for", parse_for},         {"set", parse_set},          {"with", parse_with},
            {"block", parse_block}, {"macro", parse_macro},     {"include", parse_include},  {"import", parse_import},
            {"from", parse_from},   {"extends", parse_extends}, {"filter", parse_filter_tag}};

bool nt_parse_tag(nt_parser *p, const nt_token *word, nt_stmts *out) {
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
    if (!nt_token_is(word, tags[i].word)) continue;
    p->at++;
    tags[i].parse(p, word, out);
    return true;
  }
  return false;
}
