/* What the compiler's files share: the growing Lua text, its places, scopes of variables, and the limits that Lua's own
 * compiler sets (levels of nesting, registers and locals of a function). */
#ifndef NT_TEMPLATE_EMIT_H
#define NT_TEMPLATE_EMIT_H

#include "base/vec.h"
#include "template/compile.h"

/* Lua allows 200 levels, 200 locals and 255 registers; some are used before a template's own begin. */
enum { NT_EMIT_LEVELS = 140, NT_EMIT_LOCALS = 90, NT_EMIT_REGISTERS = 220 };

typedef struct nt_symbol {
  nt_str name;
  unsigned id;
  unsigned spilled; /* the function whose table holds it, or 0: a Lua local */
  bool definite;    /* it surely has a value; else what an outer scope calls so may be meant */
  bool is_loop;     /* `loop` of the loop with this id */
} nt_symbol;

typedef struct nt_scope {
  struct nt_scope *outer;
  NT_VEC(nt_symbol) symbols;
  size_t branch; /* how many `if` were open where it began */
  size_t locals;
  bool top; /* variables live in the context */
} nt_scope;

/* A Lua function that has room for a table of spilled variables. */
typedef struct nt_function {
  unsigned id;
  size_t room; /* where in the text its table is declared if need be */
  bool spills;
  size_t outer_weight;
} nt_function;

typedef struct nt_emit {
  nt_arena *arena;
  nt_diags *diags;
  nt_str file;
  nt_buf out;
  NT_VEC(nt_template_place) places;
  NT_VEC(nt_str) literals;
  NT_VEC(nt_template_macro) macros;
  nt_buf pending; /* literal text not yet written */
  nt_scope *scope;
  nt_function function;
  unsigned ids;
  unsigned functions;
  size_t levels;
  size_t registers;
  size_t locals;
  size_t weight; /* statements and variables of the Lua function so far */
  size_t branch;
  const nt_stmt *block; /* whose body this is */
  bool mute;            /* outside the blocks of a template that extends another */
  bool warned;
  bool too_deep;
} nt_emit;

void nt_emit_put(nt_emit *g, const char *text);
void nt_emit_format(nt_emit *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nt_emit_string(nt_emit *g, nt_str text);
/* Begins a line of its own for an operation. */
void nt_emit_op(nt_emit *g, const nt_expr *at, nt_str about, const char *text);
void nt_emit_op_stmt(nt_emit *g, const nt_stmt *at, const char *text);
/* Deeper by so many levels and registers; reports once when Lua could not follow. Undone by nt_emit_leave. */
void nt_emit_enter(nt_emit *g, const nt_expr *at, size_t levels);
void nt_emit_leave(nt_emit *g, size_t levels);
void nt_emit_too_deep(nt_emit *g, uint32_t line, uint32_t column);
/* The number of the literal text that is pending, 0 for none. */
size_t nt_emit_literal(nt_emit *g);
void nt_emit_flush(nt_emit *g);

void nt_scope_begin(nt_emit *g, nt_scope *scope, bool top);
void nt_scope_end(nt_emit *g);
nt_symbol *nt_scope_add(nt_emit *g, nt_str name, bool definite);
/* NULL if no scope here has it: then the context may. */
nt_symbol *nt_scope_find(const nt_emit *g, nt_str name, const nt_scope **where);
void nt_emit_symbol(nt_emit *g, const nt_symbol *symbol);

/* An expression; `lenient` lets an unknown name be undefined. */
void nt_emit_expr(nt_emit *g, const nt_expr *e, bool lenient);
/* …as a Lua boolean. */
void nt_emit_cond(nt_emit *g, const nt_expr *e);
void nt_emit_call(nt_emit *g, const nt_expr *e);
void nt_emit_filter(nt_emit *g, const nt_expr *e);
void nt_emit_test(nt_emit *g, const nt_expr *e);
/* What stands before a dot or an index: an undefined attribute there is an error at its own place. */
void nt_emit_object(nt_emit *g, const nt_expr *e);
/* Comma-separated values, each in a register above the last, with `before` in front; NULL writes nil. */
void nt_emit_values(nt_emit *g, nt_expr *const *items, size_t count, const char *before);
/* A name that is no variable here. */
bool nt_emit_is_free(const nt_emit *g, const nt_expr *e, const char *name);
/* NULL unless it is the `loop` of a loop around. */
const nt_symbol *nt_emit_loop_of(const nt_emit *g, const nt_expr *e);
/* {{ super() }}, {{ self.x() }}: the block writes where we are. False if it is neither. */
bool nt_emit_block_call(nt_emit *g, const nt_expr *e);
/* What stands before a dot, for messages. */
nt_str nt_expr_source(nt_arena *arena, const nt_expr *e);

/* Statements. Their scope's variables are declared where it begins. */
void nt_emit_stmts(nt_emit *g, const nt_stmts *list);
void nt_emit_declare(nt_emit *g, nt_str name, bool definite);
/* …of all that the statements set, also under `if`, which makes no scope of its own. */
void nt_emit_declare_sets(nt_emit *g, const nt_stmts *list);
/* Begins `name=`; afterwards nt_emit_mark_set: reads before the assignment may still mean an outer variable. */
void nt_emit_target(nt_emit *g, nt_str name);
void nt_emit_mark_set(nt_emit *g, nt_str name);
nt_function nt_function_begin(nt_emit *g, const char *head); /* gives the outer one, for nt_function_end */
void nt_function_end(nt_emit *g, nt_function outer);
void nt_emit_macro(nt_emit *g, const nt_stmt *s);
void nt_emit_block(nt_emit *g, const nt_stmt *s);
void nt_emit_block_function(nt_emit *g, const nt_stmt *s);
void nt_emit_include(nt_emit *g, const nt_stmt *s);
void nt_emit_import(nt_emit *g, const nt_stmt *s);

/* The whole chunk. */
void nt_emit_template(nt_emit *g, const nt_template_ast *ast);

#endif
