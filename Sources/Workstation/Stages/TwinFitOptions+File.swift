import TwinFitting
import TwinModel
import Workbench

extension TwinFitOptions {
  /// The defaults with what `[fitting]` of network.toml sets; an unknown key is an error that names the nearest.
  public init(_ table: ConfigTable) throws(ConfigError) {
    self.init()
    fitter = try Self.named(table, "fitter", Fitter.allCases, fitter, \.rawValue)
    solver = try Self.named(table, "solver", TwinSolver.allCases, solver, \.name)
    substeps = try table.integer("substeps", default: substeps, in: 1...TwinParameters.mostSubsteps)
    driveDelays = try Self.count(table, "drive_delays", 0...7)
    responseDelays = try Self.count(table, "response_delays", 0...7)
    auxiliaries = try Self.count(table, "noise_variables", 0...4)
    noise = try Self.named(table, "noise", [.diagonal, .full], noise, \.name)
    noiseOn = try Self.observables(table, "noise_on")
    noiseSources = try table.integer("noise_sources", default: noiseSources, in: 1...TwinParameters.mostSources)
    activation = try Self.named(table, "activation", Activation.allCases, activation, \.name)
    driftWidths = try Self.widths(table, "drift_widths") ?? driftWidths
    if table.has("diffusion_widths") {
      diffusionWidths = table.isText("diffusion_widths") ? nil : try Self.widths(table, "diffusion_widths")
      if diffusionWidths == nil { _ = try table.choice("diffusion_widths", ["constant"]) }
    } else {
      _ = try table.string("diffusion_widths", default: "-")
    }
    horizon = try table.integer("horizon", default: horizon, in: 1...1000)
    batchWindows = try table.integer("batch_windows", default: batchWindows, in: 1...4096)
    driftEpochs = try table.integer("drift_epochs", default: driftEpochs, in: 1...100_000)
    driftRate = try Self.rate(table, "drift_rate", driftRate)
    diffusionEpochs = try table.integer("diffusion_epochs", default: diffusionEpochs, in: 1...100_000)
    diffusionRate = try Self.rate(table, "diffusion_rate", diffusionRate)
    refinement = Float(try table.real("refinement", default: Double(refinement), in: 0...1))
    let losses = ["auto"] + EnsembleLoss.allCases.map(\.rawValue)
    ensembleLoss = EnsembleLoss(
      rawValue: try table.choice("ensemble_loss", losses, default: ensembleLoss?.rawValue ?? "auto"))
    ensembleSteps = try table.integer("ensemble_steps", default: ensembleSteps, in: 0...100_000)
    ensembleRate = try Self.rate(table, "ensemble_rate", ensembleRate)
    patience = try table.integer("patience", default: patience, in: 1...100_000)
    heldOut = try table.real("held_out", default: heldOut, in: 0.05...0.5)
    restarts = try table.integer("restarts", default: restarts, in: 1...100)
    freeRuns = try table.integer("free_runs", default: freeRuns, in: 16...4096)
    trialShare = try table.real("trial_share", default: trialShare, in: 0.01...1)
    threads = try Self.count(table, "threads", 1...1024)
    shared = try table.boolean("shared", default: shared)
    embedding = try table.integer("embedding", default: embedding, in: 1...SharedTwinFitter.mostNumbers)
    check = try TraceCheckOptions(try table.optionalTable("check"))
    limits = try AcceptanceLimits(try table.optionalTable("acceptance"))
    try checkTogether(table)
    try table.finish()
  }

  /// Refuses what is right by itself and does not go together, by the names of the keys.
  private func checkTogether(_ table: ConfigTable) throws(ConfigError) {
    if let auxiliaries, auxiliaries > 0, solver != .eulerMaruyama || substeps != 1 || noise != .diagonal {
      throw table.error(
        .inconsistent, "noise_variables", "noise variables do not go with these other keys",
        "Their likelihood is known for solver = \"euler-maruyama\", substeps = 1 and noise = \"diagonal\" alone",
        "Write noise_variables = 0, or take the other keys out")
    }
  }

  /// Whether devices may share a twin with these options; asked when they are to.
  var canBeShared: Bool {
    fitter == .likelihood && solver == .eulerMaruyama && substeps == 1 && noise == .diagonal
  }

