#include "base/hash.h"

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
