/* HTML that is read away from its page, in a feed. */
#ifndef NT_TEXT_HTML_ABSOLUTE_H
#define NT_TEXT_HTML_ABSOLUTE_H

#include "base/arena.h"
#include "base/buf.h"

/* The same HTML with every address in it whole, as a browser resolves it on the page at `base`; without ids, which
 * would meet those of other entries (links to them lead to the page instead), and without scripts and style sheets,
 * which readers of feeds do not run. */
void nt_html_absolute(nt_str html, nt_str base, nt_arena *arena, nt_buf *out);

#endif
