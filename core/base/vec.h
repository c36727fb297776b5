/* A growing array of any type, on the heap: `NT_VEC(int) numbers = {0}; nt_push(&numbers, 7);`
 * The macros evaluate `vec` more than once; give them an lvalue. */
#ifndef NT_BASE_VEC_H
#define NT_BASE_VEC_H

#include "base/arena.h"

#include <stdlib.h>

#define NT_VEC(type)                                                                                                   \
  struct {                                                                                                             \
    type *items;                                                                                                       \
    size_t len;                                                                                                        \
    size_t cap;                                                                                                        \
  }

#define nt_push(vec, item) (nt_reserve((vec), 1), (vec)->items[(vec)->len++] = (item))
#define nt_reserve(vec, more)                                                                                          \
  ((vec)->len + (more) <= (vec)->cap                                                                                   \
       ? (void)0                                                                                                       \
       : (void)((vec)->items = nt_vec_grow((vec)->items, &(vec)->cap, (vec)->len + (more), sizeof *(vec)->items)))
#define nt_vec_deinit(vec) (free((vec)->items), (vec)->items = NULL, (vec)->len = (vec)->cap = 0)

static inline void *nt_vec_grow(void *items, size_t *cap, size_t needed, size_t item_size) {
  size_t grown = *cap ? *cap : 8;
  while (grown < needed) grown *= 2;
  *cap = grown;
  return nt_realloc(items, grown * item_size);
}

#endif
