/* Names of things that are read, as small numbers that last as long as their site. Any thread may ask. */
#ifndef NT_ENGINE_TRACE_NAMES_H
#define NT_ENGINE_TRACE_NAMES_H

#include "base/map.h"

typedef struct nt_names nt_names;

nt_names *nt_names_new(void);
void nt_names_free(nt_names *names);
/* The number of a name, given out in order; 0 is the empty name. */
uint32_t nt_names_id(nt_names *names, nt_str name);
uint32_t nt_names_count(nt_names *names);
/* 0 if it has none. */
uint32_t nt_names_known(nt_names *names, nt_str name);
/* Lives as long as the table. */
nt_str nt_names_str(nt_names *names, uint32_t id);

/* A worker's own memory of what it asked before, so that it need not lock. Zeroed memory is empty. */
typedef struct nt_names_cache {
  nt_map known;
} nt_names_cache;
uint32_t nt_names_cached(nt_names *names, nt_names_cache *cache, nt_str name);

#endif
