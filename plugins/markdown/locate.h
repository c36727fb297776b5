/* Where the nodes of a parsed text stand in it.
 *
 * The parsers know where blocks begin, but are often wrong about inlines (in later lines of a quote, after a link
 * definition, in extended autolinks) and silent about destinations. So the text is followed here beside the tree: a
 * cursor moves through a block's bytes as its inlines are walked, past the markers that each must have. Where text and
 * tree cannot be matched the cursor searches for the next text, with a budget, so that no input costs more than a
 * multiple of its length. */
#ifndef MARKDOWN_LOCATE_H
#define MARKDOWN_LOCATE_H

#include "parser.h"

typedef struct markdown_place {
  uint32_t line, column;           /* from 1 */
  uint32_t text_line, text_column; /* of a link's or image's destination or a footnote's label, 0 if not found */
  size_t label, label_len;         /* a footnote's label in the text; the parser does not tell it */
} markdown_place;

typedef struct markdown_places {
  markdown_place *items; /* in pre-order, the root too */
  size_t len, cap;
} markdown_places;

/* False when out of memory. Uses the nodes' user data. */
bool markdown_locate(cmark_node *root, notis_str text, notis_place at, bool smart, markdown_places *out);

#endif
