import HardwareInterface
import Testing
import VirtualBench

/// Time on the bus of transactions joined in one call, and what a stop or its absence does.
@Suite struct BatchTests {
  private func bench() throws -> VirtualBench {
    try VirtualBench(
      BenchDescription(
        seed: 1, spread: 0, quantum: 100_000, busClocks: [1_000_000],
        chips: [
          BenchChip(kind: .ad5593r, address: 0x10, bus: 0), BenchChip(kind: .tca9548a, address: 0x70, bus: 0),
          BenchChip(kind: .ad5593r, address: 0x11, bus: 0, mux: 1, muxChannel: 0),
        ], devices: []))
  }

  /// Runs transactions, each some writes of bytes to an address and perhaps a read at its end; the bench's time they took.
  private func run(
    _ bench: VirtualBench, _ parts: [(address: UInt8, bytes: [UInt8], read: Int)], _ combining: I2CCombining
  ) throws -> (result: I2CBatchResult, nanoseconds: UInt64) {
    var bus = bench.bus(0)
    bus.combining = combining
    let clock = bench.clock
    let size = parts.reduce(0) { $0 + $1.bytes.count + $1.read }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 1, alignment: 1)
    let operations = UnsafeMutableBufferPointer<I2COperation>.allocate(capacity: parts.count * 2)
    let transfers = UnsafeMutableBufferPointer<I2CTransfer>.allocate(capacity: parts.count)
    defer {
      bytes.deallocate()
      operations.deallocate()
      transfers.deallocate()
    }
    var (byte, operation) = (0, 0)
    for (index, part) in parts.enumerated() {
      let first = operation
      let out = UnsafeMutableRawBufferPointer(rebasing: bytes[byte..<byte + part.bytes.count])
      out.copyBytes(from: part.bytes)
      operations.initializeElement(at: operation, to: .write(UnsafeRawBufferPointer(out)))
      byte += part.bytes.count
      operation += 1
      if part.read > 0 {
        let into = UnsafeMutableRawBufferPointer(rebasing: bytes[byte..<byte + part.read])
        operations.initializeElement(at: operation, to: .read(into))
        byte += part.read
        operation += 1
      }
      transfers.initializeElement(
        at: index,
        to: I2CTransfer(
          address: try Fixtures.address(part.address),
          operations: UnsafeMutableBufferPointer(rebasing: operations[first..<operation])))
    }
    let start = clock.now()
    let result = bus.batch(transfers)
    return (result, clock.now() - start)
  }

  @Test func joinedTransactionsSaveTheirStops() throws {
    let parts: [(UInt8, [UInt8], Int)] = [
      (0x10, [0x10, 0x81, 0x23], 0), (0x10, [0x50], 2), (0x70, [0x00], 0), (0x10, [0x11, 0x91, 0x23], 0),
    ]
    // Start, address and bytes: 37 + 19 + 28 (the read's) + 19 + 37 bits, and a stop a call.
    let cases: [(I2CCombining, UInt64)] = [(.any, 141), (.sameAddress, 143), (.readLast, 142), (.single, 144)]
    for (combining, bits) in cases {
      let (result, time) = try run(try bench(), parts, combining)
      #expect(result == I2CBatchResult(completed: 4) && time == bits * 1000, "\(combining): \(time)")
    }
  }

  @Test func stopsAtTheFirstThatFails() throws {
    let bench = try bench()
    let parts: [(UInt8, [UInt8], Int)] = [
      (0x10, [0x10, 0x81, 0x23], 0), (0x33, [0x50], 2), (0x10, [0x10, 0x84, 0x56], 0),
    ]
    for combining: I2CCombining in [.any, .single] {
      let (result, _) = try run(bench, parts, combining)
      #expect(result == I2CBatchResult(completed: 1, error: I2CError(.noAcknowledgeAddress, address: 0x33)))
    }
    let (none, time) = try run(bench, [], .any)
    #expect(none == I2CBatchResult(completed: 0) && time == 0)
  }

  /// A multiplexer joins its buses at the stop: within one call nothing behind it can be reached.
  @Test func aMultiplexerSwitchesAtTheStop() throws {
    let parts: [(UInt8, [UInt8], Int)] = [(0x70, [0x01], 0), (0x11, [0x50], 2)]
    let (joined, _) = try run(try bench(), parts, .any)
    #expect(joined.completed == 1 && joined.error?.kind == .noAcknowledgeAddress)
    let (apart, _) = try run(try bench(), parts, .sameAddress)
    #expect(apart == I2CBatchResult(completed: 2))
  }
}
