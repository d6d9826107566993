import TwinFitting
import TwinModel
import Workbench

extension TwinFitOptions {
  /// Every option by the key that sets it in `[fitting]`; what is chosen from the data is "auto".
  public var described: [String: OptionValue] {
    func count(_ value: Int?) -> OptionValue { value.map { .whole($0) } ?? .text("auto") }
    // By way of its text: a Float's own digits, not those of the Double next to it.
    func real(_ value: Float) -> OptionValue { .real(Double("\(value)") ?? Double(value)) }
    return [
      "fitter": .text(fitter.rawValue), "solver": .text(solver.name), "substeps": .whole(substeps),
      "drive_delays": count(driveDelays),
      "response_delays": count(responseDelays), "noise_variables": count(auxiliaries), "noise": .text(noise.name),
      "noise_on": noiseOn.map { .list($0.map(Double.init)) } ?? .text("all"),
      "noise_sources": .whole(noiseSources), "shared": .flag(shared), "embedding": .whole(embedding),
      "activation": .text(activation.name),
      "drift_widths": .list(driftWidths.map(Double.init)),
      "diffusion_widths": diffusionWidths.map { .list($0.map(Double.init)) } ?? .text("constant"),
      "horizon": .whole(horizon), "batch_windows": .whole(batchWindows), "drift_epochs": .whole(driftEpochs),
      "drift_rate": real(driftRate), "diffusion_epochs": .whole(diffusionEpochs),
      "diffusion_rate": real(diffusionRate), "refinement": real(refinement),
      "ensemble_loss": .text(ensembleLoss?.rawValue ?? "auto"), "ensemble_steps": .whole(ensembleSteps),
      "ensemble_rate": real(ensembleRate), "patience": .whole(patience), "held_out": .real(heldOut),
      "restarts": .whole(restarts), "free_runs": .whole(freeRuns), "trial_share": .real(trialShare),
      "threads": count(threads), "check": .table(check.described), "acceptance": .table(limits.described),
    ]
  }

  /// The lines of `[fitting]` that set every option, in the order of the keys; the same text means the same options.
  ///
  /// - Parameter threads: whether the number of threads is said, which changes no result.
  public func toml(threads: Bool = true) -> String {
    Self.lines(described.filter { threads || $0.key != "threads" })
  }

  /// What a fit of `kind` follows from, as `toml`: without what changes no result of it.
  func toml(of kind: TwinSidecar.Kind) -> String {
    var said = described
    said["threads"] = nil
    said["shared"] = nil
    if kind != .shared { said["embedding"] = nil }
    if noiseOn == nil { said["noise_on"] = nil }
    return Self.lines(said)
  }

  private static func lines(_ options: [String: OptionValue]) -> String {
    options.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)\n" }.joined()
  }
}

extension TraceCheckOptions {
  /// Every option by its key in `[fitting.check]`; `history` follows from the delays.
  var described: [String: OptionValue] {
    [
      "least_samples": .whole(leastSamples), "rail": .real(Double("\(rail)") ?? Double(rail)),
      "most_railed": .real(mostRailed), "most_not_finite": .real(mostNotFinite), "most_broken": .real(mostBroken),
      "least_response": .real(leastResponse), "stuck_run": .whole(stuckRun), "glitch": .real(glitch),
      "allow_constant_drive": .flag(allowsConstantDrive), "mixed_devices": .text(mixedDevices.rawValue),
      "seed": .whole(Int(clamping: seed)),
    ]
  }
}

extension AcceptanceLimits {
  /// Every option by its key in `[fitting.acceptance]`.
  var described: [String: OptionValue] {
    [
      "mean_error": .real(mean), "sd_error": .real(deviation), "autocovariance_error": .real(autocovariance),
      "residual_mean": .real(residualMean),
      "residual_sd": .list([residualDeviation.lowerBound, residualDeviation.upperBound]),
      "whiteness": .real(whiteness), "persistence": .real(persistence), "least_repeats": .whole(leastRepeats),
    ]
  }
}
