/* Link reference definitions, found where they were written. Only a text with reference links is searched for them,
 * once; what looks like a definition in a block of code does no harm, since a link must have its destination too. */
#ifndef MARKDOWN_DEFINITIONS_H
#define MARKDOWN_DEFINITIONS_H

#include "scan.h"

typedef struct markdown_definition {
  uint32_t hash; /* of the label, as labels are compared */
  size_t order;
  size_t label, label_end; /* without its brackets */
  size_t from, to;         /* the destination */
} markdown_definition;

typedef struct markdown_definitions {
  markdown_definition *items; /* by hash, then by place */
  size_t len, cap;
  bool read;
} markdown_definitions;

/* From "[": past a definition and its line end; false if it is none. */
bool definition_scan(const scan_text *t, size_t end, size_t *at, markdown_definition *out);
/* Where the destination `url` of a link with that label stands; false if it is not found. */
bool definition_find(markdown_definitions *d, const scan_text *t, size_t label, size_t label_end, const char *url,
                     size_t *from);

#endif
