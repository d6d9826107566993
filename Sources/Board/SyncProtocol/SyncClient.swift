import WireFormat

/// What a client learned from bytes.
public enum ClientEvent: Equatable, Sendable {
  /// The board answered the hello: requests may be sent.
  case ready(Hello)
  /// The reply to a request.
  case reply(UInt32, Reply)
  /// The board did not do what the request asked.
  case failure(UInt32, ServiceError)
  case notice(Notice)
  /// Text that came before the board's first frame, such as a login message.
  case skipped([UInt8])
  /// The connection is of no more use.
  case closed(ServiceError)
}

/// The workstation's end of a connection: requests in, bytes out; bytes in, events out. No input or output of its own.
public struct SyncClient: Sendable {
  /// Text before the board's first frame beyond this is an error.
  public static let maximumSkipped = 64 << 10

  private let hello: Hello
  private var assembler: FrameAssembler
  private var writer = ByteWriter()
  private var events: [ClientEvent] = []
  private var waiting: [(request: UInt32, type: MessageType)] = []
  private var nextRequest: UInt32 = 1
  private var preamble = Preamble()

  /// The board's hello, once it came.
  public private(set) var board: Hello?
  /// Set when the connection is of no more use: why.
  public private(set) var closed: ServiceError?

  /// Begins with the hello in `output`.
  public init(hello: Hello) {
    self.hello = hello
    assembler = FrameAssembler(
      maximumPayload: Swift.min(
        Swift.max(Int(clamping: hello.maximumPayload), FrameCodec.smallestMaximum), FrameCodec.maximumPayload))
    FrameCodec.encode(.hello, request: 0, payload: hello.payload, to: &writer)
  }

  /// The most data one `PutChunk` may carry on this connection.
  public var maximumChunk: Int {
    let limit = Swift.min(Int(clamping: board?.maximumPayload ?? 0), FrameCodec.maximumPayload)
    return Swift.max(limit, FrameCodec.smallestMaximum) - PutChunk.overhead
  }

  /// Requests that have no reply yet.
  public var outstanding: Int { waiting.count }

  /// Bytes to send.
  public var output: [UInt8] { writer.bytes }

  /// Says that the first `count` bytes of `output` were sent.
  public mutating func sent(_ count: Int) {
    let rest = writer.bytes.dropFirst(count)
    writer = ByteWriter(reserving: rest.count)
    rest.withUnsafeBytes { writer.append($0) }
  }

  /// Puts a request in `output`; returns the number its reply will carry. Several may be on their way.
  public mutating func send(_ request: Request) -> UInt32 {
    let number = nextRequest
    nextRequest = nextRequest == .max ? 1 : nextRequest + 1
    guard closed == nil else {
      events.append(.failure(number, ServiceError(.failed, "the connection to the board is closed")))
      return number
    }
    waiting.append((number, request.type))
    FrameCodec.encode(request.type, request: number, payload: request.payload, to: &writer)
    return number
  }

  /// Takes bytes from the board.
  public mutating func receive(_ bytes: [UInt8]) {
    guard closed == nil else { return }
    if board == nil {
      findHello(bytes)
    } else {
      takeFrames(bytes)
    }
  }

  /// Says that the board's end of the connection has ended; everything without a reply fails.
  public mutating func connectionEnded() {
    close(ServiceError(.failed, "the board closed the connection", remedy: "check that edged can start there"))
  }

  /// The next thing learned, in order; `nil` when more bytes are needed.
  public mutating func nextEvent() -> ClientEvent? { events.isEmpty ? nil : events.removeFirst() }

  private mutating func findHello(_ bytes: [UInt8]) {
    let found = preamble.take(bytes)
    if !preamble.skipped.isEmpty, found != nil || preamble.isTooLong {
      events.append(.skipped(preamble.skipped))
    }
    if let (frame, rest) = found {
      handle(frame)
      if closed == nil { takeFrames(rest) }
    } else if preamble.isTooLong {
      close(
        ServiceError(
          .protocolBroken, "the other end is no board: it sent text where a board says hello",
          remedy: "check the ssh command and the key's forced command"))
    }
  }

  private mutating func takeFrames(_ bytes: [UInt8]) {
    let failure: FramingError? = bytes.withUnsafeBufferPointer { buffer in
      var rest = UnsafeRawBufferPointer(buffer)
      while closed == nil, !rest.isEmpty {
        do throws(FramingError) {
          guard let frame = try assembler.take(&rest) else { break }
          handle(frame)
        } catch {
          return error
        }
      }
      return nil
    }
    if let failure { close(ServiceError(.protocolBroken, failure.message, remedy: "connect again")) }
  }

  private mutating func handle(_ frame: WireFrame) {
    do throws(WireError) {
      try read(frame)
    } catch {
      close(
        ServiceError(
          .protocolBroken, "the board's message \(frame.type.rawValue) cannot be read",
          remedy: "install the same version on both ends"))
    }
  }

  private mutating func read(_ frame: WireFrame) throws(WireError) {
    var reader = ByteReader(frame.payload)
    if frame.type == .failure {
      let error = try ServiceError(from: &reader)
      guard take(frame.request) != nil else {
        close(error)
        return
      }
      events.append(.failure(frame.request, error))
    } else if frame.type == MessageType.hello.reply, board == nil {
      greet(try Hello(from: &reader))
    } else if frame.type.isNotice {
      if frame.type == .notice { events.append(.notice(try Notice(from: &reader))) }
    } else if let type = take(frame.request), frame.type == type.reply {
      events.append(.reply(frame.request, try Reply(to: type, from: &reader)))
    } else {
      throw .invalid(offset: 4, field: "request")
    }
  }

  private mutating func greet(_ hello: Hello) {
    guard hello.major == Hello.major else {
      close(
        ServiceError(
          .version,
          "the board speaks protocol \(hello.major).\(hello.minor), this program \(Hello.major).\(Hello.minor)",
          remedy: "install the same version on both"))
      return
    }
    board = hello
    events.append(.ready(hello))
  }

  private mutating func take(_ request: UInt32) -> MessageType? {
    guard let place = waiting.firstIndex(where: { $0.request == request }) else { return nil }
    return waiting.remove(at: place).type
  }

  private mutating func close(_ error: ServiceError) {
    guard closed == nil else { return }
    closed = error
    for (request, _) in waiting { events.append(.failure(request, error)) }
    waiting = []
    events.append(.closed(error))
  }
}
