import NetworkTraining
import Numerics
import PhysicalNetwork
import Testing
import TwinModel

@Suite struct TrainerTests {
  static let names = ["one", "two", "three"]

  static func quick() -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = 40
    options.batch = 32
    options.frameNoise = 0.1
    options.sequenceNoise = 0
    options.settleSteps = 4
    return options
  }

  @Test func aToyProblemIsLearnt() throws {
    let twins = ToyTwins.make(10, noise: 0.03)
    let set = ToyTwins.set(150, seed: 1)
    let test = ToyTwins.set(150, seed: 2)
    let trainer = try NetworkTrainer(twins: twins, options: Self.quick())
    let network = try trainer.train(set, labels: Self.names, seed: 3)
    #expect(network.description.firstFault() == nil)
    #expect(network.curve.count == 40)
    #expect(network.curve[39].loss < 0.6 * network.curve[0].loss)
    let evaluator = Evaluator(twins: twins)
    let trained = try #require(try evaluator.evaluate(network.description, on: test, seed: 1).accuracy)
    let random = try trainer.untrained(set, labels: Self.names, seed: 3)
    let untrained = try #require(try evaluator.evaluate(random, on: test, seed: 1).accuracy)
    #expect(trained > 0.9)
    #expect(untrained < 0.7)
    // The board normalises inputs by what stands in the description.
    #expect(abs(network.description.inputOffset[0] - 10) < 1.5)
    #expect(abs(network.description.inputOffset[1] + 2) < 0.3)
  }

  @Test func noiseAwareTrainingWithstandsNoise() throws {
    // Noise as large as what drives it: the network must average, not rely on single nodes.
    let twins = ToyTwins.make(12, noise: 0.35)
    let set = ToyTwins.set(240, seed: 4, spread: 0.1)
    let test = ToyTwins.set(300, seed: 5, spread: 0.1)
    var options = Self.quick()
    options.dropout = 0
    options.frameNoise = 0
    options.epochs = 80
    var aware = 0.0
    var blind = 0.0
    for seed in UInt64(1)...3 {
      for size in [Float(1), 0] {
        options.noise = size
        let trainer = try NetworkTrainer(twins: twins, options: options)
        let network = try trainer.train(set, labels: Self.names, seed: seed)
        let result = try Evaluator(twins: twins).evaluate(network.description, on: test, seed: seed)
        if size > 0 { aware += (result.accuracy ?? 0) / 3 } else { blind += (result.accuracy ?? 0) / 3 }
      }
    }
    #expect(aware > blind + 0.02, "aware \(aware), blind \(blind)")
  }

  @Test func resultsDependOnTheSeedAlone() throws {
    let twins = ToyTwins.make(5, noise: 0.05)
    let set = ToyTwins.set(90, seed: 1)
    func run(_ threads: Int, _ seed: UInt64) throws -> TrainedNetwork {
      var options = Self.quick()
      options.epochs = 3
      options.batch = 60
      options.threads = threads
      return try NetworkTrainer(twins: twins, options: options).train(set, labels: Self.names, seed: seed)
    }
    let one = try run(1, 9)
    let two = try run(2, 9)
    #expect(one.description == two.description)
    #expect(one.curve.map { $0.loss } == two.curve.map { $0.loss })
    #expect(try run(3, 9).description == one.description)
    #expect(try run(1, 10).description != one.description)
    let a = try Evaluator(twins: twins, threads: 1).evaluate(one.description, on: set, seed: 4)
    let b = try Evaluator(twins: twins, threads: 2).evaluate(one.description, on: set, seed: 4)
    #expect(a == b)
  }

  @Test func aSeriesIsPredicted() throws {
    let twins = ToyTwins.make(12, noise: 0.002)
    var options = Self.quick()
    options.frameNoise = 0
    options.epochs = 60
    options.batch = 8
    options.decay = 0
    let train = ToyTwins.series(1500, seed: 1)
    let test = ToyTwins.series(700, seed: 2)
    let trainer = try NetworkTrainer(twins: twins, options: options)
    let network = try trainer.train(train, labels: [], seed: 1)
    #expect(network.description.task == .regression)
    #expect(network.description.labels.isEmpty)
    let evaluation = try Evaluator(twins: twins).evaluate(network.description, on: test, seed: 1)
    let error = try #require(evaluation.normalisedError)
    let floor = try LinearFloor(train, outputs: 1).score(test)
    #expect(evaluation.outputs[0].count == 700)
    #expect(error < 0.5 * floor, "network \(error), floor \(floor)")
  }

  @Test func theBestEpochIsKept() throws {
    let twins = ToyTwins.make(6, noise: 0.05)
    var options = Self.quick()
    options.epochs = 12
    options.selection = .bestEpoch(validationShare: 0.25)
    let network = try NetworkTrainer(twins: twins, options: options)
      .train(ToyTwins.set(120, seed: 1), labels: Self.names, seed: 2)
    let losses = network.curve.compactMap { $0.validationLoss }
    #expect(losses.count == 12)
    #expect(losses.min() == losses[network.epoch - 1])
  }
}
