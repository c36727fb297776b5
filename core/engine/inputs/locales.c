#include "engine/inputs/locales.h"

#include "base/map.h"

#include <stdlib.h>
#include <uv.h>

struct nt_locales {
  uv_mutex_t lock;
  nt_arena *arena;
  nt_map languages;
  nt_map zones;
};

nt_locales *nt_locales_new(void) {
  nt_locales *l = nt_zalloc(sizeof *l);
  uv_mutex_init(&l->lock);
  l->arena = nt_arena_new();
  return l;
}

void nt_locales_free(nt_locales *l) {
  if (!l) return;
  const nt_map_entry *e;
  for (size_t i = 0; nt_map_each(&l->languages, &i, &e);) nt_locale_close(e->value);
  for (size_t i = 0; nt_map_each(&l->zones, &i, &e);) nt_zone_close(e->value);
  nt_map_deinit(&l->languages);
  nt_map_deinit(&l->zones);
  uv_mutex_destroy(&l->lock);
  nt_arena_free(l->arena);
  free(l);
}

const nt_locale *nt_locales_chain(nt_locales *l, const nt_str *langs, size_t count) {
  nt_buf key = {0};
  for (size_t i = 0; i < count; i++) nt_buf_format(&key, "%.*s ", NT_FMT(langs[i]));
  uv_mutex_lock(&l->lock);
  nt_locale *locale = nt_map_get(&l->languages, nt_buf_str(&key));
  if (!locale) {
    locale = nt_locale_open_first(langs, count);
    nt_map_set(&l->languages, nt_arena_str(l->arena, nt_buf_str(&key)), locale);
  }
  uv_mutex_unlock(&l->lock);
  nt_buf_deinit(&key);
  return locale;
}

const nt_zone *nt_locales_zone(nt_locales *l, nt_str name) {
  uv_mutex_lock(&l->lock);
  nt_zone *zone = nt_map_get(&l->zones, name);
  if (!zone) {
    zone = nt_zone_open(name);
    if (zone) nt_map_set(&l->zones, nt_arena_str(l->arena, name), zone);
  }
  uv_mutex_unlock(&l->lock);
  return zone;
}
