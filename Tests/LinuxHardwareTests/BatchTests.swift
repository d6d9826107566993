import CBoardHardware
import HardwareInterface
import LinuxHardware
import Testing

/// How transactions are joined in calls, and what happens when a call fails.
@Suite struct BatchTests {
  typealias Message = FakePort.Message

  /// Two chips: two writes to one, a register read of the other, a plain read, one more write.
  static let mixed: [[Message]] = [
    [.write(0x10, [1, 2])], [.write(0x10, [3])], [.write(0x48, [0]), .read(0x48, count: 2)], [.read(0x48, count: 3)],
    [.write(0x10, [4])],
  ]

  @Test(arguments: [
    (I2CCombining.any, I2CAdapterFamily.other, [5]), (.sameAddress, .other, [2, 2, 1]), (.readLast, .other, [3, 1, 1]),
    (.single, .other, [1, 1, 1, 1, 1]), (.any, .bcm2835, [3, 1, 1]), (.any, .designWare, [2, 2, 1]),
    (.sameAddress, .bcm2835, [2, 1, 1, 1]), (.any, .bitBang, [5]),
  ])
  func joins(combining: I2CCombining, family: I2CAdapterFamily, sizes: [Int]) throws {
    let port = FakePort(family: family)
    let bus = try I2CController(port: port, combining: combining)
    let batch = try Batch(Self.mixed)
    #expect(batch.run(on: bus) == I2CBatchResult(completed: 5))
    var expected: [[Message]] = []
    var next = 0
    for size in sizes {
      expected.append(Array(Self.mixed[next..<next + size].joined()))
      next += size
    }
    #expect(port.calls == expected)
    #expect(bus.calls == UInt64(sizes.count))
    #expect(batch.bytes(2, 1) == [1, 2] && batch.bytes(3, 0) == [1, 2, 3])
  }

  @Test func aCallHoldsFortyTwoMessages() throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    let pairs = (0..<50).map { [Message.write(0x20, [UInt8($0)]), Message.read(0x20, count: 1)] }
    let batch = try Batch(pairs)
    #expect(batch.run(on: bus).completed == 50)
    #expect(port.calls.map(\.count) == [42, 42, 16])
  }

  /// Whichever transaction fails, once or for good, and whatever is joined: the result names it, and all before it were sent.
  @Test(arguments: [I2CCombining.any, .sameAddress, .readLast, .single])
  func theTransactionAtFaultIsFound(combining: I2CCombining) throws {
    for culprit in Self.mixed.indices {
      let port = FakePort()
      let bus = try I2CController(port: port, combining: combining)
      // Fails whenever the culprit's first message is in the call.
      let mark = Self.mixed[culprit][0]
      port.answer = { $0.contains(mark) ? -121 : 0 }
      let batch = try Batch(Self.mixed)
      let result = batch.run(on: bus)
      #expect(result.completed == culprit)
      #expect(result.error == I2CError(.noAcknowledgeAddress, address: UInt8(mark.address), errno: 121))
      for earlier in 0..<culprit { #expect(port.calls.contains { $0.contains(Self.mixed[earlier][0]) }) }
    }
  }

  @Test func aFaultThatPassesCostsOneRound() throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    var left = 1
    port.answer = { _ in
      left -= 1
      return left == 0 ? -121 : 0
    }
    let batch = try Batch(Self.mixed)
    let result = batch.run(on: bus)
    #expect(result.completed == 5 && result.error == nil)
    // That it happened is told.
    #expect(result.repeated?.kind == .noAcknowledgeAddress && result.repeated?.errno == 121)
    #expect(port.calls.count == 6 && bus.repeatedBatches == 1)
    #expect(batch.run(on: bus).completed == 5)
    #expect(port.calls.count == 7)
  }

  /// A stuck bus is not tried five times over.
  @Test(arguments: [(Int32(110), I2CErrorKind.timeout), (16, .busStuck), (11, .arbitrationLost), (19, .noSuchDevice)])
  func faultsOfTheBusAreNotRepeated(number: Int32, kind: I2CErrorKind) throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    port.answer = { _ in -number }
    let batch = try Batch(Self.mixed)
    let error = I2CError(kind, address: 0x10, errno: number)
    #expect(batch.run(on: bus) == I2CBatchResult(completed: 0, error: error))
    #expect(port.calls.count == 1 && bus.repeatedBatches == 0)
  }

  /// An adapter that refuses joined calls is learnt once.
  @Test(arguments: [Int32(95), 22])
  func refusedJoiningIsNotTriedAgain(number: Int32) throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    port.answer = { $0.count > 2 ? -number : 0 }
    let batch = try Batch(Self.mixed)
    #expect(batch.run(on: bus).completed == 5)
    #expect(batch.run(on: bus).completed == 5)
    #expect(port.calls.map(\.count) == [6, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1])
  }

  /// A controller that trips over joined messages is not trusted with them a fourth time; one that recovers is.
  @Test func whatTripsOverJoinedMessagesIsGivenThemThreeTimes() throws {
    let port = FakePort(family: .bcm2835)
    let bus = try I2CController(port: port)
    port.answer = { $0.count > 2 ? -5 : 0 }
    let batch = try Batch(Array(Self.mixed[0...2]))
    for _ in 0..<5 { #expect(batch.run(on: bus).completed == 3) }
    #expect(port.calls.filter { $0.count > 2 }.count == 3 && bus.repeatedBatches == 3)

    let other = FakePort(family: .bcm2835)
    let recovering = try I2CController(port: other)
    var round = 0
    other.answer = { messages in
      guard messages.count > 2 else { return 0 }
      round += 1
      return round % 3 == 0 ? 0 : -5
    }
    for _ in 0..<12 { #expect(batch.run(on: recovering).completed == 3) }
    #expect(other.calls.filter { $0.count > 2 }.count == 12)
    // A lone clock that is stretched for good is a fault of the bus, not tried again.
    other.answer = { _ in -5 }
    #expect(
      batch.run(on: recovering) == I2CBatchResult(completed: 0, error: I2CError(.timeout, address: 0x10, errno: 5)))
  }

  @Test func whatIsTooMuchIsRefusedAlone() throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    let long = [Message.write(0x21, [UInt8](repeating: 7, count: 8193))]
    let many = (0..<43).map { Message.write(0x22, [UInt8($0)]) }
    for bad in [long, many] {
      let batch = try Batch([[.write(0x10, [1])], bad, [.write(0x10, [2])]])
      let error = I2CError(.unsupported, address: UInt8(bad[0].address))
      #expect(batch.run(on: bus) == I2CBatchResult(completed: 1, error: error))
    }
    #expect(port.calls == [[.write(0x10, [1])], [.write(0x10, [1])]])
  }

  @Test func nothingIsNothing() throws {
    let port = FakePort()
    let bus = try I2CController(port: port)
    #expect(try Batch([]).run(on: bus).completed == 0)
    #expect(try Batch([[], [], []]).run(on: bus).completed == 3)
    #expect(port.calls.isEmpty)
    #expect(try Batch([[], [.write(0x10, [])], []]).run(on: bus).completed == 3)
    #expect(port.calls == [[.write(0x10, [])]])
  }
}
