/* What a parser allocates while it reads one text: taken from a few blocks and given back together, because the
 * parsers otherwise spend a third of their time in malloc and free. */
#ifndef MARKDOWN_MEMORY_H
#define MARKDOWN_MEMORY_H

#include "parser.h"

typedef struct markdown_block markdown_block;

typedef struct markdown_memory {
  markdown_block *blocks;         /* the newest first */
  char *last;                     /* the newest allocation */
  struct markdown_memory *before; /* that this thread used when it began */
} markdown_memory;

/* From begin to end the calling thread's parsers allocate from `memory`; the parsers' interface has no argument that
 * could say so. Everything allocated is gone at the end. */
void markdown_memory_begin(markdown_memory *memory);
void markdown_memory_end(markdown_memory *memory);
cmark_mem *markdown_memory_functions(void);

#endif
