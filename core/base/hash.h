/* One hash for everything that is compared between runs: XXH3, 64 bits. */
#ifndef NT_BASE_HASH_H
#define NT_BASE_HASH_H

#include "base/str.h"

typedef uint64_t nt_hash;

/* The hash of what was looked for and not found. */
#define NT_HASH_ABSENT ((nt_hash)0)

nt_hash nt_hash_bytes(nt_str bytes);
/* The same hash of bytes that come piece by piece. The end frees the hasher. */
typedef struct nt_hasher nt_hasher;
nt_hasher *nt_hasher_new(void);
void nt_hasher_put(nt_hasher *hasher, nt_str bytes);
nt_hash nt_hasher_end(nt_hasher *hasher);
/* Order matters: combine(a, b) is not combine(b, a). */
nt_hash nt_hash_combine(nt_hash a, nt_hash b);

#endif
