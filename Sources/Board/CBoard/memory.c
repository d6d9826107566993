#include "cboard_base.h"

#include <sys/mman.h>

#include "cboard_memory.h"

static int map(int fd, size_t bytes, int protection, int flags, void **address) {
  void *mapped = mmap(NULL, bytes, protection, flags, fd, 0);
  *address = mapped == MAP_FAILED ? NULL : mapped;
  return mapped == MAP_FAILED ? -errno : 0;
}

int cboard_map_shared(size_t bytes, void **address) {
  return map(-1, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, address);
}

int cboard_map_file(int fd, size_t bytes, int read_only, void **address) {
  return map(fd, bytes, read_only ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, address);
}

int cboard_unmap(void *address, size_t bytes) { return cboard_result(munmap(address, bytes)); }

uint32_t cboard_fetch_add_u32(void *address, uint32_t addend) {
  return __atomic_fetch_add((uint32_t *)address, addend, __ATOMIC_ACQ_REL);
}

uint32_t cboard_exchange_u32(void *address, uint32_t value) {
  return __atomic_exchange_n((uint32_t *)address, value, __ATOMIC_ACQ_REL);
}
