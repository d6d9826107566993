import Datasets
import Foundation
import NetworkTraining
import Numerics
import PhysicalNetwork
import TwinModel
import Workbench

extension Workspace {
  /// A trained network as the project keeps it.
  public struct StoredNetwork {
    public var id: String
    public var network: TrainedNetwork
  }

  /// Trains a network through the board's twins and stores it.
  public func train(
    _ board: BoardEntry, twins: [TwinParameters], origins: [CatalogItem], set: TrainingSet, labels: [String],
    options: TrainingOptions, seed: UInt64, label: String, cancelled: @escaping () -> Bool = { Interrupt.raised }
  ) throws -> StoredNetwork {
    let trainer = try NetworkTrainer(twins: twins, options: options)
    let trained = try trainer.train(
      set, labels: labels, seed: seed,
      progress: { [console] record in
        console.progress(
          "train", Double(record.epoch) / Double(options.epochs),
          String(
            format: "epoch %d, loss %.3f, %@ %.3f", record.epoch, record.loss,
            set.isClassification ? "right" : "error", record.score))
      }, cancelled: cancelled)
    console.done()
    let id = "\(board.name)-\(label)"
    let path = "networks/\(id).network"
    try AtomicFile.write(trained.description.encoded(), to: project.root + "/" + path)
    try JSONReport.write(trained.curve.map(CurvePoint.init), to: project.root + "/networks/\(id).json")
    try project.catalog.save(
      NetworkRecord(
        id: id, board: try record(board).id, label: label, path: path, score: trained.curve.last?.score,
        seed: Int64(bitPattern: seed), added: now()), from: origins)
    return StoredNetwork(id: id, network: trained)
  }

  /// A stored network's parameters; the newest of the board where no id is given.
  public func storedNetwork(_ board: BoardEntry, id: String?) throws -> (id: String, network: NetworkDescription) {
    let boardID = try record(board).id
    let all = try project.catalog.all(NetworkRecord.self).filter { $0.board == boardID }
    guard let found = id == nil ? all.last : all.first(where: { $0.id == id }) else {
      throw StageError(
        all.isEmpty
          ? "board '\(board.name)' has no trained network: run 'edgesync train' first"
          : "there is no network '\(id ?? "")'; there are \(all.map(\.id).joined(separator: ", "))")
    }
    guard let data = FileManager.default.contents(atPath: project.root + "/" + found.path) else {
      throw StageError("\(found.path) is missing: run 'edgesync train' again")
    }
    do {
      return (found.id, try NetworkDescription(decoding: [UInt8](data)))
    } catch {
      throw StageError("\(found.path) is damaged (\(error)): run 'edgesync train' again")
    }
  }

  /// Runs prepared sequences through the network on the board; the run is left on the board.
  public func evaluate(
    _ board: BoardEntry, inputs: [[Float]], channels: Int, label: String, runID: [UInt8]? = nil,
    partial: Bool = false
  ) throws -> RunResult {
    let request = RunRequest(
      runID: runID ?? makeRunID(seed: nil, label: ""), mode: .evaluate, label: label, inputCount: UInt16(channels),
      sequences: inputs.map { InputSequence(values: $0, frames: $0.count / max(channels, 1)) })
    return try perform(request, on: board, partial: partial)
  }
}

/// One epoch, as stored beside a network.
struct CurvePoint: Codable {
  var epoch: Int
  var loss: Double
  var score: Double
  var gradient_norm: Double

  init(_ record: EpochRecord) {
    epoch = record.epoch
    loss = record.loss
    score = record.score
    gradient_norm = record.gradientNorm
  }
}

extension LabelledSeries {
  /// The cases in an order drawn from `seed`.
  public func shuffled(seed: UInt64) -> LabelledSeries {
    var random = RandomStream(seed: seed, stream: 0)
    let order = random.permutation(count)
    var copy = self
    copy.cases = order.map { cases[$0] }
    copy.frames = order.map { frames[$0] }
    copy.labelIndex = order.map { labelIndex[$0] }
    copy.lines = order.map { lines[$0] }
    return copy
  }

  /// As the trainer takes it.
  public var trainingSet: TrainingSet { TrainingSet(inputs: cases, channels: channels, labels: labelIndex) }
}
