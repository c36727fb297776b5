#include "base/hash.h"

#include "base/arena.h"

#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

nt_hash nt_hash_bytes(nt_str bytes) {
  nt_hash hash = XXH3_64bits(bytes.ptr ? bytes.ptr : "", bytes.len);
  return hash == NT_HASH_ABSENT ? 1 : hash;
}

nt_hash nt_hash_combine(nt_hash a, nt_hash b) {
  nt_hash pair[2] = {a, b};
  return nt_hash_bytes(nt_str_n((const char *)pair, sizeof pair));
}

struct nt_hasher {
  XXH3_state_t *state;
};

nt_hasher *nt_hasher_new(void) {
  nt_hasher *hasher = nt_alloc(sizeof *hasher);
  hasher->state = XXH3_createState();
  if (!hasher->state) nt_out_of_memory();
  XXH3_64bits_reset(hasher->state);
  return hasher;
}

void nt_hasher_put(nt_hasher *hasher, nt_str bytes) {
  if (bytes.len) XXH3_64bits_update(hasher->state, bytes.ptr, bytes.len);
}

nt_hash nt_hasher_end(nt_hasher *hasher) {
  nt_hash hash = XXH3_64bits_digest(hasher->state);
  XXH3_freeState(hasher->state);
  free(hasher);
  return hash == NT_HASH_ABSENT ? 1 : hash;
}
