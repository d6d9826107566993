import NetworkTraining
import Stages
import Testing
import TwinFitting
import Workbench

@Suite struct OptionFileTests {
  private func file(_ text: String) throws -> NetworkFile {
    try NetworkFile(parsing: "schema = 1\n" + text, file: "network.toml")
  }

  @Test func fittingOptionsComeFromTheFile() throws {
    let options = try TwinFitOptions(
      file(
        """
        [fitting]
        solver = "runge-kutta-2"
        response_delays = 5
        drift_widths = [24, 16]
        drift_epochs = 9
        """
      ).fitting)
    #expect(options.solver == .rungeKutta2 && options.responseDelays == 5)
    #expect(options.driftWidths == [24, 16] && options.driftEpochs == 9)
    #expect(options.diffusionEpochs == TwinFitOptions().diffusionEpochs)
    #expect(try TwinFitOptions(file("").fitting) == TwinFitOptions())
  }

  @Test(arguments: [
    ("[fitting]\nsolver = \"rk9\"", "solver"), ("[fitting]\ndrift_widths = [1, 2, 3, 4, 5]", "hidden layers"),
    ("[fitting]\nresponse_delay = 2", "response_delays"), ("[fitting]\nhorizon = 0", "out of range"),
  ])
  func badFittingOptionsAreNamed(text: String, words: String) throws {
    let table = try file(text).fitting
    let error = #expect(throws: ConfigError.self) { _ = try TwinFitOptions(table) }
    #expect(error?.description.contains(words) == true)
  }

  @Test func trainingOptionsComeFromTheFile() throws {
    let options = try TrainingOptions.classification(cases: 100).with(
      file(
        """
        hold = 2
        settle_steps = 5
        [training]
        epochs = 7
        device_noise = 0
        recurrent = false
        """))
    #expect(options.hold == 2 && options.settleSteps == 5 && options.epochs == 7)
    #expect(options.noise == 0 && !options.recurrent)
    #expect(throws: ConfigError.self) { _ = try TrainingOptions().with(file("[training]\nepohcs = 1")) }
  }

  @Test func smallSetsGetAsManyStepsAsLargeOnes() {
    for cases in [20, 60, 270, 500] {
      let options = TrainingOptions.classification(cases: cases)
      let steps = options.epochs * ((cases + options.batch - 1) / options.batch)
      #expect(steps >= 500 || options.epochs == 400, "\(cases)")
    }
    #expect(TrainingOptions.classification(cases: 270).epochs == 110)
  }
}

/// Every option of the fit has its key.
@Suite struct FittingKeyTests {
  private func options(_ text: String) throws -> TwinFitOptions {
    try TwinFitOptions(NetworkFile(parsing: "schema = 1\n[fitting]\n" + text, file: "network.toml").fitting)
  }

  /// Options none of which is the default.
  private var changed: TwinFitOptions {
    var options = TwinFitOptions()
    options.fitter = .moments
    options.solver = .rungeKutta4
    options.substeps = 3
    options.driveDelays = 2
    options.responseDelays = 4
    options.auxiliaries = 0
    options.noise = .full
    options.noiseOn = [0, 2]
    options.noiseSources = 4
    options.activation = .silu
    options.driftWidths = [24, 16, 8]
    options.diffusionWidths = nil
    options.horizon = 7
    options.batchWindows = 64
    options.driftEpochs = 9
    options.driftRate = 0.02
    options.diffusionEpochs = 11
    options.diffusionRate = 0.003
    options.refinement = 0.5
    options.ensembleLoss = .features
    options.ensembleSteps = 13
    options.ensembleRate = 0.002
    options.patience = 5
    options.heldOut = 0.25
    options.restarts = 2
    options.freeRuns = 128
    options.trialShare = 0.4
    options.threads = 1
    options.shared = true
    options.embedding = 5
    options.check.leastSamples = 50
    options.check.rail = 0.98
    options.check.mostRailed = 0.2
    options.check.mostNotFinite = 0.02
    options.check.mostBroken = 0.1
    options.check.leastResponse = 0.001
    options.check.stuckRun = 20
    options.check.glitch = 8
    options.check.allowsConstantDrive = true
    options.check.mixedDevices = .warn
    options.check.seed = 9
    options.limits.mean = 0.2
    options.limits.deviation = 0.3
    options.limits.autocovariance = 0.06
    options.limits.residualMean = 0.2
    options.limits.residualDeviation = 0.7...1.5
    options.limits.whiteness = 0.3
    options.limits.persistence = 0.9
    options.limits.leastRepeats = 5
    return options
  }

  @Test func allAreReadAndTold() throws {
    for wanted in [TwinFitOptions(), changed] { #expect(try options(wanted.toml()) == wanted, "\(wanted.toml())") }
    // A field without a key would go unnoticed otherwise.
    let plain = TwinFitOptions()
    #expect(Mirror(reflecting: plain).children.count == plain.described.count)
    for (before, after) in zip(Mirror(reflecting: plain).children, Mirror(reflecting: changed).children) {
      #expect("\(before.value)" != "\(after.value)", "\(before.label ?? "") is not changed by this test")
    }
    #expect(changed.toml(threads: false) + "threads = 1\n" != changed.toml(threads: false))
    #expect(!changed.toml(threads: false).contains("threads"))
  }

  @Test func choicesMayBeLeftToTheData() throws {
    let some = try options(
      """
      drive_delays = "auto"
      noise_variables = 2
      diffusion_widths = "constant"
      ensemble_loss = "auto"
      """)
    #expect(some.driveDelays == nil && some.auxiliaries == 2 && some.diffusionWidths == nil && some.ensembleLoss == nil)
    #expect(try options("noise_on = \"all\"").noiseOn == nil)
    #expect(try options("noise_on = [2, 0]").noiseOn == [0, 2])
    #expect(try options("diffusion_widths = [8]").diffusionWidths == [8])
    #expect(try options("").diffusionWidths == TwinFitOptions().diffusionWidths)
  }

  @Test(arguments: [
    ("solver = \"runge-kutta\"", "runge-kutta-2"), ("response_delays = \"some\"", "auto"),
    ("noise = \"none\"", "diagonal"), ("activation = \"gelu\"", "relu"), ("drift_wdths = [3]", "drift_widths"),
    ("noise_variables = 1\nsolver = \"runge-kutta-2\"", "euler-maruyama"), ("diffusion_widths = \"flat\"", "constant"),
    ("[fitting.check]\nglich = 3", "glitch"), ("[fitting.acceptance]\nresidual_sd = [1.2, 2]", "leaves out 1"),
    ("[fitting.acceptance]\nmean = 0.1", "mean_error"), ("ensemble_loss = \"gan\"", "adversarial"),
    ("noise_on = []", "no likelihood"), ("noise_on = [0, 0]", "counted from 0"), ("noise_on = [0.5]", "counted from 0"),
    ("noise_on = [64]", "63"), ("noise_on = \"some\"", "all"), ("embedding = 17", "16"),
    ("shared = 1", "true or false"),
    ("restarts = 0", "out of range"), ("threads = \"all\"", "auto"),
  ])
  func badKeysAreNamed(text: String, words: String) throws {
    let error = #expect(throws: ConfigError.self) { _ = try options(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }
}
