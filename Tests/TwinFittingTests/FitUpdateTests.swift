import Numerics
import Testing
import TwinFitting
import TwinModel

/// Fits that start from an earlier twin.
@Suite struct FitUpdateTests {
  static let trace = SimulatedDevice.leakyIntegrator.trace(seed: 8, long: 3000, inputs: 0)

  static func first(_ driveDelays: Int, _ responseDelays: Int, _ auxiliaries: Int) throws -> TwinFit {
    var options = FitErrorTests.quick(driveDelays, responseDelays, auxiliaries)
    (options.driftEpochs, options.diffusionEpochs) = (40, 40)
    return try TwinFitter().fit(trace, options: options, seed: 1)
  }

  @Test(arguments: [0, 1]) func anEarlierTwinIsABetterStart(_ auxiliaries: Int) throws {
    let first = try Self.first(1, 1, auxiliaries)
    var options = FitErrorTests.quick(1, 1, auxiliaries)
    (options.driftEpochs, options.diffusionEpochs) = (1, 1)
    (options.driftRate, options.diffusionRate) = (1e-6, 1e-6)
    let cold = try TwinFitter().fit(Self.trace, options: options, seed: 2)
    let warm = try TwinFitter().fit(Self.trace, options: options, seed: 2, previous: first.parameters)
    // As good on another split of the data as where it was fitted, with nothing learnt anew.
    #expect(warm.report.likelihood < first.report.likelihood + 0.1)
    #expect(warm.report.likelihood < cold.report.likelihood - 0.3)
    #expect(warm.report.driftEpochs == 0)
    #expect(warm.report.structure == first.report.structure)
  }

  @Test func anEarlierTwinMayRememberMore() throws {
    let first = try Self.first(7, 6, 0)
    // What would be tried by itself is shorter.
    var options = FitErrorTests.quick(nil, nil, 0)
    let warm = try TwinFitter().fit(Self.trace, options: options, seed: 2, previous: first.parameters)
    #expect(warm.report.structure == first.report.structure)
    options.responseDelays = 0
    let asked = try TwinFitter().fit(
      Self.trace, options: options, seed: 2, structure: TwinStructure(driveDelays: 7, responseDelays: 7, auxiliaries: 0)
    )
    #expect(asked.parameters.responseTaps == 8)
  }

  @Test func structuresThatDoNotGoWithTheOptions() throws {
    let first = try Self.first(1, 1, 1)
    var options = FitErrorTests.quick(1, 1, nil)
    options.solver = .rungeKutta2
    // An earlier twin's noise variables are of no use to a solver without their likelihood.
    let other = try TwinFitter().fit(Self.trace, options: options, seed: 2, previous: first.parameters)
    #expect(other.parameters.auxiliaries == 0)
    for structure in [
      TwinStructure(driveDelays: 1, responseDelays: 1, auxiliaries: 1),
      TwinStructure(driveDelays: -1, responseDelays: 1, auxiliaries: 0),
      TwinStructure(driveDelays: 1, responseDelays: 400, auxiliaries: 0),
    ] {
      #expect(throws: TwinFitError.self) {
        try TwinFitter().fit(Self.trace, options: options, seed: 2, structure: structure)
      }
    }
  }
}
