import SyncProtocol
import Testing
import WireFormat

/// Builds frames by hand, as docs/protocol.md has them.
func frame(_ type: UInt16, _ request: UInt32, _ payload: [UInt8]) -> [UInt8] {
  var writer = ByteWriter()
  writer.append([0xED, 0xB0])
  writer.put(type)
  writer.put(request)
  writer.put(UInt32(payload.count))
  writer.append(payload)
  writer.putChecksum()
  return writer.bytes
}

@Suite struct FaultTests {
  private func greeted() -> Pair {
    var pair = Pair()
    pair.run()
    return pair
  }

  @Test func theBytesAreThoseOfTheDocument() {
    let client = SyncClient(hello: Hello(program: "ab", maximumPayload: 0x10000))
    let hello: [UInt8] =
      [1, 0, 1, 0] + [0, 0, 0, 0] + [0, 0, 1, 0] + [UInt8](repeating: 0, count: 16) + [0, 0] + [2, 0, 97, 98]
    #expect(client.output == frame(1, 0, hello))
    #expect(frame(1, 0, hello).prefix(12) == [0xED, 0xB0, 1, 0, 0, 0, 0, 0, 34, 0, 0, 0])
    var pair = greeted()
    _ = pair.client.send(
      .readSegment(ReadSegment(run: testBoard, segment: 3, offset: 4, maximum: 5)))
    #expect(
      pair.client.output
        == frame(5, 1, testBoard.bytes + [3, 0, 0, 0] + [4, 0, 0, 0, 0, 0, 0, 0] + [5, 0, 0, 0]))
  }

  @Test func aDamagedFrameIsAnsweredAndEndsTheConnection() {
    let request = frame(2, 9, [])
    for bit in 0..<8 * request.count {
      var pair = greeted()
      var bad = request
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      _ = pair.server.receive(bad + [UInt8](repeating: 0, count: 64))
      // A longer length waits for bytes that never come; everything else is found out.
      if (64..<96).contains(bit), pair.server.closing == nil { continue }
      #expect(pair.server.closing?.code == .protocolBroken, "bit \(bit)")
      #expect(pair.server.services.calls.isEmpty, "bit \(bit)")
      pair.run()
      #expect(pair.client.closed?.code == .protocolBroken, "bit \(bit)")
    }
  }

  @Test func anOversizedFrameEndsTheConnectionBeforeItIsHeld() {
    var pair = greeted()
    var header = ByteWriter()
    header.append([0xED, 0xB0])
    header.put(UInt16(2))
    header.put(UInt32(1))
    header.put(UInt32(65537))
    _ = pair.server.receive(header.bytes)
    #expect(pair.server.closing?.code == .protocolBroken)
    #expect(pair.server.output.starts(with: [0xED, 0xB0, 0xFF, 0xFF]))
  }

  @Test func requestsBeforeTheHelloAreRefused() {
    var pair = Pair()
    _ = pair.server.receive(frame(12, 1, []))
    #expect(pair.server.closing?.code == .protocolBroken)
    #expect(pair.server.services.calls.isEmpty)
  }

  @Test func unknownRequestsAndUnreadableOnesLeaveTheConnectionOpen() {
    var pair = greeted()
    _ = pair.server.receive(frame(900, 1, [1, 2]) + frame(5, 2, [1]) + frame(0x5000, 0, [1]) + frame(12, 3, [9, 9]))
    #expect(pair.server.closing == nil)
    #expect(pair.server.services.calls == ["safe"])  // bytes after the last known field are left
  }

  @Test func aClientIgnoresUnknownNoticesAndEndsOnUnaskedReplies() {
    var pair = greeted()
    pair.client.receive(frame(0x4777, 0, [1]))
    #expect(pair.client.closed == nil)
    pair.client.receive(frame(0x8002, 77, []))
    #expect(pair.client.closed?.code == .protocolBroken)
  }

  @Test func everythingWithoutAReplyFailsWhenTheConnectionEnds() {
    var pair = greeted()
    _ = pair.client.send(.status)
    _ = pair.client.send(.safe)
    pair.client.connectionEnded()
    var failed: [UInt32] = []
    while let event = pair.client.nextEvent() { if case .failure(let number, _) = event { failed.append(number) } }
    #expect(failed == [1, 2])
    #expect(pair.client.outstanding == 0)
    _ = pair.client.send(.status)
    guard case .failure = pair.client.nextEvent() else {
      Issue.record("a request on a closed connection must fail")
      return
    }
  }

  @Test func noBytesHarmEitherEnd() {
    var source = greeted()
    for request in everyRequest { _ = source.client.send(request) }
    let requests = source.client.output
    _ = source.server.receive(requests)
    let replies = source.server.output
    for seed in 0..<1500 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var pair = dice.below(4) == 0 ? Pair() : greeted()
      var toServer = mangled(requests, &dice)
      while !toServer.isEmpty, pair.server.closing == nil {
        let piece = Array(toServer.prefix(1 + dice.below(300)))
        toServer.removeFirst(max(pair.server.receive(piece), 1))
        #expect(pair.server.output.count < 1 << 20, "seed \(seed)")
        if dice.below(3) == 0 { pair.server.sent(dice.below(pair.server.output.count + 1)) }
        pair.server.sent(pair.server.output.count)
      }
      for request in everyRequest.shuffled(using: &dice) { _ = pair.client.send(request) }
      var toClient = mangled(replies, &dice)
      while !toClient.isEmpty {
        let piece = Array(toClient.prefix(1 + dice.below(300)))
        toClient.removeFirst(piece.count)
        pair.client.receive(piece)
      }
      pair.client.connectionEnded()
      #expect(pair.client.outstanding == 0 && pair.client.closed != nil, "seed \(seed)")
    }
  }

  /// Frames with changed payloads but right checksums, changed bytes, missing and added ones, or noise.
  private func mangled(_ bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
    var out: [UInt8] = []
    var place = 0
    while place + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 8 + $1]) << (8 * $1) }
      var payload = Array(bytes[place + 12..<place + 12 + length])
      let type = UInt16(bytes[place + 2]) | UInt16(bytes[place + 3]) << 8
      for _ in 0..<dice.below(3) where !payload.isEmpty {
        payload[dice.below(payload.count)] = UInt8(truncatingIfNeeded: dice.next())
      }
      if dice.below(6) == 0 { payload.removeLast(dice.below(payload.count + 1)) }
      out += frame(dice.below(8) == 0 ? UInt16(truncatingIfNeeded: dice.next()) : type, UInt32(dice.below(20)), payload)
      place += 16 + length
    }
    switch dice.below(3) {
    case 0: out[dice.below(out.count)] ^= 1 << UInt8(dice.below(8))
    case 1: out.insert(contentsOf: dice.bytes(dice.below(40)), at: dice.below(out.count))
    default: break
    }
    return out
  }
}
