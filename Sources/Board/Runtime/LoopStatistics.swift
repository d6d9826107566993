import CBoard
import PhysicalNetwork
import RunRecords
import WireFormat

/// What the control loop counts as it goes; fixed size, filled without allocating.
///
/// The histograms are 32-bit words that other threads may read while the loop goes on.
public struct LoopStatistics {
  public var steps: UInt64 = 0
  public var missedDeadlines: UInt64 = 0
  public var droppedSamples: UInt64 = 0
  public var longestStep: UInt64 = 0
  public var busyTime: UInt64 = 0
  /// The latest a step began, nanoseconds.
  public var longestLateness: UInt64 = 0
  /// Busy times, lateness of beginnings, and slack of steps, `RunStop.bucketCount` buckets each.
  let histograms: UnsafeMutablePointer<UInt32>

  enum Histogram: Int { case busy = 0, jitter = 1, slack = 2 }

  init() {
    histograms = UnsafeMutablePointer<UInt32>.allocate(capacity: 3 * RunStop.bucketCount)
    histograms.initialize(repeating: 0, count: 3 * RunStop.bucketCount)
  }

  func free() { histograms.deallocate() }

  /// - Parameters:
  ///   - late: from when the step was due to its beginning, nanoseconds.
  ///   - busy: from its beginning to its end.
  ///   - period: from one step to the next.
  @inline(__always)
  mutating func count(late: UInt64, busy: UInt64, period: UInt64) {
    steps += 1
    busyTime += busy
    if busy > longestStep { longestStep = busy }
    if late > longestLateness { longestLateness = late }
    add(.busy, busy)
    add(.jitter, late)
    add(.slack, late + busy < period ? period - late - busy : 0)
  }

  @inline(__always)
  private func add(_ histogram: Histogram, _ time: UInt64) {
    let bucket = min(time == 0 ? 0 : 63 - time.leadingZeroBitCount, RunStop.bucketCount - 1)
    let word = UnsafeMutableRawPointer(histograms + histogram.rawValue * RunStop.bucketCount + bucket)
    cboard_store_relaxed_u32(word, cboard_load_relaxed_u32(word) &+ 1)
  }

  func array(_ histogram: Histogram) -> [UInt32] {
    (0..<RunStop.bucketCount).map { histograms[histogram.rawValue * RunStop.bucketCount + $0] }
  }
}

/// Where the loop's counters stand, for the thread that shows them.
struct LoopFigures {
  /// `LoopStatistics.histograms`.
  let histograms: UnsafeMutablePointer<UInt32>
  /// Of each chip of the board.
  let chips: UnsafeBufferPointer<ChipCounters>
  let wireTime: UInt64
}
