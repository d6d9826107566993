import Numerics
import TrainingKernels

/// What plain linear arithmetic makes of a task without any device: the floor a physical network has to clear.
public struct LinearFloor: Sendable, Equatable {
  /// How the weights of a classification are found.
  public enum Method: Sendable, Equatable {
    /// Least squares on one-hot targets.
    case ridge
    /// Multinomial logistic regression.
    case softmax
  }

  public let classification: Bool
  public let normaliserOffset: [Float]
  public let normaliserScale: [Float]
  /// [outputs, channels + 1], the constant last.
  public let weights: [Double]
  public let outputs: Int

  /// Classification: a linear read-out of each sequence's time-averaged inputs. Regression: of the current frame.
  ///
  /// - Parameter penalty: of the squared weights, a sample.
  public init(
    _ set: TrainingSet, outputs: Int, method: Method = .softmax, penalty: Double = 1e-4
  ) throws(NetworkTrainingError) {
    try set.check(outputs: outputs)
    let normaliser = InputNormaliser(set)
    normaliserOffset = normaliser.offset
    normaliserScale = normaliser.scale
    classification = set.isClassification
    self.outputs = outputs
    let rows = Self.features(set, normaliser)
    let width = set.channels + 1
    if set.isClassification {
      var wanted = [Double](repeating: 0, count: set.count * outputs)
      for (row, label) in set.labels.enumerated() { wanted[row * outputs + label] = 1 }
      weights =
        method == .ridge
        ? RidgeRegression.solve(rows, wanted, width: width, outputs: outputs, penalty: penalty)
        : Self.softmax(rows, wanted, width: width, outputs: outputs, penalty: penalty)
    } else {
      let wanted = set.targets.flatMap { $0.map { Double($0) } }
      weights = RidgeRegression.solve(rows, wanted, width: width, outputs: outputs, penalty: penalty)
    }
  }

  /// Share right, or root mean square error over the targets' standard deviation.
  public func score(_ set: TrainingSet) throws(NetworkTrainingError) -> Double {
    try set.check(outputs: outputs)
    guard set.channels == normaliserOffset.count else { throw .mismatch("other channels than the floor was fitted to") }
    let rows = Self.features(set, InputNormaliser(offset: normaliserOffset, scale: normaliserScale))
    let width = set.channels + 1
    let count = rows.count / width
    if classification {
      var right = 0
      for row in 0..<count {
        let values = (0..<outputs).map { apply($0, rows, row * width, width) }
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        if best == set.labels[row] { right += 1 }
      }
      return Double(right) / Double(max(1, count))
    }
    var square = 0.0
    let wanted = set.targets.flatMap { $0 }
    for row in 0..<count {
      for output in 0..<outputs {
        let error = apply(output, rows, row * width, width) - Double(wanted[row * outputs + output])
        square += error * error
      }
    }
    return (square / Double(max(1, count * outputs)) / max(set.targetVariance, 1e-30)).squareRoot()
  }

  private func apply(_ output: Int, _ rows: [Double], _ start: Int, _ width: Int) -> Double {
    var sum = 0.0
    for index in 0..<width { sum += weights[output * width + index] * rows[start + index] }
    return sum
  }

  private static func features(_ set: TrainingSet, _ normaliser: InputNormaliser) -> [Double] {
    var rows: [Double] = []
    for (index, values) in set.inputs.enumerated() {
      let frames = set.frames(index)
      var mean = [Double](repeating: 0, count: set.channels)
      for frame in 0..<frames {
        for channel in 0..<set.channels {
          let raw = values[frame * set.channels + channel]
          let value = Double((raw - normaliser.offset[channel]) * normaliser.scale[channel])
          if set.isClassification { mean[channel] += value / Double(frames) } else { rows.append(value) }
        }
        if !set.isClassification { rows.append(1) }
      }
      if set.isClassification { rows += mean + [1] }
    }
    return rows
  }

  // Full-batch Adam on the convex loss, to convergence for the sizes met here.
  private static func softmax(
    _ rows: [Double], _ wanted: [Double], width: Int, outputs: Int, penalty: Double
  ) -> [Double] {
    let count = rows.count / width
    var weights = [Double](repeating: 0, count: outputs * width)
    var first = weights
    var second = weights
    var power1 = 1.0
    var power2 = 1.0
    let steps = 1500
    for step in 0..<steps {
      var gradient = [Double](repeating: 0, count: weights.count)
      for row in 0..<count {
        var logits = [Double](repeating: 0, count: outputs)
        for output in 0..<outputs {
          for index in 0..<width { logits[output] += weights[output * width + index] * rows[row * width + index] }
        }
        let top = logits.reduce(-Double.infinity) { max($0, $1) }
        let sizes = logits.map { Maths.exp($0 - top) }
        let sum = sizes.reduce(0, +)
        for output in 0..<outputs {
          let error = (sizes[output] / sum - wanted[row * outputs + output]) / Double(count)
          for index in 0..<width { gradient[output * width + index] += error * rows[row * width + index] }
        }
      }
      power1 *= 0.9
      power2 *= 0.99
      let rate = Double(cosineRate(step: step, of: steps, warmup: 10, peak: 0.1))
      for place in weights.indices {
        if place % width != width - 1 { gradient[place] += 2 * penalty * weights[place] }
        first[place] = 0.9 * first[place] + 0.1 * gradient[place]
        second[place] = 0.99 * second[place] + 0.01 * gradient[place] * gradient[place]
        weights[place] -= rate * first[place] / (1 - power1) / ((second[place] / (1 - power2)).squareRoot() + 1e-10)
      }
    }
    return weights
  }
}
