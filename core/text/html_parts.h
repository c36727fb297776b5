/* What the files of the HTML writer share. */
#ifndef NT_TEXT_HTML_PARTS_H
#define NT_TEXT_HTML_PARTS_H

#include "base/vec.h"
#include "text/html.h"

typedef struct nt_html_reference {
  int32_t number;
  uint32_t ordinal;
} nt_html_reference;

typedef struct nt_html_writer {
  nt_buf *out;
  size_t start;
  const nt_node *root;
  const nt_html_options *options;
  bool references_known;
  NT_VEC(nt_html_reference) references; /* sorted by number, then ordinal */
  NT_VEC(const nt_node *) dead;         /* the links we are in that lead nowhere, the innermost last */
} nt_html_writer;

typedef void nt_html_write_fn(nt_html_writer *w, const nt_node *node, bool entering);

void nt_html_fresh_line(nt_html_writer *w);
void nt_html_attribute(nt_html_writer *w, nt_str name, nt_str value);
/* Those that the node was given, without the names that its element writes itself; own ends in NULL, or is NULL. */
void nt_html_attributes(nt_html_writer *w, const nt_node *node, const char *const *own);
/* The element's own class stands before those that the node was given. */
void nt_html_attributes_with_class(nt_html_writer *w, const nt_node *node, nt_str class_name);

nt_html_write_fn nt_html_footnote_definition, nt_html_footnote_reference;
/* The links from a definition to what refers to it. */
void nt_html_back_references(nt_html_writer *w, const nt_node *definition);

#endif
