import CBoardHardware
import HardwareInterface
import LinuxHardware
import Testing

/// Transactions put as SMBus's own.
@Suite struct SMBusTests {
  typealias Message = FakePort.Message

  static let all =
    EDGE_I2C_FUNCTION_QUICK | EDGE_I2C_FUNCTION_READ_BYTE | EDGE_I2C_FUNCTION_WRITE_BYTE
    | EDGE_I2C_FUNCTION_READ_BYTE_DATA | EDGE_I2C_FUNCTION_WRITE_BYTE_DATA | EDGE_I2C_FUNCTION_READ_WORD_DATA
    | EDGE_I2C_FUNCTION_WRITE_WORD_DATA | EDGE_I2C_FUNCTION_READ_BLOCK | EDGE_I2C_FUNCTION_WRITE_BLOCK

  /// The call a transaction becomes, its command and count; nil when it is refused.
  private func call(_ messages: [Message], functions: Int32 = all) throws -> [Int]? {
    let port = FakePort(functions: functions)
    let bus = try I2CController(port: port)
    let batch = try Batch([messages])
    let result = batch.run(on: bus)
    guard let plan = port.plans.first else {
      #expect(result.error == I2CError(.unsupported, address: UInt8(messages[0].address)))
      return nil
    }
    #expect(result.completed == 1 && port.selections == [UInt8(messages[0].address)])
    return [Int(plan.kind), Int(plan.command), Int(plan.count)]
  }

  @Test func shapes() throws {
    #expect(try call([.write(0x40, [])]) == [0, 0, 0])
    #expect(try call([.read(0x40, count: 0)]) == [1, 0, 0])
    #expect(try call([.write(0x40, [9])]) == [2, 9, 0])
    #expect(try call([.read(0x40, count: 1)]) == [3, 0, 1])
    #expect(try call([.write(0x40, [9, 1])]) == [4, 9, 1])
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 1)]) == [5, 9, 1])
    #expect(try call([.write(0x40, [9, 1, 2])]) == [6, 9, 2])
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 2)]) == [7, 9, 2])
    #expect(try call([.write(0x40, [UInt8](repeating: 9, count: 33))]) == [8, 9, 32])
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 32)]) == [9, 9, 32])
  }

  @Test func refusals() throws {
    #expect(try call([.read(0x40, count: 2)]) == nil)
    #expect(try call([.write(0x40, [UInt8](repeating: 9, count: 34))]) == nil)
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 33)]) == nil)
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 0)]) == nil)
    #expect(try call([.write(0x40, [9, 8]), .read(0x40, count: 1)]) == nil)
    #expect(try call([.read(0x40, count: 1), .write(0x40, [1])]) == nil)
    #expect(try call([.write(0x40, [9]), .write(0x40, [9])]) == nil)
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 1), .read(0x40, count: 1)]) == nil)
  }

  @Test func whatAnAdapterLacksIsDoneInBlocksOrNotAtAll() throws {
    let blocks = EDGE_I2C_FUNCTION_READ_BLOCK | EDGE_I2C_FUNCTION_WRITE_BLOCK
    #expect(try call([.write(0x40, [9, 1])], functions: blocks) == [8, 9, 1])
    #expect(try call([.write(0x40, [9, 1, 2])], functions: blocks) == [8, 9, 2])
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 1)], functions: blocks) == [9, 9, 1])
    #expect(try call([.write(0x40, [9]), .read(0x40, count: 2)], functions: blocks) == [9, 9, 2])
    for messages: [Message] in [
      [.write(0x40, [])], [.read(0x40, count: 0)], [.write(0x40, [1])], [.read(0x40, count: 1)],
    ] {
      #expect(try call(messages, functions: blocks) == nil)
    }
    #expect(try call([.write(0x40, [9, 1, 2, 3])], functions: EDGE_I2C_FUNCTION_READ_BYTE_DATA) == nil)
  }

  @Test func anAdapterOfNothingIsRefused() {
    #expect(throws: I2CError(.unsupported, address: 0)) {
      try I2CController(port: FakePort(functions: EDGE_I2C_FUNCTION_QUICK))
    }
  }

  @Test func aDeviceIsSelectedOnce() throws {
    let port = FakePort(functions: Self.all)
    let bus = try I2CController(port: port)
    #expect(bus.smbusOnly)
    let batch = try Batch([[.write(0x40, [1])], [.write(0x40, [2])], [.write(0x41, [3])], [.write(0x40, [4])]])
    #expect(batch.run(on: bus).completed == 4)
    #expect(port.selections == [0x40, 0x41, 0x40])
    #expect(port.plans.map(\.command) == [1, 2, 3, 4])
    port.selectAnswer = -16
    let held = try Batch([[.write(0x42, [1])]])
    #expect(held.run(on: bus).error == I2CError(.addressInUse, address: 0x42, errno: 16))
    #expect(bus.isHeldByKernel(try I2CAddress(checking: 0x42)))
    port.selectAnswer = 0
    #expect(!bus.isHeldByKernel(try I2CAddress(checking: 0x42)))
  }
}
