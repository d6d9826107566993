import CBoardHardware
import HardwareInterface

/// An I2C bus over system calls: makes messages of operations, joins transactions in as few calls as the adapter takes,
/// and puts the kernel's error numbers into kinds. Allocates when it is made, never after.
public final class I2CController<Port: I2CPort>: I2CBus {
  /// The system calls.
  public let port: Port
  /// How many calls were made, and how many batches were sent again one by one to find a fault.
  public private(set) var calls: UInt64 = 0
  public private(set) var repeatedBatches: UInt64 = 0
  /// Whether the adapter knows SMBus alone.
  public let smbusOnly: Bool

  private let messages: UnsafeMutablePointer<edge_i2c_message>
  private var rules: JoiningRules
  private var selected: UInt8 = 0

  /// - Throws: `I2CError` of kind `unsupported` (address 0) for an adapter with neither I2C nor SMBus transfers.
  public init(port: Port, combining: I2CCombining = .any) throws(I2CError) {
    let plain = port.functions & UInt32(EDGE_I2C_FUNCTION_I2C) != 0
    let smbus = UInt32(EDGE_I2C_FUNCTION_READ_BYTE_DATA) | UInt32(EDGE_I2C_FUNCTION_READ_BLOCK)
    guard plain || port.functions & smbus != 0 else { throw I2CError(.unsupported, address: 0) }
    self.port = port
    smbusOnly = !plain
    rules = JoiningRules(plain ? combining : .single, port.family)
    messages = .allocate(capacity: Int(EDGE_I2C_MOST_MESSAGES))
    messages.initialize(repeating: edge_i2c_message(), count: Int(EDGE_I2C_MOST_MESSAGES))
  }

  deinit { messages.deallocate() }

  /// One call to the kernel. Its own time limit applies.
  public func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    guard operations.count > 0 else { return }
    if smbusOnly {
      try smbus(address, operations)
      return
    }
    guard let filled = append(address, operations, after: 0) else {
      throw I2CError(.unsupported, address: address.value)
    }
    calls &+= 1
    let result = port.transfer(messages, count: filled)
    if result < 0 { throw error(result, address) }
  }

  public func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    var done = 0
    var repeated: I2CError?
    while done < transfers.count {
      let joined = rules.oneTransaction ? 1 : join(transfers, from: done)
      var failure: I2CError?
      if joined > 1 {
        failure = send(transfers, from: done)
        guard let failure else {
          done += joined
          misfits = 0
          continue
        }
        if failure.kind.concernsWholeBus && !isMisfit(failure) {
          return I2CBatchResult(completed: done, error: failure)
        }
        repeatedBatches &+= 1
      }
      for index in done..<done + joined {
        do throws(I2CError) {
          try transaction(transfers[index].address, transfers[index].operations)
        } catch {
          return I2CBatchResult(completed: index, error: error, repeated: repeated)
        }
      }
      if let failure {
        learn(failure)
        repeated = failure
      }
      done += joined
    }
    return I2CBatchResult(completed: transfers.count, repeated: repeated)
  }

  /// Whether a driver in the kernel has the address for itself (`/sys/bus/i2c/devices` names it).
  public func isHeldByKernel(_ address: I2CAddress) -> Bool {
    let result = port.select(address.value)
    selected = result == 0 ? address.value : 0
    return result == -16  // EBUSY
  }

  // MARK: Messages

  private var filled = 0
  /// Joined calls, one after the other, that failed with what a controller says of messages it cannot join, while their
  /// transactions went well one by one.
  private var misfits = 0

  /// i2c-bcm2835 says EIO both of a clock stretched too long and of messages that did not go as its interrupts expect.
  private func isMisfit(_ failure: I2CError) -> Bool {
    failure.kind == .unsupported || (port.family == .bcm2835 && failure.errno == 5)
  }

  /// What fails together and works apart is not joined again: at once where it was refused, else after three times.
  private func learn(_ failure: I2CError) {
    guard isMisfit(failure) else { return }
    misfits += 1
    if failure.kind == .unsupported || misfits >= 3 { rules.oneTransaction = true }
  }

  /// How many transactions from `start` on go into one call; their messages are made.
  private func join(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>, from start: Int) -> Int {
    filled = 0
    var index = start
    while index < transfers.count {
      let transfer = transfers[index]
      if index > start {
        if rules.oneDevice && transfer.address != transfers[start].address { break }
        if rules.readsLast && filled > 0 && messages[filled - 1].flags & UInt16(EDGE_I2C_READ) != 0 { break }
      }
      guard let end = append(transfer.address, transfer.operations, after: filled) else { break }
      filled = end
      index += 1
    }
    return max(1, index - start)
  }

  private func send(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>, from start: Int) -> I2CError? {
    guard filled > 0 else { return nil }
    calls &+= 1
    let result = port.transfer(messages, count: filled)
    guard result < 0 else { return nil }
    return error(result, transfers[start].address)
  }

  /// The number of messages once these operations follow the first `count`; nil when they are too many or too long.
  private func append(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>, after count: Int
  ) -> Int? {
    guard count + operations.count <= Int(EDGE_I2C_MOST_MESSAGES) else { return nil }
    var end = count
    for operation in operations {
      guard operation.bytes.count <= Int(EDGE_I2C_MOST_BYTES) else { return nil }
      messages[end].address = UInt16(address.value)
      messages[end].flags = operation.direction == .read ? UInt16(EDGE_I2C_READ) : 0
      messages[end].count = UInt16(truncatingIfNeeded: operation.bytes.count)
      messages[end].bytes = operation.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      end += 1
    }
    return end
  }

  private func smbus(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    guard let plan = SMBusPlan(operations, functions: port.functions) else {
      throw I2CError(.unsupported, address: address.value)
    }
    if selected != address.value {
      let result = port.select(address.value)
      guard result == 0 else {
        if result == -16 { throw I2CError(.addressInUse, address: address.value, errno: 16) }  // EBUSY
        throw error(result, address)
      }
      selected = address.value
    }
    calls &+= 1
    let result = port.smbus(plan)
    if result < 0 {
      // The adapter may be another one by the next transaction.
      selected = 0
      throw error(result, address)
    }
  }

  private func error(_ result: Int32, _ address: I2CAddress) -> I2CError {
    I2CError(LinuxErrno.i2cKind(-result, port.family), address: address.value, errno: -result)
  }
}
