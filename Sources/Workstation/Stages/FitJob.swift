import Foundation
import PhysicalNetwork
import TwinFitting
import TwinModel
import Workbench

/// One fit of a board's nodes to one run: what is fitted already is kept, what was broken off goes on, and every twin is
/// stored as it is finished.
final class FitJob: @unchecked Sendable {
  /// An earlier twin of a node.
  struct Earlier {
    var id: String
    var twin: StoredTwin
  }

  let space: Workspace
  let board: BoardEntry
  let boardID: String
  let run: RecordedRun
  let options: TwinFitOptions
  let seed: UInt64
  let kind: TwinSidecar.Kind
  let anew: Bool
  /// Nodes that are added to the kept shared twin of their kind; nil for a fit of all.
  let only: [Int]?
  let folder: TwinFolder
  let traces: [DeviceTrace]
  /// Of the groups that share a twin, by kind.
  let groupDigests: [String: String]
  /// The kept shared twins that nodes are added to, by kind.
  let models: [String: StoredShared]
  let talk: FitTalk
  var stored: [Int: StoredTwin] = [:]
  var failures: [Int: String] = [:]
  /// What twins take from shared ones, by node.
  var facts: [Int: SharedFacts] = [:]
  var trouble: Error?
  private let plan: SharedPlan?
  private let earlier: [Earlier?]
  private let digests: [String]
  private let lock = NSLock()

  /// - Parameters:
  ///   - anew: forgets what an earlier fit with the same data, options and seed gave.
  ///   - only: names of nodes to be added to the kept shared twins of their kinds; empty for a fit of all.
  init(
    _ space: Workspace, _ board: BoardEntry, run: RecordedRun, options: TwinFitOptions, seed: UInt64,
    kind: TwinSidecar.Kind, anew: Bool, only names: [String] = []
  ) throws {
    self.space = space
    self.board = board
    self.run = run
    self.options = options
    self.seed = seed
    self.kind = kind
    self.anew = anew
    boardID = try space.record(board).id
    let id = Self.id(board: board.name, run: run.trace.run.description, kind: kind)
    let place = TwinFolder(id, in: space.project)
    folder = place
    try Project.makeFolder(folder.path)
    let nodes = run.board.nodes
    let traces = try nodes.indices.map { try Workspace.deviceTrace(run, node: $0) }
    let earlier = try Self.earlier(space, boardID: boardID, nodes: nodes.count, not: id)
    let hashes = traces.map(FitDigest.trace)
    let only = names.isEmpty ? nil : try Self.indices(of: names, among: nodes)
    let plan = kind == .shared ? SharedPlan(nodes, traces) : nil
    let owner = boardID
    var groups: [String: String] = [:]
    for group in plan?.groups ?? [] {
      groups[group.kind] = FitDigest.fit(
        group.nodes.map { hashes[$0] }, device: 0, options: options, seed: seed, kind: .shared,
        previous: owner + " " + group.nodes.map { nodes[$0].name }.joined(separator: " "))
    }
    let models = try only.map { try space.keptShared(for: $0, nodes, traces) } ?? [:]
    let digests = nodes.indices.map { node in
      let device = nodes[node].device
      if let only {
        guard only.contains(node), let model = models[device] else { return "" }
        return FitDigest.fit(
          [hashes[node]], device: node, options: options, seed: seed, kind: .shared,
          previous: "added to " + model.sidecar.modelSha256)
      }
      if let group = groups[device], plan?.groups.contains(where: { $0.nodes.contains(node) }) == true {
        return FitDigest.fit(
          [hashes[node]], device: node, options: options, seed: seed, kind: .shared, previous: group)
      }
      if kind == .shared {
        return FitDigest.fit(
          [hashes[node], hashes[node]], device: node, options: options, seed: seed, kind: .fit, previous: "")
      }
      let leader = kind == .fit ? nodes.firstIndex { $0.device == nodes[node].device } ?? node : node
      return FitDigest.fit(
        [hashes[node], hashes[leader]], device: node, options: options, seed: seed, kind: kind,
        previous: kind == .update ? earlier[node]?.twin.sidecar.twinSha256 ?? "" : "")
    }
    if !anew {
      for node in nodes.indices {
        let name = nodes[node].name
        stored[node] = [name, name + TwinFolder.part].compactMap { place.stored($0) }
          .first { !digests[node].isEmpty && $0.sidecar.digest == digests[node] }
      }
    }
    self.traces = traces
    self.earlier = earlier
    self.digests = digests
    self.only = only
    self.plan = plan
    self.models = models
    groupDigests = groups
    talk = FitTalk(
      space.console, nodes: nodes,
      done: Set(stored.filter { $0.value.sidecar.state == .finished }.keys)
        .union(Set(nodes.indices).subtracting(only ?? Array(nodes.indices))))
  }

