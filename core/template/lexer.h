/* Template bytes into tokens. The whole template is cut at once; tokens borrow from the source or from the arena. */
#ifndef NT_TEMPLATE_LEXER_H
#define NT_TEMPLATE_LEXER_H

#include "base/diag.h"

typedef enum nt_token_kind {
  NT_TOKEN_TEXT,
  NT_TOKEN_OUTPUT,     /* {{ */
  NT_TOKEN_OUTPUT_END, /* }} */
  NT_TOKEN_TAG,        /* {% */
  NT_TOKEN_TAG_END,    /* %} */
  NT_TOKEN_NAME,
  NT_TOKEN_STRING, /* text is its value, escapes undone */
  NT_TOKEN_INT,
  NT_TOKEN_FLOAT,
  NT_TOKEN_SIGN, /* an operator or punctuation: `sign` */
  NT_TOKEN_END
} nt_token_kind;

/* One-byte signs stand for themselves. */
typedef enum nt_sign { NT_SIGN_EQ = 256, NT_SIGN_NE, NT_SIGN_LE, NT_SIGN_GE, NT_SIGN_IDIV, NT_SIGN_POW } nt_sign;

typedef struct nt_token {
  nt_token_kind kind;
  int sign;
  uint32_t line;
  uint32_t column;
  uint32_t span; /* bytes in the source */
  nt_str text;
  int64_t integer;
  double number;
} nt_token;

typedef struct nt_tokens {
  nt_token *items; /* on the heap; the last one is NT_TOKEN_END */
  size_t len;
  size_t cap;
} nt_tokens;

/* Every fault is reported, with positions in `file`; the tokens are whole and can be parsed in any case. The source
 * must live as long as they do. Lines may end in LF or CR LF; text tokens hold LF only. */
void nt_template_lex(nt_str source, nt_str file, nt_arena *arena, nt_diags *diags, nt_tokens *out);
void nt_tokens_deinit(nt_tokens *tokens);

#endif
