import Foundation
import TwinFitting
import TwinModel
import Workbench

/// What stands beside a twin's file as `NODE.json`, for people and programs; keys are these names in snake case.
public struct TwinSidecar: Codable, Equatable, Sendable {
  public static let newestSchema = 1

  /// How far the fit came.
  public enum State: String, Codable, Sendable {
    case finished
    /// Broken off; the twin is the best until then.
    case interrupted
  }
  /// How the fit began.
  public enum Kind: String, Codable, Sendable {
    /// From nothing.
    case fit
    /// From the device's last twin.
    case update
    /// From a twin that devices of a kind share.
    case shared
  }
  /// Passes through the data, and which was best.
  public struct Epochs: Codable, Equatable, Sendable {
    public var drift: Int
    public var bestDrift: Int
    public var likelihood: Int
    public var bestLikelihood: Int
    public var ensembleSteps: Int
  }

  public var schema = TwinSidecar.newestSchema
  public var software = "edgesync \(StageVersion.text)"
  public var node: String
  public var nodeIndex: Int
  /// What board.toml calls the device.
  public var device: String
  public var board: String
  public var boardId: String
  /// The run it was fitted to.
  public var run: String
  /// What the board's monitors read in it; nil where it has none.
  public var conditions: [RunCondition]?
  public var fitted: Date
  public var state: State
  public var kind: Kind
  /// SHA-256 of the safetensors file.
  public var twinSha256: String
  /// Of trace, options, seed and starting point: a fit with the same is not done twice.
  public var digest: String
  public var seed: UInt64
  public var options: [String: OptionValue]
  public var model: TwinModelFacts
  public var structure: TwinStructure
  public var trials: [StructureTrial]
  public var choices: [String]
  /// `accepted`, `provisional`, `refused`, or `interrupted`.
  public var verdict: String
  /// Why, the refusing ones first.
  public var reasons: [String]
  public var acceptance: AcceptanceReport
  public var freeRun: FreeRunReport?
  public var oneStepError: Double
  public var persistenceError: Double
  public var residualMean: Double
  public var residualSd: Double
  /// Mean held-out negative log-likelihood a sample and observable, response variance 1.
  public var likelihood: Double
  /// Standard deviation of each response, channel units.
  public var responseSd: [Double]
  public var trainingSamples: Int
  public var heldOutSamples: Int
  public var trainingSeconds: Double?
  public var findings: TraceFindings
  public var epochs: Epochs
  public var fitSeconds: Double
  /// The device's fits and updates, oldest first; this one is the last.
  public var history: [TwinHistoryEntry]
  public var sampleSize: SampleSizeCurve?
  /// Where it follows from a shared twin.
  public var shared: SharedFacts?

  /// Whether networks may be trained through the twin without being told to.
  public var isUsable: Bool {
    state == .finished
      && [Verdict.Outcome.accepted, .provisional].contains { $0.rawValue == verdict } && acceptance.verdict.isUsable
  }

  /// A twin that follows a refused one stays refused until a recording with repeats says otherwise.
  mutating func keepRefusal() {
    guard kind == .update, verdict == Verdict.Outcome.provisional.rawValue,
      history.dropLast().last?.verdict == Verdict.Outcome.refused.rawValue
    else { return }
    verdict = Verdict.Outcome.refused.rawValue
    reasons.insert(
      "the twin it follows was refused, and this recording has no repeats to judge it anew: characterise with repeats",
      at: 0)
    history[history.count - 1].verdict = verdict
  }

  /// Whether it was refused or broken off, with the reasons, for people.
  public var complaint: String {
    if state == .interrupted { return "its fit was broken off: 'edgesync fit' goes on with it" }
    return reasons.first ?? verdict
  }

  init(_ fit: TwinFit, whose: TwinOwner, twinSha256: String, history: [TwinHistoryEntry]) {
    let report = fit.report
    node = whose.node
    nodeIndex = whose.nodeIndex
    device = whose.device
    board = whose.board
    boardId = whose.boardID
    run = whose.run
    conditions = whose.conditions.isEmpty ? nil : whose.conditions
    fitted = whose.date
    state = report.interrupted ? .interrupted : .finished
    kind = whose.kind
    self.twinSha256 = twinSha256
    digest = whose.digest
    seed = whose.seed
    options = whose.options.described
    model = TwinModelFacts(fit.parameters, samplePeriod: whose.samplePeriod)
    structure = report.structure
    trials = report.trials
    choices = report.choices
    verdict = report.interrupted ? State.interrupted.rawValue : report.acceptance.verdict.outcome.rawValue
    reasons = report.acceptance.verdict.reasons.map(\.text)
    acceptance = report.acceptance
    freeRun = report.freeRun
    oneStepError = report.oneStepError
    persistenceError = report.persistenceError
    residualMean = report.residualMean
    residualSd = report.residualDeviation
    likelihood = report.likelihood
    responseSd = report.responseDeviation
    trainingSamples = report.trainingSamples
    heldOutSamples = report.heldOutSamples
    trainingSeconds = report.trainingSeconds
    findings = report.findings
    epochs = Epochs(
      drift: report.driftEpochs, bestDrift: report.bestDriftEpoch, likelihood: report.likelihoodEpochs,
      bestLikelihood: report.bestLikelihoodEpoch, ensembleSteps: report.ensembleSteps)
    fitSeconds = report.seconds
    self.history = history
    shared = whose.shared
  }
}

/// A twin's equation in words.
public struct TwinModelFacts: Codable, Equatable, Sendable {
  public var solver: String
  public var calculus: String
  public var substeps: Int
  public var drives: Int
  public var observables: Int
  public var auxiliaries: Int
  public var driveTaps: Int
  public var responseTaps: Int
  public var activation: String
  public var driftWidths: [Int]
  /// Nil for noise that depends on nothing.
  public var diffusionWidths: [Int]?
  public var noise: String
  public var noiseSources: Int
  public var units: [String: String]
  public var samplePeriodS: Double?

  init(_ twin: TwinParameters, samplePeriod: Double?) {
    solver = twin.solver.name
    calculus = twin.solver.calculus == .ito ? "ito" : "stratonovich"
    substeps = twin.substeps
    drives = twin.drives
    observables = twin.observables
    auxiliaries = twin.auxiliaries
    driveTaps = twin.driveTaps
    responseTaps = twin.responseTaps
    activation = twin.drift.activation.name
    driftWidths = twin.drift.widths
    diffusionWidths = twin.diffusion.flatMap { $0.inputs > 0 ? $0.widths : nil }
    noise = twin.noiseShape.name
    noiseSources = twin.noiseSources
    units = [
      "drive": "channel units, -1 to 1 over the range in board.toml",
      "response": "channel units, -1 to 1 over the range in board.toml",
      "normalised": "(x - response_offset) * response_scale, (s - drive_offset) * drive_scale",
      "time": "one control sample is one unit; it lasts sample_period_s",
    ]
    samplePeriodS = samplePeriod
  }
}

/// Whose twin a fit makes, and from what.
struct TwinOwner {
  var node: String
  var nodeIndex: Int
  var device: String
  var board: String
  var boardID: String
  var run: String
  var conditions: [RunCondition]
  var date: Date
  var kind: TwinSidecar.Kind
  var digest: String
  var seed: UInt64
  var options: TwinFitOptions
  var samplePeriod: Double?
  var shared: SharedFacts?
}
