/* The languages and time zones that sites use, each opened once and kept as long as the engine. */
#ifndef NT_ENGINE_INPUTS_LOCALES_H
#define NT_ENGINE_INPUTS_LOCALES_H

#include "text/locale.h"

typedef struct nt_locales nt_locales;

nt_locales *nt_locales_new(void);
void nt_locales_free(nt_locales *locales);
/* From any thread. */
const nt_locale *nt_locales_chain(nt_locales *locales, const nt_str *langs, size_t count); /* nt_locale_open_first */
const nt_zone *nt_locales_zone(nt_locales *locales, nt_str name); /* NULL if there is no such zone */

#endif
