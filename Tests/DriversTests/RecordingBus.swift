import HardwareInterface
import Testing

/// Writes down what crosses it, in the notation "W10 40 | R10 2": direction and hex address, then hex bytes written or the
/// number read; operations of one transaction are joined by bars. Reads are answered from `answers`, in order.
struct RecordingBus: I2CBus {
  var log: [String] = []
  var answers: [[UInt8]] = []
  /// Thrown by the transaction of this number, from 0.
  var failAt = -1

  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    var parts: [String] = []
    for operation in operations {
      let place = hex(address.value)
      if operation.direction == .write {
        parts.append((["W" + place] + operation.bytes.map { hex($0) }).joined(separator: " "))
      } else {
        parts.append("R\(place) \(operation.bytes.count)")
        let answer = answers.isEmpty ? [] : answers.removeFirst()
        for index in 0..<operation.bytes.count { operation.bytes[index] = index < answer.count ? answer[index] : 0 }
      }
    }
    log.append(parts.joined(separator: " | "))
    if log.count == failAt + 1 { throw I2CError(.noAcknowledgeData, address: address.value, errno: 5) }
  }

  private func hex(_ byte: UInt8) -> String {
    let text = String(byte, radix: 16, uppercase: true)
    return text.count < 2 ? "0" + text : text
  }
}

func address(_ value: UInt8) throws -> I2CAddress { try #require(I2CAddress(value)) }
