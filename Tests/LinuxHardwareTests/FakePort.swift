import CBoardHardware
import HardwareInterface
import LinuxHardware

/// An adapter of memory: keeps what it is asked, answers reads with the number of the byte, fails as told.
final class FakePort: I2CPort {
  struct Message: Equatable {
    var address: UInt16
    var read: Bool
    var bytes: [UInt8]

    static func write(_ address: UInt16, _ bytes: [UInt8]) -> Message {
      Message(address: address, read: false, bytes: bytes)
    }
    static func read(_ address: UInt16, count: Int) -> Message {
      Message(address: address, read: true, bytes: [UInt8](repeating: 0, count: count))
    }
  }

  var functions: UInt32
  var family: I2CAdapterFamily
  /// Every call with its messages.
  var calls: [[Message]] = []
  var selections: [UInt8] = []
  var plans: [SMBusPlan] = []
  /// The result of a call; 0 unless set.
  var answer: ([Message]) -> Int32 = { _ in 0 }
  var selectAnswer: Int32 = 0

  init(functions: Int32 = EDGE_I2C_FUNCTION_I2C, family: I2CAdapterFamily = .other) {
    self.functions = UInt32(functions)
    self.family = family
  }

  func transfer(_ messages: UnsafeMutablePointer<edge_i2c_message>, count: Int) -> Int32 {
    var call: [Message] = []
    for index in 0..<count {
      let message = messages[index]
      let read = message.flags == UInt16(EDGE_I2C_READ)
      let bytes = UnsafeBufferPointer(start: message.bytes, count: Int(message.count))
      call.append(
        Message(
          address: message.address, read: read, bytes: read ? Array(repeating: 0, count: bytes.count) : Array(bytes)))
    }
    calls.append(call)
    let result = answer(call)
    guard result == 0 else { return result }
    for index in 0..<count where messages[index].flags == UInt16(EDGE_I2C_READ) {
      for place in 0..<Int(messages[index].count) {
        messages[index].bytes[place] = UInt8(truncatingIfNeeded: place + 1)
      }
    }
    return 0
  }

  func select(_ address: UInt8) -> Int32 {
    selections.append(address)
    return selectAnswer
  }

  func smbus(_ plan: SMBusPlan) -> Int32 {
    plans.append(plan)
    return answer([])
  }
}

/// A batch that owns its bytes: transactions as lists of messages.
final class Batch {
  let transfers: UnsafeMutableBufferPointer<I2CTransfer>
  private var operations: [UnsafeMutableBufferPointer<I2COperation>] = []
  private var buffers: [UnsafeMutableRawBufferPointer] = []

  init(_ transactions: [[FakePort.Message]]) throws {
    transfers = .allocate(capacity: transactions.count)
    for (index, transaction) in transactions.enumerated() {
      let list = UnsafeMutableBufferPointer<I2COperation>.allocate(capacity: transaction.count)
      for (place, message) in transaction.enumerated() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: message.bytes.count, alignment: 1)
        bytes.copyBytes(from: message.bytes)
        buffers.append(bytes)
        list.initializeElement(at: place, to: message.read ? .read(bytes) : .write(UnsafeRawBufferPointer(bytes)))
      }
      operations.append(list)
      let address = try I2CAddress(checking: UInt64(transaction.first?.address ?? 0x10))
      transfers.initializeElement(at: index, to: I2CTransfer(address: address, operations: list))
    }
  }

  deinit {
    for list in operations { list.deallocate() }
    for buffer in buffers { buffer.deallocate() }
    transfers.deallocate()
  }

  func run(on bus: I2CController<FakePort>) -> I2CBatchResult {
    withExtendedLifetime(self) { bus.batch(transfers) }
  }

  /// The bytes of an operation, as they are now.
  func bytes(_ transaction: Int, _ operation: Int) -> [UInt8] { Array(operations[transaction][operation].bytes) }
}
