/* Expressions into Lua. What Lua has no word for is a call of a runtime function. */
#include "template/emit.h"
#include "template/lexer.h"
#include "template/names.h"

#include "text/escape.h"

#include <math.h>
#include <stdio.h>

enum { CONCAT_AT_ONCE = 20 };

static const nt_str nothing = {NULL, 0};

nt_str nt_expr_source(nt_arena *arena, const nt_expr *e) {
  if (e->kind == NT_EXPR_NAME) return e->text;
  if (e->kind != NT_EXPR_ATTR) return nothing;
  nt_str of = nt_expr_source(arena, e->a);
  return of.ptr ? nt_arena_format(arena, "%.*s.%.*s", NT_FMT(of), NT_FMT(e->text)) : nothing;
}

/* Names. */

/* The variables that could have been meant, for "did you mean". */
static nt_str visible_names(nt_emit *g) {
  nt_str names = nothing;
  size_t count = 0;
  for (const nt_scope *scope = g->scope; scope; scope = scope->outer)
    for (size_t i = 0; i < scope->symbols.len && count < 30; i++, count++) {
      nt_str name = scope->symbols.items[i].name;
      names = names.ptr ? nt_arena_format(g->arena, "%.*s,%.*s", NT_FMT(names), NT_FMT(name)) : name;
    }
  return names;
}

/* What an outer scope calls so, where it is not known that this one does. */
static void emit_maybe(nt_emit *g, const nt_expr *e, const nt_symbol *symbol, const nt_scope *scope, bool lenient) {
  const nt_scope *outer = scope->outer;
  const nt_symbol *other = outer ? nt_scope_find(g, e->text, &outer) : NULL;
  if (!other) {
    nt_emit_op(g, e, lenient ? nothing : visible_names(g), lenient ? "maybe(" : "either(");
    nt_emit_symbol(g, symbol);
    nt_emit_put(g, ",C,");
    nt_emit_string(g, e->text);
    nt_emit_put(g, ")");
    return;
  }
  nt_emit_op(g, e, nothing, "pick(");
  nt_emit_symbol(g, symbol);
  nt_emit_put(g, ",");
  if (other->definite)
    nt_emit_symbol(g, other);
  else
    emit_maybe(g, e, other, outer, true);
  nt_emit_put(g, ")");
}

static void emit_name(nt_emit *g, const nt_expr *e, bool lenient) {
  const nt_scope *scope = g->scope;
  const nt_symbol *symbol = nt_scope_find(g, e->text, &scope);
  if (symbol && symbol->is_loop) {
    nt_emit_op(g, e, nothing, "");
    nt_emit_format(g, "loopv(s%u,n%u,i%u)", symbol->id, symbol->id, symbol->id);
  } else if (symbol && symbol->definite) {
    nt_emit_symbol(g, symbol);
  } else if (symbol) {
    emit_maybe(g, e, symbol, scope, lenient);
  } else {
    nt_emit_op(g, e, lenient ? nothing : visible_names(g), lenient ? "find(C," : "C[");
    nt_emit_string(g, e->text);
    nt_emit_put(g, lenient ? ")" : "]");
  }
}

static bool is_free_name(const nt_emit *g, const nt_expr *e, const char *name) {
  return e && e->kind == NT_EXPR_NAME && nt_str_eq(e->text, nt_str_c(name)) && !nt_scope_find(g, e->text, NULL);
}

static const nt_symbol *loop_of(const nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_NAME) return NULL;
  const nt_symbol *symbol = nt_scope_find(g, e->text, NULL);
  return symbol && symbol->is_loop ? symbol : NULL;
}

/* loop.index and its like are arithmetic on the Lua loop's own variables. */
static void emit_loop_field(nt_emit *g, const nt_expr *e, unsigned id) {
  static const struct {
    const char *name, *lua;
  } fields[] = {{"index", "i#"},
                {"index0", "(i#-1)"},
                {"revindex", "(n#-i#+1)"},
                {"revindex0", "(n#-i#)"},
                {"first", "(i#==1)"},
                {"last", "(i#==n#)"},
                {"length", "n#"},
                {"previtem", "pick(s#[i#-1],U)"},
                {"nextitem", "pick(s#[i#+1],U)"},
                {"depth", "1"},
                {"depth0", "0"}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (!nt_str_eq(e->text, nt_str_c(fields[i].name))) continue;
    for (const char *p = fields[i].lua; *p; p++) {
      if (*p == '#')
        nt_emit_format(g, "%u", id);
      else
        nt_buf_byte(&g->out, *p);
    }
    return;
  }
  nt_where where = nt_where_file(g->file, e->line, e->column);
  where.span = e->span;
  nt_report(g->diags, NT_MSG_template_loop_field, where, e->text);
  nt_emit_put(g, "U");
}

