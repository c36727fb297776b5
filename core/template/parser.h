/* Tokens into a tree. After a fault the parser goes on at the end of its tag, so that one run reports them all. */
#ifndef NT_TEMPLATE_PARSER_H
#define NT_TEMPLATE_PARSER_H

#include "template/ast.h"
#include "template/lexer.h"

/* How deep tags, brackets and operators may nest, and how many faults one template reports. */
enum { NT_TEMPLATE_DEPTH = 100, NT_TEMPLATE_FAULTS = 20 };

/* False if anything was reported as an error. */
bool nt_template_parse(nt_str source, nt_str file, nt_arena *arena, nt_diags *diags, nt_template_ast *out);

/* The parts below are shared by the parser's files: parser.c (tags and text), parse_tag.c, parse_expr.c. */

typedef struct nt_open_tag {
  const char *const *continues; /* words that continue or close it, ends with NULL */
  const nt_token *token;        /* its name, where it was opened */
} nt_open_tag;

typedef struct nt_parser {
  nt_tokens tokens;
  size_t at;
  nt_str file;
  nt_arena *arena;
  nt_diags *diags;
  size_t depth;
  nt_open_tag open[NT_TEMPLATE_DEPTH + 1];
  size_t open_count;
  size_t in_macro;
  bool stopped;
  size_t first_error; /* diags->errors before this template */
  nt_template_ast *out;
  size_t block_cap;
} nt_parser;

const nt_token *nt_parser_peek(const nt_parser *p, size_t ahead);
const nt_token *nt_parser_next(nt_parser *p);
bool nt_parser_is_sign(const nt_parser *p, int sign);
bool nt_parser_is_word(const nt_parser *p, const char *word);
bool nt_parser_skip_sign(nt_parser *p, int sign);
bool nt_parser_skip_word(nt_parser *p, const char *word);
/* Reports and returns false if the sign does not come next. */
bool nt_parser_expect(nt_parser *p, const char *sign);
/* A NULL-pointer string after reporting. Words of the language are no names. */
nt_str nt_parser_name(nt_parser *p);
nt_where nt_parser_where(const nt_parser *p, const nt_token *token);
/* What stands there, as the author wrote it. */
nt_str nt_parser_found(const nt_parser *p, const nt_token *token);
/* Guards every recursion; a true answer is paired with nt_parser_leave. */
bool nt_parser_enter(nt_parser *p);
void nt_parser_leave(nt_parser *p);

bool nt_token_is(const nt_token *token, const char *word);
bool nt_token_in(const char *const *words, const nt_token *token); /* words end with NULL */
bool nt_parser_expect_word(nt_parser *p, const char *word);
/* A name to give a value to: not one that the language itself gives a meaning. */
nt_str nt_parser_target(nt_parser *p);
nt_stmt *nt_stmt_new(nt_parser *p, nt_stmt_kind kind, const nt_token *token);
void nt_stmts_append(nt_stmts *list, nt_stmt *stmt);
/* After a fault: on to the end of this tag. */
void nt_parser_skip_tag(nt_parser *p);
/* The end of a tag whose parts were right if `good`; false after a fault. */
bool nt_parser_end_tag(nt_parser *p, bool good);
/* The body of a tag, up to one of `words`, whose name it passes over and returns. NULL after reporting that the tag is
 * never closed; whatever closes an outer tag is then left where it is. */
const nt_token *nt_parse_until(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out);
void nt_parse_and_close(nt_parser *p, const nt_token *opener, const char *const *words, nt_stmts *out);
/* The tag with this name, from after it to its end; false if there is none. */
bool nt_parse_tag(nt_parser *p, const nt_token *word, nt_stmts *out);

/* NULL after reporting. A tuple is `a, b` without brackets: a list. */
nt_expr *nt_parse_expr(nt_parser *p);
nt_expr *nt_parse_tuple(nt_parser *p);
/* The same without `a if b`: what a loop runs over. */
nt_expr *nt_parse_plain(nt_parser *p);
nt_expr *nt_parse_primary(nt_parser *p);
/* `upper|trim(…)` on `input`, which may be NULL; stands at the first filter's name. */
nt_expr *nt_parse_filters(nt_parser *p, nt_expr *input);

#endif
