/* One writer function per node type, called when a node is entered and, for containers, when it is left. Where the
 * CommonMark specification or cmark-gfm has an output for a node, these are its bytes. */
#include "text/html_parts.h"

#include "text/escape.h"

/* ---- pieces ---- */

void nt_html_fresh_line(nt_html_writer *w) {
  if (w->out->len > w->start && w->out->ptr[w->out->len - 1] != '\n') nt_buf_byte(w->out, '\n');
}

static bool is_name(nt_str s) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || c == '@';
    bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';
    if (!letter && !(i && later)) return false;
  }
  return s.len > 0;
}

void nt_html_attribute(nt_html_writer *w, nt_str name, nt_str value) {
  nt_buf_byte(w->out, ' ');
  nt_buf_put(w->out, name);
  nt_buf_put(w->out, NT_STR("=\""));
  nt_escape_html(value, w->out);
  nt_buf_byte(w->out, '"');
}

static bool is_own(const char *const *own, nt_str name) {
  for (; own && *own; own++)
    if (nt_str_eq(nt_str_c(*own), name)) return true;
  return false;
}

void nt_html_attributes(nt_html_writer *w, const nt_node *node, const char *const *own) {
  for (const nt_attr *a = node->attrs; a; a = a->next)
    if (is_name(a->name) && !is_own(own, a->name)) nt_html_attribute(w, a->name, a->value);
}

void nt_html_attributes_with_class(nt_html_writer *w, const nt_node *node, nt_str class_name) {
  static const char *const own[] = {"class", NULL};
  nt_str more = nt_node_attr(node, NT_STR("class"));
  nt_buf_put(w->out, NT_STR(" class=\""));
  nt_buf_put(w->out, class_name);
  if (more.len) {
    nt_buf_byte(w->out, ' ');
    nt_escape_html(more, w->out);
  }
  nt_buf_byte(w->out, '"');
  if (node->attrs) nt_html_attributes(w, node, own);
}

static void open_tag(nt_html_writer *w, const nt_node *node, nt_str tag) {
  nt_buf_byte(w->out, '<');
  nt_buf_put(w->out, tag);
  if (node->attrs) nt_html_attributes(w, node, NULL);
  nt_buf_byte(w->out, '>');
}

static void close_tag(nt_html_writer *w, nt_str tag) {
  nt_buf_put(w->out, NT_STR("</"));
  nt_buf_put(w->out, tag);
  nt_buf_byte(w->out, '>');
}

/* An element on lines of its own, holding blocks. */
static void outer_block(nt_html_writer *w, const nt_node *node, bool entering, nt_str tag) {
  nt_html_fresh_line(w);
  if (entering)
    open_tag(w, node, tag);
  else
    close_tag(w, tag);
  nt_buf_byte(w->out, '\n');
}

/* An element that begins on a line of its own and holds text. */
static void text_block(nt_html_writer *w, const nt_node *node, bool entering, nt_str tag) {
  if (entering) {
    nt_html_fresh_line(w);
    open_tag(w, node, tag);
  } else {
    close_tag(w, tag);
    nt_buf_byte(w->out, '\n');
  }
}

static void inline_element(nt_html_writer *w, const nt_node *node, bool entering, nt_str tag) {
  if (entering)
    open_tag(w, node, tag);
  else
    close_tag(w, tag);
}

/* ---- blocks ---- */

/* A document has no element of its own unless something was said about it. */
static void document(nt_html_writer *w, const nt_node *node, bool entering) {
  if (node->attrs) outer_block(w, node, entering, NT_STR("div"));
}

static bool is_tight(const nt_node *paragraph) {
  const nt_node *list = paragraph->parent ? paragraph->parent->parent : NULL;
  return list && list->type == NOTIS_NODE_LIST && list->flags & NOTIS_FLAG_TIGHT && !paragraph->attrs;
}

/* The text that stands directly in a task's item can be the label of its box; a paragraph cannot. */
static bool is_task_label(const nt_html_writer *w, const nt_node *paragraph) {
  const nt_node *item = paragraph->parent;
  return w->options && w->options->accessible && paragraph->type == NOTIS_NODE_PARAGRAPH && !paragraph->prev && item &&
         item->flags & NOTIS_FLAG_TASK && is_tight(paragraph);
}

