import Foundation
import Testing

/// Steps ask nothing of the allocator: the benchmark program asks as often for 10 calls as for 10,000.
@Suite struct AllocationTests {
  // Put in front of the C library's allocator; says at the end how often it was asked.
  private static let counter = """
    #include <stddef.h>
    #include <stdint.h>
    #include <string.h>
    #include <unistd.h>

    extern void *__libc_malloc(size_t);
    extern void *__libc_calloc(size_t, size_t);
    extern void *__libc_realloc(void *, size_t);
    extern void *__libc_memalign(size_t, size_t);
    extern void __libc_free(void *);
    static uint64_t calls;

    void *malloc(size_t size) { calls++; return __libc_malloc(size); }
    void *calloc(size_t many, size_t size) { calls++; return __libc_calloc(many, size); }
    void *realloc(void *old, size_t size) { calls++; return __libc_realloc(old, size); }
    void *aligned_alloc(size_t align, size_t size) { calls++; return __libc_memalign(align, size); }
    void *memalign(size_t align, size_t size) { calls++; return __libc_memalign(align, size); }
    int posix_memalign(void **out, size_t align, size_t size) {
      calls++;
      *out = __libc_memalign(align, size);
      return *out ? 0 : 12;
    }
    void free(void *old) { if (old) calls++; __libc_free(old); }

    __attribute__((destructor)) static void tell(void) {
      char digits[24];
      size_t at = sizeof digits;
      uint64_t left = calls;
      digits[--at] = '\\n';
      do { digits[--at] = (char)('0' + left % 10); left /= 10; } while (left);
      ssize_t written = write(2, digits + at, sizeof digits - at);
      (void)written;
    }

    """

  private func run(_ program: String, _ arguments: [String], preload: String? = nil) throws -> (Int32, String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    if let preload {
      process.environment = ProcessInfo.processInfo.environment.merging(["LD_PRELOAD": preload]) { $1 }
    }
    let said = Pipe()
    process.standardError = said
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: said.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test func stepsDoNotAllocate() throws {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    var program = ""
    while folder.path != "/", program.isEmpty {
      folder.deleteLastPathComponent()
      let path = folder.appendingPathComponent("twinstep-bench").path
      if FileManager.default.isExecutableFile(atPath: path) { program = path }
    }
    try #require(!program.isEmpty, "twinstep-bench is not built beside the tests")
    let work = FileManager.default.temporaryDirectory.appendingPathComponent("twin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    let source = work.appendingPathComponent("counter.c").path
    let library = work.appendingPathComponent("counter.so").path
    try Self.counter.write(toFile: source, atomically: true, encoding: .utf8)
    let built = try run("/usr/bin/cc", ["-O1", "-shared", "-fPIC", "-o", library, source])
    try #require(built.0 == 0, "\(built.1)")
    let few = try run(program, ["10"], preload: library)
    let many = try run(program, ["10000"], preload: library)
    let (a, b) = (Int(few.1.split(separator: "\n").last ?? ""), Int(many.1.split(separator: "\n").last ?? ""))
    let (first, second) = (try #require(a, "\(few.1)"), try #require(b, "\(many.1)"))
    #expect(first > 10)
    // The output's digits and the like may differ by a few; a step that allocated would differ by 60,000.
    #expect(abs(first - second) < 20, "\(first) and \(second)")
  }
}
