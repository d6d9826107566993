import Dispatch
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
  /// under the same worker at once, so that it can index scratch memory.
  public func run(_ count: Int, _ body: @Sendable (_ piece: Int, _ worker: Int) -> Void) {
    let workers = min(threads, count)
    if workers <= 1 {
      for piece in 0..<count { body(piece, 0) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if piece >= count { return }
        body(piece, worker)
      }
    }
  }
}

#if canImport(Glibc)
  import Glibc
#endif
