/* A hash table from strings to pointers, open addressing, insertion order kept for iteration. The keys are borrowed:
 * they must outlive the map. Zeroed memory is an empty map. */
#ifndef NT_BASE_MAP_H
#define NT_BASE_MAP_H

#include "base/hash.h"

typedef struct nt_map_entry {
  nt_str key;
  void *value;
  nt_hash hash;
} nt_map_entry;

typedef struct nt_map {
  nt_map_entry *entries; /* in order of insertion; a removed entry has a NULL key pointer */
  size_t len;            /* entries used, the removed ones too */
  size_t cap;
  uint32_t *slots; /* index + 1 into entries, 0 empty */
  size_t slot_count;
  size_t live;
} nt_map;

void nt_map_deinit(nt_map *map);
void nt_map_clear(nt_map *map);
/* NULL if absent. */
void *nt_map_get(const nt_map *map, nt_str key);
bool nt_map_has(const nt_map *map, nt_str key);
/* Returns the value that was there before, or NULL. */
void *nt_map_set(nt_map *map, nt_str key, void *value);
void *nt_map_remove(nt_map *map, nt_str key);

/* for (size_t i = 0; nt_map_each(&map, &i, &entry);) … */
bool nt_map_each(const nt_map *map, size_t *index, const nt_map_entry **entry);

#endif
