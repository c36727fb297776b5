#include "template/emit.h"

#include <stdarg.h>
#include <stdio.h>

void nt_emit_put(nt_emit *g, const char *text) {
  nt_buf_c(&g->out, text);
}

void nt_emit_format(nt_emit *g, const char *format, ...) {
  char text[128];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  nt_buf_c(&g->out, text);
}

void nt_emit_string(nt_emit *g, nt_str text) {
  nt_buf_byte(&g->out, '"');
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (c == '"' || c == '\\' || c < 0x20 || c >= 0x7f)
      nt_buf_format(&g->out, "\\%03u", c);
    else
      nt_buf_byte(&g->out, (char)c);
  }
  nt_buf_byte(&g->out, '"');
}

static void begin_line(nt_emit *g, nt_template_place place, const char *text) {
  nt_buf_byte(&g->out, '\n');
  nt_push(&g->places, place);
  nt_buf_c(&g->out, text);
}

void nt_emit_op(nt_emit *g, const nt_expr *at, nt_str about, const char *text) {
  nt_template_place place = {.line = at->line, .column = at->column, .span = at->span, .text = about};
  begin_line(g, place, text);
}

void nt_emit_op_stmt(nt_emit *g, const nt_stmt *at, const char *text) {
  nt_template_place place = {.line = at->line, .column = at->column, .span = at->span};
  begin_line(g, place, text);
}

void nt_emit_too_deep(nt_emit *g, uint32_t line, uint32_t column) {
  if (!g->too_deep) nt_report0(g->diags, NT_MSG_template_too_deep, nt_where_file(g->file, line, column));
  g->too_deep = true;
}

void nt_emit_enter(nt_emit *g, const nt_expr *at, size_t levels) {
  g->levels += levels;
  if (g->levels > NT_EMIT_LEVELS || g->registers + g->locals > NT_EMIT_REGISTERS)
    nt_emit_too_deep(g, at->line, at->column);
}

void nt_emit_leave(nt_emit *g, size_t levels) {
  g->levels -= levels;
}

size_t nt_emit_literal(nt_emit *g) {
  if (g->pending.len == 0) return 0;
  nt_push(&g->literals, nt_arena_str(g->arena, nt_buf_str(&g->pending)));
  nt_buf_clear(&g->pending);
  return g->literals.len;
}

void nt_emit_flush(nt_emit *g) {
  size_t literal = nt_emit_literal(g);
  if (literal) nt_emit_format(g, " lit(T,%zu)", literal);
}

/* Scopes. */

void nt_scope_begin(nt_emit *g, nt_scope *scope, bool top) {
  *scope = (nt_scope){.outer = g->scope, .branch = g->branch, .locals = g->locals, .top = top};
  g->scope = scope;
}

void nt_scope_end(nt_emit *g) {
  nt_scope *scope = g->scope;
  g->locals = scope->locals;
  g->scope = scope->outer;
  nt_vec_deinit(&scope->symbols);
}

nt_symbol *nt_scope_add(nt_emit *g, nt_str name, bool definite) {
  nt_symbol symbol = {.name = name, .id = ++g->ids, .definite = definite};
  g->weight++;
  if (g->locals >= NT_EMIT_LOCALS) {
    symbol.spilled = g->function.id;
    g->function.spills = true;
  } else {
    g->locals++;
  }
  nt_push(&g->scope->symbols, symbol);
  return &g->scope->symbols.items[g->scope->symbols.len - 1];
}

nt_symbol *nt_scope_find(const nt_emit *g, nt_str name, const nt_scope **where) {
  const nt_scope *scope = where && *where ? *where : g->scope;
  for (; scope; scope = scope->outer)
    for (size_t i = scope->symbols.len; i-- > 0;)
      if (nt_str_eq(scope->symbols.items[i].name, name)) {
        if (where) *where = scope;
        return &scope->symbols.items[i];
      }
  return NULL;
}

void nt_emit_symbol(nt_emit *g, const nt_symbol *symbol) {
  if (symbol->spilled)
    nt_emit_format(g, "S%u[%u]", symbol->spilled, symbol->id);
  else
    nt_emit_format(g, "x%u", symbol->id);
}
