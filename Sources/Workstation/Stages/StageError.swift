/// An error that ends a stage: what happened, why it may be, what to do, and the exit code that says which kind.
public struct StageError: Error, Equatable, CustomStringConvertible {
  public var code: Int32
  public var message: String

  public init(_ message: String, code: Int32 = ExitCode.failed) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}

/// Exit codes, the same on board and workstation.
public enum ExitCode {
  public static let ok: Int32 = 0
  public static let failed: Int32 = 1
  public static let partial: Int32 = 3
  public static let noSuchBoard: Int32 = 10
  public static let busy: Int32 = 11
  public static let refused: Int32 = 12
  public static let usage: Int32 = 64
  public static let interrupted: Int32 = 130
}
