import HardwareInterface

/// A bus of a virtual bench on which things go wrong as planned.
///
/// A batch is joined as the base bus joins it; when a joined call fails, its transactions are sent again one by one to find
/// the one at fault, as the Linux bus does.
public struct FaultyI2CBus: I2CBus {
  private var base: VirtualI2CBus
  public let plan: FaultPlan
  /// What goes wrong besides.
  public let background: FaultPlan?

  public init(_ base: VirtualI2CBus, _ plan: FaultPlan, background: FaultPlan? = nil) {
    self.base = base
    self.plan = plan
    self.background = background
  }

  public mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    if let background, try meets(background, address, operations) { return }
    if try meets(plan, address, operations) { return }
    try base.transaction(address, operations)
  }

  /// Whether a plan has dealt with the transaction.
  private mutating func meets(
    _ plan: FaultPlan, _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) -> Bool {
    switch plan.strike(address.value) {
    case .none: return false
    case .back:
      base.core.powerCycle(bus: base.index, address: address.value)
      return false
    case .hit:
      try fail(plan, address, operations)
      return true
    }
  }

  private mutating func fail(
    _ plan: FaultPlan, _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    let core = base.core
    switch plan.kind {
    case .addressRefused, .unplugged: throw refuse(address, .noAcknowledgeAddress, 121, bits: 11)
    case .dataRefused: throw refuse(address, .noAcknowledgeData, 5, bits: 20)
    case .arbitrationLost: throw refuse(address, .arbitrationLost, 11, bits: 5)
    case .systemError: throw refuse(address, plan.error.kind, plan.error.errno, bits: 0)
    case .dataStuck, .clockStuck: throw hang(plan, address, .busStuck, 16)
    case .stretchTimeout: throw hang(plan, address, .timeout, 110)
    case .deviceReset:
      core.powerCycle(bus: base.index, address: address.value)
      try base.transaction(address, operations)
    case .slow:
      core.advance(to: core.now() &+ plan.hang)
      try base.transaction(address, operations)
    case .shortRead, .wrongData:
      try base.transaction(address, operations)
      for operation in operations where operation.direction == .read {
        for index in 0..<operation.bytes.count {
          if plan.kind == .wrongData {
            operation.bytes[index] ^= 0xA5
          } else if index > 0 {
            operation.bytes[index] = 0xFF
          }
        }
      }
    }
  }

  private func refuse(_ address: I2CAddress, _ kind: I2CErrorKind, _ errno: Int32, bits: UInt64) -> I2CError {
    base.core.advance(to: base.core.now() &+ base.core.duration(bus: base.index, bits: bits))
    return I2CError(kind, address: address.value, errno: errno)
  }

  private func hang(_ plan: FaultPlan, _ address: I2CAddress, _ kind: I2CErrorKind, _ errno: Int32) -> I2CError {
    base.core.advance(to: base.core.now() &+ plan.hang)
    return I2CError(kind, address: address.value, errno: errno)
  }

  public mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    for index in transfers.indices {
      do throws(I2CError) {
        try transaction(transfers[index].address, transfers[index].operations)
      } catch {
        if base.combining == .single { return I2CBatchResult(completed: index, error: error) }
        if error.kind.concernsWholeBus { return I2CBatchResult(completed: 0, error: error) }
        return oneByOne(transfers, after: error)
      }
    }
    return I2CBatchResult(completed: transfers.count)
  }

  private mutating func oneByOne(
    _ transfers: UnsafeMutableBufferPointer<I2CTransfer>, after failure: I2CError
  ) -> I2CBatchResult {
    for index in transfers.indices {
      do throws(I2CError) {
        try transaction(transfers[index].address, transfers[index].operations)
      } catch {
        return I2CBatchResult(completed: index, error: error)
      }
    }
    return I2CBatchResult(completed: transfers.count, repeated: failure)
  }

  public mutating func recover() -> Bool? { plan.recover() }
}

extension BenchCore {
  /// The chips at an address lose their power for a moment: registers and outputs are as at the start.
  func powerCycle(bus: Int, address: UInt8) {
    guard bus >= 0, bus < tables.pointee.busCount else { return }
    var chip = Int(tables.pointee.routes[bus * 128 + Int(address & 0x7F)])
    while chip >= 0 {
      powerCycle(chip)
      chip = Int(tables.pointee.chips[chip].next)
    }
  }

  func powerCycle(_ chip: Int) {
    let time = now()
    powerOn(chip)
    for channel in 0..<BenchTables.channels { drive(chip: chip, channel: channel, volts: 0, time) }
    announce(chip)
  }
}

extension VirtualBench {
  /// The chip loses its power for a moment. Unknown numbers do nothing.
  public func powerCycle(chip: Int) {
    guard chip >= 0, chip < core.tables.pointee.chipCount else { return }
    core.powerCycle(chip)
  }
}
