import HardwareInterface
import LinuxHardware
import PhysicalNetwork
import VirtualBench
import WireFormat

/// The lines of this board, whatever they are made of.
enum BoardLines: LineBank {
  case none(NoLines)
  /// Lines in the mask could not be taken.
  case linux(LinuxLineBank, missing: UInt64)
  case virtual(VirtualLineBank)

  mutating func set(mask: UInt64, levels: UInt64) throws(LineError) {
    switch self {
    case .none(var lines): try lines.set(mask: mask, levels: levels)
    case .linux(let lines, let missing):
      // Those that are there are set in any case.
      if mask & ~missing != 0 { try lines.set(mask: mask & ~missing, levels: levels) }
      if mask & missing != 0 { throw Self.absent(mask & missing) }
    case .virtual(var lines): try lines.set(mask: mask, levels: levels)
    }
  }

  mutating func levels(mask: UInt64) throws(LineError) -> UInt64 {
    switch self {
    case .none(var lines): return try lines.levels(mask: mask)
    case .linux(let lines, let missing):
      if mask & missing != 0 { throw Self.absent(mask & missing) }
      return try lines.levels(mask: mask)
    case .virtual(var lines): return try lines.levels(mask: mask)
    }
  }

  mutating func waitForEdge(line: Int, after: UInt64, until deadline: UInt64) throws(LineError) -> UInt64 {
    switch self {
    case .none(var lines): return try lines.waitForEdge(line: line, after: after, until: deadline)
    case .linux(let lines, _): return try lines.waitForEdge(line: line, after: after, until: deadline)
    case .virtual(var lines): return try lines.waitForEdge(line: line, after: after, until: deadline)
    }
  }

  mutating func discardEdges(line: Int) {
    switch self {
    case .none: break
    case .linux(let lines, _): lines.discardEdges(line: line)
    case .virtual(var lines): lines.discardEdges(line: line)
    }
  }

  private static func absent(_ mask: UInt64) -> LineError {
    LineError(.noSuchLine, line: UInt8(mask.trailingZeroBitCount))
  }

  /// The name under which lines are taken.
  static let consumer = "edged"

  /// Takes the lines of a board from the kernel; none where it describes none. What is wrong with which line, and what to
  /// do, is put in `problems`; the others are taken.
  static func open(_ board: BoardDescription, _ problems: inout [String]) -> BoardLines {
    guard !board.lines.isEmpty else { return .none(NoLines()) }
    var requests: [LineRequest] = []
    for index in board.lines.indices { requests.append(board.lineRequest(index)) }
    var missing: UInt64 = 0
    for _ in 0...requests.count {
      do throws(LineOpenError) {
        return .linux(try LinuxLineBank(requests, consumer: consumer), missing: missing)
      } catch {
        problems.append("board.toml, [[line]]: " + error.text)
        let line = Int(error.error.line)
        guard line < requests.count, requests[line].taken else { break }
        requests[line].taken = false
        missing |= 1 << UInt64(line)
      }
    }
    return .none(NoLines())
  }
}

extension BoardDescription {
  /// How a line is asked of the kernel. Those of a bus are taken only to free it.
  func lineRequest(_ index: Int) -> LineRequest {
    let line = lines[index]
    var isWire = false
    for bus in buses where Int(bus.clockLine) == index || Int(bus.dataLine) == index { isWire = true }
    return LineRequest(
      name: line.name, chip: line.chip, offset: line.offset,
      direction: LineDirection(rawValue: line.direction.rawValue) ?? .input,
      pull: LinePull(rawValue: line.bias.rawValue) ?? .asIs, activeLow: line.activeLow, initial: line.initial,
      edges: LineEdges(rawValue: line.edges.rawValue) ?? .none, taken: !isWire)
  }
}
