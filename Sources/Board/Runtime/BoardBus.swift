import HardwareInterface
import LinuxHardware
import VirtualBench

/// A bus of this board, whatever it is made of. One type for both keeps the loop and the drivers in the program once.
enum BoardBus: I2CBus {
  case linux(LinuxI2CBus)
  case virtual(VirtualI2CBus)

  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    switch self {
    case .linux(let bus): try bus.transaction(address, operations)
    case .virtual(var bus): try bus.transaction(address, operations)
    }
  }

  mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    switch self {
    case .linux(var bus): return bus.batch(transfers)
    case .virtual(var bus): return bus.batch(transfers)
    }
  }
}

/// The time a run goes by.
enum BoardClock: HardwareClock {
  case linux(LinuxClock)
  case virtual(VirtualClock)

  func now() -> UInt64 {
    switch self {
    case .linux(let clock): return clock.now()
    case .virtual(let clock): return clock.now()
    }
  }

  mutating func sleep(until deadline: UInt64) {
    switch self {
    case .linux(let clock): clock.sleep(until: deadline)
    case .virtual(var clock): clock.sleep(until: deadline)
    }
  }
}
