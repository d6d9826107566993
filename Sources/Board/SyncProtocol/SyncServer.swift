import WireFormat

/// The board's end of a connection: bytes in, bytes out, no input or output of its own. Holds one incoming frame and a
/// bounded amount of output, whatever the other end sends.
public struct SyncServer<Services: BoardServices> {
  /// What the requests are carried out by.
  public var services: Services
  private let hello: Hello
  private var assembler: FrameAssembler
  private var writer = ByteWriter()
  private var peerMaximum = FrameCodec.smallestMaximum

  /// The workstation's hello, once it came.
  public private(set) var peer: Hello?
  /// Set when the connection is to be closed after `output` was sent: why.
  public private(set) var closing: ServiceError?

  /// `hello.maximumPayload` bounds what is taken and sent at once.
  public init(services: Services, hello: Hello) {
    self.services = services
    self.hello = hello
    assembler = FrameAssembler(maximumPayload: FrameCodec.maximumHello)
  }

  /// Bytes to send.
  public var output: [UInt8] { writer.bytes }

  /// Says that the first `count` bytes of `output` were sent.
  public mutating func sent(_ count: Int) {
    let rest = writer.bytes.dropFirst(count)
    writer = ByteWriter(reserving: rest.count)
    rest.withUnsafeBytes { writer.append($0) }
  }

  /// Takes bytes and answers the requests in them. Stops early while more output waits than two frames hold: send it,
  /// then give the rest again. Returns how many bytes were used.
  public mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Int {
    var rest = bytes
    while closing == nil, !rest.isEmpty, writer.count <= 2 * ownMaximum {
      do throws(FramingError) {
        guard let frame = try assembler.take(&rest) else { break }
        answer(frame)
      } catch {
        close(request: 0, ServiceError(.protocolBroken, error.message, remedy: "connect again"))
      }
    }
    return closing == nil ? bytes.count - rest.count : bytes.count
  }

  /// The same for bytes in an array.
  public mutating func receive(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBufferPointer { receive(UnsafeRawBufferPointer($0)) }
  }

  /// Sends a line of talk, cut to what the other end takes; nothing before the hello.
  public mutating func notify(level: UInt8, _ text: String) {
    guard peer != nil, closing == nil, writer.count <= 2 * ownMaximum else { return }
    send(.notice, request: 0, Notice(level: level, text: text))
  }

  private var ownMaximum: Int {
    Swift.min(Swift.max(Int(clamping: hello.maximumPayload), FrameCodec.smallestMaximum), FrameCodec.maximumPayload)
  }

  private mutating func answer(_ frame: WireFrame) {
    guard frame.type.isRequest else {
      if !frame.type.isNotice {
        close(request: frame.request, ServiceError(.protocolBroken, "the board received a reply it did not ask for"))
      }
      return
    }
    guard peer != nil || frame.type == .hello else {
      close(request: frame.request, ServiceError(.protocolBroken, "a request came before the hello"))
      return
    }
    var reader = ByteReader(frame.payload)
    do throws(WireError) {
      try answer(frame, &reader)
    } catch {
      fail(
        frame.request,
        ServiceError(
          .usage, "request \(frame.type.rawValue) cannot be read", remedy: "use the same version on both ends"))
    }
  }

  private mutating func answer(_ frame: WireFrame, _ reader: inout ByteReader) throws(WireError) {
    if frame.type == .hello {
      greet(frame.request, try Hello(from: &reader))
      return
    }
    let request = try Request(type: frame.type, from: &reader)
    guard let request else {
      fail(
        frame.request,
        ServiceError(
          .unsupported, "this board does not know request \(frame.type.rawValue)", remedy: "update the board's program")
      )
      return
    }
    do throws(ServiceError) {
      let reply = try services.answer(request, maximum: Swift.min(peerMaximum, ownMaximum))
      send(frame.type.reply, request: frame.request, payload: reply.payload)
    } catch {
      fail(frame.request, error)
    }
  }

  private mutating func greet(_ request: UInt32, _ peer: Hello) {
    guard peer.major == Hello.major else {
      close(
        request: request,
        ServiceError(
          .version,
          "the board speaks protocol \(Hello.major).\(Hello.minor), the workstation \(peer.major).\(peer.minor)",
          remedy: "install the same version on both"))
      return
    }
    self.peer = peer
    peerMaximum = Swift.min(
      Swift.max(Int(clamping: peer.maximumPayload), FrameCodec.smallestMaximum), FrameCodec.maximumPayload)
    assembler.maximumPayload = ownMaximum
    send(MessageType.hello.reply, request: request, hello)
  }

  private mutating func send<Message: WireMessage>(_ type: MessageType, request: UInt32, _ message: Message) {
    send(type, request: request, payload: message.payload)
  }

  private mutating func send(_ type: MessageType, request: UInt32, payload: [UInt8]) {
    if payload.count > Swift.max(peerMaximum, FrameCodec.smallestMaximum) {
      if type != .failure { fail(request, ServiceError(.failed, "the reply is too large for one frame")) }
      return
    }
    FrameCodec.encode(type, request: request, payload: payload, to: &writer)
  }

  private mutating func fail(_ request: UInt32, _ error: ServiceError) {
    send(.failure, request: request, error.shortened)
  }

  private mutating func close(request: UInt32, _ error: ServiceError) {
    fail(request, error)
    closing = error
  }
}

extension ServiceError {
  /// The error with texts short enough for any frame.
  var shortened: ServiceError {
    func cut(_ text: String) -> String {
      text.utf8.count <= 1500 ? text : String(decoding: Array(text.utf8.prefix(1497)), as: UTF8.self)
    }
    return ServiceError(code, cut(message), remedy: cut(remedy))
  }
}
