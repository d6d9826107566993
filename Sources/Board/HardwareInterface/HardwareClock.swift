/// A monotonic clock in nanoseconds, real or virtual.
public protocol HardwareClock {
  /// Nanoseconds since an arbitrary, fixed origin; never goes back.
  func now() -> UInt64

  /// Returns at `deadline` (absolute, in this clock's nanoseconds), or at once when it has passed.
  mutating func sleep(until deadline: UInt64)
}
