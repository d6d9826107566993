import CTrainingKernels
import Numerics
import TrainingKernels
import TwinModel

/// What one test asks of the kernels: a random model, random data, and the seed that makes both again. All numbers are
/// exact in single precision, so that precisions differ by their arithmetic alone.
struct ModelCase: CustomStringConvertible {
  /// What is varied by plan rather than by chance.
  struct Kind: Sendable, CustomStringConvertible {
    var solver = TwinSolver.eulerMaruyama
    var substeps = 1
    var noise = NoiseShape.diagonal
    var constantNoise = false
    var activation = Activation.tanh
    var auxiliaries: Int?
    var observables: Int?
    var context: Int?
    /// Only rows of observables are noisy.
    var onlyObservables = false
    var limited = false
    var widths: [Int]?
    /// Inputs in all, the newest drive and observables first; the rest are earlier drives. No context.
    var inputs: Int?

    var description: String {
      "\(solver) x \(substeps), \(constantNoise ? "constant " : "")\(noise) noise, \(activation)"
        + (limited ? ", limited" : "")
    }
  }

  static let lanes = Int(TK_LANES)
  let kind: Kind
  let seed: UInt64
  let shape: TwinShape
  let model: KernelModel
  let steps: Int
  let parameters: [Double]
  /// [driveTaps - 1 + steps][drives][32]
  let drives: [Double]
  /// [context][32]
  let context: [Double]
  /// [responseTaps + steps][observables][32]: the first responseTaps are the history, the others targets.
  let path: [Double]
  /// [auxiliaries][32]
  let auxiliary: [Double]
  /// [steps][substeps * sources][32]; empty for none.
  let noise: [Double]
  /// [steps][32]
  let weights: [Double]
  /// Random coefficients of a linear functional of path and auxiliaries.
  let pathSlopes: [Double]
  let auxiliarySlopes: [Double]

  init(_ kind: Kind, seed: UInt64, steps: Int = 4, ordinary: Bool = false) {
    self.kind = kind
    self.seed = seed
    self.steps = steps
    var random = RandomStream(seed: seed, stream: 61)
    let shape = Self.shape(kind, &random)
    self.shape = shape
    let model = KernelModel(shape)
    self.model = model
    func uniform(_ count: Int, _ range: ClosedRange<Double>) -> [Float] {
      (0..<count).map { _ in Float(random.uniform(in: range)) }
    }
    func normals(_ count: Int, _ size: Double) -> [Double] {
      (0..<count).map { _ in Double(Float(size * random.normal())) }
    }
    model.setDriftGain(uniform(shape.observables, 0.2...0.5))
    let rows = shape.noisyRows.count
    model.setNoise(gain: uniform(rows, 0.1...0.4), floor: uniform(rows, 0.01...0.05))
    if kind.limited {
      model.setRange((uniform(shape.observables, -1.2 ... -0.6), uniform(shape.observables, 0.6...1.2)))
    }
    let inputs = shape.taps + shape.context
    var parameters = Self.weights(inputs, shape.driftWidths + [shape.observables], &random)
    if shape.noise != .none {
      parameters += Self.weights(
        shape.diffusionWidths == nil ? 0 : inputs, (shape.diffusionWidths ?? []) + [shape.diffusionOutputs], &random)
    }
    let pairs = shape.observables * shape.auxiliaries
    let injects = random.below(3) > 0
    parameters += normals(pairs, 0.4)
    parameters += uniform(shape.auxiliaries, -1.5...0.5).map { Double($0) }
    parameters += normals(pairs, 0.5).map { injects ? $0 : 0 }
    self.parameters = parameters
    let lanes = Self.lanes
    drives = normals((shape.driveTaps - 1 + steps) * shape.drives * lanes, 0.7)
    context = normals(shape.context * lanes, 0.5)
    path = normals((shape.responseTaps + steps) * shape.observables * lanes, 0.5)
    auxiliary = normals(shape.auxiliaries * lanes, 0.3)
    noise = ordinary ? [] : normals(steps * shape.noisesPerStep * lanes, 1)
    weights = (0..<(steps * lanes)).map { _ in random.below(5) == 0 ? 0 : Double(Float(random.uniform(in: 0.5...1.5))) }
    pathSlopes = normals(path.count, 1)
    auxiliarySlopes = normals((steps + 1) * auxiliary.count, 1)
  }

  /// Variance added to every predicted one; enough of it to invert a large covariance in single precision.
  var jitter: Double { shape.observables > 8 || shape.substeps > 1 ? 0.125 : 0.0078125 }

  var description: String {
    "seed \(seed): \(kind); \(shape.observables) observables x \(shape.responseTaps), \(shape.drives) drives x "
      + "\(shape.driveTaps), \(shape.auxiliaries) auxiliaries, context \(shape.context), rows \(shape.noisyRows), "
      + "nets \(shape.driftWidths) \(shape.diffusionWidths.map { "\($0)" } ?? "constant")"
  }

  private static func shape(_ kind: Kind, _ random: inout RandomStream) -> TwinShape {
    func pick<T>(_ values: [T]) -> T { values[Int(random.below(UInt32(values.count)))] }
    var shape = TwinShape()
    shape.solver = kind.solver
    shape.substeps = kind.substeps
    shape.noise = kind.noise
    shape.activation = kind.activation
    shape.observables = kind.observables ?? pick([1, 1, 2, 3])
    shape.drives = pick([1, 1, 2])
    shape.driveTaps = 1 + Int(random.below(5))
    shape.responseTaps = 1 + Int(random.below(5))
    shape.auxiliaries = kind.auxiliaries ?? Int(random.below(3))
    shape.context = kind.context ?? pick([0, 0, 3])
    if let inputs = kind.inputs {
      (shape.drives, shape.responseTaps, shape.context) = (1, 1, 0)
      shape.driveTaps = max(1, inputs - shape.observables)
    }
    let widths = [1, 3, 5, 8, 9, 13, 17, 22]
    shape.driftWidths = kind.widths ?? (0..<Int(random.below(4))).map { _ in pick(widths) }
    shape.diffusionWidths =
      kind.constantNoise ? nil : kind.inputs == nil ? pick([[], [6], [18], [9, 5]]) : kind.widths
    if random.below(4) == 0 { shape.diffusionActivation = pick(Activation.allCases) }
    shape.fullSources = 1 + Int(random.below(3))
    let rows = shape.observables + (kind.onlyObservables ? 0 : shape.auxiliaries)
    shape.noisyRows = (0..<rows).filter { _ in random.below(3) > 0 }
    if shape.noisyRows.isEmpty { shape.noisyRows = [rows - 1] }
    if kind.noise == .none { shape.noisyRows = [] }
    return shape
  }

  /// Weights of a net, of a size that keeps its units lively.
  static func weights(_ inputs: Int, _ widths: [Int], _ random: inout RandomStream) -> [Double] {
    var values: [Double] = []
    var below = inputs
    for width in widths {
      let size = 0.9 / Double(max(1, below)).squareRoot()
      for _ in 0..<(width * below) { values.append(Double(Float(size * random.normal()))) }
      for _ in 0..<width { values.append(Double(Float(0.3 * random.normal()))) }
      below = width
    }
    return values
  }
}
