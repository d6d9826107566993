import CBoardHardware
import HardwareInterface

/// Where a GPIO line is.
public enum LineLocation: Equatable, Sendable {
  /// By the line's name, such as `GPIO17`: right on every board whatever its chips are numbered.
  case name(String)
  /// By the chip's label, name, number or path, and the line's offset in it.
  case chip(String, offset: UInt16)
}

/// Which edges an input reports.
public enum LineEdges: UInt8, Equatable, Sendable {
  case none = 0
  case rising = 1
  case falling = 2
  case both = 3
}

/// A GPIO line this process drives, through libgpiod. Released when the last reference goes; the level after that is the
/// kernel's choice.
public final class LinuxOutputLine: OutputLine {
  private let line: OpaquePointer

  /// Requests the line as an output that starts at `level`.
  ///
  /// - Throws: `LineError`: `noSuchChip`, `noSuchLine`, `busy`, `permission`, …
  public init(_ location: LineLocation, level: Bool, consumer: String) throws(LineError) {
    var made: OpaquePointer?
    let result = location.withParts(consumer) { chip, offset, name, consumer in
      edge_line_open_output(chip, offset, name, consumer, level ? 1 : 0, &made)
    }
    guard result == 0, let made else { throw LineError(LinuxErrno.lineKind(-result), errno: -result) }
    line = made
  }

  deinit { edge_line_close(line) }

  public func set(_ level: Bool) throws(LineError) {
    let result = edge_line_set(line, level ? 1 : 0)
    guard result == 0 else { throw LineError(LinuxErrno.lineKind(-result), errno: -result) }
  }
}

/// A GPIO line this process reads, through libgpiod. Released when the last reference goes.
public final class LinuxInputLine: InputLine {
  private let line: OpaquePointer
  private let edges: LineEdges

  /// Requests the line as an input; `waitForEdge` reports the edges named here.
  ///
  /// - Throws: `LineError`: `noSuchChip`, `noSuchLine`, `busy`, `permission`, …
  public init(_ location: LineLocation, edges: LineEdges = .none, consumer: String) throws(LineError) {
    var made: OpaquePointer?
    let result = location.withParts(consumer) { chip, offset, name, consumer in
      edge_line_open_input(chip, offset, name, consumer, Int32(edges.rawValue), &made)
    }
    guard result == 0, let made else { throw LineError(LinuxErrno.lineKind(-result), errno: -result) }
    line = made
    self.edges = edges
  }

  deinit { edge_line_close(line) }

  public func level() throws(LineError) -> Bool {
    let result = edge_line_get(line)
    guard result >= 0 else { throw LineError(LinuxErrno.lineKind(-result), errno: -result) }
    return result == 1
  }

  /// Waits for the next edge; its time in `LinuxClock`'s nanoseconds.
  ///
  /// - Throws: `LineError`: `timeout`; `unsupported` when the line was opened without edges.
  public func waitForEdge(timeout: UInt64) throws(LineError) -> UInt64 {
    guard edges != .none else { throw LineError(.unsupported) }
    var time: UInt64 = 0
    let result = edge_line_wait_for_edge(line, timeout, &time)
    guard result == 0 else { throw LineError(LinuxErrno.lineKind(-result), errno: -result) }
    return time
  }
}

extension LineLocation {
  // C strings of chip, name and consumer; a negative offset says that the name counts.
  fileprivate func withParts(
    _ consumer: String,
    _ body: (UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) -> Int32 {
    consumer.withCString { consumer in
      switch self {
      case .name(let name): return name.withCString { body($0, -1, $0, consumer) }
      case .chip(let chip, let offset): return chip.withCString { body($0, Int32(offset), $0, consumer) }
      }
    }
  }
}
