import CBoard
import PhysicalNetwork
import WireFormat

/// How long a counter has stood still. Time in which the watcher itself did not run does not count, so that a machine
/// that stops as a whole ends nobody's run.
struct StallMeter {
  /// The most that one look may add, nanoseconds.
  let longestLook: UInt64
  private(set) var stalled: UInt64 = 0
  private var last: UInt32 = 0
  private var lastLook: UInt64

  init(longestLook: UInt64) {
    self.longestLook = longestLook
    lastLook = cboard_monotonic_ns()
  }

  /// Looks at the counter; nanoseconds it has stood still.
  mutating func look(_ counter: UInt32) -> UInt64 {
    let now = cboard_monotonic_ns()
    if counter != last {
      last = counter
      stalled = 0
    } else {
      stalled += min(now - lastLook, longestLook)
    }
    lastLook = now
    return stalled
  }
}

extension BoardDescription {
  /// After how long without a step a loop is hung, nanoseconds. A loop that waits for a controller to give up is none: it
  /// leaves the bus out, once its tries are over.
  var hangTime: UInt64 {
    guard policy.hang == 0 else { return max(policy.hang, 2 &* stepPeriod) }
    var waits: UInt64 = 0
    for bus in buses {
      // Adapters that are not told otherwise give up after a second.
      let limit = UInt64(bus.timeoutMilliseconds == 0 ? 1000 : bus.timeoutMilliseconds) * 1_000_000
      waits += limit * (UInt64(policy.retries) + 2)
    }
    return max(1_000_000_000, 20 &* stepPeriod) + waits
  }
}

extension StatusPage {
  /// How long a loop may go without a step now: longer while it sets its chips up, and once its safe values are out.
  func stepLimit(_ hang: UInt64) -> UInt64 {
    if cboard_load_acquire_u32(word(Word.safeWritten)) != 0 { return hang + 120_000_000_000 }
    return get(Word.phase) == Phase.starting.rawValue ? hang + 20_000_000_000 : hang
  }
}
