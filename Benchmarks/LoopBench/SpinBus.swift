import CBoard
import HardwareInterface
import PhysicalNetwork
import VirtualBench

/// What a spinning bus has seen.
public final class SpinMeter {
  /// Bits as they went over the wire, and the nanoseconds they lasted.
  public var bits: UInt64 = 0
  public var wire: UInt64 = 0
  public var calls: UInt64 = 0
  /// Time inside the bus beyond the wire's: the simulation was slower than the bits, or the thread was held up.
  public var overrun: UInt64 = 0

  public init() {}
}

/// A bus of a virtual bench whose transfers last as long as their bits on the wall's clock: the caller's thread is held for
/// that time, as a blocking call into the kernel holds it.
public struct SpinBus: I2CBus {
  private var base: VirtualI2CBus
  private let hertz: UInt32
  public let meter: SpinMeter

  public init(_ base: VirtualI2CBus, hertz: UInt32, meter: SpinMeter) {
    self.base = base
    self.hertz = hertz
    self.meter = meter
  }

  public mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    let began = cboard_monotonic_ns()
    defer { wait(began, WireTime.bits(operations)) }
    try base.transaction(address, operations)
  }

  public mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    let began = cboard_monotonic_ns()
    let result = base.batch(transfers)
    // Repeated starts between them, one stop.
    var bits: UInt64 = 1
    for transfer in transfers { bits += WireTime.bits(transfer.operations) - 1 }
    wait(began, bits)
    return result
  }

  private func wait(_ began: UInt64, _ bits: UInt64) {
    let time = WireTime.nanoseconds(bits: bits, hertz: hertz)
    let end = began + time
    var now = cboard_monotonic_ns()
    if now > end { meter.overrun += now - end }
    while now < end { now = cboard_monotonic_ns() }
    meter.bits += bits
    meter.wire += time
    meter.calls += 1
  }
}
