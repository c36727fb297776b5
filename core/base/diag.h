/* Diagnostics: what went wrong or deserves notice, where, and what to do about it.
 *
 * A diagnostic holds a code and its arguments, never a finished sentence: the text is put together in the reader's
 * language when it is printed (messages.h), so diagnostics can be memoised and replayed. A diagnostic about a document
 * names the document and a node or field, and is located in the file when it is printed. */
#ifndef NT_BASE_DIAG_H
#define NT_BASE_DIAG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/messages.h"
#include "base/value.h"

enum { NT_DIAG_ARGS = 4 };

/* Columns and spans count bytes; they become characters when printed. Every member may be left zero. */
typedef struct nt_where {
  nt_str file; /* from the workspace's root, or the site's where `doc` is set */
  uint32_t line;
  uint32_t column;
  uint32_t span;
  nt_str doc;    /* a document's id */
  uint32_t node; /* the origin of a node in its parsed body (model/node.h), 0 for none */
  nt_str field;  /* "image.alt", or empty */
} nt_where;

typedef struct nt_diag {
  nt_severity severity;
  nt_code code;
  uint32_t count; /* of places that it stands for, 0 is one; see nt_message.once */
  nt_where where;
  nt_str args[NT_DIAG_ARGS];
  nt_str hint;  /* replaces the catalogue's when not empty */
  nt_str trace; /* a Lua traceback, or empty */
} nt_diag;

/* A list of diagnostics, not shared between threads. Strings are copied into its arena. */
typedef struct nt_diags {
  nt_arena *arena; /* borrowed */
  nt_diag *items;
  size_t len;
  size_t cap;
  size_t errors;
} nt_diags;

void nt_diags_init(nt_diags *diags, nt_arena *arena);

/* Reports with the severity that the catalogue gives the code. Arguments are nt_str, at most NT_DIAG_ARGS, and copied.
 * Returns the diagnostic, so that a caller may add a hint or a trace with strings of diags->arena. */
#define nt_report(diags, code, where, ...)                                                                             \
  nt_report_args((diags), (code), (where), (const nt_str[NT_DIAG_ARGS + 1]){__VA_ARGS__, {0}})
#define nt_report0(diags, code, where) nt_report_args((diags), (code), (where), NULL)
nt_diag *nt_report_args(nt_diags *diags, nt_code code, nt_where where, const nt_str *args);
/* A copy of one that another list holds. */
nt_diag *nt_diags_add(nt_diags *diags, const nt_diag *diag);

static inline nt_where nt_where_file(nt_str file, uint32_t line, uint32_t column) {
  nt_where w;
  memset(&w, 0, sizeof w);
  w.file = file;
  w.line = line;
  w.column = column;
  return w;
}

static inline nt_where nt_where_pos(nt_str file, nt_pos pos) {
  return nt_where_file(file, pos.line, pos.column);
}

/* The message and the hint in a language, with the arguments in place. */
void nt_diag_message(const nt_diag *diag, nt_language language, nt_buf *out);
void nt_diag_hint(const nt_diag *diag, nt_language language, nt_buf *out);

#endif
