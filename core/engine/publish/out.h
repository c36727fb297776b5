/* Where sites may be published: never among what they are made from, and no two in one folder. */
#ifndef NT_ENGINE_PUBLISH_OUT_H
#define NT_ENGINE_PUBLISH_OUT_H

#include "engine/engine.h"

/* Is one of the folders the other, or inside it? Both are absolute; neither need exist, and links are followed as far
 * as they do. */
bool nt_out_touches(nt_str out, nt_str dir, nt_arena *arena);
/* Reports the engine's sites that cannot be published where they would be, at `where`. `dirs` are the folders, from the
 * workspace's root, of every site, also of those that are not built now. */
void nt_out_check(nt_engine *engine, const nt_str *dirs, size_t count, nt_where where);
/* The same for the folders that a site inherits from; false after reporting. */
bool nt_out_check_layers(const nt_engine *engine, const nt_site *site, nt_inputs *inputs);

#endif
