import Foundation
import TwinFitting
import TwinModel
import Workbench

/// The twins a network is trained through.
extension Workspace {
  /// The newest twins of a board, one a node.
  public func newestTwins(_ board: BoardEntry) throws -> (twins: [TwinParameters], records: [TwinRecord]) {
    let records = try project.catalog.newestTwins(of: try record(board).id)
    let nodes = try description(board).nodes
    guard records.count == nodes.count else {
      throw StageError(
        "board '\(board.name)' has \(nodes.count) nodes and \(records.count) twins: run 'edgesync fit' first")
    }
    let twins = try records.map { record in
      do throws(TwinFileError) {
        return try TwinArchive.read(path: project.root + "/" + record.path).twin
      } catch {
        throw StageError(error.description)
      }
    }
    return (twins, records)
  }

  /// Throws for twins that no network can be trained through yet: a node of a network has one drive and one response.
  static func checkTrainable(_ twins: [TwinParameters], _ records: [TwinRecord]) throws {
    let wide = zip(twins, records).filter { $0.0.drives != 1 || $0.0.observables != 1 }.map(\.1.name)
    guard wide.isEmpty else {
      throw StageError(
        "nodes of a network have one drive and one response, and \(GroupedLines.names(wide)) have several: their twins can "
          + "be fitted and watch the board, but networks cannot be trained through them yet; give each of these nodes one "
          + "response in board.toml, characterise and fit again")
    }
  }

  /// Lets only twins through that were accepted, or provisionally so, unless told otherwise; either way it is said aloud.
  ///
  /// - Throws: `StageError` that names the nodes and the reasons.
  func checkUsable(_ records: [TwinRecord], allowUnaccepted: Bool) throws {
    var refused: [String] = []
    var provisional: [String] = []
    for record in records {
      let folder = TwinFolder(of: record, in: project)
      guard let twin = folder.stored(record.name) else {
        refused.append("node \(record.name): its twin was changed after the fit, or \(record.name).json is missing")
        continue
      }
      if !twin.sidecar.isUsable {
        refused.append("node \(record.name): \(twin.sidecar.verdict): \(twin.sidecar.complaint)")
      } else if twin.sidecar.verdict == Verdict.Outcome.provisional.rawValue {
        provisional.append(record.name)
      }
    }
    if !provisional.isEmpty {
      console.say(
        "    provisional twins, whose spread over runs could not be judged: \(GroupedLines.names(provisional)); "
          + "characterise with --repeats to judge it")
    }
    guard !refused.isEmpty else { return }
    guard allowUnaccepted else {
      throw StageError(
        "the twins of \(refused.count) of \(records.count) nodes were not accepted:\n" + refused.joined(separator: "\n")
          + "\ncharacterise longer and fit again, or give --allow-unaccepted to use them all the same")
    }
    console.say("    twins that were not accepted are used all the same, as told:")
    for line in refused { console.say("      " + line) }
  }
}
