/* Entries lie in an array in order of insertion and the slots hold indexes into it, so iteration is a walk over the
 * array and never shows the hash's order. Removal leaves a hole that the next rebuild closes. */
#include "base/map.h"

#include "base/arena.h"

#include <stdlib.h>

void nt_map_deinit(nt_map *map) {
  free(map->entries);
  free(map->slots);
  *map = (nt_map){0};
}

void nt_map_clear(nt_map *map) {
  map->len = map->live = 0;
  if (map->slots) memset(map->slots, 0, map->slot_count * sizeof *map->slots);
}

/* The slot that holds the key, or the first empty one on its way. */
static size_t find_slot(const nt_map *map, nt_str key, nt_hash hash) {
  size_t mask = map->slot_count - 1, at = (size_t)hash & mask;
  for (;; at = (at + 1) & mask) {
    uint32_t index = map->slots[at];
    if (!index) return at;
    const nt_map_entry *e = &map->entries[index - 1];
    if (e->hash == hash && e->key.ptr && nt_str_eq(e->key, key)) return at;
  }
}

static void rebuild(nt_map *map, size_t slot_count) {
  size_t kept = 0;
  for (size_t i = 0; i < map->len; i++)
    if (map->entries[i].key.ptr) map->entries[kept++] = map->entries[i];
  map->len = kept;
  free(map->slots);
  map->slots = nt_zalloc(slot_count * sizeof *map->slots);
  map->slot_count = slot_count;
  for (size_t i = 0; i < kept; i++)
    map->slots[find_slot(map, map->entries[i].key, map->entries[i].hash)] = (uint32_t)i + 1;
}

void *nt_map_get(const nt_map *map, nt_str key) {
  if (!map->live) return NULL;
  uint32_t index = map->slots[find_slot(map, key, nt_hash_bytes(key))];
  return index ? map->entries[index - 1].value : NULL;
}

bool nt_map_has(const nt_map *map, nt_str key) {
  return map->live && map->slots[find_slot(map, key, nt_hash_bytes(key))] != 0;
}

void *nt_map_set(nt_map *map, nt_str key, void *value) {
  if ((map->len + 1) * 2 > map->slot_count) {
    size_t wanted = 16;
    while (wanted < (map->live + 1) * 4) wanted *= 2;
    rebuild(map, wanted);
  }
  nt_hash hash = nt_hash_bytes(key);
  size_t slot = find_slot(map, key, hash);
  if (map->slots[slot]) {
    nt_map_entry *e = &map->entries[map->slots[slot] - 1];
    void *before = e->value;
    e->value = value;
    return before;
  }
  if (map->len == map->cap) {
    map->cap = map->cap ? map->cap * 2 : 8;
    map->entries = nt_realloc(map->entries, map->cap * sizeof *map->entries);
  }
  if (!key.ptr) key.ptr = "";
  map->entries[map->len++] = (nt_map_entry){key, value, hash};
  map->slots[slot] = (uint32_t)map->len;
  map->live++;
  return NULL;
}

void *nt_map_remove(nt_map *map, nt_str key) {
  if (!map->live) return NULL;
  uint32_t index = map->slots[find_slot(map, key, nt_hash_bytes(key))];
  if (!index) return NULL;
  nt_map_entry *e = &map->entries[index - 1];
  e->key = nt_str_n(NULL, 0); /* the slot stays taken, so that probes pass over it */
  map->live--;
  return e->value;
}

bool nt_map_each(const nt_map *map, size_t *index, const nt_map_entry **entry) {
  while (*index < map->len) {
    const nt_map_entry *e = &map->entries[(*index)++];
    if (e->key.ptr) {
      *entry = e;
      return true;
    }
  }
  return false;
}
