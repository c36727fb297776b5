/* Reading a site's configuration: the layers it is merged from, and its parts. For inputs.c alone. */
#ifndef NT_ENGINE_SETTINGS_H
#define NT_ENGINE_SETTINGS_H

#include "engine/inputs.h"

/* Opens the site's folder and all that it extends, nearest first, and merges their site.yaml. What two of them extend
 * stands behind both, once. False after reporting. */
bool nt_layers_read(nt_inputs *in, const nt_inputs_options *options);
/* Everything in the configuration that the schema has passed; faults are reported. After the kinds. */
void nt_settings_read(nt_inputs *in, const nt_inputs_options *options);

/* What nt_settings_read() is made of. */
void nt_settings_languages(nt_inputs *in);
void nt_settings_lists(nt_inputs *in);
void nt_settings_pages(nt_inputs *in);
void nt_settings_check_kind(nt_inputs *in, nt_str kind, nt_pos pos);
void nt_settings_check_lang(nt_inputs *in, nt_str code, nt_pos pos);
/* Is a setting that may be a map by language one of this site's languages? */
void nt_settings_check_by_lang(nt_inputs *in, const nt_value *setting);
/* Can a page be published there, counted from the root? */
bool nt_settings_is_path(nt_str path);
/* Says so if a path, in any language, does not begin with '/', or lacks the placeholder (NULL: none). */
void nt_settings_check_path(nt_inputs *in, const nt_value *setting, const char *key, const char *placeholder);

/* The part of a map that says how a list is laid out. */
void nt_listing_read(const nt_value *config, nt_arena *arena, nt_listing *out);

#endif
