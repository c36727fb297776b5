/* Templates: a Jinja-family language, compiled to Lua and run in a worker's VM, writing into a buffer.
 *
 * Compiling is a pure function of the source and happens once per site and template (the cache is shared by the
 * workers); each VM then loads the Lua text when it first needs it. */
#ifndef NT_TEMPLATE_TEMPLATE_H
#define NT_TEMPLATE_TEMPLATE_H

#include "script/lua.h"

typedef struct nt_template_cache nt_template_cache;

/* Thread-safe. Keyed by the source's hash and file; entries stay until the cache is freed or trimmed. */
nt_template_cache *nt_template_cache_new(void);
void nt_template_cache_free(nt_template_cache *cache);

/* Renders the first of `names` that exists, with `site`, `page`, `doc` (of a document page) and `documents` (of a list
 * page: its slice of the collection), plus page->params under `page.params`. Every candidate looked for is traced
 * through the reader. False after reporting at the template's own line; *out is then cut back to what it held. */
bool nt_template_render(nt_template_cache *cache, nt_vm *vm, nt_reader *reader, const nt_str *names, size_t name_count,
                        const nt_page *page, nt_buf *out);

/* Does the code say that a template cannot be used at all, rather than that it failed on one page? */
bool nt_template_is_unusable(nt_code code);

/* Only syntax, as `notis check` wants it before anything is rendered. False after reporting. */
bool nt_template_check(nt_template_cache *cache, const nt_template_source *source, nt_diags *diags);

#endif
