import Foundation
import PhysicalNetwork
import TrainingKernels
import TwinFitting
import Workbench

/// Fits in which devices of a kind share one drift and one diffusion, and devices that are added to a kept one.
extension FitJob {
  /// A node's twin that follows from a shared one.
  private struct Part {
    var node: Int
    var shared: StoredShared
    /// Nil: to be found from the node's recording.
    var numbers: [Float]?
  }

  func performShared(_ plan: SharedPlan, cancelled: @escaping @Sendable () -> Bool) throws -> Outcome {
    let fitter = try Workspace.sharedFitter(options)
    let kept = try keepFinished(wanted)
    let open = wanted.subtracting(kept)
    let parts: [Part]
    if only != nil {
      parts = open.sorted().compactMap { node in
        models[run.board.nodes[node].device].map { Part(node: node, shared: $0, numbers: nil) }
      }
    } else {
      var reasons = GroupedLines()
      for (node, why) in plan.alone where open.contains(node) {
        reasons.add("a twin of its own, because \(why)", node: run.board.nodes[node].name)
      }
      for line in reasons.lines { space.console.say("    \(line)") }
      let groups = plan.groups.filter { !open.isDisjoint(with: $0.nodes) }
      let found = Concurrent.map(groups, threads: options.threads) { self.share($0, fitter, cancelled) }
      parts = zip(groups, found).flatMap { group, shared in
        group.nodes.filter { open.contains($0) }.compactMap { node in
          shared.map { shared in
            let name = run.board.nodes[node].name
            return Part(node: node, shared: shared, numbers: shared.sidecar.devices.first { $0.node == name }?.numbers)
          }
        }
      }
      fit(
        Set(plan.alone.map(\.node)).intersection(open), options, previous: [],
        structures: run.board.nodes.map { _ in nil }, cancelled)
    }
    _ = Concurrent.map(parts, threads: options.threads) { if !cancelled() { self.finish($0, fitter) } }
    space.console.done()
    if let trouble { throw trouble }
    return Outcome(
      twins: stored.filter { wanted.contains($0.key) }, failures: failures, kept: kept, interrupted: cancelled())
  }

  /// The shared twin of a group, fitted or kept; nil where there is none, with the reason noted for its nodes.
  private func share(
    _ group: SharedPlan.Group, _ fitter: SharedTwinFitter, _ cancelled: () -> Bool
  ) -> StoredShared? {
    let digest = groupDigests[group.kind] ?? ""
    let place = SharedFolder(in: space.project)
    if !anew, let kept = place.stored(group.kind), kept.sidecar.digest == digest {
      say("    \(group.kind): the shared twin is fitted already to these data with these options and seed")
      return kept
    }
    if cancelled() { return nil }
    let start = ContinuousClock.now
    let nodes = run.board.nodes
    var left: [Int: TwinFitError] = [:]
    do {
      let twin = try fitter.fit(
        group.nodes.map { traces[$0] }, seed: seed, leftOut: { left[group.nodes[$0]] = $1 },
        progress: { epoch, loss in
          for node in group.nodes {
            self.talk.note(
              FitProgress(device: node, phase: .likelihood, epoch: epoch, epochs: fitter.epochs, loss: loss))
          }
        }, cancelled: cancelled)
      let members = group.nodes.filter { left[$0] == nil }
      let sidecar = try place.store(
        twin,
        SharedSidecar(
          device: group.kind, board: board.name, boardId: boardID, run: run.trace.run.description,
          fitted: space.now(), fitSeconds: (ContinuousClock.now - start) / .seconds(1), modelSha256: "",
          digest: digest, seed: seed, options: options.described, structure: twin.structure,
          embedding: twin.embedding, samplePeriodS: traces[group.nodes[0]].samplePeriod,
          devices: members.indices.map {
            .init(node: nodes[members[$0]].name, numbers: twin.embeddings[$0], likelihood: twin.likelihoods[$0])
          }))
      say(
        "    \(group.kind): one drift and one diffusion for \(members.count) devices, \(twin.embedding) numbers each, "
          + String(format: "%.1f s; kept as ", sidecar.fitSeconds) + SharedFolder.relativePath(group.kind))
      return StoredShared(twin: twin, sidecar: sidecar)
    } catch let error as TwinFitError {
      guard error != .cancelled else { return nil }
      for node in group.nodes { locked { take(node, .failure(left[node] ?? error)) } }
    } catch {
      locked { trouble = trouble ?? error }
    }
    return nil
  }

  /// A node's own twin from the shared one, judged and stored.
  private func finish(_ part: Part, _ fitter: SharedTwinFitter) {
    let shared = part.shared
    let result: Result<TwinFit, TwinFitError>
    var numbers = part.numbers ?? []
    do throws(TwinFitError) {
      let others = shared.sidecar.devices.count
      let kind = shared.sidecar.device
      let choice: String
      if part.numbers == nil {
        numbers = try fitter.adapt(shared.twin, to: traces[part.node], seed: seed, device: part.node).numbers
        choice =
          "drift and diffusion of the shared twin of \(others) '\(kind)' as they are; its \(numbers.count) numbers from "
          + "this recording"
      } else {
        choice =
          "one drift and one diffusion for \(others) '\(kind)', told apart by \(numbers.count) numbers each; whole runs "
          + "are not matched"
      }
      result = .success(
        try fitter.fit(
          shared.twin, numbers: numbers, to: traces[part.node], seed: seed, device: part.node, choices: [choice]))
    } catch {
      result = .failure(error)
    }
    locked {
      facts[part.node] = SharedFacts(
        model: SharedFolder.relativePath(shared.sidecar.device), modelSha256: shared.sidecar.modelSha256,
        numbers: numbers, devices: shared.sidecar.devices.count, adapted: part.numbers == nil)
      take(part.node, result)
    }
  }

  private func say(_ text: String) { locked { space.console.say(text) } }
}

/// What a twin's sidecar says where it follows from a shared one.
public struct SharedFacts: Codable, Equatable, Sendable {
  /// The shared twin's file, from the project's folder; a later fit of the kind may have taken its place.
  public var model: String
  public var modelSha256: String
  /// The device's numbers.
  public var numbers: [Float]
  /// Devices the shared twin was fitted to.
  public var devices: Int
  /// Whether the numbers alone were found from the device's recording, and the nets from others'.
  public var adapted: Bool
}

/// Work side by side.
enum Concurrent {
  /// `body` of each item, in the items' order.
  ///
  /// - Parameter threads: nil for all processors.
  static func map<Item, Value>(_ items: [Item], threads: Int?, _ body: (Item) -> Value) -> [Value] {
    let lock = NSLock()
    nonisolated(unsafe) var values: [Int: Value] = [:]
    nonisolated(unsafe) let work = (items, body)
    WorkerPool(threads: threads).run(items.count) { index, _ in
      let value = work.1(work.0[index])
      lock.withLock { values[index] = value }
    }
    return items.indices.compactMap { values[$0] }
  }
}
