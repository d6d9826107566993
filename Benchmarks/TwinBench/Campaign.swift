import Foundation
import Numerics
import TrainingKernels
import TwinFitting
import VirtualBench

/// The campaigns behind the twins' figures.
enum Campaign {
  static let kinds: [(name: String, kind: BenchDeviceKind, mean: Double, deviation: Double)] = [
    ("superparamagnetic ensemble", .superparamagnetic, 0.03, 0.07),
    ("leaky integrator", .leakyIntegrator, 0.03, 0.07),
    ("Duffing oscillator", .duffing, 0.05, 0.10),
    ("nanoring array", .nanoring, 0.05, 0.10),
  ]
  /// Recordings of 60 s at 500 samples a second.
  static let samplePeriod = 0.002

  /// 18,000 samples of a long input, 8 inputs 25 times for 60 samples each: 60 s; and for judging 4 inputs 1000 times.
  static func recording(_ kind: BenchDeviceKind, unit: Int) throws -> DeviceTrace {
    var recording = try DeviceRecording(kind, unit: unit, samplePeriod: samplePeriod)
    recording.long(18_000)
    recording.repeated(8, times: 25, steps: 60)
    recording.repeated(4, times: 1000, steps: 60)
    return recording.trace
  }

  /// A perfect twin's share is not taken off: the values are what the repeats show.
  static func accuracy(_ options: BenchOptions) throws -> [Figure] {
    let units = options.integer("units") ?? 3
    var figures: [Figure] = []
    for (name, kind, mean, deviation) in kinds where options["device"].map({ name.hasPrefix($0) }) ?? true {
      let traces = try (0..<units).map { try recording(kind, unit: $0) }
      var triples: [AcceptanceTriple] = []
      for (unit, result) in TwinFitter().fitAll(traces, seed: 1).enumerated() {
        let report = try result.get().report
        guard let triple = report.acceptance.triple else { throw BenchFault("\(name): no repeats were judged") }
        triples.append(triple)
        say(
          String(
            format:
              "%@ %d: %@; mean %.4f (floor %.4f), sd %.4f (floor %.4f), autocovariance %.4f, one step %.4f, %@, %.1f s",
            name, unit, report.structure.description, triple.mean.value, triple.mean.floor, triple.deviation.value,
            triple.deviation.floor, triple.autocovariance.value, report.oneStepError,
            report.acceptance.verdict.outcome.rawValue, report.seconds))
      }
      func average(_ of: (AcceptanceTriple) -> Double) -> Double {
        triples.map(of).reduce(0, +) / Double(triples.count)
      }
      figures.append(
        .atMost(mean, "\(name), mean error over response sd, \(units) devices", average { $0.mean.value }, "1"))
      figures.append(
        .atMost(deviation, "\(name), sd error over sd, \(units) devices", average { $0.deviation.value }, "1"))
      figures.append(
        .atMost(0.05, "\(name), autocovariance error, \(units) devices", average { $0.autocovariance.value }, "1"))
    }
    return figures
  }

  /// Plain, delayed and coloured twins of each kind of device: the richer ones must win where something is hidden or the
  /// noise has a memory, and lose nothing elsewhere.
  static func sweep(_ options: BenchOptions) throws -> [Figure] {
    let variants = [
      ("plain", TwinStructure(driveDelays: 1, responseDelays: 0, auxiliaries: 0)),
      ("delays", TwinStructure(driveDelays: 1, responseDelays: 2, auxiliaries: 0)),
      ("coloured", TwinStructure(driveDelays: 1, responseDelays: 0, auxiliaries: 1)),
      ("delays and coloured", TwinStructure(driveDelays: 1, responseDelays: 2, auxiliaries: 1)),
    ]
    let wins: [String: (String, Double)] = [
      "leaky integrator": ("coloured", 0.1), "Duffing oscillator": ("delays", 1),
    ]
    var figures: [Figure] = []
    for (name, kind, _, _) in kinds {
      let trace = try recording(kind, unit: 0)
      let results = Slots<Double>(count: variants.count)
      // Matching whole runs may cost likelihood, and it is the likelihood that is compared.
      var settings = TwinFitOptions()
      settings.ensembleLoss = TwinFitOptions.EnsembleLoss.none
      let asked = settings
      WorkerPool().run(variants.count) { index, _ in
        results[index] =
          try? TwinFitter().fit(trace, options: asked, seed: 1, structure: variants[index].1).report.likelihood
      }
      let plain = results[0]
      for (index, variant) in variants.enumerated() where index > 0 {
        let gain = results[index].flatMap { value in plain.map { $0 - value } }
        say(String(format: "%@, %@: %.4f nats a sample over plain", name, variant.0, gain ?? .nan))
        let least = wins[name].flatMap { $0.0 == variant.0 || variant.0 == "delays and coloured" ? $0.1 : nil } ?? -0.03
        figures.append(
          .atLeast(least, "\(name), held-out likelihood of \(variant.0) over plain", gain, "nats a sample"))
      }
    }
    return figures
  }

  /// 32 twins of the demo's kinds from the demo's recordings, with structures chosen, on all cores.
  static func fitTime(_ options: BenchOptions) throws -> [Figure] {
    let kinds: [BenchDeviceKind] = [.superparamagnetic, .duffing, .leakyIntegrator]
    let traces = try (0..<32).map { node in
      var recording = try DeviceRecording(kinds[node % 3], unit: node, samplePeriod: 0.02)
      recording.long(12_000)
      recording.repeated(6, times: 24, steps: 60)
      return recording.trace
    }
    let names = (0..<32).map { "\($0 % 3)" }
    let begin = ContinuousClock.now
    let fits = TwinFitter().fitAll(traces, seed: 1, kinds: names)
    let time = seconds(begin)
    var outcomes: [String: Int] = [:]
    for fit in fits {
      outcomes[(try? fit.get().report.acceptance.verdict.outcome.rawValue) ?? "failed", default: 0] += 1
    }
    say("fitted 32 twins in \(String(format: "%.1f", time)) s: \(outcomes)")
    return [
      .atMost(20, "fit of 32 demo twins to acceptance, 2 cores", time, "s"),
      .atLeast(
        32, "of them usable (accepted or provisional)",
        Double(32 - (outcomes["refused"] ?? 0) - (outcomes["failed"] ?? 0)), "twins"),
      .atLeast(26, "of them accepted", Double(outcomes["accepted"] ?? 0), "twins"),
      .atMost(200, "memory while fitting", Memory.peakMegabytes, "MB"),
    ]
  }

  static func spinode(_ options: BenchOptions) throws -> [Figure] { spinodeFigures() }

  static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