/* Attributes and items. */

/* What stands before a dot or an index: an undefined attribute there is an error at its own place. */
static void emit_object(nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_ATTR || loop_of(g, e->a)) {
    nt_emit_expr(g, e, false);
    return;
  }
  nt_emit_enter(g, e, 1);
  nt_emit_op(g, e, nt_expr_source(g->arena, e->a), "need(");
  g->registers++;
  emit_object(g, e->a);
  g->registers--;
  nt_emit_put(g, ",");
  nt_emit_string(g, e->text);
  nt_emit_put(g, ")");
  nt_emit_leave(g, 1);
}

static void emit_attr(nt_emit *g, const nt_expr *e) {
  const nt_symbol *loop = loop_of(g, e->a);
  if (loop) {
    emit_loop_field(g, e, loop->id);
    return;
  }
  nt_emit_op(g, e, nt_expr_source(g->arena, e->a), "attr(");
  g->registers++;
  emit_object(g, e->a);
  g->registers--;
  nt_emit_put(g, ",");
  nt_emit_string(g, e->text);
  nt_emit_put(g, ")");
}

/* Comma-separated values, each in a register above the last; NULL writes nil. */
static void emit_values(nt_emit *g, nt_expr *const *items, size_t count, const char *before) {
  size_t registers = g->registers;
  for (size_t i = 0; i < count; i++) {
    nt_emit_put(g, i ? "," : before);
    g->registers++;
    if (items[i])
      nt_emit_expr(g, items[i], false);
    else
      nt_emit_put(g, "nil");
  }
  g->registers = registers;
}

static void emit_index(nt_emit *g, const nt_expr *e) {
  nt_emit_op(g, e, nt_expr_source(g->arena, e->a), e->kind == NT_EXPR_INDEX ? "at(" : "slice(");
  g->registers++;
  emit_object(g, e->a);
  if (e->kind == NT_EXPR_INDEX)
    emit_values(g, (nt_expr *const[]){e->b}, 1, ",");
  else
    emit_values(g, e->items, e->count, ",");
  g->registers--;
  nt_emit_put(g, ")");
}

/* A table constructor empties its registers every 50 items. */
static void emit_table(nt_emit *g, const nt_expr *e, const char *op) {
  size_t registers = g->registers;
  nt_emit_op(g, e, nothing, op);
  for (size_t i = 0; i < e->count; i++) {
    if (i) nt_emit_put(g, ",");
    g->registers = registers + 2 + i % 50;
    nt_emit_expr(g, e->items[i], false);
  }
  g->registers = registers;
  nt_emit_put(g, "})");
}

/* Calls. */

static void emit_keywords(nt_emit *g, const nt_expr *e, const char *before) {
  if (!e->keyword_count) return;
  size_t registers = g->registers;
  nt_emit_put(g, before);
  nt_emit_put(g, "kw({");
  for (size_t i = 0; i < e->keyword_count; i++) {
    if (i) nt_emit_put(g, ",");
    nt_emit_string(g, e->keywords[i].name);
    nt_emit_put(g, ",");
    g->registers = registers + 4 + 2 * i % 50;
    nt_emit_expr(g, e->keywords[i].value, false);
  }
  g->registers = registers;
  nt_emit_put(g, "})");
}

static void emit_free_arguments(nt_emit *g, const nt_expr *e, const char *before) {
  size_t registers = g->registers;
  emit_values(g, e->items, e->count, before);
  g->registers += e->count;
  emit_keywords(g, e, e->count ? "," : before);
  g->registers = registers;
}

static nt_str argument_names(nt_emit *g, const nt_template_function *f) {
  nt_str all = NT_STR("–");
  for (size_t i = 0; i < 6 && f->arguments[i]; i++)
    all = i ? nt_arena_format(g->arena, "%.*s, %s", NT_FMT(all), f->arguments[i]) : nt_str_c(f->arguments[i]);
  return all;
}

