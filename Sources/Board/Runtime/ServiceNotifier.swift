import CBoard
import WireFormat

/// What the program tells systemd of itself (sd_notify); nothing happens where it was not started as a service.
struct ServiceNotifier {
  /// How often systemd is to hear of us, nanoseconds: half of what it waits for; 0 for never.
  let watchdogInterval: UInt64
  private var lastAlive: UInt64 = 0
  private var lastStatus: [UInt8] = []

  init() { watchdogInterval = cboard_watchdog_us() &* 500 }

  /// The service is up.
  func ready() { send("READY=1") }

  /// The service is on its way out.
  func stopping() { send("STOPPING=1") }

  /// A line for `systemctl status`; told only when it has changed.
  mutating func status(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes != lastStatus else { return }
    lastStatus = bytes
    send("STATUS=" + text)
  }

  /// Feeds the watchdog where that is due.
  mutating func alive() {
    let now = cboard_monotonic_ns()
    guard watchdogInterval > 0, now &- lastAlive >= watchdogInterval else { return }
    lastAlive = now
    send("WATCHDOG=1")
  }

  private func send(_ text: String) {
    let bytes = Array(text.utf8)
    bytes.withUnsafeBufferPointer { _ = cboard_notify($0.baseAddress, $0.count) }
  }
}