/* Where the node leads; NT_HTML_DEAD for one that is to leave no trace of itself. */
static nt_html_link lead(const nt_html_writer *w, const nt_node *node, nt_str *where) {
  *where = node->text;
  if (!w->options || !w->options->resolve) return NT_HTML_KEEP;
  nt_str resolved = node->text;
  nt_html_link result = w->options->resolve(w->options->ud, node, node->text, &resolved);
  if (result == NT_HTML_MOVED) *where = resolved;
  return result;
}

/* A paragraph of images without files, and nothing else, leaves nothing either. */
static bool is_left_out(const nt_html_writer *w, const nt_node *paragraph) {
  nt_str where;
  for (const nt_node *n = paragraph->first; n; n = n->next) {
    if (n->type == NOTIS_NODE_SOFT_BREAK) continue;
    if (n->type != NOTIS_NODE_IMAGE || lead(w, n, &where) != NT_HTML_DEAD) return false;
  }
  return paragraph->first != NULL;
}

static void paragraph(nt_html_writer *w, const nt_node *node, bool entering) {
  if (!entering && is_task_label(w, node)) nt_buf_put(w->out, NT_STR("</label>"));
  if (is_tight(node)) return;
  if (is_left_out(w, node)) return;
  if (!entering && !node->next && node->parent && node->parent->type == NOTIS_NODE_FOOTNOTE_DEFINITION) {
    nt_buf_byte(w->out, ' ');
    nt_html_back_references(w, node->parent);
  }
  text_block(w, node, entering, NT_STR("p"));
}

static void heading(nt_html_writer *w, const nt_node *node, bool entering) {
  int32_t level = node->number < 1 ? 1 : node->number > 6 ? 6 : node->number;
  char tag[2] = {'h', (char)('0' + level)};
  text_block(w, node, entering, nt_str_n(tag, sizeof tag));
}

static void list(nt_html_writer *w, const nt_node *node, bool entering) {
  static const char *const own[] = {"start", NULL};
  bool ordered = node->flags & NOTIS_FLAG_ORDERED;
  if (!ordered || !entering || node->number == 1) {
    outer_block(w, node, entering, ordered ? NT_STR("ol") : NT_STR("ul"));
    return;
  }
  nt_html_fresh_line(w);
  nt_buf_format(w->out, "<ol start=\"%d\"", node->number);
  nt_html_attributes(w, node, own);
  nt_buf_put(w->out, NT_STR(">\n"));
}

/* The box of an item that holds whole paragraphs is called by the first of them. */
static void task_name(nt_html_writer *w, const nt_node *node) {
  nt_buf text = {0};
  if (node->first) nt_node_plain_text(node->first, &text);
  nt_html_attribute(w, NT_STR("aria-label"), nt_buf_str(&text));
  nt_buf_deinit(&text);
}

static void item(nt_html_writer *w, const nt_node *node, bool entering) {
  text_block(w, node, entering, NT_STR("li"));
  if (!entering || !(node->flags & NOTIS_FLAG_TASK)) return;
  bool wrapped = node->first && is_task_label(w, node->first);
  if (wrapped) nt_buf_put(w->out, NT_STR("<label>"));
  nt_buf_put(w->out, NT_STR("<input type=\"checkbox\""));
  if (node->flags & NOTIS_FLAG_CHECKED) nt_buf_put(w->out, NT_STR(" checked=\"\""));
  nt_buf_put(w->out, NT_STR(" disabled=\"\""));
  if (!wrapped && w->options && w->options->accessible) task_name(w, node);
  nt_buf_put(w->out, NT_STR(" /> "));
}

static void quote(nt_html_writer *w, const nt_node *node, bool entering) {
  outer_block(w, node, entering, NT_STR("blockquote"));
}

