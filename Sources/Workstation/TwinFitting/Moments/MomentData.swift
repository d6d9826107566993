/// One measured transition: mean and covariance of the state before and after one sample under a held drive.
public struct MomentPoint: Sendable, Equatable {
  /// [states], in the units of the measurement.
  public var mean: [Double]
  /// [states, states]; zeros where every repeat started at `mean`.
  public var covariance: [Double]
  /// [drives], held over the sample.
  public var drive: [Double]
  /// [states], a sample later.
  public var nextMean: [Double]
  /// [states, states], a sample later; the unbiased estimate.
  public var nextCovariance: [Double]
  /// Repeats that the moments were measured from.
  public var replicates: Int
  /// Points of one sequence share noise; they are held out together.
  public var sequence: Int

  public init(
    mean: [Double], covariance: [Double], drive: [Double], nextMean: [Double], nextCovariance: [Double],
    replicates: Int, sequence: Int
  ) {
    self.mean = mean
    self.covariance = covariance
    self.drive = drive
    self.nextMean = nextMean
    self.nextCovariance = nextCovariance
    self.replicates = replicates
    self.sequence = sequence
  }
}

/// What repeats of the same inputs say of a stochastic device: moments of its state at successive times.
public struct MomentData: Sendable, Equatable {
  public let stateCount: Int
  /// May be 0.
  public let driveCount: Int
  /// Units of time from one sample to the next.
  public let timeStep: Double
  public private(set) var points: [MomentPoint] = []
  private var sequences = 0

  public init(stateCount: Int, driveCount: Int, timeStep: Double = 1) {
    self.stateCount = stateCount
    self.driveCount = driveCount
    self.timeStep = timeStep
  }

  /// Adds a transition of its own sequence; what is wrong with it is said when the data are fitted.
  public mutating func append(
    mean: [Double], covariance: [Double], drive: [Double], nextMean: [Double], nextCovariance: [Double],
    replicates: Int
  ) {
    points.append(
      MomentPoint(
        mean: mean, covariance: covariance, drive: drive, nextMean: nextMean, nextCovariance: nextCovariance,
        replicates: replicates, sequence: sequences))
    sequences += 1
  }

  /// Adds repeats of one input.
  ///
  /// - Parameters:
  ///   - states: [repeats, times, states], the first time before the first drive.
  ///   - drives: [times - 1, drives].
  /// - Throws: `MomentFitError` where the sizes disagree.
  public mutating func append(
    states: [Double], drives: [Double], replicates: Int
  ) throws(MomentFitError) {
    // Nothing overflows: there are no more repeats and states than values.
    let fits = replicates <= states.count && stateCount >= 1 && stateCount <= states.count
    let times = fits ? states.count / replicates / stateCount : 0
    guard replicates >= 2 else { throw .tooFewReplicates(point: points.count, replicates: replicates, needed: 2) }
    guard times >= 2, states.count == times * replicates * stateCount, drives.count == (times - 1) * driveCount else {
      throw .sizes(
        point: points.count,
        "\(states.count) values of \(replicates) repeats of \(stateCount) states and \(drives.count) of "
          + "\(driveCount) drives are no whole number of times, with one drive a step between them")
    }
    let moments = (0..<times).map { Self.moments(states, at: $0, times, replicates, stateCount) }
    for time in 1..<times {
      points.append(
        MomentPoint(
          mean: moments[time - 1].mean, covariance: moments[time - 1].covariance,
          drive: Array(drives[((time - 1) * driveCount)..<(time * driveCount)]), nextMean: moments[time].mean,
          nextCovariance: moments[time].covariance, replicates: replicates, sequence: sequences))
    }
    sequences += 1
  }

  private static func moments(
    _ states: [Double], at time: Int, _ times: Int, _ replicates: Int, _ width: Int
  ) -> (mean: [Double], covariance: [Double]) {
    var mean = [Double](repeating: 0, count: width)
    var covariance = [Double](repeating: 0, count: width * width)
    func place(_ repeated: Int) -> Int { (repeated * times + time) * width }
    for one in 0..<replicates { for i in 0..<width { mean[i] += states[place(one) + i] } }
    for i in 0..<width { mean[i] /= Double(replicates) }
    for one in 0..<replicates {
      let at = place(one)
      for i in 0..<width {
        let a = states[at + i] - mean[i]
        for j in 0..<width { covariance[i * width + j] += a * (states[at + j] - mean[j]) }
      }
    }
    for k in covariance.indices { covariance[k] /= Double(replicates - 1) }
    return (mean, covariance)
  }
}
