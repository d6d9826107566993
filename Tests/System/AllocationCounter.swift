import Foundation
import Testing

/// A library that is put in front of the C library's allocator and counts what the first thread of each process asks of
/// it. The counts stand in a shared file, so they can be read however a process ended.
enum AllocationCounter {
  private static let source = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <fcntl.h>
    #include <stddef.h>
    #include <stdint.h>
    #include <stdlib.h>
    #include <sys/mman.h>
    #include <sys/syscall.h>
    #include <unistd.h>

    extern void *__libc_malloc(size_t);
    extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);
    extern void __libc_free(void *);

    struct slot { uint64_t process, calls; };
    static struct slot *slots;
    enum { slot_count = 64 };

    __attribute__((constructor)) static void open_counts(void) {
      const char *path = getenv("EDGETWIN_COUNTS");
      int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
      if (file < 0) return;
      void *memory = mmap(NULL, slot_count * sizeof *slots, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (memory != MAP_FAILED) slots = memory;
      close(file);
    }

    static void count(void) {
      if (!slots) return;
      uint64_t process = (uint64_t)syscall(SYS_getpid);
      if ((uint64_t)syscall(SYS_gettid) != process) return;
      for (int index = 0; index < slot_count; index++) {
        uint64_t none = 0;
        if (slots[index].process == process ||
            __atomic_compare_exchange_n(&slots[index].process, &none, process, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) ||
            none == process) {
          slots[index].calls++;
          return;
        }
      }
    }

    void *malloc(size_t size) { count(); return __libc_malloc(size); }
    void *calloc(size_t many, size_t size) { count(); return __libc_calloc(many, size); }
    void *realloc(void *old, size_t size) { count(); return __libc_realloc(old, size); }
    void *memalign(size_t align, size_t size) { count(); return __libc_memalign(align, size); }
    void *aligned_alloc(size_t align, size_t size) { count(); return __libc_memalign(align, size); }
    int posix_memalign(void **out, size_t align, size_t size) {
      count();
      *out = __libc_memalign(align, size);
      return *out ? 0 : ENOMEM;
    }
    void free(void *old) { if (old) count(); __libc_free(old); }

    """

  /// Compiles the library; its path.
  static func build(in folder: String) throws -> String {
    let library = folder + "/counter.so"
    try source.write(toFile: folder + "/counter.c", atomically: true, encoding: .utf8)
    let built = try execute("/usr/bin/cc", ["-O1", "-shared", "-fPIC", "-o", library, folder + "/counter.c"])
    try #require(built.code == 0, built.said)
    return library
  }

  /// Runs a program with the library in front; calls of the first thread of each process, in the order they began.
  static func counts(_ library: String, _ program: String, _ arguments: [String], folder: String) throws -> [UInt64] {
    let file = folder + "/counts"
    try Data(count: 1024).write(to: URL(fileURLWithPath: file))
    // Only the program itself may load it, not what starts it.
    let finished = try execute(
      "/usr/bin/env", ["LD_PRELOAD=" + library, "EDGETWIN_COUNTS=" + file, program] + arguments)
    try #require(finished.code == 0, finished.said)
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
    let words = stride(from: 0, to: 1024, by: 8).map { at in
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
    }
    return stride(from: 0, to: 128, by: 2).filter { words[$0] != 0 }.map { words[$0 + 1] }
  }
}
