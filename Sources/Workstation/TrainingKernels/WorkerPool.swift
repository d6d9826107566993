import CTrainingKernels
import Synchronization

/// Runs numbered pieces of work on several threads. What a piece computes must not depend on which thread runs it or
/// when; then results do not depend on the number of threads either.
public struct WorkerPool: Sendable {
  public let threads: Int

  /// - Parameter threads: at least 1; nil for one a processor.
  public init(threads: Int? = nil) {
    self.threads = max(1, threads ?? Self.processors)
  }

  /// Processors this process may use.
  public static let processors: Int = {
    #if canImport(Glibc)
      return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    #else
      return 2
    #endif
  }()

  /// Calls `body(piece, worker)` once for every piece below `count`; `worker` is below `threads` and no two pieces run
  /// under the same worker at once, so that it can index scratch memory. Work begun from within a piece, or while another
  /// caller has the same threads, is done by the caller alone.
  public func run(_ count: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) {
    if min(threads, count) > 1, let pool = SharedPools.pool(threads: threads), pool.run(count, body) { return }
    for piece in 0..<max(0, count) { body(piece, 0) }
  }
}

/// The threads themselves, made once for each number of them and kept.
private enum SharedPools {
  private static let made = Mutex<[Int: NativePool]>([:])

  static func pool(threads: Int) -> NativePool? {
    made.withLock { pools in
      if let pool = pools[threads] { return pool }
      let pool = NativePool(threads: threads)
      pools[threads] = pool
      return pool
    }
  }
}

/// One set of threads.
private final class NativePool: @unchecked Sendable {
  private let handle: OpaquePointer

  init?(threads: Int) {
    guard let handle = tk_pool_create(Int32(clamping: threads)) else { return nil }
    self.handle = handle
  }

  /// False, with nothing done, while the threads are at work.
  func run(_ count: Int, _ body: (Int, Int) -> Void) -> Bool {
    withoutActuallyEscaping(body) { body in
      var job = Job(body: body)
      return withUnsafeMutablePointer(to: &job) { job in
        tk_pool_run(
          handle, Int32(clamping: count),
          { context, piece, worker in
            context?.assumingMemoryBound(to: Job.self).pointee.body(Int(piece), Int(worker))
          }, job) != 0
      }
    }
  }

  private struct Job {
    var body: (Int, Int) -> Void
  }
}

#if canImport(Glibc)
  import Glibc
#endif
