/* Compiled templates. One lock guards the map; compiling is done outside it, so that a slow template holds nobody up,
 * and whoever comes second drops his own work. */
#include "template/runtime.h"

#include <pthread.h>
#include <stdlib.h>

struct nt_template_cache {
  pthread_mutex_t lock;
  nt_map entries;
  nt_arena *arena; /* keys */
};

nt_template_cache *nt_template_cache_new(void) {
  nt_template_cache *cache = nt_zalloc(sizeof *cache);
  pthread_mutex_init(&cache->lock, NULL);
  cache->arena = nt_arena_new();
  return cache;
}

void nt_template_cache_free(nt_template_cache *cache) {
  if (!cache) return;
  const nt_map_entry *entry;
  for (size_t i = 0; nt_map_each(&cache->entries, &i, &entry);) nt_template_cache_drop(entry->value);
  nt_map_deinit(&cache->entries);
  nt_arena_free(cache->arena);
  pthread_mutex_destroy(&cache->lock);
  free(cache);
}

void nt_template_cache_drop(nt_compiled *compiled) {
  if (__atomic_sub_fetch(&compiled->refs, 1, __ATOMIC_ACQ_REL) == 0) nt_compiled_free(compiled);
}

static nt_str make_key(const nt_template_source *source, nt_buf *buf) {
  nt_buf_put(buf, nt_str_n((const char *)&source->hash, sizeof source->hash));
  nt_buf_put(buf, nt_str_n((const char *)&source->layer, sizeof source->layer));
  nt_buf_put(buf, source->file);
  return nt_buf_str(buf);
}

nt_compiled *nt_template_cache_take(nt_template_cache *cache, const nt_template_source *source) {
  nt_buf buf = {0};
  nt_str key = make_key(source, &buf);
  pthread_mutex_lock(&cache->lock);
  nt_compiled *found = nt_map_get(&cache->entries, key);
  if (found) __atomic_add_fetch(&found->refs, 1, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&cache->lock);
  if (!found) {
    nt_compiled *made = nt_template_compile(source->name, source->file, source->layer, source->bytes);
    pthread_mutex_lock(&cache->lock);
    found = nt_map_get(&cache->entries, key);
    if (!found) {
      found = made;
      nt_map_set(&cache->entries, nt_arena_str(cache->arena, key), made);
    }
    __atomic_add_fetch(&found->refs, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&cache->lock);
    if (found != made) nt_compiled_free(made);
  }
  nt_buf_deinit(&buf);
  return found;
}

bool nt_template_check(nt_template_cache *cache, const nt_template_source *source, nt_diags *diags) {
  nt_compiled *compiled = nt_template_cache_take(cache, source);
  bool good = compiled->good;
  for (size_t i = 0; i < compiled->diags.len; i++) nt_diags_add(diags, &compiled->diags.items[i]);
  nt_template_cache_drop(compiled);
  return good;
}

/* What the compiler says stands together in template.def, from template_nul to template_too_large. */
bool nt_template_is_unusable(nt_code code) {
  if (code >= NT_MSG_template_nul && code <= NT_MSG_template_too_large) return true;
  switch (code) {
  case NT_MSG_template_absent:
  case NT_MSG_template_absent_shared:
  case NT_MSG_template_extends_cycle:
  case NT_MSG_template_import_absent:
  case NT_MSG_template_unknown_filter:
  case NT_MSG_template_unknown_filter_near:
  case NT_MSG_template_unknown_test:
  case NT_MSG_template_unknown_test_near: return true;
  default: return false;
  }
}
