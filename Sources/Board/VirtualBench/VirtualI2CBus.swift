import HardwareInterface

/// One I2C bus of a virtual bench: a bare handle, valid as long as its `VirtualBench` lives.
public struct VirtualI2CBus: I2CBus {
  let core: BenchCore
  let index: Int

  public mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    guard core.transact(bus: index, address: address.value, operations) else {
      throw I2CError(.noAcknowledgeAddress, address: address.value)
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