static void code_block(nt_html_writer *w, const nt_node *node, bool entering) {
  size_t word = 0;
  while (word < node->extra.len && !strchr(" \t\n\v\f\r", node->extra.ptr[word])) word++;
  nt_html_fresh_line(w);
  open_tag(w, node, NT_STR("pre"));
  nt_buf_put(w->out, NT_STR("<code"));
  if (node->extra.len) {
    nt_buf_put(w->out, NT_STR(" class=\"language-"));
    nt_escape_html(nt_str_sub(node->extra, 0, word), w->out);
    nt_buf_byte(w->out, '"');
  }
  nt_buf_byte(w->out, '>');
  nt_escape_html(node->text, w->out);
  nt_buf_put(w->out, NT_STR("</code></pre>\n"));
}

static void thematic_break(nt_html_writer *w, const nt_node *node, bool entering) {
  nt_html_fresh_line(w);
  nt_buf_put(w->out, NT_STR("<hr"));
  nt_html_attributes(w, node, NULL);
  nt_buf_put(w->out, NT_STR(" />\n"));
}

static void raw_block(nt_html_writer *w, const nt_node *node, bool entering) {
  if (!nt_str_eq(node->extra, NT_STR("html"))) return;
  nt_html_fresh_line(w);
  nt_buf_put(w->out, node->text);
  nt_html_fresh_line(w);
}

/* ---- tables ---- */

static void table(nt_html_writer *w, const nt_node *node, bool entering) {
  nt_html_fresh_line(w);
  if (entering) {
    open_tag(w, node, NT_STR("table"));
    return;
  }
  nt_buf_put(w->out, NT_STR("</table>\n"));
}

static bool is_row(const nt_node *node, unsigned head) {
  return node && node->type == NOTIS_NODE_TABLE_ROW && (node->flags & NOTIS_FLAG_HEAD) == head;
}

/* Rows of the same sort that follow each other share a thead or tbody. */
static void table_row(nt_html_writer *w, const nt_node *node, bool entering) {
  unsigned head = node->flags & NOTIS_FLAG_HEAD;
  nt_str group = head ? NT_STR("thead") : NT_STR("tbody");
  nt_html_fresh_line(w);
  if (entering) {
    if (!is_row(node->prev, head)) {
      nt_buf_byte(w->out, '<');
      nt_buf_put(w->out, group);
      nt_buf_put(w->out, NT_STR(">\n"));
    }
    open_tag(w, node, NT_STR("tr"));
    return;
  }
  nt_buf_put(w->out, NT_STR("</tr>"));
  if (is_row(node->next, head)) return;
  nt_buf_byte(w->out, '\n');
  close_tag(w, group);
  nt_buf_byte(w->out, '\n');
}

/* A cell with a scope heads its row or column, wherever it stands: HTML has scope on headers only. */
static void table_cell(nt_html_writer *w, const nt_node *node, bool entering) {
  static const char *const own[] = {"align", NULL};
  static const char *const names[] = {
      [NOTIS_ALIGN_LEFT] = "left", [NOTIS_ALIGN_CENTER] = "center", [NOTIS_ALIGN_RIGHT] = "right"};
  bool aligned = node->number >= NOTIS_ALIGN_LEFT && node->number <= NOTIS_ALIGN_RIGHT;
  bool head = node->parent && node->parent->flags & NOTIS_FLAG_HEAD;
  nt_str tag = head || nt_node_attr(node, NT_STR("scope")).ptr ? NT_STR("th") : NT_STR("td");
  if (!entering) {
    close_tag(w, tag);
    return;
  }
  nt_html_fresh_line(w);
  nt_buf_byte(w->out, '<');
  nt_buf_put(w->out, tag);
  if (aligned) nt_html_attribute(w, NT_STR("align"), nt_str_c(names[node->number]));
  nt_html_attributes(w, node, aligned ? own : NULL);
  nt_buf_byte(w->out, '>');
}

/* ---- figures and divisions ---- */

static void figure(nt_html_writer *w, const nt_node *node, bool entering) {
  outer_block(w, node, entering, NT_STR("figure"));
}

static void caption(nt_html_writer *w, const nt_node *node, bool entering) {
  bool of_table = node->parent && node->parent->type == NOTIS_NODE_TABLE;
  text_block(w, node, entering, of_table ? NT_STR("caption") : NT_STR("figcaption"));
}

