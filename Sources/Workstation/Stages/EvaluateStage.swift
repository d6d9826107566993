import Datasets
import Foundation
import PhysicalNetwork
import Workbench

/// How the board did on a file, by what its journal says.
public struct FileScore: Equatable {
  /// Share told right, of a classification.
  public var accuracy: Double?
  /// Root mean square error over the targets' standard deviation, of a prediction.
  public var nrmse: Double?
  /// Sequences the board logged no read-out for.
  public var missing = 0

  /// For people.
  public var text: String {
    if let accuracy {
      return String(format: "accuracy on the board, from its journal: %.2f %%", accuracy * 100)
        + (missing > 0 ? ", \(missing) sequences without a read-out" : "")
    }
    return nrmse.map { String(format: "NRMSE on the board, from its journal: %.4f", $0) } ?? ""
  }
}

extension Workspace {
  /// Runs a file through the active network on the board, pulls, and scores by what the board logged.
  ///
  /// Of a `.csv` series only the part after the share that training takes is run.
  public func evaluateFile(
    _ board: BoardEntry, data: String, partial: Bool = false
  ) throws -> (RunResult, FileScore) {
    let status = try withConnection(board) { try $0.status() }
    guard let bundle = try project.catalog.find(status.bundle.digest.description, BundleRecord.self) else {
      throw StageError("the board's bundle is not one of this project's: push a network first")
    }
    let network = try activeNetwork(bundle)
    guard (network.task == .regression) == Self.isSeries(data) else {
      throw StageError(
        network.task == .regression
          ? "the board's network predicts a series: give a .csv file"
          : "the board's network tells labels apart: give a .ts file")
    }
    return network.task == .regression
      ? try evaluateSeries(board, data, bundle, network, partial)
      : try evaluateCases(board, data, bundle, network, partial)
  }

  private func evaluateCases(
    _ board: BoardEntry, _ data: String, _ bundle: BundleRecord, _ network: NetworkDescription,
    _ partial: Bool
  ) throws -> (RunResult, FileScore) {
    // Devices remember; recordings sorted by label would let one help the next.
    let series = try TSReader.read(path: data).shuffled(seed: 5)
    let labels = try series.labelIndex.map { index in
      guard let place = network.labels.firstIndex(of: series.labels[index]) else {
        throw StageError(
          "\(data): label '\(series.labels[index])' is none of the network's (\(network.labels.joined(separator: ", "))): "
            + "evaluate on data with the labels it was trained with")
      }
      return place
    }
    let (result, run) = try recorded(board, inputs: series.cases, channels: series.channels, bundle, partial)
    let score = try run.score(labels: labels, network: network)
    return (result, FileScore(accuracy: score.accuracy, missing: score.missing))
  }

  private func evaluateSeries(
    _ board: BoardEntry, _ data: String, _ bundle: BundleRecord, _ network: NetworkDescription,
    _ partial: Bool
  ) throws -> (RunResult, FileScore) {
    let prediction = try CSVReader.read(path: data).oneStepPrediction(trainShare: Demo.trainShare)
    let (result, run) = try recorded(
      board, inputs: [prediction.test.inputs], channels: prediction.inputChannels, bundle, partial)
    let error = try run.error(
      targets: prediction.test.targets, width: prediction.targetChannels, washout: Int(network.washoutFrames))
    return (result, FileScore(nrmse: error))
  }

  private func recorded(
    _ board: BoardEntry, inputs: [[Float]], channels: Int, _ bundle: BundleRecord, _ partial: Bool
  ) throws -> (RunResult, RecordedRun) {
    var result = try evaluate(board, inputs: inputs, channels: channels, label: "evaluate", partial: partial)
    _ = try pull(board, run: result.run, origins: [CatalogItem(.bundle, bundle.id)])
    let run = try RecordedRun.read(project.tracePath(board: board.name, run: result.run))
    result.residuals = run.residualLines
    for line in try conditionLines(of: record(board).id, run) { console.say("    " + line) }
    if !result.residuals.isEmpty {
      var timings = TwinTimings(self, board)
      let records = try project.catalog.newestTwins(of: try record(board).id)
      if let complaint = timings.complaint(records, run: run) { console.say(complaint) }
    }
    return (result, run)
  }

  private func activeNetwork(_ bundle: BundleRecord) throws -> NetworkDescription {
    guard let data = FileManager.default.contents(atPath: project.root + "/" + bundle.path) else {
      throw StageError("\(bundle.path) is missing: push the network again")
    }
    let section: [UInt8]?
    do {
      section = try BundleReading.section(.network, of: [UInt8](data))
    } catch {
      throw StageError("\(bundle.path) is damaged (\(error)): push the network again")
    }
    guard let section else { throw StageError("the board's bundle holds no network: push a trained one first") }
    return try NetworkDescription(decoding: section)
  }
}
