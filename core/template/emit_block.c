/* Macros, blocks, and other templates. */
#include "template/emit.h"

#include <stdio.h>

enum { NAMES_AT_ONCE = 40, MACRO_PARAMS = 40 };

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

/* Functions. */

enum { ROOM = 20 };

nt_function nt_function_begin(nt_emit *g, const char *head) {
  nt_function outer = g->function;
  nt_emit_put(g, head);
  g->function = (nt_function){.id = ++g->functions, .room = g->out.len, .outer_weight = g->weight};
  g->weight = 0;
  for (size_t i = 0; i < ROOM; i++) nt_emit_put(g, " ");
  return outer;
}

void nt_function_end(nt_emit *g, nt_function outer) {
  char text[ROOM + 1];
  if (g->function.spills) {
    int len = snprintf(text, sizeof text, " local S%u={}", g->function.id);
    memcpy(g->out.ptr + g->function.room, text, (size_t)len);
  }
  g->weight = g->function.outer_weight;
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
    nt_emit_declare(g, s->names[i], true);
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

void nt_emit_macro(nt_emit *g, const nt_stmt *s) {
  nt_scope scope;
  bool mute = g->mute;
  size_t registers = g->registers;
  const nt_stmt *block = g->block;
  nt_emit_flush(g);
  nt_emit_target(g, s->text);
  nt_function outer = nt_function_begin(g, "function(...)");
  nt_scope_begin(g, &scope, false);
  g->locals++;
  g->registers = 0;
  g->mute = false;
  g->block = NULL;
  emit_macro_params(g, s);
  nt_emit_put(g, " begin()");
  nt_emit_declare_sets(g, &s->body);
  nt_emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " return finish() end");
  nt_function_end(g, outer);
  g->registers = registers;
  g->mute = mute;
  g->block = block;
  nt_emit_mark_set(g, s->text);
}

void nt_emit_block_function(nt_emit *g, const nt_stmt *s) {
  nt_scope scope, *outer_scope = g->scope;
  g->scope = NULL;
  g->block = s;
  g->mute = false;
  nt_emit_string(g, s->text);
  nt_function outer = nt_function_begin(g, ",function(C,B,k)");
  nt_scope_begin(g, &scope, false);
  nt_emit_declare_sets(g, &s->body);
  nt_emit_stmts(g, &s->body);
  nt_emit_flush(g);
  nt_scope_end(g);
  nt_emit_put(g, " end,");
  nt_function_end(g, outer);
  g->scope = outer_scope;
  g->block = NULL;
}

void nt_emit_block(nt_emit *g, const nt_stmt *s) {
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

void nt_emit_include(nt_emit *g, const nt_stmt *s) {
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

void nt_emit_import(nt_emit *g, const nt_stmt *s) {
  nt_emit_put(g, " do local t,c=");
  nt_emit_op(g, s->expr, nt_str_n(NULL, 0), "include(T,C,");
  nt_emit_expr(g, s->expr, false);
  nt_emit_format(g, ",%d)", s->scoped ? 0 : 2);
  nt_emit_put(g, " begin() run(t,c) leave() drop()");
  for (size_t i = 0; i < s->count; i++) {
    nt_emit_target(g, s->names[i]);
    if (s->kind == NT_STMT_IMPORT) {
      nt_emit_put(g, "module(c)");
    } else {
      nt_emit_op(g, s->values[i], s->expr->text, "imported(c,");
      nt_emit_string(g, s->values[i]->text);
      nt_emit_put(g, ")");
    }
  }
  nt_emit_put(g, " end");
  for (size_t i = 0; i < s->count; i++) nt_emit_mark_set(g, s->names[i]);
}