static void credit(nt_html_writer *w, const nt_node *node, bool entering) {
  bool of_figure = node->parent && node->parent->type == NOTIS_NODE_FIGURE;
  if (!entering) {
    nt_buf_put(w->out, of_figure ? NT_STR("</span>\n") : NT_STR("</span>"));
    return;
  }
  if (of_figure) nt_html_fresh_line(w);
  nt_buf_put(w->out, NT_STR("<span"));
  nt_html_attributes_with_class(w, node, NT_STR("credit"));
  nt_buf_byte(w->out, '>');
}

static void section(nt_html_writer *w, const nt_node *node, bool entering) {
  outer_block(w, node, entering, NT_STR("section"));
}

static void division(nt_html_writer *w, const nt_node *node, bool entering) {
  outer_block(w, node, entering, NT_STR("div"));
}

/* ---- inlines ---- */

static void text(nt_html_writer *w, const nt_node *node, bool entering) {
  if (node->attrs) open_tag(w, node, NT_STR("span"));
  nt_escape_html(node->text, w->out);
  if (node->attrs) close_tag(w, NT_STR("span"));
}

static void soft_break(nt_html_writer *w, const nt_node *node, bool entering) {
  nt_buf_byte(w->out, '\n');
}

static void line_break(nt_html_writer *w, const nt_node *node, bool entering) {
  nt_buf_put(w->out, NT_STR("<br"));
  nt_html_attributes(w, node, NULL);
  nt_buf_put(w->out, NT_STR(" />\n"));
}

static void code(nt_html_writer *w, const nt_node *node, bool entering) {
  open_tag(w, node, NT_STR("code"));
  nt_escape_html(node->text, w->out);
  close_tag(w, NT_STR("code"));
}

static void emphasis(nt_html_writer *w, const nt_node *node, bool entering) {
  inline_element(w, node, entering, NT_STR("em"));
}

static void strong(nt_html_writer *w, const nt_node *node, bool entering) {
  inline_element(w, node, entering, NT_STR("strong"));
}

static void strikethrough(nt_html_writer *w, const nt_node *node, bool entering) {
  inline_element(w, node, entering, NT_STR("del"));
}

static void span(nt_html_writer *w, const nt_node *node, bool entering) {
  inline_element(w, node, entering, NT_STR("span"));
}

static void leave_link(nt_html_writer *w, const nt_node *node) {
  if (w->dead.len && w->dead.items[w->dead.len - 1] == node)
    w->dead.len--;
  else
    nt_buf_put(w->out, NT_STR("</a>"));
}

static void link_element(nt_html_writer *w, const nt_node *node, bool entering) {
  static const char *const own[] = {"href", "title", NULL};
  nt_str where;
  if (!entering) {
    leave_link(w, node);
    return;
  }
  if (lead(w, node, &where) == NT_HTML_DEAD) {
    nt_push(&w->dead, node);
    return;
  }
  nt_buf_put(w->out, NT_STR("<a href=\""));
  nt_escape_href(where, w->out);
  nt_buf_byte(w->out, '"');
  if (node->extra.len) nt_html_attribute(w, NT_STR("title"), node->extra);
  nt_html_attributes(w, node, node->extra.len ? own : (const char *const[]){"href", NULL});
  nt_buf_byte(w->out, '>');
}

/* As cmark does it: what would be markup in the text is text here. */
static void alternative_text(nt_html_writer *w, const nt_node *image) {
  for (nt_walk walk = nt_walk_start(image); nt_walk_next(&walk);) switch (walk.node->type) {
    case NOTIS_NODE_TEXT:
    case NOTIS_NODE_CODE:
    case NOTIS_NODE_RAW_INLINE: nt_escape_html(walk.node->text, w->out); break;
    case NOTIS_NODE_SOFT_BREAK:
    case NOTIS_NODE_LINE_BREAK: nt_buf_byte(w->out, ' '); break;
    default: break;
    }
}

