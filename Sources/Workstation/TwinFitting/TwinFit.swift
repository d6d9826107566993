import TwinModel

/// How far a fit has come.
public struct FitProgress: Sendable, Equatable {
  public enum Phase: String, Sendable, Equatable { case structure, drift, likelihood, ensembles, judging, done }
  public var device: Int
  public var phase: Phase
  public var epoch: Int
  public var epochs: Int
  /// Held-out loss of the phase: windowed mean squared error (response variance = 1), or mean negative log-likelihood.
  public var loss: Double

  public init(device: Int, phase: Phase, epoch: Int, epochs: Int, loss: Double) {
    self.device = device
    self.phase = phase
    self.epoch = epoch
    self.epochs = epochs
    self.loss = loss
  }

  /// Share of the whole fit that is behind, roughly.
  public var share: Double {
    let part = epochs > 0 ? Double(epoch) / Double(epochs) : 0
    switch phase {
    case .structure: return 0.25 * part
    case .drift: return 0.25 + 0.35 * part
    case .likelihood: return 0.6 + 0.25 * part
    case .ensembles: return 0.85 + 0.1 * part
    case .judging: return 0.95
    case .done: return 1
    }
  }
}

/// How a twin's own runs compare with the device's repeats of inputs it was not fitted to.
public struct FreeRunReport: Sendable, Equatable, Codable {
  /// Inputs compared.
  public var inputs: Int
  /// Repeats an input, on average.
  public var repeats: Double
  /// Mean over inputs and times of |mean(twin) - mean(device)|, over the response's standard deviation.
  public var meanError: Double
  /// What `meanError` would be for a perfect twin, from the finite number of repeats alone.
  public var meanErrorFloor: Double
  /// Mean over inputs of |sd(twin) - sd(device)| over sd(device), weighted by spread.
  public var deviationError: Double
  /// What `deviationError` would be for a perfect twin.
  public var deviationErrorFloor: Double
  /// Weighted mean square difference of the normalised autocovariances C(t, t').
  public var autocovarianceError: Double

  init(_ triple: AcceptanceTriple) {
    inputs = triple.inputs
    repeats = triple.meanRepeats
    meanError = triple.mean.value
    meanErrorFloor = triple.mean.floor
    deviationError = triple.deviation.value
    deviationErrorFloor = triple.deviation.floor
    autocovarianceError = triple.autocovariance.value
  }
}

/// What is known about a fit's quality.
public struct TwinFitReport: Sendable, Equatable {
  /// Samples used, for training and held out.
  public var trainingSamples: Int
  public var heldOutSamples: Int
  /// Seconds of recording used for training, where the sample period is known.
  public var trainingSeconds: Double?
  /// What was left out of the trace, and warnings about it.
  public var findings: TraceFindings
  /// The response's standard deviation in channel units, an observable.
  public var responseDeviation: [Double]
  /// Root mean square of the held-out one-step error over the response's standard deviation.
  public var oneStepError: Double
  /// As `oneStepError`, for the guess that nothing changes in a step.
  public var persistenceError: Double
  /// Held-out standardised residuals of the worst observable; a right twin has 0 and 1.
  public var residualMean: Double
  public var residualDeviation: Double
  /// Nil without repeats.
  public var freeRun: FreeRunReport?
  public var acceptance: AcceptanceReport
  public var curves: AcceptanceCurves
  /// What the twin remembers, and what else was tried with its held-out negative log-likelihood a sample.
  public var structure: TwinStructure
  public var trials: [StructureTrial]
  /// Each choice made for the caller, in a sentence.
  public var choices: [String]
  /// Mean held-out negative log-likelihood a sample and observable, response variance = 1.
  public var likelihood: Double
  public var driftEpochs: Int
  public var bestDriftEpoch: Int
  public var likelihoodEpochs: Int
  public var bestLikelihoodEpoch: Int
  public var ensembleSteps: Int
  /// The fit was stopped before its end; the twin is the best until then.
  public var interrupted: Bool
  public var seconds: Double

  /// Share of responses at a rail of the converter.
  public var saturatedFraction: Double { findings.saturatedFraction }
}

/// A structure that was tried.
public struct StructureTrial: Sendable, Equatable, Codable {
  public var structure: TwinStructure
  public var likelihood: Double
}

/// A fitted twin and its report.
public struct TwinFit: Sendable, Equatable {
  public var parameters: TwinParameters
  public var report: TwinFitReport
}
