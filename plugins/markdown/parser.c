#include "parser.h"

static notis_node_type common_type(cmark_node_type type) {
  switch (type) {
  case CMARK_NODE_DOCUMENT: return NOTIS_NODE_DOCUMENT;
  case CMARK_NODE_BLOCK_QUOTE: return NOTIS_NODE_QUOTE;
  case CMARK_NODE_LIST: return NOTIS_NODE_LIST;
  case CMARK_NODE_ITEM: return NOTIS_NODE_ITEM;
  case CMARK_NODE_CODE_BLOCK: return NOTIS_NODE_CODE_BLOCK;
  case CMARK_NODE_HTML_BLOCK: return NOTIS_NODE_RAW_BLOCK;
  case CMARK_NODE_PARAGRAPH: return NOTIS_NODE_PARAGRAPH;
  case CMARK_NODE_HEADING: return NOTIS_NODE_HEADING;
  case CMARK_NODE_THEMATIC_BREAK: return NOTIS_NODE_THEMATIC_BREAK;
  case CMARK_NODE_TEXT: return NOTIS_NODE_TEXT;
  case CMARK_NODE_SOFTBREAK: return NOTIS_NODE_SOFT_BREAK;
  case CMARK_NODE_LINEBREAK: return NOTIS_NODE_LINE_BREAK;
  case CMARK_NODE_CODE: return NOTIS_NODE_CODE;
  case CMARK_NODE_HTML_INLINE: return NOTIS_NODE_RAW_INLINE;
  case CMARK_NODE_EMPH: return NOTIS_NODE_EMPHASIS;
  case CMARK_NODE_STRONG: return NOTIS_NODE_STRONG;
  case CMARK_NODE_LINK: return NOTIS_NODE_LINK;
  case CMARK_NODE_IMAGE: return NOTIS_NODE_IMAGE;
#ifdef MARKDOWN_GFM
  case CMARK_NODE_FOOTNOTE_DEFINITION: return NOTIS_NODE_FOOTNOTE_DEFINITION;
  case CMARK_NODE_FOOTNOTE_REFERENCE: return NOTIS_NODE_FOOTNOTE_REFERENCE;
#endif
  default: return NOTIS_NODE_TYPES;
  }
}

#ifndef MARKDOWN_GFM

notis_node_type markdown_type(cmark_node *node) {
  return common_type(cmark_node_get_type(node));
}

void markdown_prepare(void) {}

cmark_node *markdown_parse(const markdown_source *source, notis_str text) {
  return cmark_parse_document(text.ptr, text.len, source->smart ? CMARK_OPT_SMART : CMARK_OPT_DEFAULT);
}

#else

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

notis_node_type markdown_type(cmark_node *node) {
  cmark_node_type type = cmark_node_get_type(node);
  notis_node_type common = common_type(type);
  if (common != NOTIS_NODE_TYPES) return common;
  if (type == CMARK_NODE_TABLE) return NOTIS_NODE_TABLE;
  if (type == CMARK_NODE_TABLE_ROW) return NOTIS_NODE_TABLE_ROW;
  if (type == CMARK_NODE_TABLE_CELL) return NOTIS_NODE_TABLE_CELL;
  if (type == CMARK_NODE_STRIKETHROUGH) return NOTIS_NODE_STRIKETHROUGH;
  return NOTIS_NODE_TYPES;
}

/* cmark-gfm 0.29.0.gfm.6 keeps the characters that extensions look for in tables that all parsers share, adds them
 * before each document and removes them after it: one thread's removal spoils what another is parsing. This function
 * stands before the library's own of the same name, because the dynamic linker searches the object that was opened
 * before those it needs, and it never removes. Later versions keep the tables in the parser; there the call is
 * harmless. */
typedef void manage_fn(cmark_parser *parser, int add);
NOTIS_EXPORT void cmark_manage_extensions_special_characters(cmark_parser *parser, int add);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static manage_fn *library_manage;

void cmark_manage_extensions_special_characters(cmark_parser *parser, int add) {
  if (add && library_manage) library_manage(parser, add);
}

static const struct {
  uint32_t flag;
  const char *name;
} extensions[] = {{MARKDOWN_TABLE, "table"},
                  {MARKDOWN_STRIKETHROUGH, "strikethrough"},
                  {MARKDOWN_AUTOLINK, "autolink"},
                  {MARKDOWN_TASKLIST, "tasklist"}};

static cmark_parser *new_parser(const markdown_source *source) {
  int options =
      (source->smart ? CMARK_OPT_SMART : 0) | (source->extensions & MARKDOWN_FOOTNOTES ? CMARK_OPT_FOOTNOTES : 0);
  cmark_parser *parser = cmark_parser_new(options);
  for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
    if (source->extensions & extensions[i].flag)
      cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i].name));
  return parser;
}

static void prepare(void) {
  markdown_source every = {.extensions = MARKDOWN_EVERY};
  cmark_gfm_core_extensions_ensure_registered();
  void *symbol = dlsym(RTLD_NEXT, "cmark_manage_extensions_special_characters");
  memcpy(&library_manage, &symbol, sizeof symbol);
  cmark_parser *parser = new_parser(&every); /* every character is in the tables before threads read them */
  cmark_node_free(cmark_parser_finish(parser));
  cmark_parser_free(parser);
}

void markdown_prepare(void) {
  pthread_once(&once, prepare);
}

cmark_node *markdown_parse(const markdown_source *source, notis_str text) {
  cmark_parser *parser = new_parser(source);
  cmark_parser_feed(parser, text.ptr, text.len);
  cmark_node *root = cmark_parser_finish(parser);
  cmark_parser_free(parser);
  return root;
}

#endif