/* Where each value goes; false after reporting. */
static bool place_arguments(nt_emit *g, const nt_expr *e, const nt_template_function *f, nt_expr *slots[6],
                            size_t *used) {
  nt_where where = nt_where_file(g->file, e->line, e->column);
  nt_str name = nt_str_c(f->name);
  size_t takes = 0;
  where.span = e->span;
  while (takes < 6 && f->arguments[takes]) takes++;
  if (e->count > takes) {
    nt_report(g->diags, NT_MSG_template_too_many_arguments, where, name, nt_arena_format(g->arena, "%zu", takes));
    return false;
  }
  if (e->count) memcpy(slots, e->items, e->count * sizeof *slots);
  *used = e->count;
  for (size_t k = 0; k < e->keyword_count; k++) {
    size_t at = 0;
    while (at < takes && !nt_str_eq(nt_str_c(f->arguments[at]), e->keywords[k].name)) at++;
    if (at == takes || at < e->count) {
      nt_code code = at == takes ? NT_MSG_template_unknown_argument : NT_MSG_template_argument_twice;
      nt_report(g->diags, code, where, at == takes ? name : e->keywords[k].name, e->keywords[k].name,
                argument_names(g, f));
      return false;
    }
    slots[at] = e->keywords[k].value;
    if (at >= *used) *used = at + 1;
  }
  for (size_t i = 0; i < f->required; i++)
    if (!slots[i]) {
      nt_report(g->diags, NT_MSG_template_missing_argument, where, name, nt_str_c(f->arguments[i]));
      return false;
    }
  return true;
}

static void emit_known_arguments(nt_emit *g, const nt_expr *e, const nt_template_function *f, const char *before) {
  nt_expr *slots[6] = {NULL};
  size_t used = 0;
  if (f->open)
    emit_free_arguments(g, e, before);
  else if (place_arguments(g, e, f, slots, &used))
    emit_values(g, slots, used, before);
}

/* The function of a block, ready to be called with (C, B, …). */
static bool emit_block_function(nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_CALL || e->count || e->keyword_count) return false;
  if (is_free_name(g, e->a, "super")) {
    if (!g->block) {
      nt_report0(g->diags, NT_MSG_template_super_place, nt_where_file(g->file, e->line, e->column));
      return true;
    }
    nt_emit_op(g, e, nothing, "below(B,");
    nt_emit_string(g, g->block->text);
    nt_emit_put(g, ",k)(C,B,k+1)");
    return true;
  }
  if (e->a->kind != NT_EXPR_ATTR || !is_free_name(g, e->a->a, "self")) return false;
  nt_emit_op(g, e->a, nothing, "block(B,");
  nt_emit_string(g, e->a->text);
  nt_emit_put(g, ")(C,B,1)");
  return true;
}

bool nt_emit_block_call(nt_emit *g, const nt_expr *e) {
  size_t from = g->out.len;
  if (!emit_block_function(g, e)) return false;
  size_t literal = nt_emit_literal(g);
  if (!literal) return true;
  nt_str call = nt_arena_str(g->arena, nt_str_sub(nt_buf_str(&g->out), from, g->out.len));
  g->out.len = from;
  nt_emit_format(g, " lit(T,%zu)", literal);
  nt_buf_put(&g->out, call);
  return true;
}

static bool emit_caught_block(nt_emit *g, const nt_expr *e) {
  size_t at = g->out.len;
  if (!emit_block_function(g, e)) return false;
  nt_str call = nt_arena_str(g->arena, nt_str_sub(nt_buf_str(&g->out), at, g->out.len));
  g->out.len = at;
  nt_emit_put(g, "(function() begin()");
  nt_buf_put(&g->out, call);
  nt_emit_put(g, " return finish() end)()");
  return true;
}

static void emit_call(nt_emit *g, const nt_expr *e) {
  const nt_symbol *loop = e->a->kind == NT_EXPR_ATTR ? loop_of(g, e->a->a) : NULL;
  const nt_template_function *known = e->a->kind == NT_EXPR_NAME ? nt_template_global_find(e->a->text) : NULL;
  if (loop && nt_str_eq(e->a->text, NT_STR("cycle"))) {
    nt_emit_op(g, e, nothing, "");
    nt_emit_format(g, "cycle(i%u", loop->id);
    emit_free_arguments(g, e, ",");
    nt_emit_put(g, ")");
    return;
  }
  if (known && !nt_scope_find(g, e->a->text, NULL)) {
    nt_emit_op(g, e, nothing, "G.");
    nt_emit_format(g, "%s(", known->name);
    emit_known_arguments(g, e, known, "");
    nt_emit_put(g, ")");
    return;
  }
  if (emit_caught_block(g, e)) return;
  bool method = e->a->kind == NT_EXPR_ATTR && !loop_of(g, e->a->a);
  nt_emit_op(g, e->a, method ? nt_expr_source(g->arena, e->a->a) : nothing, method ? "method(" : "callee(");
  g->registers++;
  if (method)
    emit_object(g, e->a->a);
  else
    nt_emit_expr(g, e->a, false);
  if (method) {
    nt_emit_put(g, ",");
    nt_emit_string(g, e->a->text);
  }
  nt_emit_put(g, ")(");
  emit_free_arguments(g, e, "");
  g->registers--;
  nt_emit_put(g, ")");
}

