import HardwareInterface
import WireFormat

/// How far a set-up has come, and what its reads said: enough to go on with it in a later step.
struct SetUpProgress {
  /// Transactions done.
  var done = 0
  var used = 0
  /// Bytes that were read.
  var log: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
  /// The unit it is of; -1 for none.
  var unit = -1
  var bits: UInt64 = 0

  mutating func begin(_ unit: Int) {
    done = 0
    used = 0
    bits = 0
    self.unit = unit
  }
}

/// A bus that counts what goes over it, stops before a budget of time is spent, and can be begun again: transactions that
/// were done are answered from what was kept of them, so any driver's set-up can be spread over several steps.
struct SetUpBus<Base: I2CBus>: I2CBus {
  let base: UnsafeMutablePointer<Base>
  let state: UnsafeMutablePointer<BusPace>
  let progress: UnsafeMutablePointer<SetUpProgress>
  /// Nanoseconds left.
  var budget: UInt64
  private var position = 0
  private var replayed = 0
  /// Stopped for want of time, not by a fault.
  private(set) var paused = false

  init(
    _ base: UnsafeMutablePointer<Base>, _ state: UnsafeMutablePointer<BusPace>,
    _ progress: UnsafeMutablePointer<SetUpProgress>, budget: UInt64
  ) {
    self.base = base
    self.state = state
    self.progress = progress
    self.budget = budget
  }

  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    position += 1
    if position <= progress.pointee.done {
      replay(operations)
      return
    }
    let bits = WireTime.bits(operations)
    let time = state.pointee.planned(bits)
    guard budget == .max || time <= budget else {
      paused = true
      throw I2CError(.other, address: address.value)
    }
    try base.pointee.transaction(address, operations)
    if budget != .max { budget -= time }
    progress.pointee.bits += bits
    keep(operations)
  }

  /// What does not fit is not kept, and the set-up has to come through in one go from there.
  private mutating func keep(_ operations: UnsafeMutableBufferPointer<I2COperation>) {
    var size = 0
    for operation in operations where operation.direction == .read { size += operation.bytes.count }
    guard progress.pointee.done == position - 1, progress.pointee.used + size <= 96 else { return }
    withUnsafeMutableBytes(of: &progress.pointee.log) { log in
      for operation in operations where operation.direction == .read {
        for byte in operation.bytes {
          log[progress.pointee.used] = byte
          progress.pointee.used += 1
        }
      }
    }
    replayed = progress.pointee.used
    progress.pointee.done = position
  }

  private mutating func replay(_ operations: UnsafeMutableBufferPointer<I2COperation>) {
    withUnsafeBytes(of: progress.pointee.log) { log in
      for operation in operations where operation.direction == .read {
        for index in 0..<operation.bytes.count where replayed < log.count {
          operation.bytes[index] = log[replayed]
          replayed += 1
        }
      }
    }
  }
}
