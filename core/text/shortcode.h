/* Shortcodes of other engines, {{< name … >}} and {{% name … %}}, which a text brought with it and nobody replaced. */
#ifndef NT_TEXT_SHORTCODE_H
#define NT_TEXT_SHORTCODE_H

#include "model/node.h"

typedef struct nt_shortcode {
  nt_str name;
  uint32_t count;
  /* The first: the node that it begins in, how many lines and bytes stand before it there. With a line before it the
   * bytes are those of its own line. */
  uint32_t origin, lines, bytes;
} nt_shortcode;

enum { NT_SHORTCODES = 64 };

/* Those of the tree in the order of their first use, at most NT_SHORTCODES names; closing ones ({{< /name >}}) and what
 * stands as code are not counted. The list is in the arena; names borrow from it. */
nt_shortcode *nt_shortcodes_find(const nt_node *body, nt_arena *arena, size_t *count);

#endif