/* Filters and tests. */

static bool is_default(const nt_expr *e) {
  return nt_str_eq(e->text, NT_STR("default")) || nt_str_eq(e->text, NT_STR("d"));
}

static void emit_filter(nt_emit *g, const nt_expr *e) {
  const nt_template_function *known = nt_template_filter_find(e->text);
  nt_emit_op(g, e, nothing, known ? "F." : "filter(");
  if (known)
    nt_emit_format(g, "%s(", known->name);
  else
    nt_emit_string(g, e->text);
  if (!known) nt_emit_put(g, ",");
  g->registers += 2;
  if (e->a)
    nt_emit_expr(g, e->a, is_default(e));
  else
    nt_emit_put(g, "finish()");
  if (known)
    emit_known_arguments(g, e, known, ",");
  else
    emit_free_arguments(g, e, ",");
  g->registers -= 2;
  nt_emit_put(g, ")");
}

static void emit_test(nt_emit *g, const nt_expr *e) {
  const nt_template_function *known = nt_template_test_find(e->text);
  bool presence = nt_str_eq(e->text, NT_STR("defined")) || nt_str_eq(e->text, NT_STR("undefined"));
  if (e->op) nt_emit_put(g, "not ");
  nt_emit_op(g, e, nothing, known ? "X[" : "test(");
  nt_emit_string(g, e->text);
  nt_emit_put(g, known ? "](" : ",");
  g->registers += 2;
  nt_emit_expr(g, e->a, presence);
  if (known)
    emit_known_arguments(g, e, known, ",");
  else
    emit_free_arguments(g, e, ",");
  g->registers -= 2;
  nt_emit_put(g, ")");
}

/* Operators. */

static void emit_concat(nt_emit *g, const nt_expr *e) {
  if (e->count > CONCAT_AT_ONCE) {
    emit_table(g, e, "concatall({");
    return;
  }
  nt_emit_op(g, e, nothing, "concat(");
  emit_values(g, e->items, e->count, "");
  nt_emit_put(g, ")");
}

static void emit_comparison(nt_emit *g, const nt_expr *e, size_t i) {
  const char *op = "eq(";
  switch (e->ops[i]) {
  case NT_SIGN_NE: op = "not eq("; break;
  case '<': op = "lt("; break;
  case '>': op = "gt("; break;
  case NT_SIGN_LE: op = "le("; break;
  case NT_SIGN_GE: op = "ge("; break;
  case NT_OP_IN: op = "isin("; break;
  case NT_OP_NOT_IN: op = "not isin("; break;
  default: break;
  }
  nt_emit_op(g, e, nothing, op);
  emit_values(g, e->items + i, 2, "");
  nt_emit_put(g, ")");
}

static void emit_compare(nt_emit *g, const nt_expr *e) {
  nt_emit_put(g, "(");
  for (size_t i = 0; i + 1 < e->count; i++) {
    if (i) nt_emit_put(g, " and ");
    emit_comparison(g, e, i);
  }
  nt_emit_put(g, ")");
}

static void emit_binary(nt_emit *g, const nt_expr *e) {
  const char *op = e->op == '+'            ? "add("
                   : e->op == '-'          ? "sub("
                   : e->op == '*'          ? "mul("
                   : e->op == '/'          ? "div("
                   : e->op == '%'          ? "mod("
                   : e->op == NT_SIGN_IDIV ? "idiv("
                                           : "pow(";
  nt_emit_op(g, e, nothing, op);
  emit_values(g, (nt_expr *const[]){e->a, e->b}, 2, "");
  nt_emit_put(g, ")");
}

static void emit_unary(nt_emit *g, const nt_expr *e) {
  nt_emit_op(g, e, nothing, e->op == '-' ? "neg(" : "pos(");
  emit_values(g, (nt_expr *const[]){e->a}, 1, "");
  nt_emit_put(g, ")");
}

/* `a or b` has the value of one of them, which Lua's own `or` would choose by other rules of truth. */
static void emit_choice(nt_emit *g, const nt_expr *e) {
  const char *test = e->kind == NT_EXPR_OR ? " if truth(v) then return v end" : " if not truth(v) then return v end";
  nt_emit_enter(g, e, 4);
  nt_emit_put(g, "(function() local v");
  for (size_t i = 0; i + 1 < e->count; i++) {
    nt_emit_put(g, " v=");
    nt_emit_expr(g, e->items[i], true);
    nt_emit_put(g, test);
  }
  nt_emit_put(g, " return ");
  nt_emit_expr(g, e->items[e->count - 1], false);
  nt_emit_put(g, " end)()");
  nt_emit_leave(g, 4);
}

