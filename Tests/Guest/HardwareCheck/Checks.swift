import CBoard
import HardwareInterface
import LinuxHardware

/// Counts checks and prints one line of each.
struct Checks {
  private var passed = 0
  private var failed = 0

  /// A line on standard output, at once.
  static func say(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { cboard_write_all(1, $0.baseAddress, $0.count, 5_000) }
  }

  mutating func check(_ name: String, _ held: Bool, _ why: @autoclosure () -> String = "") {
    if held {
      passed += 1
      Self.say("ok " + name)
    } else {
      fail(name, why())
    }
  }

  mutating func fail(_ name: String, _ why: String) {
    failed += 1
    Self.say("FAIL " + name + ": " + why)
  }

  /// Bytes that must be these.
  mutating func equal(_ name: String, _ got: [UInt8], _ wanted: [UInt8]) {
    check(name, got == wanted, "read " + Self.text(got) + ", not " + Self.text(wanted))
  }

  /// The last line; the exit code.
  func end() -> Int32 {
    Self.say(failed == 0 && passed > 0 ? "PASS \(passed)" : "FAIL \(failed)")
    return failed == 0 && passed > 0 ? 0 : 1
  }

  static func text(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) + " " }
    return text
  }

  static func text(_ error: I2CError) -> String {
    "kind \(error.kind.rawValue), errno \(error.errno), address 0x" + String(error.address, radix: 16) + ": "
      + error.kind.hint.description
  }

  static func text(_ error: LineError) -> String {
    "kind \(error.kind.rawValue), line \(error.line), errno \(error.errno): " + error.kind.hint.description
  }
}
