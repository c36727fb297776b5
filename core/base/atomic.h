/* Numbers that several threads change, by the compiler's builtins: C and C++ know no common type for them. */
#ifndef NT_BASE_ATOMIC_H
#define NT_BASE_ATOMIC_H

#include <stdint.h>

typedef struct nt_atomic {
  uint64_t value;
} nt_atomic;

static inline uint64_t nt_atomic_get(const nt_atomic *atomic) {
  return __atomic_load_n(&atomic->value, __ATOMIC_ACQUIRE);
}
static inline void nt_atomic_set(nt_atomic *atomic, uint64_t value) {
  __atomic_store_n(&atomic->value, value, __ATOMIC_RELEASE);
}
static inline void nt_atomic_add(nt_atomic *atomic, uint64_t amount) {
  __atomic_fetch_add(&atomic->value, amount, __ATOMIC_RELAXED);
}
static inline void nt_atomic_or(nt_atomic *atomic, uint64_t bits) {
  __atomic_fetch_or(&atomic->value, bits, __ATOMIC_RELAXED);
}

#endif
