/* Statements into Lua. */
#include "template/emit.h"
#include "template/names.h"

#include "text/escape.h"

#include <stdio.h>

enum { CHAPTER_WEIGHT = 3000, CHAPTER_LEVELS = 4, STMT_LEVELS = 3, LOOP_WEIGHT = 6 };

/* Variables. */

void nt_emit_declare(nt_emit *g, nt_str name, bool definite) {
  for (size_t i = 0; i < g->scope->symbols.len; i++)
    if (nt_str_eq(g->scope->symbols.items[i].name, name)) return;
  nt_symbol *symbol = nt_scope_add(g, name, definite);
  nt_emit_put(g, symbol->spilled ? " " : " local ");
  nt_emit_symbol(g, symbol);
  if (symbol->spilled) nt_emit_put(g, "=nil");
}

void nt_emit_declare_sets(nt_emit *g, const nt_stmts *list) {
  for (const nt_stmt *s = list->first; s; s = s->next) {
    bool sets =
        s->kind == NT_STMT_SET || s->kind == NT_STMT_CAPTURE || s->kind == NT_STMT_IMPORT || s->kind == NT_STMT_FROM;
    for (size_t i = 0; sets && !s->text.ptr && i < s->count; i++) nt_emit_declare(g, s->names[i], false);
    if (s->kind == NT_STMT_MACRO) nt_emit_declare(g, s->text, false);
    for (const nt_stmt *branch = s; branch && branch->kind == NT_STMT_IF;) {
      const nt_stmt *chained = branch->otherwise.first;
      nt_emit_declare_sets(g, &branch->body);
      if (!chained || !chained->chained) {
        nt_emit_declare_sets(g, &branch->otherwise);
        break;
      }
      branch = chained;
    }
  }
}

void nt_emit_target(nt_emit *g, nt_str name) {
  nt_symbol *symbol = NULL;
  for (size_t i = 0; i < g->scope->symbols.len; i++)
    if (nt_str_eq(g->scope->symbols.items[i].name, name)) symbol = &g->scope->symbols.items[i];
  nt_emit_put(g, " ");
  if (!symbol) {
    nt_emit_put(g, "C[");
    nt_emit_string(g, name);
    nt_emit_put(g, "]=");
    return;
  }
  nt_emit_symbol(g, symbol);
  nt_emit_put(g, "=");
}

void nt_emit_mark_set(nt_emit *g, nt_str name) {
  for (size_t i = 0; i < g->scope->symbols.len; i++)
    if (nt_str_eq(g->scope->symbols.items[i].name, name) && g->branch == g->scope->branch)
      g->scope->symbols.items[i].definite = true;
}

/* Output. */

/* Constants are escaped here, not on every page. False if the value is not known now. */
static bool fold(nt_emit *g, const nt_expr *e) {
  char digits[24];
  switch (e->kind) {
  case NT_EXPR_STRING: nt_escape_attribute(e->text, &g->pending); return true;
  case NT_EXPR_INT:
    snprintf(digits, sizeof digits, "%lld", (long long)e->integer);
    nt_buf_c(&g->pending, digits);
    return true;
  case NT_EXPR_NONE: return true;
  default: return false;
  }
}

static void emit_output(nt_emit *g, const nt_expr *e);

static void emit_output_if(nt_emit *g, const nt_expr *e) {
  nt_emit_flush(g);
  nt_emit_enter(g, e, 1);
  nt_emit_put(g, " if ");
  nt_emit_cond(g, e->b);
  nt_emit_put(g, " then");
  emit_output(g, e->a);
  nt_emit_flush(g);
  if (e->c) {
    nt_emit_put(g, " else");
    emit_output(g, e->c);
    nt_emit_flush(g);
  }
  nt_emit_put(g, " end");
  nt_emit_leave(g, 1);
}

static void emit_output_or(nt_emit *g, const nt_expr *e) {
  nt_emit_flush(g);
  nt_emit_enter(g, e, 2);
  nt_emit_put(g, " do local v=");
  for (size_t i = 0; i < e->count; i++) {
    if (i) nt_emit_put(g, " if not truth(v) then v=");
    nt_emit_expr(g, e->items[i], i + 1 < e->count);
    if (i) nt_emit_put(g, " end");
  }
  nt_emit_op(g, e, nt_str_n(NULL, 0), "out(T,0,v) end");
  nt_emit_leave(g, 2);
}

static bool is_plain_attr(const nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_ATTR) return false;
  const nt_symbol *symbol = e->a->kind == NT_EXPR_NAME ? nt_scope_find(g, e->a->text, NULL) : NULL;
  return !symbol || !symbol->is_loop;
}

