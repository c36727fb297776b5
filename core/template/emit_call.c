/* Calls, filters and tests into Lua. */
#include "template/emit.h"
#include "template/names.h"

static const nt_str nothing = {NULL, 0};

/* Calls. */

static void emit_keywords(nt_emit *g, const nt_expr *e, const char *before) {
  if (!e->keyword_count) return;
  size_t registers = g->registers;
  nt_emit_enter(g, e, 2);
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
  nt_emit_leave(g, 2);
}

static void emit_free_arguments(nt_emit *g, const nt_expr *e, const char *before) {
  size_t registers = g->registers;
  nt_emit_values(g, e->items, e->count, before);
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
    nt_emit_values(g, slots, used, before);
}

/* The function of a block, ready to be called with (C, B, …). */
static bool emit_block_function(nt_emit *g, const nt_expr *e) {
  if (e->kind != NT_EXPR_CALL || e->count || e->keyword_count) return false;
  if (nt_emit_is_free(g, e->a, "super")) {
    if (!g->block) {
      nt_report0(g->diags, NT_MSG_template_super_place, nt_where_file(g->file, e->line, e->column));
      return true;
    }
    nt_emit_op(g, e, nothing, "below(B,");
    nt_emit_string(g, g->block->text);
    nt_emit_put(g, ",k)(C,B,k+1)");
    return true;
  }
  if (e->a->kind != NT_EXPR_ATTR || !nt_emit_is_free(g, e->a->a, "self")) return false;
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

void nt_emit_call(nt_emit *g, const nt_expr *e) {
  const nt_symbol *loop = e->a->kind == NT_EXPR_ATTR ? nt_emit_loop_of(g, e->a->a) : NULL;
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
  bool method = e->a->kind == NT_EXPR_ATTR && !nt_emit_loop_of(g, e->a->a);
  nt_emit_op(g, e->a, method ? nt_expr_source(g->arena, e->a->a) : nothing, method ? "method(" : "callee(");
  g->registers++;
  if (method)
    nt_emit_object(g, e->a->a);
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

void nt_emit_filter(nt_emit *g, const nt_expr *e) {
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

void nt_emit_test(nt_emit *g, const nt_expr *e) {
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
