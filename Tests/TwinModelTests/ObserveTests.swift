import Numerics
import Testing
import TwinModel

@Suite struct ObserveTests {
  // A device that is its own twin, in Euler-Maruyama steps: its residuals are the deviates it was driven by.
  @Test func residualsOfTheTwinItselfAreItsNoise() throws {
    var shape = Twins.Shape()
    (shape.drives, shape.observables) = (2, 3)
    let twin = try Twins.make(seed: 71, shape)
    var device = TwinState(twin)
    var watcher = TwinState(twin)
    var random = RandomStream(seed: 71, stream: 1)
    var residuals = [Float](repeating: 0, count: 3)
    for step in 0..<400 {
      let s = (0..<2).map { _ in Float(random.uniform(in: -1...1)) }
      let xi = (0..<3).map { _ in Float(random.normal()) }
      _ = device.step(drives: s, noise: xi)
      let observed = watcher.observe(drives: s, measured: device.responses, residuals: &residuals)
      #expect(observed)
      for i in 0..<3 where abs(device.response(i)) < 1 {
        #expect(abs(residuals[i] * twin.residualScale[i] - xi[i]) < 0.01, "step \(step) of seed 71")
      }
      #expect(watcher.responses == device.responses)
    }
  }

  @Test(arguments: TwinSolver.allCases, [NoiseShape.diagonal, .full])
  func residualsHaveUnitSize(_ solver: TwinSolver, _ noise: NoiseShape) throws {
    var shape = Twins.Shape()
    (shape.solver, shape.substeps, shape.observables, shape.noise) = (solver, 4, 2, noise)
    let twin = try Twins.make(seed: 72, shape).with(residualScale: [1, 1])
    var device = TwinState(twin)
    var watcher = TwinState(twin)
    var random = RandomStream(seed: 72, stream: 1)
    var residuals = [Float](repeating: 0, count: 2)
    var square = 0.0
    let steps = 4000
    for _ in 0..<steps {
      let s = [Float(random.uniform(in: -1...1))]
      _ = device.step(drives: s, noise: (0..<twin.noisesPerStep).map { _ in Float(random.normal()) })
      _ = watcher.observe(drives: s, measured: device.responses, residuals: &residuals)
      square += Double(residuals[0] * residuals[0] + residuals[1] * residuals[1]) / Double(2 * steps)
    }
    // The drift's effect on the noise within a sample is left out of the sd, as docs/twin.md says.
    #expect(abs(square.squareRoot() - 1) < 0.15, "seed 72: \(square.squareRoot())")
  }

  // With the observer equal to the injection the auxiliaries follow from the measurements alone.
  @Test func innovationsAreKnownExactly() throws {
    var shape = Twins.Shape()
    (shape.observables, shape.auxiliaries) = (2, 3)
    let drawn = try Twins.make(seed: 73, shape)
    let twin = try drawn.with(observer: drawn.injection)
    var device = TwinState(twin)
    var watcher = TwinState(twin)
    var random = RandomStream(seed: 73, stream: 1)
    var residuals: [Float] = [0, 0]
    for step in 0..<200 {
      let s = [Float(random.uniform(in: -1...1))]
      _ = device.step(drives: s, noise: [Float(random.normal()), Float(random.normal())])
      if device.responses.contains(where: { abs($0) >= 1 }) { break }
      _ = watcher.observe(drives: s, measured: device.responses, residuals: &residuals)
      for (a, b) in zip(device.auxiliaries, watcher.auxiliaries) {
        #expect(abs(a - b) < 1e-4, "step \(step) of seed 73: \(device.responses)")
      }
    }
    #expect(device.auxiliaries.contains { abs($0) > 1e-3 })
  }

  @Test func aMissingMeasurementIsBridgedByTheTwin() throws {
    let twin = try Twins.make(seed: 74)
    var watcher = TwinState(twin)
    var free = TwinState(twin)
    let residual = watcher.observe(drive: 0.4, measured: .nan)
    let expected = free.step(drive: 0.4, noise: 0)
    #expect(residual.isNaN)
    #expect(watcher.response == expected)
  }

  @Test func withoutNoiseThereIsNoResidual() throws {
    var shape = Twins.Shape()
    shape.noise = .none
    var watcher = TwinState(try Twins.make(seed: 75, shape))
    let residual = watcher.observe(drive: 0.4, measured: 0.7)
    #expect(residual == 0)
    #expect(watcher.response == 0.7)
  }
}
