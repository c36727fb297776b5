/* An arena: memory that is freed together. One per document, one per build step; it is not shared between threads
 * while anyone allocates from it. Foreign resources register a destructor, run last registered first. */
#ifndef NT_BASE_ARENA_H
#define NT_BASE_ARENA_H

#include "base/str.h"

typedef struct nt_arena nt_arena;

nt_arena *nt_arena_new(void);
/* With a first block of about that size: for what is kept by the thousand and whose size is known. */
nt_arena *nt_arena_new_sized(size_t first_block);
/* NULL is allowed. Runs the destructors. */
void nt_arena_free(nt_arena *arena);
/* Empties it, running the destructors, and keeps its first block for use again. */
void nt_arena_reset(nt_arena *arena);

/* Aligned for any type; never NULL: running out of memory aborts in nt_out_of_memory(). */
void *nt_arena_alloc(nt_arena *arena, size_t bytes);
void *nt_arena_zero(nt_arena *arena, size_t bytes);
void *nt_arena_copy(nt_arena *arena, const void *data, size_t bytes);
/* The copy is followed by a NUL that its length does not count. */
nt_str nt_arena_str(nt_arena *arena, nt_str s);
nt_str nt_arena_format(nt_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
void nt_arena_on_free(nt_arena *arena, void (*destroy)(void *ud), void *ud);
/* Bytes taken from the system. */
size_t nt_arena_size(const nt_arena *arena);

#define NT_NEW(arena, type)      ((type *)nt_arena_zero((arena), sizeof(type)))
#define NT_NEW_N(arena, type, n) ((type *)nt_arena_zero((arena), sizeof(type) * (n)))

/* The heap, in the same manner: never NULL. */
void *nt_alloc(size_t bytes);
void *nt_zalloc(size_t bytes);
void *nt_realloc(void *memory, size_t bytes);
/* A copy followed by a NUL that its length does not count; free() its ptr. */
nt_str nt_heap_str(nt_str s);
void nt_out_of_memory(void) __attribute__((noreturn));

#endif