  /// Places of named nodes.
  private static func indices(of names: [String], among nodes: [NodeDescription]) throws -> [Int] {
    try names.map { name in
      if let place = nodes.firstIndex(where: { $0.name == name }) { return place }
      throw StageError(
        "--only '\(name)': the run has no such node"
          + (NearestName.of(name, in: nodes.map(\.name)).map { ": did you mean '\($0)'?" } ?? ""), code: ExitCode.usage)
    }
  }

  /// Nodes the job is for.
  var wanted: Set<Int> { Set(only ?? Array(run.board.nodes.indices)) }

  func locked(_ body: () -> Void) { lock.withLock(body) }

  /// Names a fit: its board and run, and that it is an update or shared.
  static func id(board: String, run: String, kind: TwinSidecar.Kind) -> String {
    "\(board)-\(run.prefix(8))" + (kind == .fit ? "" : "-\(kind.rawValue)")
  }

  /// The newest twin of each node that is not of the fit `id`.
  static func earlier(_ space: Workspace, boardID: String, nodes: Int, not id: String) throws -> [Earlier?] {
    var newest = [Earlier?](repeating: nil, count: nodes)
    for record in try space.project.catalog.all(TwinRecord.self).reversed()
    where record.board == boardID && record.node >= 0 && record.node < nodes && newest[record.node] == nil {
      let folder = TwinFolder(of: record, in: space.project)
      guard folder.name != id, let twin = folder.stored(record.name),
        twin.sidecar.state == .finished
      else { continue }
      newest[record.node] = Earlier(id: record.id, twin: twin)
    }
    return newest
  }

  /// What the job gave: twins by node, and why others have none.
  struct Outcome {
    var twins: [Int: StoredTwin]
    var failures: [Int: String]
    /// Nodes whose twins were there already.
    var kept: Set<Int>
    var interrupted: Bool
  }

  func perform(cancelled: @escaping @Sendable () -> Bool) throws -> Outcome {
    if let plan { return try performShared(plan, cancelled: cancelled) }
    let nodes = run.board.nodes.indices
    let kept = try keepFinished(Set(nodes))
    let open = Set(nodes).subtracting(kept)
    // Far enough to go on from; what was broken off sooner begins again with the structure it had found.
    let resumed = open.filter { (stored[$0]?.sidecar.epochs.likelihood ?? 0) > 0 }
    let structures = structures(kept)
    for (epochs, group) in Dictionary(grouping: resumed, by: { stored[$0]?.sidecar.epochs.likelihood ?? 0 }) {
      var rest = options
      // A fit from an earlier twin takes a fifth of the passes.
      rest.diffusionEpochs = min(100_000, 5 * max(1, options.diffusionEpochs - epochs))
      rest.restarts = 1
      fit(Set(group), rest, previous: nodes.map { stored[$0]?.parameters }, structures: structures, cancelled)
    }
    let previous = kind == .update ? earlier.map { $0?.twin.parameters } : []
    fit(open.subtracting(resumed), options, previous: previous, structures: structures, cancelled)
    space.console.done()
    if let trouble { throw trouble }
    return Outcome(twins: stored, failures: failures, kept: kept, interrupted: cancelled())
  }

  /// Those of `nodes` whose twins are finished already, which is said.
  func keepFinished(_ nodes: Set<Int>) throws -> Set<Int> {
    let kept = nodes.filter { stored[$0]?.sidecar.state == .finished }
    guard !kept.isEmpty else { return [] }
    space.console.say(
      "    \(kept.count) of \(nodes.count) twins are fitted already to these data with these options and seed")
    for node in kept.sorted() { if let twin = stored[node] { try record(node, twin.sidecar) } }
    return kept
  }

  /// Structures that are settled: of each interrupted twin its own, and of the others that of the kind's finished ones.
  private func structures(_ kept: Set<Int>) -> [TwinStructure?] {
    let nodes = run.board.nodes
    return nodes.indices.map { node in
      if let own = stored[node]?.sidecar.structure { return own }
      guard kind == .fit else { return nil }
      let like = nodes.indices.first { stored[$0] != nil && nodes[$0].device == nodes[node].device }
      return like.flatMap { stored[$0]?.sidecar.structure }
    }
  }

  func fit(
    _ wanted: Set<Int>, _ options: TwinFitOptions, previous: [TwinParameters?], structures: [TwinStructure?],
    _ cancelled: @escaping @Sendable () -> Bool
  ) {
    guard !wanted.isEmpty, !cancelled() else { return }
    _ = TwinFitter().fitAll(
      traces, options: options, seed: seed, previous: previous,
      kinds: kind == .fit ? run.board.nodes.map(\.device) : [], structures: structures, only: wanted,
      progress: { self.talk.note($0) },
      finished: { device, result in self.lock.withLock { self.take(device, result) } }, cancelled: cancelled)
  }

