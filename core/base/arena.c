/* Blocks double in size up to a limit, so that an arena costs few calls to malloc and wastes at most about half of
 * its last block; where the size is known the second one is but a quarter of the first. A request larger than a block
 * gets a block of its own, linked behind the current one. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 256 * 1024, LARGEST_KEPT = 1024 * 1024, ALIGN = alignof(max_align_t) };

typedef struct block {
  struct block *next;
  size_t size;
  size_t used;
} block;

typedef struct cleanup {
  struct cleanup *next;
  void (*destroy)(void *ud);
  void *ud;
} cleanup;

struct nt_arena {
  block *current; /* allocation goes on here; every other block is linked behind it */
  block *first;   /* the one that reset() keeps */
  cleanup *cleanups;
  size_t size;
  size_t next; /* the size of the next block */
};

enum { HEADER = (sizeof(block) + ALIGN - 1) / ALIGN * ALIGN };

void nt_out_of_memory(void) {
  fputs("notis: out of memory\n", stderr);
  abort();
}

void *nt_alloc(size_t bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory) nt_out_of_memory();
  return memory;
}

void *nt_zalloc(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) nt_out_of_memory();
  return memory;
}

void *nt_realloc(void *memory, size_t bytes) {
  void *moved = realloc(memory, bytes ? bytes : 1);
  if (!moved) nt_out_of_memory();
  return moved;
}

nt_str nt_heap_str(nt_str s) {
  char *copy = nt_alloc(s.len + 1);
  if (s.len) memcpy(copy, s.ptr, s.len);
  copy[s.len] = '\0';
  return nt_str_n(copy, s.len);
}

static block *block_new(nt_arena *arena, size_t payload) {
  block *b = nt_alloc(HEADER + payload);
  b->size = payload;
  b->used = 0;
  arena->size += HEADER + payload;
  return b;
}

static nt_arena *arena_new(size_t first_block, size_t next) {
  nt_arena *arena = nt_zalloc(sizeof *arena);
  arena->current = block_new(arena, first_block);
  arena->current->next = NULL;
  arena->first = arena->current;
  arena->next = next;
  return arena;
}

nt_arena *nt_arena_new(void) {
  return arena_new(FIRST_BLOCK - HEADER, 2 * FIRST_BLOCK);
}

nt_arena *nt_arena_new_sized(size_t first_block) {
  return arena_new(first_block, first_block / 4 + 2 * HEADER);
}

static void run_cleanups(nt_arena *arena) {
  while (arena->cleanups) {
    cleanup *c = arena->cleanups;
    arena->cleanups = c->next;
    c->destroy(c->ud);
  }
}

/* An arena that outgrew its first block gets one as large as all it used, so that the next round needs no other. */
void nt_arena_reset(nt_arena *arena) {
  run_cleanups(arena);
  size_t used = arena->size;
  bool outgrown = arena->current->next && used > arena->first->size && used <= LARGEST_KEPT;
  for (block *b = arena->current, *next; b; b = next) {
    next = b->next;
    if (b == arena->first && !outgrown) continue;
    arena->size -= HEADER + b->size;
    free(b);
  }
  if (outgrown) arena->first = block_new(arena, used);
  arena->first->used = 0;
  arena->first->next = NULL;
  arena->current = arena->first;
  arena->next = 2 * (HEADER + arena->first->size);
}

void nt_arena_free(nt_arena *arena) {
  if (!arena) return;
  run_cleanups(arena);
  for (block *b = arena->current, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  free(arena);
}

static void *alloc_slow(nt_arena *arena, size_t bytes) {
  if (bytes > LARGEST_BLOCK / 4) {
    block *own = block_new(arena, bytes);
    own->used = bytes;
    own->next = arena->current->next;
    arena->current->next = own;
    return (char *)own + HEADER;
  }
  size_t size = arena->next < LARGEST_BLOCK ? arena->next : LARGEST_BLOCK;
  while (size - HEADER < bytes) size *= 2;
  arena->next = 2 * size;
  block *b = block_new(arena, size - HEADER);
  b->next = arena->current;
  b->used = bytes;
  arena->current = b;
  return (char *)b + HEADER;
}

void *nt_arena_alloc(nt_arena *arena, size_t bytes) {
  if (bytes > SIZE_MAX / 4) nt_out_of_memory();
  bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
  if (bytes == 0) bytes = ALIGN;
  block *b = arena->current;
  if (b->size - b->used >= bytes) {
    void *memory = (char *)b + HEADER + b->used;
    b->used += bytes;
    return memory;
  }
  return alloc_slow(arena, bytes);
}

void *nt_arena_zero(nt_arena *arena, size_t bytes) {
  return memset(nt_arena_alloc(arena, bytes), 0, bytes);
}

void *nt_arena_copy(nt_arena *arena, const void *data, size_t bytes) {
  void *copy = nt_arena_alloc(arena, bytes);
  if (bytes) memcpy(copy, data, bytes);
  return copy;
}

nt_str nt_arena_str(nt_arena *arena, nt_str s) {
  char *copy = nt_arena_alloc(arena, s.len + 1);
  if (s.len) memcpy(copy, s.ptr, s.len);
  copy[s.len] = '\0';
  return nt_str_n(copy, s.len);
}

nt_str nt_arena_format(nt_arena *arena, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  block *b = arena->current; /* mostly it fits into what is left there, and is formatted but once */
  char *free_space = (char *)b + HEADER + b->used;
  int length = vsnprintf(free_space, b->size - b->used, format, args);
  va_end(args);
  char *text = nt_arena_alloc(arena, (size_t)(length < 0 ? 0 : length) + 1);
  if (length < 0) text[0] = '\0';
  if (length >= 0 && text != free_space) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return nt_str_n(text, length < 0 ? 0 : (size_t)length);
}

void nt_arena_on_free(nt_arena *arena, void (*destroy)(void *ud), void *ud) {
  cleanup *c = NT_NEW(arena, cleanup);
  c->destroy = destroy;
  c->ud = ud;
  c->next = arena->cleanups;
  arena->cleanups = c;
}

size_t nt_arena_size(const nt_arena *arena) {
  return arena->size;
}