  /// Numbers of observables from 0, ascending, or nil for "all" and where the key is absent.
  private static func observables(_ table: ConfigTable, _ key: String) throws(ConfigError) -> [Int]? {
    guard table.has(key), !table.isText(key) else {
      _ = try table.choice(key, ["all"], default: "all")
      return nil
    }
    let most = TwinParameters.mostObservables
    let given = try table.reals(key, in: 0...Double(most - 1))
    guard !given.isEmpty else {
      throw table.error(
        .outOfRange, key, "the list is empty",
        "A twin without any noise has no likelihood to be fitted by, and every measured step would refute it",
        "Name the observables that carry driving noise, counted from 0, or write \"all\"")
    }
    let rows = given.map { Int($0) }
    guard zip(given, rows).allSatisfy({ $0 == Double($1) }), Set(rows).count == rows.count else {
      throw table.error(
        .outOfRange, key, "\(given) are not different whole numbers", "Observables are counted from 0, each named once",
        "Write such as [0, 2]")
    }
    return rows.sorted()
  }

  private static func named<T>(
    _ table: ConfigTable, _ key: String, _ all: [T], _ fallback: T, _ name: (T) -> String
  ) throws(ConfigError) -> T {
    let said = try table.choice(key, all.map(name), default: name(fallback))
    return all.first { name($0) == said } ?? fallback
  }

  private static func rate(_ table: ConfigTable, _ key: String, _ fallback: Float) throws(ConfigError) -> Float {
    Float(try table.real(key, default: Double(fallback), in: 1e-6...1))
  }

  /// A count, or nil for "auto" and where the key is absent.
  private static func count(
    _ table: ConfigTable, _ key: String, _ range: ClosedRange<Int>
  ) throws(ConfigError) -> Int? {
    if table.has(key), !table.isText(key) { return try table.integer(key, in: range) }
    _ = try table.choice(key, ["auto"], default: "auto")
    return nil
  }

  private static func widths(_ table: ConfigTable, _ key: String) throws(ConfigError) -> [Int]? {
    guard table.has(key) else {
      _ = try table.strings(key)
      return nil
    }
    let widths = try table.reals(key, in: 1...Double(Perceptron.widest)).map { Int($0.rounded()) }
    guard (1...Perceptron.mostLayers).contains(widths.count) else {
      throw table.error(
        .outOfRange, key, "\(widths.count) hidden layers", "A twin's nets have 1 to \(Perceptron.mostLayers)",
        "Write one width a layer, such as [32, 32]")
    }
    return widths
  }
}

extension TraceCheckOptions {
  /// The defaults with what `[fitting.check]` sets.
  init(_ table: ConfigTable) throws(ConfigError) {
    self.init()
    leastSamples = try table.integer("least_samples", default: leastSamples, in: 1...100_000_000)
    rail = Float(try table.real("rail", default: Double(rail), in: 0.1...10))
    mostRailed = try table.real("most_railed", default: mostRailed, in: 0...1)
    mostNotFinite = try table.real("most_not_finite", default: mostNotFinite, in: 0...1)
    mostBroken = try table.real("most_broken", default: mostBroken, in: 0...1)
    leastResponse = try table.real("least_response", default: leastResponse, in: 0...1)
    stuckRun = try table.integer("stuck_run", default: stuckRun, in: 2...100_000)
    glitch = try table.real("glitch", default: glitch, in: 3...1000)
    allowsConstantDrive = try table.boolean("allow_constant_drive", default: allowsConstantDrive)
    let decisions: [Decision] = [.refuse, .warn, .ignore]
    let said = try table.choice(
      "mixed_devices", decisions.map(\.rawValue), default: mixedDevices.rawValue)
    mixedDevices = Decision(rawValue: said) ?? mixedDevices
    seed = UInt64(try table.integer("seed", default: Int(clamping: seed), in: 0...Int.max))
    try table.finish()
  }
}

extension AcceptanceLimits {
  /// The defaults with what `[fitting.acceptance]` sets.
  init(_ table: ConfigTable) throws(ConfigError) {
    self.init()
    mean = try table.real("mean_error", default: mean, in: 0.001...10)
    deviation = try table.real("sd_error", default: deviation, in: 0.001...10)
    autocovariance = try table.real("autocovariance_error", default: autocovariance, in: 0.0001...10)
    residualMean = try table.real("residual_mean", default: residualMean, in: 0.001...10)
    if table.has("residual_sd") {
      let ends = try table.reals("residual_sd", count: 2, in: 0.01...100)
      guard ends[0] <= 1, ends[1] >= 1 else {
        throw table.error(
          .outOfRange, "residual_sd", "\(ends) leaves out 1", "A right twin's residuals have standard deviation 1",
          "Write the least and the largest that will do, such as [0.8, 1.25]")
      }
      residualDeviation = ends[0]...ends[1]
    } else {
      _ = try table.strings("residual_sd")
    }
    whiteness = try table.real("whiteness", default: whiteness, in: 0.001...1)
    persistence = try table.real("persistence", default: persistence, in: 0.01...100)
    leastRepeats = try table.integer("least_repeats", default: leastRepeats, in: 2...10_000)
    try table.finish()
  }
}
