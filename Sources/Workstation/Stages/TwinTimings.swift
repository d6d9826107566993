import Foundation
import PhysicalNetwork
import Workbench

/// The timing of a board's steps, as far as a description says it.
struct StepTime: Equatable {
  /// Nanoseconds.
  var period: UInt64
  var delay: UInt64

  init(_ board: BoardDescription) {
    period = board.stepPeriod
    delay = board.responseDelay
  }

  /// Why a twin fitted at this timing does not hold at another; nil where it does.
  func differs(from other: StepTime) -> String? {
    guard self != other else { return nil }
    return "it was fitted at \(text), and board.toml says \(other.text); characterise and fit again"
  }

  private var text: String {
    String(format: "a step of %g ms and a response delay of %g ms", Double(period) / 1e6, Double(delay) / 1e6)
  }
}

/// At what timing the twins of a board were fitted, as the runs they were fitted to tell it; a run is read once.
struct TwinTimings {
  private let space: Workspace
  private let board: BoardEntry
  private var runs: [String: (time: StepTime, isVirtual: Bool)?] = [:]

  init(_ space: Workspace, _ board: BoardEntry) {
    self.space = space
    self.board = board
  }

  /// Nil where the run is not here any more.
  mutating func fitted(_ record: TwinRecord) -> StepTime? { start(record)?.time }

  /// What to say where a run was in another kind of time than the one its twins were fitted to; nil where there is
  /// nothing to say.
  mutating func complaint(_ records: [TwinRecord], run: RecordedRun) -> String? {
    let others = records.filter { record in start(record).map { $0.isVirtual != run.start.virtualTime } ?? false }
    guard !others.isEmpty else { return nil }
    let (then, now) = run.start.virtualTime ? ("real", "virtual") : ("virtual", "real")
    return
      "    the twins of \(GroupedLines.names(others.map(\.name))) were fitted to a run in \(then) time, and this one was "
      + "in \(now) time: readings come at other moments, so unchanged nodes may be flagged; characterise and fit in "
      + "\(now) time"
  }

  private mutating func start(_ record: TwinRecord) -> (time: StepTime, isVirtual: Bool)? {
    let folder = TwinFolder(of: record, in: space.project)
    guard let run = TwinFolder.sidecar(folder.sidecarPath(record.name))?.run else { return nil }
    if let known = runs[run] { return known }
    let start = try? RecordedRun.read(space.project.tracePath(board: board.name, run: run)).start
    let found = start.map { (time: StepTime($0.board), isVirtual: $0.virtualTime) }
    runs[run] = .some(found)
    return found
  }
}
