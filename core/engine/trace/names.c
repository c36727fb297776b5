#include "engine/trace/names.h"

#include "base/vec.h"

#include <uv.h>

struct nt_names {
  uv_rwlock_t lock;
  nt_arena *arena;
  nt_map ids; /* name -> id + 1 as a pointer */
  NT_VEC(nt_str) strings;
};

nt_names *nt_names_new(void) {
  nt_names *names = nt_zalloc(sizeof *names);
  uv_rwlock_init(&names->lock);
  names->arena = nt_arena_new();
  nt_names_id(names, NT_STR(""));
  return names;
}

void nt_names_free(nt_names *names) {
  if (!names) return;
  uv_rwlock_destroy(&names->lock);
  nt_map_deinit(&names->ids);
  nt_vec_deinit(&names->strings);
  nt_arena_free(names->arena);
  free(names);
}

static uintptr_t look_up(nt_names *names, nt_str name) {
  uv_rwlock_rdlock(&names->lock);
  uintptr_t found = (uintptr_t)nt_map_get(&names->ids, name);
  uv_rwlock_rdunlock(&names->lock);
  return found;
}

uint32_t nt_names_known(nt_names *names, nt_str name) {
  uintptr_t found = look_up(names, name);
  return found ? (uint32_t)(found - 1) : 0;
}

uint32_t nt_names_id(nt_names *names, nt_str name) {
  uintptr_t found = look_up(names, name);
  if (found) return (uint32_t)(found - 1);
  uv_rwlock_wrlock(&names->lock);
  found = (uintptr_t)nt_map_get(&names->ids, name);
  if (!found) {
    nt_str kept = nt_arena_str(names->arena, name);
    nt_push(&names->strings, kept);
    found = names->strings.len;
    nt_map_set(&names->ids, kept, (void *)found);
  }
  uv_rwlock_wrunlock(&names->lock);
  return (uint32_t)(found - 1);
}

uint32_t nt_names_count(nt_names *names) {
  uv_rwlock_rdlock(&names->lock);
  size_t count = names->strings.len;
  uv_rwlock_rdunlock(&names->lock);
  return (uint32_t)count;
}

nt_str nt_names_str(nt_names *names, uint32_t id) {
  uv_rwlock_rdlock(&names->lock);
  nt_str name = names->strings.items[id];
  uv_rwlock_rdunlock(&names->lock);
  return name;
}

uint32_t nt_names_cached(nt_names *names, nt_names_cache *cache, nt_str name) {
  uintptr_t found = (uintptr_t)nt_map_get(&cache->known, name);
  if (found) return (uint32_t)(found - 1);
  uint32_t id = nt_names_id(names, name);
  nt_map_set(&cache->known, nt_names_str(names, id), (void *)((uintptr_t)id + 1));
  return id;
}
