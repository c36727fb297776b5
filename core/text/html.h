/* Our HTML writer over our nodes. For a tree that a CommonMark source built, the bytes are those that the
 * specification's examples show. Does not recurse. */
#ifndef NT_TEXT_HTML_H
#define NT_TEXT_HTML_H

#include "base/buf.h"
#include "model/node.h"

typedef struct nt_html_options {
  /* Where a link or image leads: writes the destination and returns true, or returns false to keep it as it is. */
  bool (*resolve)(void *ud, const nt_node *node, nt_str destination, nt_str *out);
  void *ud;
  /* A word of the writer's own, in the page's language; empty, or no function: the specification's English.
   * "footnote_back": from a footnote to where it is referred to. */
  nt_str (*word)(void *ud, nt_str key);
  /* Beyond the specification's examples: the boxes of task lists have their items' texts as labels, and footnotes stand
   * in a div, since a section should have a heading. */
  bool accessible;
} nt_html_options;

/* options may be NULL. Raw nodes of format "html" are written as they are, others left out. */
void nt_html_write(const nt_node *root, const nt_html_options *options, nt_buf *out);

#endif
