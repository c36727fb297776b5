/* Markup as a page shows it: links lead to the addresses of the texts and files that they name, those that lead nowhere
 * are left out, and pictures have their size. The one way in which templates and outputs write nodes. */
#ifndef NT_TEXT_LINKED_H
#define NT_TEXT_LINKED_H

#include "model/reader.h"

/* Links are seen from `from`, 0 for nodes of no document. What the writer says itself is in the reader's language. */
void nt_html_write_linked(nt_reader *reader, nt_docref from, const nt_node *node, nt_buf *out);

#endif
