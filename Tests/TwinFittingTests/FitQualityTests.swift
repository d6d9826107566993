import Numerics
import Testing
import TwinFitting
import TwinModel

@Suite struct FitQualityTests {
  @Test(arguments: SimulatedDevice.allCases) func twinsBehaveLikeTheirDevices(_ device: SimulatedDevice) throws {
    let fit = try TwinFitter().fit(device.trace(seed: 5), seed: 1)
    let report = fit.report
    let free = try #require(report.freeRun)
    #expect(report.oneStepError < 0.03)
    #expect(report.oneStepError < 0.15 * report.persistenceError)
    #expect(abs(report.residualMean) < 0.1)
    #expect(abs(report.residualDeviation - 1) < 0.08)
    // A Duffing oscillator that hops between its wells leaves 20 repeats a wide margin of their own.
    #expect(free.meanError < 0.05 + 1.5 * free.meanErrorFloor)
    #expect(free.deviationError < (device == .duffing ? 0.6 : 0.25))
  }

  @Test func noiseIsNotShrunk() throws {
    // A process whose law is known: x' = 0.8 x + 0.2 s + 0.05 xi.
    var random = RandomStream(seed: 4, stream: 2)
    let drives = SimulatedDevice.drive(8000, &random)
    var x: Float = 0
    let responses = drives.map { s -> Float in
      x = 0.8 * x + 0.2 * s + 0.05 * Float(random.normal())
      return x
    }
    let fit = try TwinFitter().fit(DeviceTrace(drives: drives, responses: responses), seed: 3)
    #expect(abs(fit.report.residualDeviation - 1) < 0.06)
    #expect(fit.report.freeRun == nil)
    // Drift and noise along a fresh run, from the twin itself.
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
    #expect(abs(noise - 0.05) < 0.003)
  }

  @Test func resultsDependOnTheSeedAlone() throws {
    let traces = [3, 4, 5].map { SimulatedDevice.superparamagnet.trace(seed: UInt64($0), long: 1500, inputs: 2) }
    func run(_ threads: Int, _ seed: UInt64) -> [[UInt8]] {
      var options = FitErrorTests.quick()
      options.threads = threads
      return TwinFitter().fitAll(traces, options: options, seed: seed).map {
        (try? $0.get().parameters.encoded()) ?? []
      }
    }
    let one = run(1, 9)
    #expect(one.allSatisfy { !$0.isEmpty })
    #expect(one == run(2, 9))
    #expect(one == run(1, 9))
    #expect(one != run(1, 10))
  }

  @Test func anEarlierTwinIsABetterStart() throws {
    let trace = SimulatedDevice.leakyIntegrator.trace(seed: 8, long: 3000, inputs: 0)
    let first = try TwinFitter().fit(trace, seed: 1)
    var options = TwinFitOptions()
    options.driftEpochs = 1
    options.driftRate = 1e-6
    func firstLoss(_ previous: TwinParameters?) throws -> Double {
      var loss = Double.infinity
      _ = try TwinFitter().fit(trace, options: options, seed: 2, previous: previous) { progress in
        if progress.phase == .drift { loss = progress.loss }
      }
      return loss
    }
    let cold = try firstLoss(nil)
    let warm = try firstLoss(first.parameters)
    #expect(warm < 0.05 * cold)
  }

  @Test func secondOrderSolverFits() throws {
    var options = TwinFitOptions()
    options.solver = .rungeKutta2
    let fit = try TwinFitter().fit(SimulatedDevice.leakyIntegrator.trace(seed: 5), options: options, seed: 1)
    let free = try #require(fit.report.freeRun)
    #expect(fit.report.oneStepError < 0.035)
    #expect(abs(fit.report.residualDeviation - 1) < 0.1)
    #expect(free.meanError < 0.05)
    // The run itself, not only the likelihood, has the right spread.
    #expect(free.deviationError < 0.6)
  }
}
