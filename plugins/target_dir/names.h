/* A set of paths, each kept once and in the order it came. Zeroed memory is an empty set. */
#ifndef TARGET_DIR_NAMES_H
#define TARGET_DIR_NAMES_H

#include <notis/plugin.h>

typedef struct names {
  notis_str *items; /* owned, each followed by a NUL */
  size_t len;
  size_t cap;
  uint32_t *slots; /* index + 1 into items, 0 empty; a power of two of them */
  size_t slot_count;
} names;

void names_clear(names *set);
bool names_has(const names *set, notis_str name);
/* True if it was not there before. */
bool names_add(names *set, notis_str name);
/* What is dropped leaves an empty name behind. */
void names_drop(names *set, notis_str name);

/* "a/b/c" -> "a/b" -> "a" -> "" */
notis_str path_parent(notis_str path);

#endif
