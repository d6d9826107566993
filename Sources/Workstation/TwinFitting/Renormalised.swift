import TwinModel

/// An earlier twin's drift in the units of a new trace, to start a refit from.
struct Renormalised {
  let drift: [Float]

  /// Nil if the shapes differ.
  init?(_ twin: TwinParameters, trace: PreparedTrace, options: TwinFitOptions) {
    let net = twin.drift
    guard twin.drives == 1, twin.observables == 1, net.widths == options.driftWidths,
      twin.driveTaps == options.driveDelays + 1,
      twin.responseTaps == options.responseDelays + 1, twin.solver == options.solver
    else { return nil }
    var weights = net.weights
    let width = net.widths[0]
    for unit in 0..<width {
      var bias = net.weights[width * net.inputs + unit]
      for tap in 0..<net.inputs {
        let isDrive = tap < twin.driveTaps
        let oldScale = isDrive ? twin.driveScale[0] : twin.responseScale[0]
        let oldOffset = isDrive ? twin.driveOffset[0] : twin.responseOffset[0]
        let newScale = isDrive ? trace.driveScale : trace.responseScale
        let newOffset = isDrive ? trace.driveOffset : trace.responseOffset
        let weight = net.weights[unit * net.inputs + tap] * oldScale
        weights[unit * net.inputs + tap] = weight / newScale
        bias += weight * (newOffset - oldOffset)
      }
      weights[width * net.inputs + unit] = bias
    }
    // The output layer carries the ratio of the output scales.
    let last = net.widths[net.widths.count - 1]
    let ratio = twin.driftScale[0] / twin.responseScale[0] * twin.timeStep * trace.responseScale / trace.increment
    for index in (weights.count - last - 1)..<weights.count { weights[index] *= ratio }
    guard weights.allSatisfy({ $0.isFinite }) else { return nil }
    drift = weights
  }
}