/* Not where the author has said how large it is to be. */
static void image_size(nt_html_writer *w, const nt_node *node) {
  uint32_t width, height;
  if (!w->options || !w->options->size) return;
  if (nt_node_attr(node, NT_STR("width")).ptr || nt_node_attr(node, NT_STR("height")).ptr) return;
  if (w->options->size(w->options->ud, node, &width, &height))
    nt_buf_format(w->out, " width=\"%u\" height=\"%u\"", width, height);
}

/* An image without a file leaves nothing, but where a link holds nothing else its text must stand for it. */
static void image(nt_html_writer *w, const nt_node *node, bool entering) {
  static const char *const own[] = {"src", "alt", "title", NULL}, *const untitled[] = {"src", "alt", NULL};
  nt_str where;
  if (!entering) return;
  if (lead(w, node, &where) == NT_HTML_DEAD) {
    bool alone = node->parent && node->parent->type == NOTIS_NODE_LINK && !node->prev && !node->next;
    if (alone) alternative_text(w, node);
    return;
  }
  nt_buf_put(w->out, NT_STR("<img src=\""));
  nt_escape_href(where, w->out);
  nt_buf_put(w->out, NT_STR("\" alt=\""));
  alternative_text(w, node);
  nt_buf_byte(w->out, '"');
  if (node->extra.len) nt_html_attribute(w, NT_STR("title"), node->extra);
  nt_html_attributes(w, node, node->extra.len ? own : untitled);
  image_size(w, node);
  nt_buf_put(w->out, NT_STR(" />"));
}

static void raw_inline(nt_html_writer *w, const nt_node *node, bool entering) {
  if (nt_str_eq(node->extra, NT_STR("html"))) nt_buf_put(w->out, node->text);
}

/* ---- the walk ---- */

static nt_html_write_fn *const writers[NOTIS_NODE_TYPES] = {
    [NOTIS_NODE_DOCUMENT] = document,
    [NOTIS_NODE_PARAGRAPH] = paragraph,
    [NOTIS_NODE_HEADING] = heading,
    [NOTIS_NODE_LIST] = list,
    [NOTIS_NODE_ITEM] = item,
    [NOTIS_NODE_QUOTE] = quote,
    [NOTIS_NODE_CODE_BLOCK] = code_block,
    [NOTIS_NODE_THEMATIC_BREAK] = thematic_break,
    [NOTIS_NODE_TABLE] = table,
    [NOTIS_NODE_TABLE_ROW] = table_row,
    [NOTIS_NODE_TABLE_CELL] = table_cell,
    [NOTIS_NODE_FIGURE] = figure,
    [NOTIS_NODE_CAPTION] = caption,
    [NOTIS_NODE_CREDIT] = credit,
    [NOTIS_NODE_SECTION] = section,
    [NOTIS_NODE_DIV] = division,
    [NOTIS_NODE_FOOTNOTE_DEFINITION] = nt_html_footnote_definition,
    [NOTIS_NODE_RAW_BLOCK] = raw_block,
    [NOTIS_NODE_TEXT] = text,
    [NOTIS_NODE_SOFT_BREAK] = soft_break,
    [NOTIS_NODE_LINE_BREAK] = line_break,
    [NOTIS_NODE_CODE] = code,
    [NOTIS_NODE_EMPHASIS] = emphasis,
    [NOTIS_NODE_STRONG] = strong,
    [NOTIS_NODE_STRIKETHROUGH] = strikethrough,
    [NOTIS_NODE_LINK] = link_element,
    [NOTIS_NODE_IMAGE] = image,
    [NOTIS_NODE_FOOTNOTE_REFERENCE] = nt_html_footnote_reference,
    [NOTIS_NODE_SPAN] = span,
    [NOTIS_NODE_RAW_INLINE] = raw_inline,
};

void nt_html_write(const nt_node *root, const nt_html_options *options, nt_buf *out) {
  nt_html_writer w = {.out = out, .start = out->len, .root = root, .options = options};
  for (nt_walk walk = nt_walk_start(root); nt_walk_next(&walk);) {
    writers[walk.node->type](&w, walk.node, walk.entering);
    if (walk.entering && walk.node->type == NOTIS_NODE_IMAGE) nt_walk_skip(&walk);
  }
  nt_vec_deinit(&w.dead);
  nt_vec_deinit(&w.references);
}
