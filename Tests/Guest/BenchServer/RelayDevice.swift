import CBoard
import HardwareInterface
import VirtualBench
import WireFormat

/// The test module's device: takes one transfer at a time and answers it. README.md of Tests/Guest/i2c-relay has the bytes.
final class RelayDevice {
  /// i2c-dev takes 42 messages of 8 KiB at most.
  private static let mostMessages = 42
  private static let bufferBytes = 8 + mostMessages * (8 + 8192)
  private static let answerHeader = 12

  let file: Int32
  private let request = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferBytes, alignment: 8)
  private let answer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferBytes, alignment: 8)
  private let operations = UnsafeMutableBufferPointer<I2COperation>.allocate(capacity: mostMessages)
  private let transfers = UnsafeMutableBufferPointer<I2CTransfer>.allocate(capacity: mostMessages)

  init(_ path: String) throws(ServerFault) {
    file = cboard_open(path, CBOARD_READ | CBOARD_WRITE | CBOARD_NONBLOCK, 0)
    guard file >= 0 else { throw ServerFault("cannot open " + path + " (is the module i2c-relay loaded?)", -file) }
  }

  deinit {
    if file >= 0 { cboard_close(file) }
    request.deallocate()
    answer.deallocate()
    operations.deallocate()
    transfers.deallocate()
  }

  /// Takes a request, if there is one, and answers it.
  func answerOne(_ bench: VirtualBench, _ faults: Faults) throws(ServerFault) {
    let got = cboard_read(file, request.baseAddress, request.count)
    if got == -Int64(CBOARD_EAGAIN) || got == -Int64(CBOARD_EINTR) { return }
    guard got >= 8 else { throw ServerFault("reading the relay failed", Int32(truncatingIfNeeded: -got)) }
    let bus = Int(request.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
    let messages = Int(request.loadUnaligned(fromByteOffset: 6, as: UInt16.self))
    guard messages <= Self.mostMessages else { throw ServerFault("the relay's request has \(messages) messages") }
    if faults.isStuck(bus) { return }
    if faults.recording > 0 {
      faults.recording -= 1
      BenchServerMain.say("call " + text(messages))
    }
    var count = Self.answerHeader
    var result = faults.next()
    if result == 0 { result = perform(bus, messages, bench, &count) }
    if faults.slowNanoseconds > 0 { _ = cboard_sleep_until(cboard_monotonic_ns() + faults.slowNanoseconds) }
    answer.copyMemory(from: UnsafeRawBufferPointer(rebasing: request[0..<4]))
    answer.storeBytes(of: UInt16(truncatingIfNeeded: bus), toByteOffset: 4, as: UInt16.self)
    answer.storeBytes(of: 0, toByteOffset: 6, as: UInt16.self)
    answer.storeBytes(of: -result, toByteOffset: 8, as: Int32.self)
    // Refused when whoever asked has given up: nothing to be done about it.
    _ = cboard_write(file, answer.baseAddress, result == 0 ? count : Self.answerHeader)
  }

  /// The messages of a request: "0x10:w:1a2b 0x10:r:2".
  private func text(_ messages: Int) -> String {
    var data = 8 + 8 * messages
    var text = ""
    for index in 0..<messages {
      let length = Int(request.loadUnaligned(fromByteOffset: 12 + 8 * index, as: UInt16.self))
      text += index > 0 ? " 0x" : "0x"
      text += String(request.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt16.self), radix: 16)
      if request.loadUnaligned(fromByteOffset: 10 + 8 * index, as: UInt16.self) & 1 != 0 {
        text += ":r:\(length)"
      } else {
        text += ":w:" + Hex.text(Array(request[data..<data + length]))
        data += length
      }
    }
    return text
  }

  /// Carries the messages out as one call on the wire; 0 or an errno. `count` grows by what is read.
  private func perform(_ bus: Int, _ messages: Int, _ bench: VirtualBench, _ count: inout Int) -> Int32 {
    var data = 8 + 8 * messages
    var transferCount = 0
    var first = 0
    for index in 0..<messages {
      let number = request.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt16.self)
      let flags = request.loadUnaligned(fromByteOffset: 10 + 8 * index, as: UInt16.self)
      let length = Int(request.loadUnaligned(fromByteOffset: 12 + 8 * index, as: UInt16.self))
      // Nobody is at reserved or 10-bit addresses.
      guard number < 0x80, let address = I2CAddress(UInt8(truncatingIfNeeded: number)) else { return Self.nobody }
      let operation: I2COperation
      if flags & 1 != 0 {
        operation = .read(UnsafeMutableRawBufferPointer(rebasing: answer[count..<count + length]))
        count += length
      } else {
        operation = .write(UnsafeRawBufferPointer(rebasing: request[data..<data + length]))
        data += length
      }
      operations.initializeElement(at: index, to: operation)
      if transferCount > 0, transfers[transferCount - 1].address == address {
        transfers[transferCount - 1].operations = UnsafeMutableBufferPointer(rebasing: operations[first...index])
      } else {
        first = index
        let own = UnsafeMutableBufferPointer(rebasing: operations[index...index])
        transfers.initializeElement(at: transferCount, to: I2CTransfer(address: address, operations: own))
        transferCount += 1
      }
    }
    var target = bench.bus(bus)
    let outcome = target.batch(UnsafeMutableBufferPointer(rebasing: transfers[0..<transferCount]))
    guard let error = outcome.error else { return 0 }
    return Self.errno(error)
  }

  private static let nobody: Int32 = 6

  /// As Documentation/i2c/fault-codes of the kernel has them.
  private static func errno(_ error: I2CError) -> Int32 {
    if error.errno > 0 { return error.errno }
    switch error.kind {
    case .noAcknowledgeAddress: return nobody
    case .arbitrationLost: return CBOARD_EAGAIN
    case .timeout: return CBOARD_ETIMEDOUT
    case .busStuck: return 16
    case .unsupported: return CBOARD_EOPNOTSUPP
    default: return CBOARD_EIO
    }
  }
}
