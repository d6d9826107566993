import SyncProtocol
import Testing
import WireFormat

@Suite struct PairTests {
  private func talk(_ cut: (Int) -> Int) -> [ClientEvent] {
    var pair = Pair()
    pair.run(cut)
    for request in everyRequest { _ = pair.client.send(request) }
    pair.run(cut)
    return pair.events
  }

  @Test func everyRequestHasItsReply() throws {
    let events = talk { $0 }
    #expect(events.count == everyRequest.count + 1)
    guard case .ready(let hello) = events[0] else {
      Issue.record("no hello")
      return
    }
    #expect(hello.board == testBoard && hello.isVirtual && hello.program == "edged 0.1.0")
    var board = MockBoard()
    #expect(events[1] == .reply(1, .status(try board.status())))
    #expect(events[4] == .failure(4, ServiceError(.notFound, "no such run", remedy: "list the runs")))
    #expect(
      events[5]
        == .reply(5, .data(SegmentData(validLength: 9000, sealed: true, data: Array(board.segment[100..<2100])))))
    #expect(events[6] == .reply(6, .progress(0)))
    #expect(events[7] == .reply(7, .progress(3)))
    #expect(events[9] == .failure(9, ServiceError(.refused, "wrong board")))
    #expect(events[10] == .failure(10, ServiceError(.busy, "a run goes on", remedy: "stop it first")))
    #expect(events[12] == .reply(12, .run(testRun)))
    #expect(events[13] == .reply(13, .done) && events[15] == .reply(15, .done))
    #expect(events[14] == .reply(14, .run(testRun)))
  }

  @Test func piecesOfAnySizeGiveTheSame() {
    let whole = talk { $0 }
    for size in [1, 2, 3, 5, 7, 11, 12, 13, 16, 17, 100] {
      #expect(talk { min($0, size) } == whole, "pieces of \(size)")
    }
  }

  @Test func oneCutAtEveryByteGivesTheSame() {
    var source = Pair()
    source.run()
    for request in everyRequest { _ = source.client.send(request) }
    let bytes = source.client.output
    _ = source.server.receive(bytes)
    let whole = source.server.output
    for cut in 0...bytes.count {
      var pair = Pair()
      pair.run()
      _ = pair.server.receive(Array(bytes[..<cut]))
      _ = pair.server.receive(Array(bytes[cut...]))
      #expect(pair.server.output == whole, "cut at \(cut)")
    }
  }

  @Test func textBeforeTheFirstFrameIsSkippedAndReported() throws {
    var source = Pair()
    _ = source.server.receive(source.client.output)
    let hello = source.server.output
    // A banner, one that holds the sync bytes, and one that ends with the first of them.
    for text in [Array("Welcome\r\n".utf8), [0xED, 0xB0, 1, 2] + Array("a long line of text".utf8), [65, 0xED]] {
      for size in [1, 4, 1000] {
        var client = SyncClient(hello: Hello(program: "t"))
        var rest = text + hello
        while !rest.isEmpty {
          client.receive(Array(rest.prefix(size)))
          rest.removeFirst(min(size, rest.count))
        }
        #expect(client.nextEvent() == .skipped(text), "\(text) in \(size)")
        guard case .ready = client.nextEvent() else {
          Issue.record("no hello after \(text) in \(size)")
          continue
        }
      }
    }
    var client = SyncClient(hello: Hello(program: "t"))
    client.receive([UInt8](repeating: 65, count: SyncClient.maximumSkipped + 2))
    #expect(client.closed?.code == .protocolBroken)
  }

  @Test func anotherMajorVersionEndsBothEnds() {
    var pair = Pair(major: 2)
    pair.run()
    #expect(pair.server.closing?.code == .version)
    guard case .closed(let error) = pair.events.last else {
      Issue.record("the client went on")
      return
    }
    #expect(error.code == .version)
    #expect(error.message.utf8.count > 20 && error.remedy.utf8.count > 5)
  }

  @Test func repliesKeepToTheSmallerFrame() throws {
    var pair = Pair(clientMaximum: 4096)
    pair.run()
    _ = pair.client.send(.readSegment(ReadSegment(run: testRun, segment: 0, offset: 0, maximum: .max)))
    _ = pair.client.send(.listRuns(ListRuns()))
    pair.run()
    guard case .reply(1, .data(let data)) = pair.events[1], case .reply(2, .runs(let list)) = pair.events[2] else {
      Issue.record("\(pair.events)")
      return
    }
    #expect(data.data.count == 4096 - 13)
    #expect(list.runs.count == (4096 - 3) / 17 && list.more)
  }

  @Test func outputStaysBoundedWhateverIsAsked() {
    var pair = Pair(serverMaximum: 4096)
    pair.run()
    for _ in 0..<1000 {
      _ = pair.client.send(.readSegment(ReadSegment(run: testRun, segment: 0, offset: 0, maximum: .max)))
    }
    let bytes = pair.client.output
    let used = pair.server.receive(bytes)
    #expect(used < bytes.count)
    #expect(pair.server.output.count <= 3 * (4096 + 16))
    var rest = Array(bytes[used...])
    var replies = 0
    while !rest.isEmpty {
      pair.client.receive(pair.server.output)
      pair.server.sent(pair.server.output.count)
      rest.removeFirst(pair.server.receive(rest))
    }
    pair.client.receive(pair.server.output)
    while let event = pair.client.nextEvent() { if case .reply = event { replies += 1 } }
    #expect(replies == 1000)
  }

  @Test func noticesComeBetweenReplies() {
    var pair = Pair()
    pair.server.notify(level: 6, "too early")
    pair.run()
    pair.server.notify(level: 4, "a deadline was missed")
    pair.run()
    #expect(pair.events.count == 2)
    #expect(pair.events.last == .notice(Notice(level: 4, text: "a deadline was missed")))
  }
}
