import PhysicalNetwork
import Workbench

extension Workspace {
  /// Drives the board's devices by `design` and records what they answer; the run is left on the board.
  ///
  /// - Parameter partial: with the chips that answer, where some do not.
  public func characterise(
    _ board: BoardEntry, design: DriveDesign, seed: UInt64, runID: [UInt8]? = nil, partial: Bool = false
  ) throws -> RunResult {
    try ensureDescribed(board)
    let description = try description(board)
    guard !description.nodes.isEmpty else {
      throw StageError("board '\(board.name)' describes no nodes: add [[node]] entries to its board.toml")
    }
    let request = RunRequest(
      runID: runID ?? makeRunID(seed: nil, label: ""), mode: .characterise, label: "characterise",
      driveCount: UInt16(description.drives.count), blocks: design.blocks(for: description, seed: seed))
    return try perform(request, on: board, partial: partial)
  }
}
