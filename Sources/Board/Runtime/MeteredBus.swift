import CBoard
import HardwareInterface
import WireFormat

/// A bus that counts what goes over it and how long it takes.
final class MeteredBus {
  private var base: BoardBus
  /// Completed or not.
  private(set) var transfers: UInt64 = 0
  /// The processor's time spent in it; asked of the kernel at both ends of a call, so only where `measures` is set.
  private(set) var processorTime: UInt64 = 0
  var measures = false

  init(_ base: BoardBus) { self.base = base }

  var calls: UInt64 { base.calls }

  func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    let began = measures ? cboard_thread_cpu_ns() : 0
    defer { count(1, began) }
    try base.transaction(address, operations)
  }

  func batch(_ list: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    let began = measures ? cboard_thread_cpu_ns() : 0
    let result = base.batch(list)
    count(list.count, began)
    return result
  }

  func recover() -> Bool? { base.recover() }

  private func count(_ number: Int, _ began: UInt64) {
    transfers &+= UInt64(number)
    if measures { processorTime &+= cboard_thread_cpu_ns() &- began }
  }
}
