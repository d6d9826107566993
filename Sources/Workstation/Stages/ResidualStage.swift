import PhysicalNetwork
import TwinModel
import TwinMonitor
import WireFormat
import Workbench

/// Which twins go to a board to watch its nodes.
extension Workspace {
  /// The monitor for a bundle.
  struct Watch {
    /// Nil when no node is watched.
    var plan: ResidualPlan?
    /// The twins in it, for the catalog.
    var origins: [CatalogItem] = []
    /// Why nodes are not watched, for people.
    var notes: [String] = []
  }

  /// The monitor that network.toml asks for, of the newest twins of the board's nodes.
  ///
  /// - Parameter allowUnaccepted: takes twins that were not accepted too.
  /// - Throws: `StageError` where `enabled = true` and a node cannot be watched.
  func watch(_ board: BoardEntry, _ description: BoardDescription, allowUnaccepted: Bool) throws -> Watch {
    let options = try ResidualOptions(try project.network().residuals)
    guard options.enabled != false else { return Watch() }
    let known = try project.catalog.newestTwins(of: try record(board).id)
    guard options.enabled == true || !known.isEmpty else { return Watch() }
    let found: (twins: [TwinParameters], records: [TwinRecord])
    do {
      found = try newestTwins(board)
    } catch let error as StageError where options.enabled != true {
      return Watch(notes: ["no node is watched by its twin: \(error.message)"])
    }
    var watch = Watch()
    var nodes: [ResidualPlan.Node] = []
    var timings = TwinTimings(self, board)
    for (twin, record) in zip(found.twins, found.records) {
      let reason =
        Self.whyNot(twin, record, description, allowUnaccepted: allowUnaccepted)
        ?? (allowUnaccepted ? nil : timings.fitted(record)?.differs(from: StepTime(description)))
      if let reason {
        watch.notes.append("node \(record.name) is not watched by its twin: \(reason)")
      } else {
        nodes.append(ResidualPlan.Node(node: record.node, twin: twin))
        watch.origins.append(CatalogItem(.twin, record.id))
      }
    }
    if options.enabled == true, !watch.notes.isEmpty {
      throw StageError(
        watch.notes.joined(separator: "\n")
          + "\nnetwork.toml says [residuals] enabled = true: mend the twins, or --allow-unaccepted to use those that were not "
          + "accepted, or leave 'enabled' out to watch only the others")
    }
    guard !nodes.isEmpty else { return watch }
    do throws(WireError) {
      watch.plan = try ResidualPlan(settings: options.settings, nodes: nodes.sorted { $0.node < $1.node })
    } catch {
      throw StageError(
        "the twins cannot watch the board: \(error): a smaller window_steps in [residuals] of network.toml may do")
    }
    return watch
  }

  /// Why a twin cannot watch its node; nil where it can.
  private static func whyNot(
    _ twin: TwinParameters, _ record: TwinRecord, _ board: BoardDescription, allowUnaccepted: Bool
  ) -> String? {
    guard board.nodes.indices.contains(record.node), board.nodes[record.node].name == record.name else {
      return "board.toml has another node in its place; characterise and fit again"
    }
    let node = board.nodes[record.node]
    guard twin.drives == Int(node.driveCount), twin.observables == Int(node.responseCount) else {
      return "board.toml gives the node other channels; characterise and fit again"
    }
    guard twin.noiseShape != .none else { return "it has no noise, so nothing says how far is too far" }
    guard record.accepted || allowUnaccepted else { return "it was not accepted; characterise longer and fit again" }
    return nil
  }
}
