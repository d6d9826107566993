import Numerics
import TwinFitting

/// Windows, and central differences, for the tests of path-ensemble losses.
enum CriticSamples {
  static func normals(_ count: Int, _ random: inout RandomStream, scale: Double = 1) -> [Double] {
    (0..<count).map { _ in scale * random.normal() }
  }

  /// Central differences of `value` by each of `parameters`.
  static func differences(
    _ parameters: [Double], step: Double = 2e-5, _ value: ([Double]) throws -> Double
  ) rethrows -> [Double] {
    var moved = parameters
    return try parameters.indices.map { k in
      moved[k] = parameters[k] + step
      let above = try value(moved)
      moved[k] = parameters[k] - step
      let below = try value(moved)
      moved[k] = parameters[k]
      return (above - below) / (2 * step)
    }
  }

  /// Greatest difference, in units of the greatest value.
  static func error(_ gradient: [Double], _ wanted: [Double]) -> Double {
    guard gradient.count == wanted.count else { return .infinity }
    let scale = wanted.reduce(1e-9) { max($0, abs($1)) }
    return zip(gradient, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
  }

  static func withBatch<R: CriticReal, T>(
    _ fake: [R], _ real: [R], _ drives: [R], _ body: (WindowBatch<R>) throws -> T
  ) rethrows -> T {
    try fake.withUnsafeBufferPointer { fake in
      try real.withUnsafeBufferPointer { real in
        try drives.withUnsafeBufferPointer { try body(WindowBatch(fake: fake, real: real, drives: $0)) }
      }
    }
  }

  /// Loss and gradient of the generator, after the critic steps of `evaluate` or as the critic stands.
  static func generator<R: CriticReal>(
    _ loss: AdversarialLoss<R>, _ fake: [R], _ real: [R], _ drives: [R], training: Bool = false
  ) throws -> (value: GeneratorValue, gradient: [R]) {
    var gradient = [R](repeating: 7, count: loss.layout.count)
    let value = try withBatch(fake, real, drives) { batch in
      try gradient.withUnsafeMutableBufferPointer {
        training ? try loss.evaluate(batch, gradient: $0) : try loss.generatorLoss(batch, gradient: $0)
      }
    }
    return (value, gradient)
  }

  static func moments<R: CriticReal>(
    _ loss: EnsembleMoments<R>, _ fake: [R]
  ) throws -> (value: MomentValue, gradient: [R]) {
    var gradient = [R](repeating: 7, count: loss.layout.count)
    let value = try fake.withUnsafeBufferPointer { fake in
      try gradient.withUnsafeMutableBufferPointer { try loss.evaluate(fake: fake, gradient: $0) }
    }
    return (value, gradient)
  }
}

/// A few parameters moved by Adam.
struct SmallAdam {
  var values: [Double]
  var first: [Double]
  var second: [Double]
  var steps = 0.0

  init(_ values: [Double]) {
    self.values = values
    first = values.map { _ in 0 }
    second = first
  }

  mutating func step(_ gradient: [Double], rate: Double) {
    steps += 1
    for k in values.indices {
      first[k] = 0.9 * first[k] + 0.1 * gradient[k]
      second[k] = 0.99 * second[k] + 0.01 * gradient[k] * gradient[k]
      let scale = 1 - Maths.exp(steps * Maths.log(0.99))
      let rise = 1 - Maths.exp(steps * Maths.log(0.9))
      values[k] -= rate * first[k] / rise / ((second[k] / scale).squareRoot() + 1e-9)
    }
  }
}
