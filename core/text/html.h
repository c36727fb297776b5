/* Our HTML writer over our nodes. For a tree that a CommonMark source built, the bytes are those that the
 * specification's examples show. Does not recurse. */
#ifndef NT_TEXT_HTML_H
#define NT_TEXT_HTML_H

#include "base/buf.h"
#include "model/node.h"

typedef enum nt_html_link {
  NT_HTML_KEEP,  /* as it is written */
  NT_HTML_MOVED, /* to *out */
  NT_HTML_DEAD   /* nowhere: of a link only its text is written, of an image nothing */
} nt_html_link;

typedef struct nt_html_options {
  /* Where a link or image leads; asked for it when it is entered. */
  nt_html_link (*resolve)(void *ud, const nt_node *node, nt_str destination, nt_str *out);
  /* How large an image is, in pixels; false if that is not known. May be NULL. */
  bool (*size)(void *ud, const nt_node *image, uint32_t *width, uint32_t *height);
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
