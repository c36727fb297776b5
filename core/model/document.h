/* A document: a parsed item on its way through the hooks. Once frozen it is kept as bytes and read through the reader
 * (model/reader.h); this struct is what one step holds while it works. */
#ifndef NT_MODEL_DOCUMENT_H
#define NT_MODEL_DOCUMENT_H

#include "base/diag.h"
#include "model/node.h"

/* Names a frozen document within a site: a slot and the generation of its tenant. 0 is no document. */
typedef uint64_t nt_docref;

/* Where the nodes of a markup field stand: fields are known by where they were written. */
typedef struct nt_markup_place {
  nt_pos at;
  const nt_node_pos *positions;
  size_t count;
  struct nt_markup_place *next;
} nt_markup_place;

typedef struct nt_document {
  nt_arena *arena; /* owns everything below */
  nt_str id;       /* "<source>/<path>", or "<parent>#<name>" when derived */
  nt_str file;     /* what diagnostics call it: the file's path from the site's root, or the id */
  nt_str source;   /* the source's name */
  nt_str kind;
  nt_str lang;
  nt_str name;       /* for its permalink: the path within the source, without extension, language and last "index" */
  nt_value fields;   /* a map; every field its kind declares is there, null when absent */
  nt_node *body;     /* a NOTIS_NODE_DOCUMENT; NULL until somebody asks for it, when `encoded` is set */
  nt_str encoded;    /* the body's bytes (model/nodecode.h), of a document that was taken out of the memo */
  bool body_changed; /* a hook may have written to the body: `encoded` is no longer it */
  nt_node_pos *positions;
  size_t position_count;    /* nodes with an origin */
  nt_markup_place *markups; /* of the fields of a document that was just parsed */
} nt_document;

/* The body, never NULL. A document out of the memo has it decoded now: what no hook asks for is never unpacked. */
nt_node *nt_document_body(nt_document *document);
/* A place in this document: a node (may be NULL), or a field (may be empty). */
nt_where nt_document_where(const nt_document *document, const nt_node *node, nt_str field);

#endif
