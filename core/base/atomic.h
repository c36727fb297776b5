/* C's atomics, by the same names in headers that C++ reads too. */
#ifndef NT_BASE_ATOMIC_H
#define NT_BASE_ATOMIC_H

#ifdef __cplusplus
#include <atomic>
using std::atomic_bool;
using std::atomic_uint_fast64_t;
#else
#include <stdatomic.h>
#endif

#endif
