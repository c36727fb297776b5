/* Statements into Lua. */
#include "template/emit.h"
#include "template/names.h"

#include "text/escape.h"

#include <stdio.h>

enum { NAMES_AT_ONCE = 40, MACRO_PARAMS = 40 };

static void emit_stmts(nt_emit *g, const nt_stmts *list);

/* Variables. */

static void declare(nt_emit *g, nt_str name, bool definite) {
  for (size_t i = 0; i < g->scope->symbols.len; i++)
    if (nt_str_eq(g->scope->symbols.items[i].name, name)) return;
  nt_symbol *symbol = nt_scope_add(g, name, definite);
  nt_emit_put(g, symbol->spilled ? " " : " local ");
  nt_emit_symbol(g, symbol);
  if (symbol->spilled) nt_emit_put(g, "=nil");
}

/* What the statements of a scope set, also under `if`, which makes no scope of its own. */
static void declare_sets(nt_emit *g, const nt_stmts *list) {
  for (const nt_stmt *s = list->first; s; s = s->next) {
    bool sets =
        s->kind == NT_STMT_SET || s->kind == NT_STMT_CAPTURE || s->kind == NT_STMT_IMPORT || s->kind == NT_STMT_FROM;
    for (size_t i = 0; sets && !s->text.ptr && i < s->count; i++) declare(g, s->names[i], false);
    if (s->kind == NT_STMT_MACRO) declare(g, s->text, false);
    for (const nt_stmt *branch = s; branch && branch->kind == NT_STMT_IF;) {
      const nt_stmt *chained = branch->otherwise.first;
      declare_sets(g, &branch->body);
      if (!chained || !chained->chained) {
        declare_sets(g, &branch->otherwise);
        break;
      }
      branch = chained;
    }
  }
}

/* Begins `name=`. */
static void emit_target(nt_emit *g, nt_str name) {
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

/* After the assignment: reads before it may still mean an outer variable. */
static void mark_set(nt_emit *g, nt_str name) {
  for (size_t i = 0; i < g->scope->symbols.len; i++)
    if (nt_str_eq(g->scope->symbols.items[i].name, name) && g->branch == g->scope->branch)
      g->scope->symbols.items[i].definite = true;
}

/* The visible variables as arguments `"name",value` of an include, each with a comma before. */
static void emit_visible(nt_emit *g) {
  for (const nt_scope *scope = g->scope; scope; scope = scope->outer)
    for (size_t i = 0; i < scope->symbols.len; i++) {
      const nt_symbol *symbol = &scope->symbols.items[i];
      if (symbol->is_loop || nt_scope_find(g, symbol->name, NULL) != symbol) continue;
      nt_emit_put(g, ",");
      nt_emit_string(g, symbol->name);
      nt_emit_put(g, ",");
      nt_emit_symbol(g, symbol);
    }
}

static size_t count_visible(const nt_emit *g) {
  size_t count = 0;
  for (const nt_scope *scope = g->scope; scope; scope = scope->outer) count += scope->symbols.len;
  return count;
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
  emit_stmts(g, body);
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
  declare_sets(g, &s->body);
  emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end");
}

static void emit_for(nt_emit *g, const nt_stmt *s) {
  unsigned id = ++g->ids;
  nt_scope scope;
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
    declare_sets(g, &s->otherwise);
    emit_stmts(g, &s->otherwise);
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
    emit_target(g, s->names[i]);
    nt_emit_format(g, "t[%zu]", i + 1);
  }
  nt_emit_put(g, " end");
  for (size_t i = 0; i < s->count; i++) mark_set(g, s->names[i]);
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
    emit_target(g, s->names[0]);
    nt_emit_expr(g, s->expr, false);
    mark_set(g, s->names[0]);
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
  declare_sets(g, body);
  emit_stmts(g, body);
  nt_emit_flush(g);
  nt_scope_end(g);
  g->mute = mute;
  nt_emit_put(g, " end");
}