/* {{ a.b }}: the runtime writes the attribute without making it a Lua value. */
static void emit_output_attr(nt_emit *g, const nt_expr *e) {
  size_t literal = nt_emit_literal(g), registers = g->registers;
  size_t line = g->out.len;
  nt_emit_expr(g, e, false);
  nt_str call = nt_str_sub(nt_buf_str(&g->out), line, g->out.len);
  nt_str rest = nt_arena_str(g->arena, nt_str_sub(call, strlen("\nattr("), call.len));
  g->out.len = line;
  nt_emit_format(g, "\nouta(T,%zu,", literal);
  nt_buf_put(&g->out, rest);
  g->registers = registers;
}

static void emit_output(nt_emit *g, const nt_expr *e) {
  if (fold(g, e)) return;
  if (e->kind == NT_EXPR_COND) {
    emit_output_if(g, e);
    return;
  }
  if (e->kind == NT_EXPR_OR && e->count < 10) {
    emit_output_or(g, e);
    return;
  }
  if (is_plain_attr(g, e)) {
    emit_output_attr(g, e);
    return;
  }
  if (nt_emit_block_call(g, e)) return;
  size_t literal = nt_emit_literal(g);
  nt_emit_op(g, e, nt_str_n(NULL, 0), "out(T,");
  nt_emit_format(g, "%zu,", literal);
  g->registers += 3;
  nt_emit_expr(g, e, false);
  g->registers -= 3;
  nt_emit_put(g, ")");
}

static bool is_blank(nt_str text) {
  return nt_str_trim(text).len == 0;
}

static void never_shown(nt_emit *g, const nt_stmt *s, nt_str text) {
  if (g->warned || (text.ptr && is_blank(text))) return;
  g->warned = true;
  nt_where where = nt_where_file(g->file, s->line, s->column);
  for (size_t i = 0; text.ptr && i < text.len && strchr(" \t\r\n\f\v", text.ptr[i]); i++) {
    where.column = text.ptr[i] == '\n' ? 1 : where.column + 1;
    where.line += text.ptr[i] == '\n';
  }
  nt_report0(g->diags, NT_MSG_template_outside_blocks, where);
}

/* Branches and loops. */

static void emit_branch(nt_emit *g, const nt_stmts *body) {
  g->branch++;
  nt_emit_stmts(g, body);
  nt_emit_flush(g);
  g->branch--;
}

static void emit_if(nt_emit *g, const nt_stmt *s) {
  nt_emit_flush(g);
  nt_emit_put(g, " if ");
  for (;; s = s->otherwise.first) {
    nt_emit_cond(g, s->expr);
    nt_emit_put(g, " then");
    emit_branch(g, &s->body);
    if (!s->otherwise.first || !s->otherwise.first->chained) break;
    nt_emit_put(g, " elseif ");
  }
  if (s->has_otherwise) {
    nt_emit_put(g, " else");
    emit_branch(g, &s->otherwise);
  }
  nt_emit_put(g, " end");
}

/* The names become variables of the scope and get the item's parts. */
static void emit_loop_targets(nt_emit *g, const nt_stmt *s, const char *item, unsigned id) {
  size_t first = g->scope->symbols.len;
  for (size_t i = 0; i < s->count; i++) {
    const nt_symbol *symbol = nt_scope_add(g, s->names[i], true);
    if (symbol->spilled) continue;
    nt_emit_put(g, " local ");
    nt_emit_symbol(g, symbol);
  }
  for (size_t i = 0; i < s->count; i++) {
    nt_emit_put(g, i ? "," : " ");
    nt_emit_symbol(g, &g->scope->symbols.items[first + i]);
  }
  nt_emit_put(g, "=");
  if (s->count > 1) nt_emit_op_stmt(g, s, "unpack(");
  nt_emit_format(g, item, id, id);
  if (s->count > 1) nt_emit_format(g, ",%zu)", s->count);
}

/* `for … if cond`: what does not meet it is taken out first, so that loop.length counts the rest. */
static void emit_loop_filter(nt_emit *g, const nt_stmt *s, unsigned id) {
  nt_scope scope;
  nt_emit_format(g, " do local t,m={},0 for j%u=1,n%u do", id, id);
  nt_scope_begin(g, &scope, false);
  g->locals += 6;
  emit_loop_targets(g, s, "s%u[j%u]", id);
  nt_emit_put(g, " if ");
  nt_emit_cond(g, s->cond);
  nt_emit_format(g, " then m=m+1 t[m]=s%u[j%u] end end s%u,n%u=t,m end", id, id, id, id);
  nt_scope_end(g);
}

