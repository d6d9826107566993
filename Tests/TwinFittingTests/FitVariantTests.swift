import Numerics
import Testing
import TwinFitting
import TwinModel

/// Every solver, activation, noise shape and loss fits a simple device.
@Suite struct FitVariantTests {
  struct Variant: Sendable, CustomStringConvertible {
    var solver = TwinSolver.eulerMaruyama
    var substeps = 1
    var activation = Activation.tanh
    var noise = NoiseShape.diagonal
    var diffusionWidths: [Int]? = [6]
    var auxiliaries = 0

    var description: String {
      "\(solver) x \(substeps), \(activation), \(noise), \(diffusionWidths == nil ? "constant" : "net"), \(auxiliaries)"
    }
  }

  static func options() -> TwinFitOptions {
    var options = FitErrorTests.quick(0, 0, 0)
    (options.driftEpochs, options.diffusionEpochs) = (40, 40)
    options.driftWidths = [12]
    return options
  }

  static let variants: [Variant] = [
    .init(), .init(solver: .rungeKutta2), .init(solver: .rungeKutta4), .init(substeps: 2),
    .init(solver: .rungeKutta2, substeps: 2), .init(solver: .rungeKutta4, substeps: 3), .init(activation: .silu),
    .init(activation: .relu), .init(noise: .full), .init(solver: .rungeKutta2, noise: .full),
    .init(diffusionWidths: nil), .init(solver: .rungeKutta4, diffusionWidths: nil),
    .init(noise: .full, diffusionWidths: nil), .init(diffusionWidths: []), .init(auxiliaries: 1),
  ]

  @Test(arguments: variants) func fits(_ variant: Variant) throws {
    let (trace, _) = SimulatedDevice.linearTrace(seed: 6, samples: 3000)
    var options = Self.options()
    options.solver = variant.solver
    options.substeps = variant.substeps
    options.activation = variant.activation
    options.noise = variant.noise
    options.diffusionWidths = variant.diffusionWidths
    options.auxiliaries = variant.auxiliaries
    let fit = try TwinFitter().fit(trace, options: options, seed: 2)
    #expect(fit.parameters.solver == variant.solver && fit.parameters.noiseShape == variant.noise)
    let least = 0.05 / fit.report.responseDeviation[0]
    #expect(fit.report.oneStepError < 1.1 * least, "\(variant)")
    #expect(abs(fit.report.residualDeviation - 1) < 0.12, "\(variant)")
    #expect(abs(fit.report.residualMean) < 0.15, "\(variant)")
  }

  @Test(arguments: [NoiseShape.diagonal, .full]) func severalReadings(_ noise: NoiseShape) throws {
    // Two readings of one device, whose noise they share in part.
    var random = RandomStream(seed: 15, stream: 2)
    let drives = SimulatedDevice.drive(3000, &random)
    var (x, y) = (Float(0), Float(0))
    var responses: [Float] = []
    for drive in drives {
      let shared = Float(random.normal())
      x = 0.8 * x + 0.2 * drive + 0.04 * shared
      y = 0.6 * y + 0.3 * x + 0.03 * shared + 0.02 * Float(random.normal())
      responses += [x, y]
    }
    var options = Self.options()
    options.noise = noise
    let fit = try TwinFitter().fit(
      DeviceTrace(drives: drives, responses: responses, responseCount: 2), options: options, seed: 2)
    #expect(fit.parameters.observables == 2)
    #expect(abs(fit.report.residualDeviation - 1) < 0.12)
    #expect(fit.report.oneStepError < 0.3)
  }

  @Test(arguments: [TwinFitOptions.EnsembleLoss.moments, .features, .adversarial])
  func ensembleLossesDoNotWorsen(_ loss: TwinFitOptions.EnsembleLoss) throws {
    let trace = SimulatedDevice.superparamagnet.trace(seed: 7, long: 2000, inputs: 5, repeats: 12, length: 40)
    var options = Self.options()
    options.ensembleLoss = TwinFitOptions.EnsembleLoss.none
    let plain = try TwinFitter().fit(trace, options: options, seed: 2).report
    options.ensembleLoss = loss
    options.ensembleSteps = 30
    let report = try TwinFitter().fit(trace, options: options, seed: 2).report
    #expect(plain.ensembleSteps == 0 && report.ensembleSteps == 30)
    // Whole runs may cost a tenth of what they win, and no more than 0.15 nats.
    #expect(report.likelihood <= plain.likelihood + 0.15)
    let (before, after) = (try #require(plain.freeRun), try #require(report.freeRun))
    #expect(after.meanError < before.meanError + 0.03)
    #expect(after.deviationError < before.deviationError + 0.1)
  }
}
