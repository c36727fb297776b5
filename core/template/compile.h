/* A template's tree into Lua text.
 *
 * The generated chunk is called with (T, O): the compiled template as light userdata, and the table of the runtime's
 * functions. It returns { body = function(C, B, k), blocks = { name, function(C, B, k), … } } where C is the context (a
 * table of variables), B the blocks by name (each a list, the most derived first) and k which of them this one is.
 * Every operation that can fail begins on a line of its own, so that a line of the chunk is a place of the template.
 * Literal text stays in C: the chunk names it by number. */
#ifndef NT_TEMPLATE_COMPILE_H
#define NT_TEMPLATE_COMPILE_H

#include "template/ast.h"

typedef struct nt_template_place {
  uint32_t line;
  uint32_t column;
  uint32_t span;
  nt_str text; /* what the operation works on, as it was written: "doc.image"; may be empty */
} nt_template_place;

typedef struct nt_template_macro {
  nt_str name;
  const nt_str *params;
  const bool *has_default;
  size_t count;
} nt_template_macro;

typedef struct nt_compiled {
  nt_arena *arena; /* owns everything here */
  nt_str file;
  nt_str name;
  uint32_t layer;
  unsigned refs;  /* changed atomically; starts at 1 */
  bool good;      /* false: only diags is of use */
  nt_diags diags; /* of the compilation, to be replayed by whoever uses it */
  nt_str lua;
  const nt_str *literals; /* from 1 */
  size_t literal_count;
  const nt_template_place *places; /* by line of the chunk, from 1 */
  size_t place_count;
  const nt_template_macro *macros;
  size_t macro_count;
  nt_str extends; /* without "shared:"; empty if it extends nothing */
  bool extends_shared;
  nt_template_place extends_place;
} nt_compiled;

/* Never NULL. A pure function of its arguments. */
nt_compiled *nt_template_compile(nt_str name, nt_str file, uint32_t layer, nt_str source);
void nt_compiled_free(nt_compiled *compiled);
/* "shared:x" is x below the layer; true if it was so written. */
bool nt_template_shared(nt_str *name);

/* The names of the runtime's functions in the order in which a chunk binds them, divided by commas. */
extern const char nt_template_ops[];

#endif
