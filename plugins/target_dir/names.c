#include "names.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static size_t find_slot(const names *set, notis_str name) {
  size_t mask = set->slot_count - 1;
  for (size_t at = (size_t)XXH3_64bits(name.ptr, name.len) & mask;; at = (at + 1) & mask) {
    if (!set->slots[at]) return at;
    notis_str other = set->items[set->slots[at] - 1];
    if (other.len == name.len && (!name.len || memcmp(other.ptr, name.ptr, name.len) == 0)) return at;
  }
}

/* Memory is never more than half full of slots; when there is none left the process ends, as the host's would. */
static void grow(names *set) {
  set->cap = set->cap ? set->cap * 2 : 16;
  set->items = realloc(set->items, set->cap * sizeof *set->items);
  free(set->slots);
  set->slot_count = set->cap * 2;
  set->slots = calloc(set->slot_count, sizeof *set->slots);
  if (!set->items || !set->slots) abort();
  for (size_t i = 0; i < set->len; i++) set->slots[find_slot(set, set->items[i])] = (uint32_t)i + 1;
}

void names_clear(names *set) {
  for (size_t i = 0; i < set->len; i++) free((char *)set->items[i].ptr);
  free(set->items);
  free(set->slots);
  *set = (names){0};
}

bool names_has(const names *set, notis_str name) {
  return set->len > 0 && set->slots[find_slot(set, name)] != 0;
}

bool names_add(names *set, notis_str name) {
  if (set->len == set->cap) grow(set);
  size_t slot = find_slot(set, name);
  if (set->slots[slot]) return false;
  char *copy = malloc(name.len + 1);
  if (!copy) abort();
  if (name.len) memcpy(copy, name.ptr, name.len);
  copy[name.len] = '\0';
  set->items[set->len++] = (notis_str){copy, name.len};
  set->slots[slot] = (uint32_t)set->len;
  return true;
}

/* Its slot goes on pointing at the empty name, so that probes pass over it. */
void names_drop(names *set, notis_str name) {
  if (!names_has(set, name)) return;
  notis_str *item = &set->items[set->slots[find_slot(set, name)] - 1];
  free((char *)item->ptr);
  *item = (notis_str){NULL, 0};
}

notis_str path_parent(notis_str path) {
  while (path.len > 0 && path.ptr[path.len - 1] != '/') path.len--;
  if (path.len > 0) path.len--;
  return path;
}
