/* The words of the language: what is reserved, which filters and tests there are, and what they take. The compiler
 * checks against these tables, the runtime makes its functions known by the same names. */
#ifndef NT_TEMPLATE_NAMES_H
#define NT_TEMPLATE_NAMES_H

#include "base/buf.h"

typedef struct nt_template_function {
  const char *name;
  const char *arguments[6]; /* after the input, in order; NULL ends them */
  size_t required;
  bool open; /* takes any keyword, as one map in its last argument */
} nt_template_function;

bool nt_template_word_reserved(nt_str word);
/* NULL if there is none. */
const nt_template_function *nt_template_filter_find(nt_str name);
const nt_template_function *nt_template_test_find(nt_str name);
const nt_template_function *nt_template_global_find(nt_str name);
/* The nearest word of a list that ends with NULL; empty if none is near. */
nt_str nt_template_nearest(nt_str word, const char *const *words);
nt_str nt_template_filter_nearest(nt_str name);
nt_str nt_template_test_nearest(nt_str name);

/* The same over words that come one by one: start with `best` empty. */
typedef struct nt_nearest {
  nt_str word;
  nt_str best;
  size_t distance;
} nt_nearest;
void nt_nearest_try(nt_nearest *nearest, nt_str candidate);

#endif
