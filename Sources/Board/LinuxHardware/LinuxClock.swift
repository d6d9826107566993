import CBoardHardware
import HardwareInterface

/// `CLOCK_MONOTONIC`; sleeps to absolute deadlines, so that time spent between steps does not add up.
public struct LinuxClock: HardwareClock {
  public init() {}

  /// Nanoseconds since some moment before the boot.
  public func now() -> UInt64 { edge_clock_now() }

  /// Returns at `deadline`, signals or not.
  public func sleep(until deadline: UInt64) { edge_clock_sleep_until(deadline) }
}
