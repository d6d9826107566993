import CBoard
import Foundation

/// Talk on standard error: steps, progress bars on a terminal, plain lines elsewhere; results go to standard output.
public final class Console: @unchecked Sendable {
  private let lock = NSLock()
  private let terminal: Bool
  private let colour: Bool
  private var barShown = false
  private var lastDraw: UInt64 = 0
  private var lastPercent = -1
  private var tableLines = 0

  public init() {
    terminal = cboard_is_terminal(2) == 1
    colour = terminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  /// One line of talk.
  public func say(_ text: String) {
    lock.withLock {
      clearBar()
      put(text + "\n")
    }
  }

  /// A new step of the work.
  public func step(_ text: String) {
    lock.withLock {
      clearBar()
      lastPercent = -1
      put((colour ? "\u{1B}[1m==> \(text)\u{1B}[0m" : "==> \(text)") + "\n")
    }
  }

  /// How far a step is, 0 to 1: a bar on a terminal, a line each quarter elsewhere.
  ///
  /// - Parameter table: lines shown above the bar, on a terminal, each time in place of the last.
  public func progress(_ name: String, _ fraction: Double, _ detail: String = "", table: [String] = []) {
    lock.withLock {
      let share = min(max(fraction, 0), 1)
      let percent = Int(share * 100)
      guard terminal else {
        let quarter = percent / 25
        if quarter != lastPercent {
          lastPercent = quarter
          put("    \(name) \(quarter * 25) %\(detail.isEmpty ? "" : "  \(detail)")\n")
        }
        return
      }
      let now = cboard_monotonic_ns()
      guard now - lastDraw > 50_000_000 || share >= 1 else { return }
      lastDraw = now
      let width = 30
      let filled = Int(share * Double(width))
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      var text = "\r" + (tableLines > 0 ? "\u{1B}[\(tableLines)A" : "") + "\u{1B}[J"
      for (index, line) in table.enumerated() {
        text += colour && index == 0 ? "\u{1B}[2m\(line)\u{1B}[0m\n" : line + "\n"
      }
      tableLines = table.count
      put(text + "    \(name) \(bar) \(String(format: "%3d", percent)) % \(detail)")
      barShown = true
    }
  }

  /// Ends a progress bar.
  public func done() {
    lock.withLock {
      clearBar()
      lastPercent = -1
    }
  }

  /// A bar stays as it is; a table under which something is said goes, to come again below.
  private func clearBar() {
    if barShown { put(tableLines > 0 ? "\r\u{1B}[\(tableLines)A\u{1B}[J" : "\n") }
    tableLines = 0
    barShown = false
  }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { cboard_write_all(2, $0.baseAddress, $0.count, 1000) }
  }
}
