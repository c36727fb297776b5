/* An output to copy. It writes a document as plain text: the title, a line under it, and the paragraphs, headings and
 * list items of the body, each followed by a blank line. */
#include <notis/plugin.h>

#include <string.h>

static notis_str text(const char *terminated) {
  return (notis_str){terminated, strlen(terminated)};
}

/* There is nothing to configure here, so the instance is no more than the services. (See source_lines.c for one that
 * is a struct of its own.) */
static notis_status open_output(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  *self = (void *)host;
  return NOTIS_OK;
}

static notis_node_info info_of(const notis_services *host, const notis_node *node) {
  notis_node_info info = {.size = sizeof info}; /* the host fills in as much as this version of the struct has */
  host->node_info(node, &info);
  return info;
}

/* The blocks that hold running text, and so end in a blank line. */
static bool ends_a_paragraph(notis_node_type type) {
  return type == NOTIS_NODE_PARAGRAPH || type == NOTIS_NODE_HEADING || type == NOTIS_NODE_CODE_BLOCK ||
         type == NOTIS_NODE_TABLE_ROW || type == NOTIS_NODE_CAPTION || type == NOTIS_NODE_CREDIT;
}

static void enter(const notis_services *host, const notis_node *node, notis_buffer *out) {
  notis_node_info info = info_of(host, node);
  switch (info.type) {
  case NOTIS_NODE_TEXT:
  case NOTIS_NODE_CODE:
  case NOTIS_NODE_CODE_BLOCK: host->append(out, info.text); break;
  case NOTIS_NODE_SOFT_BREAK:
  case NOTIS_NODE_LINE_BREAK: host->append(out, text("\n")); break;
  case NOTIS_NODE_ITEM: host->append(out, text("- ")); break;
  default: break;
  }
}

static void leave(const notis_services *host, const notis_node *node, notis_buffer *out) {
  notis_node_type type = info_of(host, node).type;
  if (type == NOTIS_NODE_TABLE_CELL) host->append(out, text("\t"));
  if (ends_a_paragraph(type)) host->append(out, text("\n\n"));
}

/* Walks the tree in reading order. It goes by the nodes' own links rather than by calling itself: a text may be nested
 * ten thousand levels deep, and the stack is not. */
static void write_body(const notis_services *host, const notis_node *root, notis_buffer *out) {
  for (const notis_node *node = root; node;) {
    enter(host, node, out);
    const notis_node *next = host->node_first(node);
    while (!next && node != root) {
      leave(host, node, out);
      next = host->node_next(node);
      if (!next) node = host->node_parent(node);
    }
    node = next;
  }
}

/* Turns one page into bytes. Pure: what it reads through the call is what the page depends on, and the host will call
 * again when any of it has changed. */
static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  const notis_services *host = self;
  const notis_document *document = host->page_document(call, page);
  if (!document) return NOTIS_ERROR;
  notis_str title = host->value_string(host->document_field(call, document, text("title")));
  host->append(out, title);
  host->append(out, text("\n"));
  for (size_t i = 0; i < title.len; i++)
    if ((title.ptr[i] & 0xC0) != 0x80) host->append(out, text("=")); /* one for each character, not for each byte */
  host->append(out, text("\n\n"));
  write_body(host, host->document_body(call, document), out);
  return NOTIS_OK;
}

static void close_output(void *self) {}

/* `takes` says which pages this output can make: those of documents, not lists. */
static const notis_output_api output = {.size = sizeof output,
                                        .takes = NOTIS_TAKES_DOCUMENT,
                                        .extension = "txt",
                                        .open = open_output,
                                        .render = render,
                                        .close = close_output};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_text", .version = "1.0", .output = &output};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
