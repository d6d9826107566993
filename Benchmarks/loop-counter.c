// Put in front of the C library (LD_PRELOAD), counts what the first thread of each process asks of it: memory, locks, and
// files. The counts stand in the file EDGETWIN_COUNTS names, 64 slots of four 64-bit words (process, allocations and
// frees, locks, file operations), so they can be read however a process ended.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

enum { memory, locks, files, kinds };
struct slot {
  uint64_t process, counts[kinds];
};
static struct slot *slots;
enum { slot_count = 64 };

__attribute__((constructor)) static void open_counts(void) {
  const char *path = getenv("EDGETWIN_COUNTS");
  int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, slot_count * sizeof *slots, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) slots = shared;
  syscall(SYS_close, file);
}

static void count(int kind) {
  if (!slots) return;
  uint64_t process = (uint64_t)syscall(SYS_getpid);
  if ((uint64_t)syscall(SYS_gettid) != process) return;
  for (int index = 0; index < slot_count; index++) {
    uint64_t none = 0;
    if (slots[index].process == process ||
        __atomic_compare_exchange_n(&slots[index].process, &none, process, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
        none == process) {
      slots[index].counts[kind]++;
      return;
    }
  }
}

void *malloc(size_t size) { return count(memory), __libc_malloc(size); }
void *calloc(size_t many, size_t size) { return count(memory), __libc_calloc(many, size); }
void *realloc(void *old, size_t size) { return count(memory), __libc_realloc(old, size); }
void *memalign(size_t align, size_t size) { return count(memory), __libc_memalign(align, size); }
void *aligned_alloc(size_t align, size_t size) { return count(memory), __libc_memalign(align, size); }
int posix_memalign(void **out, size_t align, size_t size) {
  count(memory);
  *out = __libc_memalign(align, size);
  return *out ? 0 : ENOMEM;
}
void free(void *old) {
  if (old) count(memory);
  __libc_free(old);
}

// What follows is the C library's own, found behind this library.
#define NEXT(type, name, kind, parameters, arguments)      \
  type name parameters {                                   \
    static type(*next) parameters;                         \
    count(kind);                                           \
    if (!next) next = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
    return next arguments;                                 \
  }

NEXT(int, pthread_mutex_lock, locks, (pthread_mutex_t * lock), (lock))
NEXT(int, pthread_mutex_trylock, locks, (pthread_mutex_t * lock), (lock))
NEXT(int, pthread_mutex_unlock, locks, (pthread_mutex_t * lock), (lock))
NEXT(int, pthread_rwlock_rdlock, locks, (pthread_rwlock_t * lock), (lock))
NEXT(int, pthread_rwlock_wrlock, locks, (pthread_rwlock_t * lock), (lock))
NEXT(int, pthread_spin_lock, locks, (pthread_spinlock_t * lock), (lock))
NEXT(int, pthread_cond_wait, locks, (pthread_cond_t * condition, pthread_mutex_t *lock), (condition, lock))
NEXT(int, pthread_cond_signal, locks, (pthread_cond_t * condition), (condition))
NEXT(int, pthread_cond_broadcast, locks, (pthread_cond_t * condition), (condition))
NEXT(int, sem_wait, locks, (sem_t * semaphore), (semaphore))
NEXT(int, sem_post, locks, (sem_t * semaphore), (semaphore))
NEXT(ssize_t, read, files, (int file, void *bytes, size_t size), (file, bytes, size))
NEXT(ssize_t, write, files, (int file, const void *bytes, size_t size), (file, bytes, size))
NEXT(ssize_t, pread, files, (int file, void *bytes, size_t size, off_t at), (file, bytes, size, at))
NEXT(ssize_t, pwrite, files, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at))
NEXT(ssize_t, pread64, files, (int file, void *bytes, size_t size, off64_t at), (file, bytes, size, at))
NEXT(ssize_t, pwrite64, files, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at))
NEXT(ssize_t, writev, files, (int file, const struct iovec *list, int many), (file, list, many))
NEXT(ssize_t, readv, files, (int file, const struct iovec *list, int many), (file, list, many))
NEXT(int, fsync, files, (int file), (file))
NEXT(int, fdatasync, files, (int file), (file))
NEXT(int, close, files, (int file), (file))

static int open_counted(const char *name, const char *path, int flags, mode_t mode) {
  int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
  count(files);
  return next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_counted("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_counted("open64", path, flags, mode);
}
