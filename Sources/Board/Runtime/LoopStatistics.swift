import RunRecords

/// What the control loop counts as it goes; fixed size, filled without allocating.
public struct LoopStatistics {
  public var steps: UInt64 = 0
  public var missedDeadlines: UInt64 = 0
  public var droppedSamples: UInt64 = 0
  public var longestStep: UInt64 = 0
  public var busyTime: UInt64 = 0
  let histogram: UnsafeMutablePointer<UInt32>

  init() {
    histogram = UnsafeMutablePointer<UInt32>.allocate(capacity: RunStop.bucketCount)
    histogram.initialize(repeating: 0, count: RunStop.bucketCount)
  }

  func free() { histogram.deallocate() }

  mutating func count(busy: UInt64) {
    steps += 1
    busyTime += busy
    if busy > longestStep { longestStep = busy }
    let bucket = busy == 0 ? 0 : 63 - busy.leadingZeroBitCount
    histogram[min(bucket, RunStop.bucketCount - 1)] += 1
  }

  func histogramArray() -> [UInt32] { (0..<RunStop.bucketCount).map { histogram[$0] } }
}
