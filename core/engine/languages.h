/* The languages of a site, as its configuration has them; the first is the default. A site that names none has one. */
#ifndef NT_ENGINE_LANGUAGES_H
#define NT_ENGINE_LANGUAGES_H

#include "engine/inputs.h"

size_t nt_language_count(const nt_inputs *inputs);
nt_str nt_language_at(const nt_inputs *inputs, size_t index);
/* Its place in the site's order; the count of them if the site has no such language. */
size_t nt_language_index(const nt_inputs *inputs, nt_str code);
bool nt_language_known(const nt_inputs *inputs, nt_str code);
/* Where its pages lie, begun and ended with '/': "/" for the default language and "/en/" for another, unless the
 * configuration says otherwise. */
nt_str nt_language_path(const nt_inputs *inputs, nt_str code, nt_arena *arena);
/* False after saying at `where` that the site has no such language, and which it has. */
bool nt_language_check(const nt_inputs *inputs, nt_str code, nt_where where, nt_diags *diags);

#endif
