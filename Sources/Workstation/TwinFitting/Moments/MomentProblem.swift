import CTrainingKernels
import TrainingKernels

/// A loss of `MomentTwinFitter` and its gradient in double precision, as a function of the model's parameters: the same
/// source that trains, for tests against finite differences.
package struct MomentProblem {
  package enum Loss: Sendable, CaseIterable { case mean, covariance, likelihood }

  private let data: PreparedMoments
  private let model: KernelModel
  private let session: MomentSession
  /// The parameters a fit starts from.
  package let start: [Double]

  package init(_ data: MomentData, options: MomentFitOptions, seed: UInt64) throws(MomentFitError) {
    self.data = try PreparedMoments(data, options: options, seed: seed)
    session = MomentSession(self.data, options: options, seed: seed)
    model = session.model
    start = session.parameters.plain.array.prefix(model.parameterCount).map { Double($0) }
  }

  /// Value and gradient over all points.
  package func value(_ loss: Loss, at parameters: [Double]) -> (value: Double, gradient: [Double]) {
    guard parameters.count == model.parameterCount else { return (.nan, []) }
    let noisy = loss != .mean
    let kind: MomentLoss.Kind = loss == .mean ? .mean : loss == .covariance ? .covariance : .likelihood
    let most = 2 * data.states * (1 + (noisy ? session.options.substeps : 0)) + 1
    let tiles = MomentTiles<Double>(
      model, isa: Int32(TK_ISA_DOUBLE), noisy: noisy, lambda: session.options.spread,
      tiles: (most + KernelModel.lanes - 1) / KernelModel.lanes)
    let plain = AlignedBuffer(bytes: 8 * parameters.count)
    let slopes = AlignedBuffer(bytes: 8 * parameters.count)
    let values = plain.raw.assumingMemoryBound(to: Double.self)
    for (index, value) in parameters.enumerated() { values[index] = value }
    let sum = tiles.loss(
      data, Array(data.points.indices)[...], session.loss(kind), parameters: UnsafeRawPointer(plain.raw),
      gradient: slopes.raw)
    return (
      sum, Array(UnsafeBufferPointer(start: slopes.raw.assumingMemoryBound(to: Double.self), count: parameters.count))
    )
  }
}
