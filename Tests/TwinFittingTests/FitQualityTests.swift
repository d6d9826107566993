import Numerics
import Testing
import TwinFitting
import TwinModel

@Suite struct FitQualityTests {
  @Test(arguments: SimulatedDevice.allCases) func twinsBehaveLikeTheirDevices(_ device: SimulatedDevice) throws {
    var options = TwinFitOptions()
    (options.driveDelays, options.responseDelays) = (1, 1)
    options.auxiliaries = device == .leakyIntegrator ? 1 : 0
    let fit = try TwinFitter().fit(device.trace(seed: 5, long: 6000), options: options, seed: 1)
    let report = fit.report
    let free = try #require(report.freeRun)
    #expect(report.oneStepError < 0.04)
    #expect(report.oneStepError < 0.2 * report.persistenceError)
    #expect(abs(report.residualMean) < 0.15)
    #expect(abs(report.residualDeviation - 1) < 0.1)
    // A Duffing oscillator that hops between its wells leaves 20 repeats a wide margin of their own.
    #expect(free.meanError < 0.05 + 1.5 * free.meanErrorFloor)
    #expect(free.deviationError < (device == .duffing ? 0.5 + free.deviationErrorFloor : 0.25))
  }

  @Test func structureIsChosenByTheData() throws {
    // A response to the drive of one sample ago.
    var random = RandomStream(seed: 14, stream: 2)
    let drives = SimulatedDevice.drive(3000, &random)
    var x: Float = 0
    let responses = drives.indices.map { sample -> Float in
      x = 0.5 * x + 0.4 * (sample > 0 ? drives[sample - 1] : 0) + 0.02 * Float(random.normal())
      return x
    }
    var options = FitErrorTests.quick(nil, 0, 0)
    (options.driftEpochs, options.diffusionEpochs) = (40, 40)
    let report = try TwinFitter().fit(DeviceTrace(drives: drives, responses: responses), options: options, seed: 3)
      .report
    #expect(report.structure.driveDelays >= 1)
    #expect(report.trials.count >= 2)
    #expect(!report.choices.isEmpty)
  }

  @Test func noiseIsNotShrunk() throws {
    // A process whose law is known: x' = 0.8 x + 0.2 s + 0.05 xi.
    let (trace, last) = SimulatedDevice.linearTrace(seed: 4, samples: 6000)
    var options = TwinFitOptions()
    (options.driveDelays, options.responseDelays, options.auxiliaries) = (0, 0, 0)
    let fit = try TwinFitter().fit(trace, options: options, seed: 3)
    #expect(abs(fit.report.residualDeviation - 1) < 0.06)
    #expect(fit.report.freeRun == nil)
    // Drift and noise along a fresh run, from the twin itself.
    var random = RandomStream(seed: 5, stream: 2)
    var x = last
    var state = TwinState(fit.parameters, drive: 0, response: x)
    let fresh = SimulatedDevice.drive(1000, &random)
    var drift = 0.0
    var noise = 0.0
    for drive in fresh {
      let wanted = 0.8 * x + 0.2 * drive
      var still = state
      let mean = still.step(drive: drive, noise: 0)
      drift += Double((mean - wanted) * (mean - wanted)) / 1000
      noise += Double(state.step(drive: drive, noise: 1) - mean) / 1000
      x = wanted + 0.05 * Float(random.normal())
      state.correct(response: x)
    }
    #expect(drift.squareRoot() < 0.2 * 0.05)
    #expect(abs(noise - 0.05) < 0.004)
  }

  @Test func resultsDependOnTheSeedAlone() throws {
    let traces = [3, 4, 5].map { SimulatedDevice.superparamagnet.trace(seed: UInt64($0), long: 1500, inputs: 4) }
    func run(_ threads: Int, _ seed: UInt64) -> [[UInt8]] {
      var options = FitErrorTests.quick(1, nil, 0)
      options.threads = threads
      options.ensembleLoss = .moments
      return TwinFitter().fitAll(traces, options: options, seed: seed).map {
        (try? $0.get().parameters.encoded()) ?? []
      }
    }
    let one = run(1, 9)
    #expect(one.allSatisfy { !$0.isEmpty })
    #expect(one == run(2, 9))
    #expect(one == run(3, 9))
    #expect(one == run(1, 9))
    #expect(one != run(1, 10))
  }
}
