/// Why a board could not be talked to.
public enum TransportError: Error, Equatable, Sendable {
  /// The program that carries the protocol could not be started.
  case cannotStart(String)
  /// The board ended the connection; what it or ssh said on standard error stands behind it.
  case closed(String)
  /// Nothing came for so many seconds.
  case timeout(seconds: Int, String)
  /// The other end does not speak the protocol, or another version of it.
  case protocolFault(String)
  /// The board answered with an error: its exit code, message and remedy.
  case refused(code: Int32, message: String, remedy: String)

  /// One line: what, why, what to do.
  public var message: String {
    switch self {
    case .cannotStart(let text): return text
    case .closed(let text): return text
    case .timeout(let seconds, let text): return "no answer in \(seconds) s: \(text)"
    case .protocolFault(let text): return text
    case .refused(_, let message, let remedy): return remedy.isEmpty ? message : "\(message); \(remedy)"
    }
  }

  /// The exit code that belongs to it.
  public var exitCode: Int32 {
    switch self {
    case .cannotStart, .closed, .timeout, .protocolFault: return 10
    case .refused(let code, _, _): return code
    }
  }
}
