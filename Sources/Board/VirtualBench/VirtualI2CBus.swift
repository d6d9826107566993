import HardwareInterface

/// One I2C bus of a virtual bench: a bare handle, valid as long as its `VirtualBench` lives.
public struct VirtualI2CBus: I2CBus {
  let core: BenchCore
  let index: Int
  /// Which transactions of a batch go out in one call, as a real controller would have it.
  public var combining: I2CCombining = .any

  init(core: BenchCore, index: Int) {
    self.core = core
    self.index = index
  }

  public mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    guard var call = core.begin(bus: index) else {
      throw I2CError(.noAcknowledgeAddress, address: address.value)
    }
    guard !operations.isEmpty else { return }
    let heard = core.transfer(&call, address: address.value, operations)
    core.end(call)
    guard heard else { throw I2CError(.noAcknowledgeAddress, address: address.value) }
  }

  /// Joined transactions have a repeated start between them, one bit, where others have a stop and a start.
  public mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    guard !transfers.isEmpty else { return I2CBatchResult(completed: 0) }
    guard var call = core.begin(bus: index) else {
      return failed(0, transfers[0].address)
    }
    for position in 0..<transfers.count {
      if position > 0, !joins(transfers[position - 1], transfers[position]) {
        core.end(call)
        guard let next = core.begin(bus: index) else { return failed(position, transfers[position].address) }
        call = next
      }
      guard core.transfer(&call, address: transfers[position].address.value, transfers[position].operations) else {
        core.end(call)
        return failed(position, transfers[position].address)
      }
    }
    core.end(call)
    return I2CBatchResult(completed: transfers.count)
  }

  private func failed(_ position: Int, _ address: I2CAddress) -> I2CBatchResult {
    I2CBatchResult(completed: position, error: I2CError(.noAcknowledgeAddress, address: address.value))
  }

  private func joins(_ before: I2CTransfer, _ after: I2CTransfer) -> Bool {
    switch combining {
    case .any: return true
    case .sameAddress: return before.address == after.address
    case .readLast: return before.operations.last?.direction != .read
    case .single: return false
    }
  }
}

/// The time of a virtual bench: a bare handle, valid as long as its `VirtualBench` lives.
public struct VirtualClock: HardwareClock {
  let core: BenchCore

  /// Nanoseconds since the bench was set up.
  public func now() -> UInt64 { core.now() }

  /// In virtual time, jumps; in real time, asks the bench's sleeper to wait, and returns at once where there is none.
  public mutating func sleep(until deadline: UInt64) { core.sleep(until: deadline) }
}