static void emit_capture(nt_emit *g, const nt_stmt *s) {
  emit_caught(g, &s->body);
  emit_target(g, s->names[0]);
  if (s->expr)
    nt_emit_expr(g, s->expr, false);
  else
    nt_emit_put(g, "finish()");
  mark_set(g, s->names[0]);
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
    declare(g, s->names[i], true);
    nt_emit_put(g, " ");
    nt_emit_symbol(g, &g->scope->symbols.items[g->scope->symbols.len - 1]);
    nt_emit_format(g, "=w[%zu]", i + 1);
  }
  g->locals++;
  declare_sets(g, &s->body);
  emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end");
}

/* Functions. */

enum { ROOM = 20 };

static nt_function begin_function(nt_emit *g, const char *head) {
  nt_function outer = g->function;
  nt_emit_put(g, head);
  g->function = (nt_function){.id = ++g->functions, .room = g->out.len};
  for (size_t i = 0; i < ROOM; i++) nt_emit_put(g, " ");
  return outer;
}

static void end_function(nt_emit *g, nt_function outer) {
  char text[ROOM + 1];
  if (g->function.spills) {
    int len = snprintf(text, sizeof text, " local S%u={}", g->function.id);
    memcpy(g->out.ptr + g->function.room, text, (size_t)len);
  }
  g->function = outer;
}

static void emit_macro_params(nt_emit *g, const nt_stmt *s) {
  bool *has_default = NT_NEW_N(g->arena, bool, s->count + 1);
  for (size_t i = 0; i < s->count; i++) has_default[i] = s->values[i] != NULL;
  nt_template_macro macro = {.name = s->text, .params = s->names, .has_default = has_default, .count = s->count};
  nt_push(&g->macros, macro);
  size_t index = g->macros.len;
  if (s->count > MACRO_PARAMS) nt_emit_too_deep(g, s->line, s->column);
  nt_emit_put(g, " local p={");
  nt_emit_op_stmt(g, s, "bind(");
  nt_emit_format(g, "T,%zu,...)}", index);
  for (size_t i = 0; i < s->count; i++) {
    declare(g, s->names[i], true);
    const nt_symbol symbol = g->scope->symbols.items[g->scope->symbols.len - 1];
    nt_emit_put(g, " ");
    nt_emit_symbol(g, &symbol);
    nt_emit_format(g, "=p[%zu]", i + 1);
    if (!s->values[i]) continue;
    nt_emit_put(g, " if ");
    nt_emit_symbol(g, &symbol);
    nt_emit_put(g, "==nil then ");
    nt_emit_symbol(g, &symbol);
    nt_emit_put(g, "=");
    nt_emit_expr(g, s->values[i], false);
    nt_emit_put(g, " end");
  }
}

static void emit_macro(nt_emit *g, const nt_stmt *s) {
  nt_scope scope;
  bool mute = g->mute;
  size_t registers = g->registers;
  const nt_stmt *block = g->block;
  nt_emit_flush(g);
  emit_target(g, s->text);
  nt_function outer = begin_function(g, "function(...)");
  nt_scope_begin(g, &scope, false);
  g->locals++;
  g->registers = 0;
  g->mute = false;
  g->block = NULL;
  emit_macro_params(g, s);
  nt_emit_put(g, " begin()");
  declare_sets(g, &s->body);
  emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " return finish() end");
  end_function(g, outer);
  g->registers = registers;
  g->mute = mute;
  g->block = block;
  mark_set(g, s->text);
}

static void emit_block_function(nt_emit *g, const nt_stmt *s) {
  nt_scope scope, *outer_scope = g->scope;
  g->scope = NULL;
  g->block = s;
  g->mute = false;
  nt_emit_string(g, s->text);
  nt_function outer = begin_function(g, ",function(C,B,k)");
  nt_scope_begin(g, &scope, false);
  declare_sets(g, &s->body);
  emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end,");
  end_function(g, outer);
  g->scope = outer_scope;
  g->block = NULL;
}

