import Numerics

/// A quick prediction of one observable from its recent past and the drives: ridge regression on its inputs, their
/// products and a few random bends (x / sqrt(1 + x^2) of random mixtures). It is no twin; it says which samples
/// surprise.
struct QuickPrediction {
  let observable: Int
  /// Targets: samples whose history is whole.
  let samples: [Int]
  /// Inputs brought to mean 0 and deviation 1, `[samples][inputs]`.
  let inputs: [Double]
  let inputCount: Int
  /// Measured minus predicted, in channel units.
  let errors: [Double]
  /// Local standard deviation of the error, from the same inputs.
  let scales: [Double]
  /// Standard deviation of the error from its median size.
  let deviation: Double

  /// - Parameters:
  ///   - pieces: contiguous, usable samples.
  ///   - history: past readings used.
  ///   - fitted: whether a sample may be a target of the fit.
  /// - Returns: nil with too few transitions to fit.
  init?(
    _ trace: DeviceTrace, observable: Int, pieces: [Range<Int>], fitted: (Int) -> Bool, history: Int,
    features: Int, seed: UInt64
  ) {
    var samples: [Int] = []
    for piece in pieces where piece.count > history {
      samples.append(contentsOf: (piece.lowerBound + history)..<piece.upperBound)
    }
    let drives = min(trace.driveCount, 8)
    let inputCount = 2 * drives + history
    let allProducts = inputCount <= 6
    let size = BentFeatures.count(width: inputCount, allProducts: allProducts, bends: features)
    guard samples.count >= 3 * size else { return nil }
    var inputs = [Double](repeating: 0, count: samples.count * inputCount)
    for (row, sample) in samples.enumerated() {
      for drive in 0..<drives {
        inputs[row * inputCount + 2 * drive] = Double(trace.drive(sample, drive))
        inputs[row * inputCount + 2 * drive + 1] = Double(trace.drive(sample - 1, drive))
      }
      for tap in 0..<history {
        inputs[row * inputCount + 2 * drives + tap] = Double(trace.response(sample - 1 - tap, observable))
      }
    }
    Self.standardise(&inputs, inputCount)
    var weights: [Double] = []
    var random = RandomStream(seed: seed, stream: 0x7A4)
    for _ in 0..<(features * (inputCount + 1)) {
      weights.append(random.normal() / Double(inputCount).squareRoot() * 1.5)
    }
    let seen = BentFeatures(width: inputCount, allProducts: allProducts, weights: weights)

    // A few thousand transitions fix these few coefficients.
    let stride = max(1, samples.count / 3000)
    let targets = samples.map { Double(trace.response($0, observable)) - Double(trace.response($0 - 1, observable)) }
    var row = [Double](repeating: 0, count: size)
    var errors = [Double](repeating: 0, count: samples.count)
    var limit = Double.infinity
    var factor: [Double] = []
    for _ in 0..<2 {
      var system = RidgeSystem(size: size)
      var used = 0
      row.withUnsafeMutableBufferPointer { row in
        for index in Swift.stride(from: 0, to: samples.count, by: stride) {
          guard fitted(samples[index]), abs(errors[index]) <= limit else { continue }
          seen.fill(inputs, index, row)
          system.add(UnsafeBufferPointer(row), target: targets[index], weight: 1)
          used += 1
        }
      }
      guard used >= 2 * size else { return nil }
      factor = system.factor(ridge: 1e-7)
      let coefficients = RidgeSystem.solve(factor, system.moment)
      row.withUnsafeMutableBufferPointer { row in
        for index in samples.indices {
          seen.fill(inputs, index, row)
          var sum = 0.0
          for i in 0..<size { sum += coefficients[i] * row[i] }
          errors[index] = targets[index] - sum
        }
      }
      // The second pass leaves out what the first could not explain at all.
      limit = 8 * Self.robust(errors)
    }
    // Half a step of a 12-bit converter is noise whatever the device.
    let deviation = max(Self.robust(errors), 1.5e-4)
    var moment = [Double](repeating: 0, count: size)
    row.withUnsafeMutableBufferPointer { row in
      for index in Swift.stride(from: 0, to: samples.count, by: stride)
      where fitted(samples[index]) && abs(errors[index]) <= limit {
        seen.fill(inputs, index, row)
        for i in 0..<size { moment[i] += row[i] * abs(errors[index]) }
      }
    }
    let spread = RidgeSystem.solve(factor, moment)
    var scales = [Double](repeating: deviation, count: samples.count)
    row.withUnsafeMutableBufferPointer { row in
      for index in samples.indices {
        seen.fill(inputs, index, row)
        var sum = 0.0
        for i in 0..<size { sum += spread[i] * row[i] }
        scales[index] = max(1.2533 * sum, 0.5 * deviation)
      }
    }
    self.observable = observable
    self.samples = samples
    self.inputs = inputs
    self.inputCount = inputCount
    self.errors = errors
    self.scales = scales
    self.deviation = deviation
  }

  static func standardise(_ inputs: inout [Double], _ count: Int) {
    let rows = inputs.count / count
    for column in 0..<count {
      var sum = 0.0
      var square = 0.0
      for row in 0..<rows {
        let value = inputs[row * count + column]
        sum += value
        square += value * value
      }
      let mean = sum / Double(rows)
      let deviation = max(0, square / Double(rows) - mean * mean).squareRoot()
      let scale = deviation > 1e-9 ? 1 / deviation : 0
      for row in 0..<rows { inputs[row * count + column] = (inputs[row * count + column] - mean) * scale }
    }
  }

  /// Standard deviation of a Gaussian with the same median size.
  static func robust(_ values: [Double]) -> Double {
    let sizes = values.map { abs($0) }.sorted()
    return sizes.isEmpty ? 0 : 1.4826 * sizes[sizes.count / 2]
  }
}