static void emit_loop_body(nt_emit *g, const nt_stmt *s, unsigned id) {
  nt_scope scope;
  nt_emit_format(g, " for i%u=1,n%u do", id, id);
  nt_scope_begin(g, &scope, false);
  g->locals += 6;
  nt_symbol loop = {.name = NT_STR("loop"), .id = id, .definite = true, .is_loop = true};
  nt_push(&scope.symbols, loop);
  emit_loop_targets(g, s, "s%u[i%u]", id);
  nt_emit_declare_sets(g, &s->body);
  nt_emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end");
}

static void emit_for(nt_emit *g, const nt_stmt *s) {
  unsigned id = ++g->ids;
  nt_scope scope;
  g->weight += LOOP_WEIGHT;
  nt_emit_flush(g);
  nt_emit_format(g, " do local s%u,n%u=", id, id);
  nt_emit_op(g, s->expr, nt_str_n(NULL, 0), "items(");
  g->registers += 4;
  nt_emit_expr(g, s->expr, false);
  g->registers -= 4;
  nt_emit_format(g, ",%zu)", s->count);
  if (s->cond) emit_loop_filter(g, s, id);
  if (s->has_otherwise) {
    nt_emit_format(g, " if n%u==0 then", id);
    nt_scope_begin(g, &scope, false);
    g->locals += 2;
    nt_emit_declare_sets(g, &s->otherwise);
    nt_emit_stmts(g, &s->otherwise);
    nt_emit_flush(g);
    nt_scope_end(g);
    nt_emit_put(g, " else");
  }
  g->locals += 2;
  emit_loop_body(g, s, id);
  g->locals -= 2;
  nt_emit_put(g, s->has_otherwise ? " end end" : " end");
}

/* Assignments. */

static void emit_unpacked_set(nt_emit *g, const nt_stmt *s) {
  nt_emit_put(g, " do local t={");
  nt_emit_op_stmt(g, s, "unpack(");
  nt_emit_expr(g, s->expr, false);
  nt_emit_format(g, ",%zu)}", s->count);
  for (size_t i = 0; i < s->count; i++) {
    nt_emit_target(g, s->names[i]);
    nt_emit_format(g, "t[%zu]", i + 1);
  }
  nt_emit_put(g, " end");
  for (size_t i = 0; i < s->count; i++) nt_emit_mark_set(g, s->names[i]);
}

static void emit_set(nt_emit *g, const nt_stmt *s) {
  if (s->text.ptr) {
    nt_expr name = {.kind = NT_EXPR_NAME, .line = s->line, .column = s->column, .span = s->span, .text = s->names[0]};
    nt_emit_op_stmt(g, s, "setns(");
    nt_emit_expr(g, &name, false);
    nt_emit_put(g, ",");
    nt_emit_string(g, s->text);
    nt_emit_put(g, ",");
    nt_emit_expr(g, s->expr, false);
    nt_emit_put(g, ")");
  } else if (s->count > 1) {
    emit_unpacked_set(g, s);
  } else {
    nt_emit_target(g, s->names[0]);
    nt_emit_expr(g, s->expr, false);
    nt_emit_mark_set(g, s->names[0]);
  }
}

/* A body whose output is caught: begin() … finish(), with its own scope. */
static void emit_caught(nt_emit *g, const nt_stmts *body) {
  nt_scope scope;
  bool mute = g->mute;
  nt_emit_flush(g);
  nt_emit_put(g, " begin() do");
  g->mute = false;
  nt_scope_begin(g, &scope, false);
  nt_emit_declare_sets(g, body);
  nt_emit_stmts(g, body);
  nt_emit_flush(g);
  nt_scope_end(g);
  g->mute = mute;
  nt_emit_put(g, " end");
}

static void emit_capture(nt_emit *g, const nt_stmt *s) {
  emit_caught(g, &s->body);
  nt_emit_target(g, s->names[0]);
  if (s->expr)
    nt_emit_expr(g, s->expr, false);
  else
    nt_emit_put(g, "finish()");
  nt_emit_mark_set(g, s->names[0]);
}

static void emit_filter_tag(nt_emit *g, const nt_stmt *s) {
  if (g->mute) return;
  emit_caught(g, &s->body);
  nt_emit_op(g, s->expr, nt_str_n(NULL, 0), "out(T,0,");
  nt_emit_expr(g, s->expr, false);
  nt_emit_put(g, ")");
}

