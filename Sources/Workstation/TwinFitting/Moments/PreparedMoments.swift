import Numerics

/// Checked moments in normalised units, with their split.
struct PreparedMoments: Sendable {
  struct Point: Sendable {
    var mean: [Double]
    /// [states, states]: symmetric root of the covariance.
    var root: [Double]
    var drive: [Double]
    var nextMean: [Double]
    var nextCovariance: [Double]
    var replicates: Double
  }

  let states: Int
  /// At least 1: where there is none, one that is always 0.
  let drives: Int
  let points: [Point]
  let stateOffset: [Double]
  let stateScale: [Double]
  let driveOffset: [Double]
  let driveScale: [Double]
  /// What the states reach, in the units of the measurement, with a margin.
  let low: [Double]
  let high: [Double]
  /// Root mean square change of the mean in a sample, a state, normalised.
  let increment: [Double]
  let meanReplicates: Double
  let training: [Int]
  let heldOut: [Int]

  init(_ data: MomentData, options: MomentFitOptions, seed: UInt64) throws(MomentFitError) {
    let states = data.stateCount
    try options.check(states: states, drives: data.driveCount)
    guard data.timeStep > 0, data.timeStep.isFinite else { throw .badOption("timeStep") }
    guard data.points.count >= MomentFitOptions.leastPoints else {
      throw .tooFewPoints(points: data.points.count, needed: MomentFitOptions.leastPoints)
    }
    for index in data.points.indices { try Self.check(data, index, options) }
    self.states = states
    drives = max(1, data.driveCount)
    let count = Double(data.points.count)
    var scales = [Double](repeating: 1, count: states)
    var offsets = scales
    var lows = scales
    var highs = scales
    for i in 0..<states {
      let means = data.points.map { $0.mean[i] }
      let centre = means.reduce(0, +) / count
      var square = 0.0
      var (low, high) = (Double.infinity, -Double.infinity)
      for point in data.points {
        let off = point.mean[i] - centre
        square += off * off + point.covariance[i * states + i]
        for (mean, variance) in [
          (point.mean[i], point.covariance[i * states + i]), (point.nextMean[i], point.nextCovariance[i * states + i]),
        ] {
          low = min(low, mean - 3 * variance.squareRoot())
          high = max(high, mean + 3 * variance.squareRoot())
        }
      }
      guard high - low > 1e-9 * max(1e-3, centre.magnitude) else { throw .noResponse(state: i) }
      offsets[i] = centre
      scales[i] = 1 / max((square / count).squareRoot(), 1e-3 * (high - low))
      lows[i] = low - 0.1 * (high - low)
      highs[i] = high + 0.1 * (high - low)
    }
    (stateOffset, stateScale, low, high) = (offsets, scales, lows, highs)
    var driveOffsets = [Double](repeating: 0, count: drives)
    var driveScales = [Double](repeating: 1, count: drives)
    for j in 0..<data.driveCount {
      let mean = data.points.reduce(0) { $0 + $1.drive[j] } / count
      let square = data.points.reduce(0) { $0 + ($1.drive[j] - mean) * ($1.drive[j] - mean) } / count
      driveOffsets[j] = mean
      driveScales[j] = square > 1e-12 ? 1 / square.squareRoot() : 1
    }
    (driveOffset, driveScale) = (driveOffsets, driveScales)
    points = data.points.map { point in
      func normal(_ mean: [Double]) -> [Double] { (0..<states).map { (mean[$0] - offsets[$0]) * scales[$0] } }
      func normal(covariance: [Double]) -> [Double] {
        covariance.indices.map { covariance[$0] * scales[$0 / states] * scales[$0 % states] }
      }
      let drive =
        data.driveCount == 0 ? [0] : point.drive.indices.map { (point.drive[$0] - driveOffsets[$0]) * driveScales[$0] }
      return Point(
        mean: normal(point.mean), root: SymmetricRoot(normal(covariance: point.covariance), size: states).root,
        drive: drive, nextMean: normal(point.nextMean),
        nextCovariance: normal(covariance: point.nextCovariance), replicates: Double(point.replicates))
    }
    let normal = points
    increment = (0..<states).map { i in
      let square = normal.reduce(0) { $0 + ($1.nextMean[i] - $1.mean[i]) * ($1.nextMean[i] - $1.mean[i]) }
      return max(1e-4, (square / count).squareRoot())
    }
    meanReplicates = normal.reduce(0) { $0 + $1.replicates } / count
    (training, heldOut) = Self.split(data, share: options.heldOut, seed: seed)
  }

  // Whole sequences are held out; where there are too few of them, single points.
  private static func split(_ data: MomentData, share: Double, seed: UInt64) -> (training: [Int], heldOut: [Int]) {
    var numbers: [Int: Int] = [:]
    for point in data.points where numbers[point.sequence] == nil { numbers[point.sequence] = numbers.count }
    let whole = numbers.count >= 8
    let groups = whole ? numbers.count : data.points.count
    var random = RandomStream(seed: seed, stream: 0x5_1107)
    let out = Set(random.permutation(groups).prefix(max(1, Int((Double(groups) * share).rounded()))))
    var training: [Int] = []
    var heldOut: [Int] = []
    for (index, point) in data.points.enumerated() {
      let group = whole ? numbers[point.sequence] ?? 0 : index
      if out.contains(group) { heldOut.append(index) } else { training.append(index) }
    }
    return (training, heldOut)
  }

  private static func check(
    _ data: MomentData, _ index: Int, _ options: MomentFitOptions
  ) throws(MomentFitError) {
    let point = data.points[index]
    let states = data.stateCount
    guard point.mean.count == states, point.nextMean.count == states, point.covariance.count == states * states,
      point.nextCovariance.count == states * states, point.drive.count == data.driveCount
    else {
      throw .sizes(
        point: index,
        "means of \(point.mean.count) and \(point.nextMean.count), covariances of \(point.covariance.count) and "
          + "\(point.nextCovariance.count) and \(point.drive.count) drives where there should be \(states), "
          + "\(states * states) and \(data.driveCount)")
    }
    for values in [point.mean, point.covariance, point.drive, point.nextMean, point.nextCovariance] {
      guard values.allSatisfy({ $0.isFinite && $0.magnitude < 1e15 }) else { throw .notFinite(point: index) }
    }
    guard point.replicates >= options.leastReplicates else {
      throw .tooFewReplicates(point: index, replicates: point.replicates, needed: options.leastReplicates)
    }
    for (matrix, name) in [(point.covariance, "covariance"), (point.nextCovariance, "next covariance")] {
      for i in 0..<states {
        guard matrix[i * states + i] >= 0 else {
          throw .covariance(point: index, "the \(name) has variance \(matrix[i * states + i]) of state \(i)")
        }
        for j in 0..<i {
          let size = (matrix[i * states + i] * matrix[j * states + j]).squareRoot()
          guard (matrix[i * states + j] - matrix[j * states + i]).magnitude <= 1e-6 * size + 1e-300 else {
            throw .covariance(point: index, "the \(name) of states \(i) and \(j) is not symmetric")
          }
        }
      }
      let values = SymmetricRoot(matrix, size: states).eigenvalues
      let largest = values.max() ?? 0
      guard let least = values.min(), least >= -1e-6 * largest else {
        throw .covariance(point: index, "the \(name) has a negative eigenvalue")
      }
    }
  }
}