  /// Stores a result; called by one thread at a time.
  func take(_ device: Int, _ result: Result<TwinFit, TwinFitError>) {
    switch result {
    case .failure(.cancelled): break
    case .failure(let error):
      failures[device] = Self.text(error)
      talk.finish(device, "no twin: \(Self.text(error))")
    case .success(let fit) where fit.report.responseDeviation.allSatisfy { $0 < Workspace.leastResponse }:
      let text =
        "answers nothing: whatever the drive, its response stays within the converter's noise "
        + "(\(String(format: "%.2g", fit.report.responseDeviation.max() ?? 0)) of its range); "
        + "check its power and its wiring"
      failures[device] = text
      talk.finish(device, "no twin: \(text)")
    case .success(let fit):
      do {
        let sidecar = try store(device, fit)
        stored[device] = StoredTwin(parameters: fit.parameters, sidecar: sidecar, curves: fit.report.curves)
        try record(device, sidecar)
        talk.finish(device, FitText.line(sidecar))
      } catch {
        trouble = trouble ?? error
      }
    }
  }

  private func store(_ device: Int, _ fit: TwinFit) throws -> TwinSidecar {
    let node = run.board.nodes[device]
    var fit = fit
    if let before = stored[device] {
      fit.report.choices.insert("went on from the fit that was broken off", at: 0)
      if fit.report.trials.isEmpty { fit.report.trials = before.sidecar.trials }
    }
    let shared = facts[device]
    // Of a kind's only device a shared fit makes an ordinary twin.
    let made = kind == .shared && shared == nil ? .fit : kind
    let owner = TwinOwner(
      node: node.name, nodeIndex: device, device: node.device, board: board.name, boardID: boardID,
      run: run.trace.run.description, conditions: run.conditions, date: space.now(), kind: made,
      digest: digests[device], seed: seed, options: options, samplePeriod: traces[device].samplePeriod, shared: shared)
    let name = "\(folder.name)/\(node.name)"
    let earlier = earlier[device]
    let change = kind == .update ? earlier.flatMap { before in self.change(from: before, to: fit, device) } : nil
    let part = fit.report.interrupted && folder.stored(node.name)?.sidecar.state == .finished
    return try folder.store(fit, owner, part: part) { sidecar in
      (earlier?.twin.sidecar.history ?? []).filter { $0.twin != name } + [
        TwinHistoryEntry(
          twin: name, date: sidecar.fitted, run: sidecar.run, kind: made, verdict: sidecar.verdict,
          likelihood: sidecar.likelihood, oneStepError: sidecar.oneStepError, meanError: sidecar.freeRun?.meanError,
          sdError: sidecar.freeRun?.deviationError, residualSd: sidecar.residualSd, fitSeconds: sidecar.fitSeconds,
          change: change)
      ]
    }
  }

  private func change(from earlier: Earlier, to fit: TwinFit, _ device: Int) -> TwinChange? {
    TwinComparison(
      earlier.twin.parameters, fit.parameters, over: traces[device], responseSd: fit.report.responseDeviation)?
      .change(from: earlier.id, limits: options.limits)
  }

  /// Tells the catalog; a part beside a finished twin stays unknown to it.
  private func record(_ device: Int, _ sidecar: TwinSidecar) throws {
    guard folder.stored(sidecar.node)?.sidecar.twinSha256 == sidecar.twinSha256 else { return }
    let name = "\(folder.name)/\(sidecar.node)"
    var origins = [CatalogItem(.run, sidecar.run)]
    if kind == .update, let earlier = earlier[device] { origins.append(CatalogItem(.twin, earlier.id)) }
    let entry = sidecar.history.last
    try space.project.catalog.save(
      TwinRecord(
        id: name, board: boardID, node: device, name: sidecar.node,
        path: "twins/\(folder.name)/\(sidecar.node)\(TwinArchive.suffix)", score: sidecar.oneStepError,
        accepted: sidecar.isUsable, added: space.now(), verdict: sidecar.verdict,
        likelihood: sidecar.likelihood.isFinite ? sidecar.likelihood : nil, meanError: sidecar.freeRun?.meanError,
        deviationError: sidecar.freeRun?.deviationError, meanChange: entry?.change?.mean,
        deviationChange: entry?.change?.sd), from: origins)
  }

  /// The error in words; the node is named by the caller.
  private static func text(_ error: TwinFitError) -> String {
    if case .trace(_, let error) = error { return error.description }
    let text = error.description
    guard let colon = text.range(of: ": "), text.hasPrefix("device ") else { return text }
    return String(text[colon.upperBound...])
  }
}
