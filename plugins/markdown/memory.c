#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 64 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct markdown_block {
  markdown_block *next;
  size_t size, used;
};

/* Before each allocation stands its size. */
enum { HEADER = ALIGN, BLOCK_HEADER = (sizeof(markdown_block) + ALIGN - 1) / ALIGN * ALIGN };

/* In the threads' static block, although the plugin is loaded late: it is one pointer. A block of its own would be looked
 * up on every allocation, and ThreadSanitizer takes the bytes before such a block for its size when it happens to lie 16
 * bytes into a page. */
static _Thread_local markdown_memory *current __attribute__((tls_model("initial-exec")));

static size_t rounded(size_t bytes) {
  return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

/* Neither parser can go on without memory, nor does the host. */
static markdown_block *new_block(markdown_memory *m, size_t needed) {
  size_t size = m->blocks ? 2 * m->blocks->size : FIRST_BLOCK;
  if (size > LARGEST_BLOCK) size = LARGEST_BLOCK;
  if (size < needed) size = needed;
  markdown_block *block = needed < SIZE_MAX / 4 ? malloc(BLOCK_HEADER + size) : NULL;
  if (!block) abort();
  *block = (markdown_block){m->blocks, size, 0};
  m->blocks = block;
  return block;
}

static size_t *size_of(char *memory) {
  return (size_t *)(void *)(memory - HEADER);
}

static char *allocate(markdown_memory *m, size_t bytes) {
  if (bytes > SIZE_MAX / 4) abort();
  size_t needed = HEADER + rounded(bytes);
  markdown_block *block = m->blocks;
  if (!block || block->size - block->used < needed) block = new_block(m, needed);
  m->last = (char *)block + BLOCK_HEADER + block->used + HEADER;
  block->used += needed;
  *size_of(m->last) = bytes;
  return m->last;
}

static void *memory_calloc(size_t count, size_t size) {
  if (size && count > SIZE_MAX / size) abort();
  return memset(allocate(current, count * size), 0, count * size);
}

/* The newest allocation grows where it is: that is how the parsers' buffers are filled. */
static void *memory_realloc(void *memory, size_t bytes) {
  markdown_memory *m = current;
  if (!memory) return allocate(m, bytes);
  size_t old = *size_of(memory);
  if (memory == m->last && bytes >= old && bytes < SIZE_MAX / 4) {
    size_t more = rounded(bytes) - rounded(old);
    if (m->blocks->size - m->blocks->used >= more) {
      m->blocks->used += more;
      *size_of(memory) = bytes;
      return memory;
    }
  }
  if (bytes <= old) return memory;
  return memcpy(allocate(m, bytes), memory, old);
}

static void memory_free(void *memory) {
  markdown_memory *m = current;
  if (!memory || memory != m->last) return;
  m->blocks->used -= HEADER + rounded(*size_of(memory));
  m->last = NULL;
}

void markdown_memory_begin(markdown_memory *memory) {
  *memory = (markdown_memory){.before = current};
  current = memory;
}

void markdown_memory_end(markdown_memory *memory) {
  for (markdown_block *block = memory->blocks, *next; block; block = next) {
    next = block->next;
    free(block);
  }
  current = memory->before;
}

cmark_mem *markdown_memory_functions(void) {
  static cmark_mem functions = {memory_calloc, memory_realloc, memory_free};
  return &functions;
}
