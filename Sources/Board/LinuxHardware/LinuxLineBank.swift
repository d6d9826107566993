import CBoardHardware
import HardwareInterface

/// The lines of a board through libgpiod, 1.x or 2.x. Outputs of one chip are set in one call, whatever their polarity.
/// Released when the last reference goes; the levels after that are the kernel's choice. Allocates when it is opened, never
/// after.
///
/// Edges carry the kernel's time of their interrupt, on the monotonic clock (from kernel 5.7 on). The kernel keeps 16 of
/// them a line; through 1.x the newest are lost when nobody reads, through 2.x the oldest.
public final class LinuxLineBank: LineBank {
  private let bank: OpaquePointer

  /// Which libgpiod the program was built with: 1 or 2.
  public static var libraryVersion: Int { Int(edge_line_library_version()) }

  /// Finds and requests all lines, as `consumer`; holds none of them on failure.
  ///
  /// - Throws: `LineOpenError`; `unsupported` for more than 64 lines.
  public init(_ requests: [LineRequest], consumer: String) throws(LineOpenError) {
    guard let made = edge_bank_new() else { throw LineOpenError(LineError(.other, errno: 12), place: "") }  // ENOMEM
    for (index, request) in requests.enumerated() {
      let result = Self.add(request, to: made)
      guard result < 0 else { continue }
      edge_bank_free(made)
      let index = UInt8(truncatingIfNeeded: index)
      throw LineOpenError(LineError(.unsupported, line: index, errno: -result), place: request.place)
    }
    var line = UInt32(EDGE_NO_LINE)
    let result = consumer.withCString { edge_bank_open(made, $0, &line) }
    guard result == 0 else {
      let holder = result == -16 ? String(cString: edge_bank_holder(made)) : ""  // EBUSY
      edge_bank_free(made)
      let at = Int(line) < requests.count ? requests[Int(line)] : nil
      throw LineOpenError(Self.openError(-result, line, at), place: at?.place ?? "", holder: holder)
    }
    bank = made
  }

  deinit { edge_bank_free(bank) }

  public func set(mask: UInt64, levels: UInt64) throws(LineError) {
    var line = UInt32(EDGE_NO_LINE)
    let result = edge_bank_set(bank, mask, levels, &line)
    if result < 0 { throw Self.error(-result, line) }
  }

  public func levels(mask: UInt64) throws(LineError) -> UInt64 {
    var line = UInt32(EDGE_NO_LINE)
    var levels: UInt64 = 0
    let result = edge_bank_get(bank, mask, &levels, &line)
    if result < 0 { throw Self.error(-result, line) }
    return levels
  }

  public func waitForEdge(line: Int, after: UInt64, until deadline: UInt64) throws(LineError) -> UInt64 {
    guard let index = UInt32(exactly: line) else { throw LineError(.noSuchLine) }
    var time: UInt64 = 0
    let result = edge_bank_wait(bank, index, after, deadline, &time)
    if result < 0 { throw Self.error(-result, index) }
    return time
  }

  public func discardEdges(line: Int) {
    guard let index = UInt32(exactly: line) else { return }
    edge_bank_discard(bank, index)
  }

  private static func add(_ request: LineRequest, to bank: OpaquePointer) -> Int32 {
    guard request.taken else { return edge_bank_skip(bank) }
    var settings = edge_line_settings()
    settings.offset = request.offset
    settings.output = request.direction == .output ? 1 : 0
    settings.open_drain = request.openDrain ? 1 : 0
    settings.bias = request.pull.rawValue
    settings.active_low = request.activeLow ? 1 : 0
    settings.initial = request.initial ? 1 : 0
    settings.edges = request.edges.rawValue
    return request.name.withCString { name in
      request.chip.withCString { chip in edge_bank_add(bank, name, chip, &settings) }
    }
  }

  private static func openError(_ number: Int32, _ line: UInt32, _ request: LineRequest?) -> LineError {
    var kind = LinuxErrno.lineKind(number)
    if kind == .unsupported, let request, request.pull != .asIs { kind = .biasUnsupported }
    return LineError(kind, line: UInt8(truncatingIfNeeded: line), errno: number)
  }

  private static func error(_ number: Int32, _ line: UInt32) -> LineError {
    // EPERM is what the bank itself says of an input to be set, and of a line without edges.
    let kind = number == 1 ? LineErrorKind.wrongDirection : LinuxErrno.lineKind(number)
    return LineError(kind, line: UInt8(exactly: line) ?? LineError.noLine, errno: number)
  }
}
