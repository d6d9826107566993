import Datasets
import NetworkTraining
import PhysicalNetwork
import RunRecords
import Workbench

extension Demo {
  /// Share of the series that is learnt from.
  static let trainShare = 0.7

  func predict(_ path: String) throws -> DemoReport {
    let prediction = try stage("read", "Reading the series") {
      let series = try CSVReader.read(path: path)
      let prediction = try series.oneStepPrediction(trainShare: Self.trainShare)
      try prediction.checkLearnable()
      try ReadoutRefit.checkLength(
        frames: prediction.train.frames, washout: TrainingOptions.prediction.washoutFrames, nodes: options.nodes)
      console.say(
        "    \(prediction.train.frames) values to learn from, \(prediction.test.frames) to be tested with, "
          + "\(series.channels) channels")
      return prediction
    }
    let (characterised, fitted) = try learnDevices()
    let width = prediction.targetChannels
    let set = prediction.trainingSet
    let testSet = prediction.testSet
    var settings = TrainingOptions.prediction
    if let epochs = options.epochs { settings.epochs = epochs }
    let stored = try stage("train", "Training the network through the twins, with fresh noise in every rollout") {
      try space.train(
        board, twins: fitted.twins, origins: fitted.records.map { CatalogItem(.twin, $0.id) }, set: set, labels: [],
        options: settings, seed: seed(3), label: "trained")
    }
    let untrained = try NetworkTrainer(twins: fitted.twins, options: settings)
      .untrained(set, labels: [], seed: seed(4))
    let before = try tryOnBoard(
      untrained, "untrained", title: "untrained", inputs: [prediction.test.inputs],
      channels: prediction.inputChannels, origins: [], what: "test series")
    let taught = try tryOnBoard(
      stored.network.description, "teach", title: "trained", inputs: [prediction.train.inputs],
      channels: prediction.inputChannels, origins: [CatalogItem(.network, stored.id)], what: "training series")
    let network = try stage("refit", "Fitting the read-out to the devices' own responses") {
      try ReadoutRefit.refit(
        stored.network.description, run: taught.run, targets: prediction.train.targets, width: width)
    }
    let after = try tryOnBoard(
      network, "trained", title: "refitted", inputs: [prediction.test.inputs], channels: prediction.inputChannels,
      origins: [CatalogItem(.network, stored.id), CatalogItem(.run, taught.run.trace.run.description)],
      what: "test series")
    return try stage("score", "Scoring from the pulled traces") {
      let washout = Int(network.washoutFrames)
      var report = facts("prediction", [characterised, before.run, taught.run, after.run], fitted)
      report.board_nrmse = try after.run.error(targets: prediction.test.targets, width: width, washout: washout)
      report.untrained_board_nrmse = try before.run.error(
        targets: prediction.test.targets, width: width, washout: washout)
      report.twin_nrmse = try Evaluator(twins: fitted.twins).evaluate(
        network, on: testSet, seed: seed(10)
      ).normalisedError
      report.linear_floor_nrmse = try LinearFloor(set, outputs: width).score(testSet)
      report.training_cases = prediction.train.frames
      report.test_cases = prediction.test.frames
      report.bundle_sha256 = after.pushed.digest
      report.bundle_counter = after.pushed.counter
      var page = DemoPage(characterised: characterised, tested: after.run, fitted: fitted, curve: stored.network.curve)
      page.prediction = (prediction.test.targets, width, washout)
      try write(report, page)
      return report
    }
  }
}

extension Prediction {
  /// The part to learn from, as the trainer takes it.
  var trainingSet: TrainingSet { asSet(train) }

  /// The part to be tested with.
  var testSet: TrainingSet { asSet(test) }

  private func asSet(_ part: Part) -> TrainingSet {
    TrainingSet(
      inputs: [part.inputs], channels: inputChannels, targets: [part.targets], targetWidth: targetChannels)
  }
}

extension RecordedRun {
  /// Normalised root mean square error of the read-outs the board logged for the first sequence.
  func error(targets: [Float], width: Int, washout: Int) throws -> Double {
    var predicted: [Float] = []
    var wanted: [Float] = []
    for (frame, outputs) in frameResults(of: 0) where frame >= washout && outputs.count == width {
      guard (frame + 1) * width <= targets.count else { continue }
      predicted += outputs
      wanted += targets[frame * width..<(frame + 1) * width]
    }
    guard let error = ErrorMeasure.nrmse(predictions: predicted, targets: wanted) else {
      throw StageError("the board logged no read-outs that could be scored: the run may have been cut short")
    }
    return error
  }
}
