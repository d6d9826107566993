import NetworkTraining
import Testing

@Suite struct TrainingErrorTests {
  func error(_ set: TrainingSet, labels: [String] = TrainerTests.names) -> NetworkTrainingError? {
    var options = TrainerTests.quick()
    options.epochs = 1
    do throws(NetworkTrainingError) {
      let trainer = try NetworkTrainer(twins: ToyTwins.make(3, noise: 0.1), options: options)
      _ = try trainer.train(set, labels: labels, seed: 1)
      return nil
    } catch {
      return error
    }
  }

  @Test func badSetsAreRefused() {
    let good = ToyTwins.set(30, seed: 1)
    #expect(error(good) == nil)
    var set = good
    set.inputs[4].removeLast()
    #expect(error(set) == .badSet("sequence 4 is not a whole number of frames"))
    set = good
    set.inputs[2][0] = .infinity
    #expect(error(set) == .badSet("sequence 2 holds a value that is no number"))
    set = good
    set.labels[0] = 3
    #expect(error(set) == .badSet("a label outside 0..<3"))
    set = good
    set.labels.removeLast()
    #expect(error(set) == .badSet("29 labels for 30 sequences"))
    set = good
    set.inputs = []
    set.labels = []
    #expect(error(set) == .badSet("no channels or no sequences"))
    set = good
    set.inputs[1] = []
    #expect(error(set) == .badSet("sequence 1 is not a whole number of frames"))
    #expect(error(good, labels: ["only"]) != nil)
    var series = ToyTwins.series(100, seed: 1)
    series.targets[0].removeLast()
    #expect(error(series, labels: []) == .badSet("targets of sequence 0 do not fit its frames"))
  }

  @Test func oddSizesRun() {
    #expect(error(ToyTwins.set(1, seed: 1)) == nil)
    #expect(error(ToyTwins.set(17, seed: 1)) == nil)
    #expect(error(ToyTwins.series(1, seed: 1), labels: []) == nil)
    #expect(error(ToyTwins.series(81, seed: 1), labels: []) == nil)
  }

  @Test func optionsAndSizesAreChecked() throws {
    var options = TrainingOptions()
    options.hold = 0
    #expect(throws: NetworkTrainingError.badOption("hold")) {
      try NetworkTrainer(twins: ToyTwins.make(3, noise: 0.1), options: options)
    }
    #expect(throws: NetworkTrainingError.self) { try NetworkTrainer(twins: []) }
    let trainer = try NetworkTrainer(twins: ToyTwins.make(3, noise: 0.1))
    let network = try trainer.untrained(ToyTwins.set(30, seed: 1), labels: TrainerTests.names, seed: 1)
    #expect(throws: NetworkTrainingError.mismatch("3 nodes and 4 twins")) {
      try Evaluator(twins: ToyTwins.make(4, noise: 0.1)).evaluate(network, on: ToyTwins.set(30, seed: 1), seed: 1)
    }
    #expect(throws: NetworkTrainingError.self) {
      try Evaluator(twins: ToyTwins.make(3, noise: 0.1)).evaluate(network, on: ToyTwins.series(30, seed: 1), seed: 1)
    }
    #expect(throws: NetworkTrainingError.cancelled) {
      try trainer.train(ToyTwins.set(30, seed: 1), labels: TrainerTests.names, seed: 1, cancelled: { true })
    }
  }
}
