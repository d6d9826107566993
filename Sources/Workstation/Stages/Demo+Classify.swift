import Datasets
import Foundation
import NetworkTraining
import PhysicalNetwork
import RunRecords
import TwinModel
import Workbench

extension Demo {
  /// Passes of the twin's score, each with noise of its own.
  static let twinPasses = 5

  func classify(train trainPath: String, test testPath: String) throws -> DemoReport {
    let (train, test) = try stage("read", "Reading the recordings") {
      let train = try TSReader.read(path: trainPath)
      try train.checkLearnable()
      let test = try TSReader.read(path: testPath).aligned(to: train)
      try LabelledSeries.check(test: test, against: train)
      console.say(
        "    \(train.count) to learn from, \(test.count) to be tested with, \(train.channels) channels, "
          + "\(train.labels.count) labels")
      // Devices remember; recordings sorted by label would let one help the next.
      return (train, test.shuffled(seed: seed(5)))
    }
    let (characterised, fitted) = try learnDevices()
    let set = train.trainingSet
    var settings = TrainingOptions.classification(cases: train.count)
    if let epochs = options.epochs { settings.epochs = epochs }
    let origins = fitted.records.map { CatalogItem(.twin, $0.id) }
    let stored = try stage("train", "Training the network through the twins, with fresh noise in every rollout") {
      try space.train(
        board, twins: fitted.twins, origins: origins, set: set, labels: train.labels, options: settings,
        seed: seed(3), label: "trained")
    }
    let untrained = try NetworkTrainer(twins: fitted.twins, options: settings)
      .untrained(set, labels: train.labels, seed: seed(4))
    let before = try tryOnBoard(
      untrained, "untrained", title: "untrained", inputs: test.cases, channels: test.channels, origins: [])
    let after = try tryOnBoard(
      stored.network.description, "trained", title: "trained", inputs: test.cases, channels: test.channels,
      origins: [CatalogItem(.network, stored.id)])
    return try stage("score", "Scoring from the pulled traces") {
      let untrainedScore = try before.run.score(labels: test.labelIndex, network: untrained)
      let score = try after.run.score(labels: test.labelIndex, network: stored.network.description)
      let twinScores = try (0..<Self.twinPasses).map { pass in
        try Evaluator(twins: fitted.twins).evaluate(
          stored.network.description, on: test.trainingSet, seed: seed(10 + UInt64(pass))
        ).accuracy ?? 0
      }
      let floor = try LinearFloor(set, outputs: train.labels.count).score(test.trainingSet)
      var report = facts("classification", [characterised, before.run, after.run], fitted)
      report.board_accuracy = score.accuracy
      report.twin_accuracy = twinScores.reduce(0, +) / Double(twinScores.count)
      report.linear_floor_accuracy = floor
      report.untrained_board_accuracy = untrainedScore.accuracy
      report.training_cases = train.count
      report.test_cases = test.count
      report.labels = train.labels
      report.confusion = ErrorMeasure.confusion(
        predicted: score.predictions, actual: test.labelIndex, labels: train.labels.count)
      report.readout_replay_mismatches = score.replayMismatches + untrainedScore.replayMismatches
      report.bundle_sha256 = after.pushed.digest
      report.bundle_counter = after.pushed.counter
      try write(
        report, DemoPage(characterised: characterised, tested: after.run, fitted: fitted, curve: stored.network.curve))
      return report
    }
  }

  /// What every task's report says.
  func facts(_ task: String, _ runs: [RecordedRun], _ fitted: Workspace.Fitted) -> DemoReport {
    var traces: [String] = []
    var bytes = 0
    var raw = 0
    for run in runs {
      let folder = "traces/\(board.name)/\(run.trace.run)"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: space.project.root + "/" + folder)) ?? []
      for name in names.sorted() {
        traces.append(folder + "/" + name)
        let size = try? FileManager.default.attributesOfItem(atPath: space.project.root + "/\(folder)/\(name)")[.size]
        bytes += (size as? Int) ?? 0
      }
      raw += run.trace.steps * run.trace.channels * 2
    }
    return DemoReport(
      task: task, nodes: options.nodes, training_cases: 0, test_cases: 0, labels: [],
      steps_run: runs.reduce(0) { $0 + Int(clamping: $1.stop?.steps ?? 0) },
      missed_deadlines: runs.reduce(0) { $0 + Int(clamping: $1.stop?.missedDeadlines ?? 0) },
      dropped_samples: runs.reduce(0) { $0 + Int(clamping: $1.stop?.droppedSamples ?? 0) },
      lossy: runs.contains { $0.trace.lossy }, readout_replay_mismatches: 0,
      journal_bytes_over_raw: Double(bytes) / Double(max(raw, 1)),
      twins: fitted.devices.map(\.sidecar).map { twin in
        DemoReport.Device(
          node: twin.node, one_step_error: twin.oneStepError, mean_error: twin.freeRun?.meanError,
          sd_error: twin.freeRun?.deviationError, autocovariance_error: twin.freeRun?.autocovarianceError,
          residual_mean: twin.residualMean, residual_sd: twin.residualSd, accepted: twin.isUsable)
      }, seconds: [:], seed: options.seed,
      seeds: [
        "bench": options.seed, "characterise": seed(1), "fit": seed(2), "train": seed(3), "untrained": seed(4),
        "order": seed(5), "twin_noise": seed(10),
      ],
      bundle_sha256: "", bundle_counter: 0, traces: traces)
  }

  /// Writes report.json and report.html.
  func write(_ report: DemoReport, _ page: DemoPage) throws {
    var report = report
    report.seconds = seconds
    try JSONReport.write(report, to: space.project.root + "/report.json")
    try page.html(report).write(to: space.project.root + "/report.html")
  }
}