static void emit_with(nt_emit *g, const nt_stmt *s) {
  nt_scope scope;
  nt_emit_flush(g);
  nt_emit_put(g, " do");
  nt_scope_begin(g, &scope, false);
  /* The values see the outer scope: the names get their place only when all have been written. */
  nt_emit_put(g, s->count ? " local w={" : " ");
  for (size_t i = 0; i < s->count; i++) {
    if (i) nt_emit_put(g, ",");
    nt_emit_expr(g, s->values[i], false);
  }
  if (s->count) nt_emit_put(g, "}");
  for (size_t i = 0; i < s->count; i++) {
    nt_emit_declare(g, s->names[i], true);
    nt_emit_put(g, " ");
    nt_emit_symbol(g, &g->scope->symbols.items[g->scope->symbols.len - 1]);
    nt_emit_format(g, "=w[%zu]", i + 1);
  }
  g->locals++;
  nt_emit_declare_sets(g, &s->body);
  nt_emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end");
}

static void emit_stmt(nt_emit *g, const nt_stmt *s) {
  switch (s->kind) {
  case NT_STMT_TEXT:
    if (g->mute)
      never_shown(g, s, s->text);
    else
      nt_buf_put(&g->pending, s->text);
    break;
  case NT_STMT_OUTPUT:
    if (g->mute)
      never_shown(g, s, nt_str_n(NULL, 0));
    else
      emit_output(g, s->expr);
    break;
  case NT_STMT_IF: emit_if(g, s); break;
  case NT_STMT_FOR: emit_for(g, s); break;
  case NT_STMT_SET: emit_set(g, s); break;
  case NT_STMT_CAPTURE: emit_capture(g, s); break;
  case NT_STMT_WITH: emit_with(g, s); break;
  case NT_STMT_BLOCK: nt_emit_block(g, s); break;
  case NT_STMT_INCLUDE: nt_emit_include(g, s); break;
  case NT_STMT_IMPORT:
  case NT_STMT_FROM: nt_emit_import(g, s); break;
  case NT_STMT_MACRO: nt_emit_macro(g, s); break;
  case NT_STMT_FILTER: emit_filter_tag(g, s); break;
  case NT_STMT_EXTENDS: break;
  }
}

/* A Lua function may hold only so many statements (its jumps and its table of locals are bounded): what is too much for
 * one goes on in a function of its own, called at once. Variables are declared where their scope begins, so none is
 * lost. */
typedef struct chapter {
  bool open;
  size_t outer; /* the weight of the function around it */
} chapter;

static void end_chapter(nt_emit *g, chapter *c) {
  if (!c->open) return;
  nt_emit_flush(g);
  nt_emit_put(g, " end)()");
  g->weight = c->outer + 1;
  g->levels -= CHAPTER_LEVELS;
  c->open = false;
}

static void begin_chapter(nt_emit *g, chapter *c) {
  nt_emit_flush(g);
  end_chapter(g, c);
  nt_emit_put(g, " ;(function()");
  *c = (chapter){.open = true, .outer = g->weight};
  g->weight = 0;
  g->levels += CHAPTER_LEVELS;
}

void nt_emit_stmts(nt_emit *g, const nt_stmts *list) {
  chapter c = {0};
  g->levels += STMT_LEVELS;
  for (const nt_stmt *s = list->first; s; s = s->next) {
    if (g->levels > NT_EMIT_LEVELS) nt_emit_too_deep(g, s->line, s->column);
    if (g->too_deep) break;
    if (g->weight > CHAPTER_WEIGHT) begin_chapter(g, &c);
    g->weight++;
    emit_stmt(g, s);
  }
  end_chapter(g, &c);
  g->levels -= STMT_LEVELS;
}

void nt_emit_template(nt_emit *g, const nt_template_ast *ast) {
  nt_scope scope;
  nt_emit_put(g, "local T,");
  nt_emit_put(g, nt_template_ops);
  nt_emit_put(g, "=...");
  g->mute = ast->extends != NULL;
  nt_function outer = nt_function_begin(g, " return {body=function(C,B,k)");
  nt_scope_begin(g, &scope, true);
  nt_emit_stmts(g, &ast->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_function_end(g, outer);
  nt_emit_put(g, " end,blocks={");
  for (size_t i = 0; i < ast->block_count && !g->too_deep; i++) nt_emit_block_function(g, ast->blocks[i]);
  nt_emit_put(g, "}}");
}
