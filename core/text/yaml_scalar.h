/* What a plain scalar means by YAML's core schema. */
#ifndef NT_TEXT_YAML_SCALAR_H
#define NT_TEXT_YAML_SCALAR_H

#include "base/value.h"

/* Null, a boolean, an integer or a float, else a string that borrows `plain` (YAML 1.2.2, 10.3.2). Two things that
 * lose what was written stay strings, against the letter of the schema: numbers with leading zeros (0123 is a
 * telephone prefix) and those that do not fit in 64 bits. */
nt_value nt_yaml_resolve(nt_str plain);

#endif
