/// What stops a flash: what failed, where, why it may be, what to do; and the exit code that says which kind.
public struct FlashError: Error, Equatable, CustomStringConvertible {
  /// 1 failed, 64 wrong use, 130 interrupted.
  public var code: Int32
  public var message: String

  public init(_ message: String, code: Int32 = 1) {
    self.code = code
    self.message = message
  }

  /// Wrong arguments.
  static func usage(_ message: String) -> FlashError { FlashError(message, code: 64) }

  /// What the system said about a file.
  static func system(_ path: String, _ what: String, _ code: Int32, remedy: String) -> FlashError {
    FlashError("\(path): \(what): \(SystemText.of(code)); \(remedy)")
  }

  static let interrupted = FlashError("interrupted; nothing but an unfinished copy was made, and it is gone", code: 130)

  public var description: String { message }
}