/* Can Lua never take it for false? */
static bool is_plain_text(const nt_expr *e) {
  return e->kind == NT_EXPR_STRING || e->kind == NT_EXPR_INT || e->kind == NT_EXPR_FLOAT || e->kind == NT_EXPR_CONCAT ||
         e->kind == NT_EXPR_LIST || e->kind == NT_EXPR_DICT;
}

static void emit_inline_if(nt_emit *g, const nt_expr *e) {
  bool simple = is_plain_text(e->a);
  size_t levels = simple ? 2 : 5;
  nt_emit_enter(g, e, levels);
  nt_emit_put(g, simple ? "(" : "(function() if ");
  nt_emit_cond(g, e->b);
  nt_emit_put(g, simple ? " and " : " then return ");
  nt_emit_expr(g, e->a, false);
  nt_emit_put(g, simple ? " or " : " else return ");
  if (e->c)
    nt_emit_expr(g, e->c, false);
  else
    nt_emit_put(g, "U");
  nt_emit_put(g, simple ? ")" : " end end)()");
  nt_emit_leave(g, levels);
}

static void emit_float(nt_emit *g, double number) {
  char text[40];
  snprintf(text, sizeof text, "%.17g", number);
  if (isinf(number))
    nt_emit_put(g, "1e999");
  else
    nt_emit_put(g, text);
  if (!strpbrk(text, ".en")) nt_emit_put(g, ".0");
}

void nt_emit_cond(nt_emit *g, const nt_expr *e) {
  nt_emit_enter(g, e, 2);
  switch (e->kind) {
  case NT_EXPR_BOOL:
  case NT_EXPR_COMPARE:
  case NT_EXPR_TEST: nt_emit_expr(g, e, true); break;
  case NT_EXPR_NOT:
    nt_emit_put(g, "not ");
    nt_emit_cond(g, e->a);
    break;
  case NT_EXPR_AND:
  case NT_EXPR_OR:
    nt_emit_put(g, "(");
    for (size_t i = 0; i < e->count; i++) {
      if (i) nt_emit_put(g, e->kind == NT_EXPR_AND ? " and " : " or ");
      nt_emit_cond(g, e->items[i]);
    }
    nt_emit_put(g, ")");
    break;
  default:
    nt_emit_put(g, "truth(");
    nt_emit_expr(g, e, true);
    nt_emit_put(g, ")");
  }
  nt_emit_leave(g, 2);
}

static void emit_any(nt_emit *g, const nt_expr *e, bool lenient) {
  switch (e->kind) {
  case NT_EXPR_NONE: nt_emit_put(g, "N"); break;
  case NT_EXPR_BOOL: nt_emit_put(g, e->op ? "true" : "false"); break;
  case NT_EXPR_INT: nt_emit_format(g, "%lld", (long long)e->integer); break;
  case NT_EXPR_FLOAT: emit_float(g, e->number); break;
  case NT_EXPR_STRING: nt_emit_string(g, e->text); break;
  case NT_EXPR_NAME: emit_name(g, e, lenient); break;
  case NT_EXPR_ATTR: emit_attr(g, e); break;
  case NT_EXPR_INDEX:
  case NT_EXPR_SLICE: emit_index(g, e); break;
  case NT_EXPR_CALL: emit_call(g, e); break;
  case NT_EXPR_FILTER: emit_filter(g, e); break;
  case NT_EXPR_TEST: emit_test(g, e); break;
  case NT_EXPR_NOT: nt_emit_cond(g, e); break;
  case NT_EXPR_UNARY: emit_unary(g, e); break;
  case NT_EXPR_BINARY: emit_binary(g, e); break;
  case NT_EXPR_CONCAT: emit_concat(g, e); break;
  case NT_EXPR_AND:
  case NT_EXPR_OR: emit_choice(g, e); break;
  case NT_EXPR_COMPARE: emit_compare(g, e); break;
  case NT_EXPR_COND: emit_inline_if(g, e); break;
  case NT_EXPR_LIST: emit_table(g, e, "list({"); break;
  case NT_EXPR_DICT: emit_table(g, e, "dict({"); break;
  }
}

void nt_emit_expr(nt_emit *g, const nt_expr *e, bool lenient) {
  nt_emit_enter(g, e, 1);
  emit_any(g, e, lenient);
  nt_emit_leave(g, 1);
}
