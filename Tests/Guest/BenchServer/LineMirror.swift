import CBoard
import HardwareInterface
import VirtualBench
import WireFormat

/// Carries the bench's ready lines and inputs over to lines of a gpio-sim chip, line n to line n, by their pull resistors.
///
/// A bench with lines is looked at every 200 µs. A converter's ready pulse is shorter than that, so each conversion that has ended
/// since the last look becomes one pulse: the falling edge is real, its time up to 200 µs late.
struct LineMirror {
  /// Microseconds between looks; negative where there is nothing to look at.
  var period: Int64 { lines.isEmpty ? -1 : 200 }

  private struct Line {
    let index: Int
    let file: Int32
    var level: Bool
    var lastEdge: UInt64
  }

  private var lines: [Line] = []

  init(_ bench: VirtualBench, folder: String) throws(ServerFault) {
    for index in 0..<64 {
      guard let now = bench.line(index) else { break }
      let path = folder + "/sim_gpio\(index)/pull"
      let file = cboard_open(path, CBOARD_WRITE, 0)
      // Outputs of the bench are driven by the board: their pull does nothing.
      guard file >= 0 else { throw ServerFault("cannot open " + path, -file) }
      Self.pull(file, now.level)
      lines.append(Line(index: index, file: file, level: now.level, lastEdge: bench.clock.now()))
    }
  }

  mutating func follow(_ bench: VirtualBench) {
    var bank = bench.lines
    for position in lines.indices {
      guard let now = bench.line(lines[position].index) else { continue }
      if let edge = Self.edge(&bank, lines[position].index, after: lines[position].lastEdge, now: bench.clock.now()) {
        lines[position].lastEdge = edge
        if !lines[position].level { Self.pull(lines[position].file, true) }
        Self.pull(lines[position].file, false)
        lines[position].level = false
      }
      if now.level != lines[position].level {
        Self.pull(lines[position].file, now.level)
        lines[position].level = now.level
      }
    }
  }

  /// An edge that has come by now; waits for nothing.
  private static func edge(_ bank: inout VirtualLineBank, _ line: Int, after: UInt64, now: UInt64) -> UInt64? {
    do throws(LineError) {
      return try bank.waitForEdge(line: line, after: after, until: now)
    } catch {
      return nil
    }
  }

  private static func pull(_ file: Int32, _ level: Bool) {
    let word: StaticString = level ? "pull-up" : "pull-down"
    word.withUTF8Buffer { _ = cboard_pwrite(file, $0.baseAddress, $0.count, 0) }
  }
}
