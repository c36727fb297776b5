#include "model/document.h"

#include "model/nodecode.h"

nt_node *nt_document_body(nt_document *document) {
  if (!document->body && document->encoded.len) document->body = nt_node_decode(document->encoded, document->arena);
  if (!document->body) document->body = nt_node_new(document->arena, NOTIS_NODE_DOCUMENT);
  return document->body;
}

nt_where nt_document_where(const nt_document *document, const nt_node *node, nt_str field) {
  nt_where where = nt_where_file(document->file, 0, 0);
  where.doc = document->id;
  where.field = field;
  if (!node || node->origin == 0) return where;
  where.node = node->origin;
  if (node->origin > document->position_count) return where;
  const nt_node_pos *pos = &document->positions[node->origin - 1];
  where.line = pos->line;
  where.column = pos->column;
  return where;
}
