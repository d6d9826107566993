import TwinModel

/// How far a fit has come.
public struct FitProgress: Sendable, Equatable {
  public enum Phase: Sendable, Equatable { case drift, diffusion, done }
  public var device: Int
  public var phase: Phase
  public var epoch: Int
  public var epochs: Int
  /// Held-out loss of the phase: windowed mean squared error (response variance = 1), or mean negative log-likelihood.
  public var loss: Double
}

/// How a twin's own runs compare with repeats of inputs it was not fitted to.
public struct FreeRunReport: Sendable, Equatable {
  /// Inputs compared.
  public var inputs: Int
  /// Repeats an input, on average.
  public var repeats: Double
  /// Mean over inputs and times of |mean(twin) - mean(device)|, over the response's standard deviation.
  public var meanError: Double
  /// What `meanError` would be for a perfect twin, from the finite number of repeats alone.
  public var meanErrorFloor: Double
  /// Mean over inputs of |sd(twin) / sd(device) - 1|, each sd pooled over the times of the input.
  public var deviationError: Double
  /// What `deviationError` would be for a perfect twin: that of as many runs of the twin itself.
  public var deviationErrorFloor: Double
  /// Time-weighted |sd(twin) - sd(device)| over the device's sd, time by time; bounded below by the repeats' number.
  public var pointwiseDeviationError: Double
  /// Weighted mean square difference of the normalised autocovariances C(t, t').
  public var autocovarianceError: Double
}

/// What is known about a fit's quality.
public struct TwinFitReport: Sendable, Equatable {
  /// Samples used, for training and held out.
  public var trainingSamples: Int
  public var heldOutSamples: Int
  /// Share of responses at a rail of the converter.
  public var saturatedFraction: Double
  /// The response's standard deviation in channel units.
  public var responseDeviation: Double
  /// Root mean square of the held-out one-step error over the response's standard deviation.
  public var oneStepError: Double
  /// As `oneStepError`, for the guess that nothing changes in a step.
  public var persistenceError: Double
  /// Held-out standardised residuals; a right twin has 0 and 1.
  public var residualMean: Double
  public var residualDeviation: Double
  /// Nil without repeats.
  public var freeRun: FreeRunReport?
  public var driftEpochs: Int
  public var bestDriftEpoch: Int
  public var diffusionEpochs: Int
  public var bestDiffusionEpoch: Int
  public var seconds: Double
}

/// A fitted twin and its report.
public struct TwinFit: Sendable, Equatable {
  public var parameters: TwinParameters
  public var report: TwinFitReport
}