static void emit_block(nt_emit *g, const nt_stmt *s) {
  if (g->mute) return;
  nt_emit_flush(g);
  nt_emit_op_stmt(g, s, "block(B,");
  nt_emit_string(g, s->text);
  bool scoped = s->scoped && count_visible(g) > 0;
  if (scoped && count_visible(g) <= NAMES_AT_ONCE) {
    nt_emit_put(g, ")(scope(C");
    emit_visible(g);
    nt_emit_put(g, "),B,1)");
  } else {
    if (scoped) nt_emit_too_deep(g, s->line, s->column);
    nt_emit_put(g, ")(C,B,1)");
  }
}

/* Other templates. */

static void emit_include(nt_emit *g, const nt_stmt *s) {
  if (g->mute) return;
  nt_emit_flush(g);
  nt_emit_put(g, " do local t,c=");
  nt_emit_op(g, s->expr, nt_str_n(NULL, 0), "include(T,C,");
  g->registers += 4;
  nt_emit_expr(g, s->expr, false);
  g->registers -= 4;
  nt_emit_format(g, ",%d", (s->ignore_missing ? 1 : 0) | (s->scoped ? 0 : 2));
  if (s->scoped && count_visible(g) > NAMES_AT_ONCE) nt_emit_too_deep(g, s->line, s->column);
  if (s->scoped) emit_visible(g);
  nt_emit_put(g, ") if t then run(t,c) leave() end end");
}

static void emit_import(nt_emit *g, const nt_stmt *s) {
  nt_emit_put(g, " do local t,c=");
  nt_emit_op(g, s->expr, nt_str_n(NULL, 0), "include(T,C,");
  nt_emit_expr(g, s->expr, false);
  nt_emit_format(g, ",%d)", s->scoped ? 0 : 2);
  nt_emit_put(g, " begin() run(t,c) leave() drop()");
  for (size_t i = 0; i < s->count; i++) {
    emit_target(g, s->names[i]);
    if (s->kind == NT_STMT_IMPORT) {
      nt_emit_put(g, "module(c)");
    } else {
      nt_emit_op(g, s->values[i], s->expr->text, "imported(c,");
      nt_emit_string(g, s->values[i]->text);
      nt_emit_put(g, ")");
    }
  }
  nt_emit_put(g, " end");
  for (size_t i = 0; i < s->count; i++) mark_set(g, s->names[i]);
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
  case NT_STMT_BLOCK: emit_block(g, s); break;
  case NT_STMT_INCLUDE: emit_include(g, s); break;
  case NT_STMT_IMPORT:
  case NT_STMT_FROM: emit_import(g, s); break;
  case NT_STMT_MACRO: emit_macro(g, s); break;
  case NT_STMT_FILTER: emit_filter_tag(g, s); break;
  case NT_STMT_EXTENDS: break;
  }
}

static void emit_stmts(nt_emit *g, const nt_stmts *list) {
  size_t levels = 3;
  g->levels += levels;
  for (const nt_stmt *s = list->first; s; s = s->next) {
    if (g->levels > NT_EMIT_LEVELS) nt_emit_too_deep(g, s->line, s->column);
    if (g->too_deep) break;
    emit_stmt(g, s);
  }
  g->levels -= levels;
}

void nt_emit_template(nt_emit *g, const nt_template_ast *ast) {
  nt_scope scope;
  nt_emit_put(g, "local T,");
  nt_emit_put(g, nt_template_ops);
  nt_emit_put(g, "=...");
  g->mute = ast->extends != NULL;
  nt_function outer = begin_function(g, " return {body=function(C,B,k)");
  nt_scope_begin(g, &scope, true);
  emit_stmts(g, &ast->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  end_function(g, outer);
  nt_emit_put(g, " end,blocks={");
  for (size_t i = 0; i < ast->block_count && !g->too_deep; i++) emit_block_function(g, ast->blocks[i]);
  nt_emit_put(g, "}}");
}
