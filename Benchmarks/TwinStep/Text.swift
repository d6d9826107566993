import CBoard
import WireFormat

/// JSON, byte by byte: Embedded Swift without String.
struct Text {
  private var bytes: [UInt8] = []

  mutating func put(_ text: StaticString) {
    text.withUTF8Buffer { for byte in $0 { bytes.append(byte) } }
  }

  mutating func put(_ value: UInt64) {
    var digits: [UInt8] = []
    var left = value
    repeat {
      digits.append(UInt8(48 + left % 10))
      left /= 10
    } while left > 0
    for digit in digits.reversed() { bytes.append(digit) }
  }

  mutating func put(_ times: Times, checksum: UInt32) {
    put("{\"p50_ns\": ")
    put(times.quantile(500))
    put(", \"p99_ns\": ")
    put(times.quantile(990))
    put(", \"p99_9_ns\": ")
    put(times.quantile(999))
    put(", \"worst_ns\": ")
    put(times.worst)
    put(", \"checksum\": ")
    put(UInt64(checksum))
    put("}")
  }

  func write() {
    bytes.withUnsafeBytes { _ = cboard_write_all(1, $0.baseAddress, $0.count, 1000) }
  }
}
