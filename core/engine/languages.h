/* The languages of a site, as its configuration has them; the first is the default. A site that names none has one. */
#ifndef NT_ENGINE_LANGUAGES_H
#define NT_ENGINE_LANGUAGES_H

#include "engine/inputs.h"

/* Its place in the site's order; the count of them if the site has no such language. */
size_t nt_language_index(const nt_inputs *inputs, nt_str code);
/* NULL if the site has no such language. */
const nt_site_lang *nt_language_find(const nt_inputs *inputs, nt_str code);
/* False after saying at `where` that the site has no such language, and which it has. */
bool nt_language_check(const nt_inputs *inputs, nt_str code, nt_where where, nt_diags *diags);
/* Reads which languages stand in for each (languages.X.fallback), when the languages are there. */
void nt_language_read_chains(nt_inputs *inputs, nt_locales *locales);
/* Never NULL: a language that is none of the site's is formatted as the default one. */
const nt_locale *nt_language_locale(const nt_inputs *inputs, nt_str lang);
/* Empty where the site has one language, for then everything is in it; else the language. */
nt_str nt_language_narrow(const nt_inputs *inputs, nt_str lang);

#endif
