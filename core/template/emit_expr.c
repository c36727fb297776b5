/* Expressions into Lua. What Lua has no word for is a call of a runtime function. */
#include "template/emit.h"
#include "template/lexer.h"

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

bool nt_emit_is_free(const nt_emit *g, const nt_expr *e, const char *name) {
  return e && e->kind == NT_EXPR_NAME && nt_str_eq(e->text, nt_str_c(name)) && !nt_scope_find(g, e->text, NULL);
}

const nt_symbol *nt_emit_loop_of(const nt_emit *g, const nt_expr *e) {
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

void nt_emit_object(nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_ATTR || nt_emit_loop_of(g, e->a)) {
    nt_emit_expr(g, e, false);
    return;
  }
  nt_emit_enter(g, e, 1);
  nt_emit_op(g, e, nt_expr_source(g->arena, e->a), "need(");
  g->registers++;
  nt_emit_object(g, e->a);
  g->registers--;
  nt_emit_put(g, ",");
  nt_emit_string(g, e->text);
  nt_emit_put(g, ")");
  nt_emit_leave(g, 1);
}

static void emit_attr(nt_emit *g, const nt_expr *e) {
  const nt_symbol *loop = nt_emit_loop_of(g, e->a);
  if (loop) {
    emit_loop_field(g, e, loop->id);
    return;
  }
  nt_emit_op(g, e, nt_expr_source(g->arena, e->a), "attr(");
  g->registers++;
  nt_emit_object(g, e->a);
  g->registers--;
  nt_emit_put(g, ",");
  nt_emit_string(g, e->text);
  nt_emit_put(g, ")");
}

void nt_emit_values(nt_emit *g, nt_expr *const *items, size_t count, const char *before) {
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
  nt_emit_object(g, e->a);
  if (e->kind == NT_EXPR_INDEX)
    nt_emit_values(g, (nt_expr *const[]){e->b}, 1, ",");
  else
    nt_emit_values(g, e->items, e->count, ",");
  g->registers--;
  nt_emit_put(g, ")");
}

/* A table constructor empties its registers every 50 items. */
static void emit_table(nt_emit *g, const nt_expr *e, const char *op) {
  size_t registers = g->registers;
  nt_emit_enter(g, e, 1);
  nt_emit_op(g, e, nothing, op);
  for (size_t i = 0; i < e->count; i++) {
    if (i) nt_emit_put(g, ",");
    g->registers = registers + 2 + i % 50;
    nt_emit_expr(g, e->items[i], false);
  }
  g->registers = registers;
  nt_emit_put(g, "})");
  nt_emit_leave(g, 1);
}

/* Operators. */

static void emit_concat(nt_emit *g, const nt_expr *e) {
  if (e->count > CONCAT_AT_ONCE) {
    emit_table(g, e, "concatall({");
    return;
  }
  nt_emit_op(g, e, nothing, "concat(");
  nt_emit_values(g, e->items, e->count, "");
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
  nt_emit_values(g, e->items + i, 2, "");
  nt_emit_put(g, ")");
}

static void emit_compare(nt_emit *g, const nt_expr *e) {
  nt_emit_enter(g, e, 2);
  nt_emit_put(g, "(");
  for (size_t i = 0; i + 1 < e->count; i++) {
    if (i) nt_emit_put(g, " and ");
    emit_comparison(g, e, i);
  }
  nt_emit_put(g, ")");
  nt_emit_leave(g, 2);
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
  nt_emit_values(g, (nt_expr *const[]){e->a, e->b}, 2, "");
  nt_emit_put(g, ")");
}

static void emit_unary(nt_emit *g, const nt_expr *e) {
  nt_emit_op(g, e, nothing, e->op == '-' ? "neg(" : "pos(");
  nt_emit_values(g, (nt_expr *const[]){e->a}, 1, "");
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
  case NT_EXPR_CALL: nt_emit_call(g, e); break;
  case NT_EXPR_FILTER: nt_emit_filter(g, e); break;
  case NT_EXPR_TEST: nt_emit_test(g, e); break;
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
