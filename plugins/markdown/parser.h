/* The one place where the two parsers differ: cmark-gfm with MARKDOWN_GFM, else cmark. The converter is compiled once
 * for each. */
#ifndef MARKDOWN_PARSER_H
#define MARKDOWN_PARSER_H

#include <notis/plugin.h>

#ifdef MARKDOWN_GFM
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <cmark-gfm-core-extensions.h>
#else
#include <cmark.h>
#endif

enum markdown_extension {
  MARKDOWN_TABLE = 1u << 0,
  MARKDOWN_STRIKETHROUGH = 1u << 1,
  MARKDOWN_AUTOLINK = 1u << 2,
  MARKDOWN_TASKLIST = 1u << 3,
  MARKDOWN_FOOTNOTES = 1u << 4,
  MARKDOWN_EVERY = 31u
};

typedef enum markdown_raw {
  MARKDOWN_RAW_ALLOW,
  MARKDOWN_RAW_FILTER,
  MARKDOWN_RAW_ESCAPE,
  MARKDOWN_RAW_DROP
} markdown_raw;

/* A source instance. */
typedef struct markdown_source {
  const notis_services *host;
  markdown_raw raw;
  bool smart;
  uint32_t extensions; /* none without MARKDOWN_GFM */
} markdown_source;

/* Types as they come from cmark_node_get_type, for what only one parser has. */
#ifdef MARKDOWN_GFM
extern cmark_node_type CMARK_NODE_TABLE, CMARK_NODE_TABLE_ROW, CMARK_NODE_TABLE_CELL, CMARK_NODE_STRIKETHROUGH;
#endif

/* What a cmark node becomes; NOTIS_NODE_TYPES for nothing of ours. */
notis_node_type markdown_type(cmark_node *node);

/* Once per process, before the first parse. */
void markdown_prepare(void);
cmark_node *markdown_parse(const markdown_source *source, notis_str text);

#endif
