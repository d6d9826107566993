import CTrainingKernels
import TrainingKernels

/// A case laid out in memory for one instruction set, and its losses with their gradients.
final class KernelRun<Number: BinaryFloatingPoint> {
  enum Loss: Sendable { case path, likelihood, unscented }

  /// Inputs of a loss that lie together, and where their gradient comes out.
  struct Part {
    let name: String
    let values: Rows<Number>
    let gradient: Rows<Number>
    let range: Range<Int>

    var slope: [Double] { range.map { gradient[$0] } }
  }

  static var startValue: Double { 0.25 }
  let test: ModelCase
  let isa: Int32
  let loss: Loss
  let recompute: Bool
  let parameters, drives, context, path, auxiliary, noise, target, weights: Rows<Number>
  let gradients: (parameters: Rows<Number>, drives: Rows<Number>, context: Rows<Number>)
  let pathGradient, auxiliaryGradient, residuals, errors, scratch: Rows<Number>
  private var model: tk_model

  init(_ test: ModelCase, _ loss: Loss, isa: Int32, recompute: Bool = false) {
    self.test = test
    self.isa = isa
    self.loss = loss
    self.recompute = recompute
    let shape = test.shape
    model = test.model.c
    parameters = Rows(test.parameters)
    drives = Rows(test.drives)
    context = Rows(test.context)
    path = Rows(test.path)
    target = Rows(test.path)
    auxiliary = Rows(test.auxiliary + [Double](repeating: 0, count: test.steps * test.auxiliary.count))
    noise = Rows(test.noise)
    weights = Rows(test.weights)
    gradients = (Rows(count: parameters.count), Rows(count: drives.count), Rows(count: context.count))
    pathGradient = Rows(count: path.count)
    auxiliaryGradient = Rows(count: auxiliary.count)
    residuals = Rows(count: test.steps * shape.observables * ModelCase.lanes)
    errors = Rows(count: residuals.count)
    scratch = Rows(scratch: tk_rollout_scratch(isa, &model, Int32(test.steps), recompute ? 1 : 0))
  }

  var parts: [Part] {
    let at = test.model.layout
    let ends = [at.drift, at.diffusion, at.coupling, at.rates, at.injection, at.end].map { Int($0) }
    var parts = zip(["drift", "diffusion", "coupling", "rates", "injection"], zip(ends, ends.dropFirst())).map {
      Part(name: $0, values: parameters, gradient: gradients.parameters, range: $1.0..<$1.1)
    }
    if loss == .path {
      let history = test.shape.responseTaps * test.shape.observables * ModelCase.lanes
      parts += [
        Part(name: "history", values: path, gradient: pathGradient, range: 0..<history),
        Part(name: "auxiliaries", values: auxiliary, gradient: auxiliaryGradient, range: 0..<test.auxiliary.count),
        Part(name: "drives", values: drives, gradient: gradients.drives, range: 0..<drives.count),
        Part(name: "context", values: context, gradient: gradients.context, range: 0..<context.count),
      ]
    }
    if loss == .likelihood {
      parts.append(Part(name: "context", values: context, gradient: gradients.context, range: 0..<context.count))
    }
    return parts.filter { !$0.range.isEmpty }
  }

  /// The loss at the present values; with `gradient`, what the parts' gradients hold is its gradient.
  func evaluate(gradient: Bool = false) -> Double {
    var rollout = tk_rollout(
      steps: Int32(test.steps), drives: UnsafeRawPointer(drives.raw), context: UnsafeRawPointer(context.raw),
      path: path.raw, auxiliary: auxiliary.raw, noise: test.noise.isEmpty ? nil : UnsafeRawPointer(noise.raw))
    if gradient {
      // Kernels add: what stood there before must stay.
      for buffer in [gradients.parameters, gradients.drives, gradients.context] { buffer.fill(Self.startValue) }
    }
    var value = 0.0
    if loss == .path {
      tk_forward(isa, &model, parameters.raw, &rollout, recompute ? 1 : 0, scratch.raw)
      value = score(gradient)
      if gradient {
        var sinks = tk_gradients(
          path: pathGradient.raw, auxiliary: auxiliaryGradient.raw, drives: gradients.drives.raw,
          context: gradients.context.raw, parameters: gradients.parameters.raw)
        tk_backward(isa, &model, parameters.raw, &rollout, recompute ? 1 : 0, &sinks, scratch.raw)
      }
    } else {
      var asked = tk_transitions(
        weights: UnsafeRawPointer(weights.raw), jitter: test.jitter, residuals: residuals.raw, errors: errors.raw,
        context: gradient && loss == .likelihood ? gradients.context.raw : nil)
      let sink = gradient ? gradients.parameters.raw : nil
      value =
        loss == .likelihood
        ? tk_likelihood(isa, &model, parameters.raw, &rollout, &asked, sink, scratch.raw)
        : tk_unscented(isa, &model, parameters.raw, &rollout, &asked, sink, scratch.raw)
    }
    if gradient {
      for buffer in [gradients.parameters, gradients.drives, gradients.context] {
        for index in 0..<buffer.count { buffer[index] -= Self.startValue }
      }
    }
    return value
  }

  // Squared error of the path plus a linear functional of path and auxiliaries.
  private func score(_ gradient: Bool) -> Double {
    let width = test.shape.observables
    let offset = test.shape.responseTaps * width * ModelCase.lanes
    let size = MemoryLayout<Number>.stride
    if gradient { pathGradient.fill(0) }
    var value = tk_squared_error(
      isa, Int32(test.steps), Int32(width), path.raw + offset * size, target.raw + offset * size, weights.raw, 0.75,
      gradient ? pathGradient.raw + offset * size : nil)
    for index in 0..<path.count {
      value += test.pathSlopes[index] * path[index]
      if gradient { pathGradient[index] += test.pathSlopes[index] }
    }
    for index in 0..<auxiliary.count {
      value += test.auxiliarySlopes[index] * auxiliary[index]
      if gradient { auxiliaryGradient[index] = test.auxiliarySlopes[index] }
    }
    return value
  }

  /// Whether no kernel wrote past the end of anything.
  var isIntact: Bool {
    [
      parameters, drives, context, path, auxiliary, noise, target, weights, gradients.parameters, gradients.drives,
      gradients.context, pathGradient, auxiliaryGradient, residuals, errors, scratch,
    ].allSatisfy { $0.isIntact }
  }
}
