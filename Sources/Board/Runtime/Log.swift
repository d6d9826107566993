import CBoard
import WireFormat

/// Messages to standard error with the priorities the journal of systemd understands: `<6>` information, `<4>` warning,
/// `<3>` error. A person at a terminal gets the words alone.
public enum Log {
  public static func info(_ text: String) { line("<6>", text) }
  public static func warning(_ text: String) { line("<4>", text) }
  public static func error(_ text: String) { line("<3>", text) }

  private static func line(_ priority: String, _ text: String) {
    let bytes = Array((cboard_is_terminal(2) == 1 ? "edged: " + text : priority + text).utf8)
    bytes.withUnsafeBufferPointer { cboard_log_line($0.baseAddress, $0.count) }
  }
}

/// An error that ends a command: the exit code, what happened, and what to do.
public struct CommandError: Error {
  public var code: Int32
  public var message: String

  public init(_ code: Int32, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Exit codes, the same on board and workstation.
  public enum Code {
    public static let ok: Int32 = 0
    public static let failed: Int32 = 1
    public static let partial: Int32 = 3
    public static let noSuchBoard: Int32 = 10
    public static let busy: Int32 = 11
    public static let refused: Int32 = 12
    public static let usage: Int32 = 64
    public static let interrupted: Int32 = 130
  }
}
