// Shared memory and the few atomics that are lock-free on every board (ARMv6 has no 64-bit ones without a helper, so
// counters that are shared are 32 bits wide, or guarded by a 32-bit sequence).
#ifndef CBOARD_MEMORY_H
#define CBOARD_MEMORY_H

#include <stddef.h>
#include <stdint.h>

// Memory shared with children of fork, zeroed. NULL in `*address` on an error.
int cboard_map_shared(size_t bytes, void **address);

// The first `bytes` of an open file, shared with everybody who maps it; writable unless `read_only`.
int cboard_map_file(int fd, size_t bytes, int read_only, void **address);
int cboard_unmap(void *address, size_t bytes);

// Everything the thread that stored with release wrote before is seen after the load with acquire. 4-byte aligned.
static inline uint32_t cboard_load_acquire_u32(const void *address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_ACQUIRE);
}

static inline void cboard_store_release_u32(void *address, uint32_t value) {
  __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELEASE);
}

static inline uint32_t cboard_load_relaxed_u32(const void *address) {
  return __atomic_load_n((const uint32_t *)address, __ATOMIC_RELAXED);
}

static inline void cboard_store_relaxed_u32(void *address, uint32_t value) {
  __atomic_store_n((uint32_t *)address, value, __ATOMIC_RELAXED);
}

// Between the reads of a seqlock and the second look at its sequence.
static inline void cboard_fence_acquire(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }

// Between making a seqlock's sequence odd and its writes.
static inline void cboard_fence_release(void) { __atomic_thread_fence(__ATOMIC_RELEASE); }

// Read-modify-write operations; the value before.
uint32_t cboard_fetch_add_u32(void *address, uint32_t addend);
uint32_t cboard_exchange_u32(void *address, uint32_t value);

#endif
