/* What the parser makes of a template. Everything lies in the compilation's arena. */
#ifndef NT_TEMPLATE_AST_H
#define NT_TEMPLATE_AST_H

#include "base/diag.h"

typedef enum nt_expr_kind {
  NT_EXPR_NONE,
  NT_EXPR_BOOL,
  NT_EXPR_INT,
  NT_EXPR_FLOAT,
  NT_EXPR_STRING,
  NT_EXPR_NAME,
  NT_EXPR_ATTR,   /* a.text */
  NT_EXPR_INDEX,  /* a[b] */
  NT_EXPR_SLICE,  /* a[items[0]:items[1]:items[2]], NULL where left out */
  NT_EXPR_CALL,   /* a(items, keywords) */
  NT_EXPR_FILTER, /* a|text(items, keywords); a is NULL in {% filter %} */
  NT_EXPR_TEST,   /* a is text(items); op is 1 for `is not` */
  NT_EXPR_NOT,    /* not a */
  NT_EXPR_UNARY,  /* op a */
  NT_EXPR_BINARY, /* a op b */
  NT_EXPR_CONCAT, /* items[0] ~ items[1] ~ … */
  NT_EXPR_AND,    /* items[0] and items[1] and … */
  NT_EXPR_OR,
  NT_EXPR_COMPARE, /* items[0] ops[0] items[1] ops[1] items[2] … */
  NT_EXPR_COND,    /* a if b else c; c may be NULL */
  NT_EXPR_LIST,
  NT_EXPR_DICT /* items: key, value, key, value … */
} nt_expr_kind;

/* Signs of the lexer; these two come from words. */
enum { NT_OP_IN = 400, NT_OP_NOT_IN };

typedef struct nt_expr nt_expr;

typedef struct nt_keyword {
  nt_str name;
  nt_expr *value;
} nt_keyword;

struct nt_expr {
  nt_expr_kind kind;
  int op;
  uint32_t height; /* of the tree: bounds every recursion over it */
  uint32_t line;
  uint32_t column;
  uint32_t span;
  nt_str text;
  int64_t integer;
  double number;
  nt_expr *a, *b, *c;
  nt_expr **items;
  size_t count;
  int *ops;
  nt_keyword *keywords;
  size_t keyword_count;
};

typedef enum nt_stmt_kind {
  NT_STMT_TEXT,
  NT_STMT_OUTPUT,
  NT_STMT_IF,      /* expr, body, otherwise; an elif is an `if` alone in `otherwise` with `chained` */
  NT_STMT_FOR,     /* names in expr if cond, body, otherwise */
  NT_STMT_SET,     /* names = expr; or name.text = expr */
  NT_STMT_CAPTURE, /* set name | expr, body */
  NT_STMT_WITH,    /* names and values, body */
  NT_STMT_BLOCK,   /* text, body */
  NT_STMT_INCLUDE, /* expr */
  NT_STMT_IMPORT,  /* expr as names[0] */
  NT_STMT_FROM,    /* expr: values' text as names */
  NT_STMT_MACRO,   /* text(names, values as defaults or NULL), body */
  NT_STMT_EXTENDS, /* text */
  NT_STMT_FILTER   /* expr applied to body */
} nt_stmt_kind;

typedef struct nt_stmt nt_stmt;

typedef struct nt_stmts {
  nt_stmt *first;
  nt_stmt *last;
} nt_stmts;

struct nt_stmt {
  nt_stmt_kind kind;
  uint32_t line;
  uint32_t column;
  uint32_t span;
  nt_stmt *next;
  nt_str text;
  nt_expr *expr;
  nt_expr *cond;
  nt_str *names;
  nt_expr **values;
  size_t count;
  nt_stmts body;
  nt_stmts otherwise;
  bool has_otherwise;
  bool chained;
  bool ignore_missing; /* include */
  bool scoped;         /* block; include and import: with the context */
};

typedef struct nt_template_ast {
  nt_stmts body;
  nt_stmt *extends;
  nt_stmt **blocks; /* every block, outer ones before those within */
  size_t block_count;
} nt_template_ast;

#endif
