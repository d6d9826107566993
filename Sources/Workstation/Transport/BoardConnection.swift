import CBoard
import SyncProtocol
import WireFormat

/// One open connection to a board: every request waits for its reply.
public final class BoardConnection {
  /// Bytes asked for or sent at once.
  static let chunk = 256 << 10

  private let channel: ByteChannel
  private var client: SyncClient
  private let timeout: Int
  /// What the board said of itself.
  public private(set) var board: Hello
  /// Called with each line of talk the board sends.
  public var onNotice: ((String) -> Void)?

  /// Connects and exchanges hellos.
  ///
  /// - Parameters:
  ///   - program: this program's name and version.
  ///   - timeoutSeconds: how long a reply may take.
  public init(_ endpoint: Endpoint, program: String, timeoutSeconds: Int = 30) throws(TransportError) {
    timeout = timeoutSeconds
    channel = try ByteChannel(endpoint)
    client = SyncClient(hello: Hello(program: program))
    board = Hello(program: "")
    do throws(TransportError) {
      try flush()
      while true {
        switch try nextEvent() {
        case .ready(let hello):
          board = hello
          return
        case .skipped, .notice: continue
        case .closed(let error): throw .protocolFault(Self.text(error))
        case .reply, .failure: continue
        }
      }
    } catch {
      channel.close()
      throw error
    }
  }

  /// Ends the connection.
  public func close() { channel.close() }

  private static func text(_ error: ServiceError) -> String {
    error.remedy.isEmpty ? error.message : "\(error.message); \(error.remedy)"
  }

  private func flush() throws(TransportError) {
    let output = client.output
    guard !output.isEmpty else { return }
    try channel.send(output)
    client.sent(output.count)
  }

  private func nextEvent() throws(TransportError) -> ClientEvent {
    while true {
      if let event = client.nextEvent() { return event }
      client.receive(try channel.receive(timeoutSeconds: timeout))
    }
  }

  /// Sends a request and waits for its reply.
  func ask(_ request: Request) throws(TransportError) -> Reply {
    let number = client.send(request)
    try flush()
    while true {
      switch try nextEvent() {
      case .reply(number, let reply): return reply
      case .failure(number, let error):
        throw .refused(code: error.code.exitCode, message: error.message, remedy: error.remedy)
      case .closed(let error): throw .protocolFault(Self.text(error))
      case .notice(let notice): onNotice?(notice.text)
      case .reply, .failure, .ready, .skipped: continue
      }
    }
  }
}
