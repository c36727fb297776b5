/* Texts that cmark-gfm would need far more time or memory for than their length allows. It goes through every open
 * emphasis marker of a paragraph at each link's end, through a whole extended autolink at each parenthesis that ends
 * it, and fills each row of a table with as many cells as the first; a text of 30 KB can so ask for gigabytes. */
#ifndef MARKDOWN_GUARD_H
#define MARKDOWN_GUARD_H

#include "parser.h"

/* The line, from 1, at which the text becomes too costly; 0 if it does not. */
uint32_t markdown_costly_line(notis_str text);

#endif
