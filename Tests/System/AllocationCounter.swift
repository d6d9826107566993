import Foundation
import Testing

/// A library that is put in front of the C library and counts what the first thread of each process asks of it. The counts
/// stand in a shared file, so they can be read however a process ended.
enum AllocationCounter {
  /// What one thread has asked for.
  struct Counts: Equatable {
    var allocations: UInt64 = 0
    var locks: UInt64 = 0
    var fileOperations: UInt64 = 0
  }

  private static let slots = 64
  private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Benchmarks/loop-counter.c").standardized.path

  /// Compiles the library; its path.
  static func build(in folder: String) throws -> String {
    let library = folder + "/counter.so"
    let built = try execute("/usr/bin/cc", ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"])
    try #require(built.code == 0, built.said)
    return library
  }

  /// Runs a program with the library in front; counts of the first thread of each process, in the order they began.
  static func counts(_ library: String, _ program: String, _ arguments: [String], folder: String) throws -> [Counts] {
    let file = folder + "/counts"
    try Data(count: slots * 32).write(to: URL(fileURLWithPath: file))
    // Only the program itself may load it, not what starts it.
    let finished = try execute(
      "/usr/bin/env", ["LD_PRELOAD=" + library, "EDGETWIN_COUNTS=" + file, program] + arguments)
    try #require(finished.code == 0, finished.said)
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
    func word(_ index: Int) -> UInt64 {
      (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[8 * index + $1]) << UInt64(8 * $1) }
    }
    return (0..<slots).filter { word(4 * $0) != 0 }.map {
      Counts(allocations: word(4 * $0 + 1), locks: word(4 * $0 + 2), fileOperations: word(4 * $0 + 3))
    }
  }
}
