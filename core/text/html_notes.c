/* Footnotes, and from each of them back to the places that refer to it. */
#include "text/html_parts.h"

#include "text/escape.h"

static int by_number(const void *a, const void *b) {
  const nt_html_reference *x = a, *y = b;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

static uint32_t ordinal_of(const nt_node *node) {
  uint32_t n = 0;
  for (size_t i = 0; i < node->extra.len && i < 9; i++)
    if (node->extra.ptr[i] >= '0' && node->extra.ptr[i] <= '9') n = n * 10 + (uint32_t)(node->extra.ptr[i] - '0');
  return n ? n : 1;
}

static void know_references(nt_html_writer *w) {
  if (w->references_known) return;
  w->references_known = true;
  for (nt_walk walk = nt_walk_start(w->root); nt_walk_next(&walk);)
    if (walk.node->type == NOTIS_NODE_FOOTNOTE_REFERENCE)
      nt_push(&w->references, ((nt_html_reference){walk.node->number, ordinal_of(walk.node)}));
  if (w->references.len) qsort(w->references.items, w->references.len, sizeof(nt_html_reference), by_number);
}

static size_t first_reference(const nt_html_writer *w, int32_t number) {
  size_t low = 0, high = w->references.len;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (w->references.items[middle].number < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void reference_id(nt_html_writer *w, const nt_node *node, uint32_t ordinal) {
  nt_buf_put(w->out, NT_STR("fnref-"));
  nt_escape_href(node->text, w->out);
  if (ordinal > 1) nt_buf_format(w->out, "-%u", (unsigned)ordinal);
}

static nt_str word_of(const nt_html_writer *w, nt_str key, nt_str english) {
  nt_str word = {NULL, 0};
  if (w->options && w->options->word) word = w->options->word(w->options->ud, key);
  return word.len ? word : english;
}

void nt_html_back_references(nt_html_writer *w, const nt_node *definition) {
  know_references(w);
  size_t from = first_reference(w, definition->number);
  for (size_t i = from; i < w->references.len && w->references.items[i].number == definition->number; i++) {
    uint32_t ordinal = w->references.items[i].ordinal;
    nt_buf_put(w->out, i > from ? NT_STR(" <a href=\"#") : NT_STR("<a href=\"#"));
    reference_id(w, definition, ordinal);
    nt_buf_put(w->out, NT_STR("\" class=\"footnote-backref\" data-footnote-backref"));
    nt_html_attribute(w, NT_STR("aria-label"), word_of(w, NT_STR("footnote_back"), NT_STR("Back to content")));
    nt_buf_put(w->out, NT_STR(">↩"));
    if (ordinal > 1) nt_buf_format(w->out, "<sup class=\"footnote-ref\">%u</sup>", (unsigned)ordinal);
    nt_buf_put(w->out, NT_STR("</a>"));
  }
}

static const char *notes_element(const nt_html_writer *w) {
  return w->options && w->options->accessible ? "div" : "section";
}

void nt_html_footnote_definition(nt_html_writer *w, const nt_node *node, bool entering) {
  static const char *const own[] = {"id", NULL};
  if (entering) {
    nt_html_fresh_line(w);
    if (!node->prev || node->prev->type != node->type)
      nt_buf_format(w->out, "<%s class=\"footnotes\" data-footnotes>\n<ol>\n", notes_element(w));
    nt_buf_put(w->out, NT_STR("<li id=\"fn-"));
    nt_escape_href(node->text, w->out);
    nt_buf_byte(w->out, '"');
    nt_html_attributes(w, node, own);
    nt_buf_put(w->out, NT_STR(">\n"));
    return;
  }
  if (!node->last || node->last->type != NOTIS_NODE_PARAGRAPH) {
    nt_html_back_references(w, node);
    nt_html_fresh_line(w);
  }
  nt_buf_put(w->out, NT_STR("</li>\n"));
  if (!node->next || node->next->type != node->type) nt_buf_format(w->out, "</ol>\n</%s>\n", notes_element(w));
}

void nt_html_footnote_reference(nt_html_writer *w, const nt_node *node, bool entering) {
  nt_buf_put(w->out, NT_STR("<sup"));
  nt_html_attributes_with_class(w, node, NT_STR("footnote-ref"));
  nt_buf_put(w->out, NT_STR("><a href=\"#fn-"));
  nt_escape_href(node->text, w->out);
  nt_buf_put(w->out, NT_STR("\" id=\""));
  reference_id(w, node, ordinal_of(node));
  nt_buf_format(w->out, "\" data-footnote-ref>%d</a></sup>", node->number);
}
