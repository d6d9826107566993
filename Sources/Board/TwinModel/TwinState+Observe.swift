extension TwinState {
  /// Compares one control sample of the device with what its twin expects from the device's own past, and takes the
  /// measurement into the memory. Allocates nothing.
  ///
  ///     residual_i = (measured_i - mean_i) / sd_i,   a <- a + observer (measured - mean)
  ///
  /// The mean is the noiseless step; the sd is that of the noise of the substeps, each taken where the noiseless path
  /// begins it, times `residualScale`. An observable without noise has residual 0, and so has one that is measured at
  /// the end of its range where the mean lies beyond it. A measurement that is not finite gets
  /// a residual that is not a number, and the mean takes its place in the memory.
  ///
  /// - Parameters:
  ///   - drives: [drives] applied over the sample, channel units.
  ///   - measured: [observables] at its end, channel units.
  ///   - residuals: [observables], written.
  /// - Returns: false, with nothing changed, where there are too few of any.
  public mutating func observe(
    drives: UnsafeBufferPointer<Float>, measured: UnsafeBufferPointer<Float>,
    residuals: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard drives.count >= parameters.drives, measured.count >= parameters.observables,
      residuals.count >= parameters.observables, let s = drives.baseAddress
    else { return false }
    let cell = cell
    withMemory { cell.observe($0, drives: s, measured: measured, residuals: residuals) }
    return true
  }

  /// As `observe(drives:measured:residuals:)` for arrays.
  public mutating func observe(drives: [Float], measured: [Float], residuals: inout [Float]) -> Bool {
    drives.withUnsafeBufferPointer { s in
      measured.withUnsafeBufferPointer { x in
        residuals.withUnsafeMutableBufferPointer { observe(drives: s, measured: x, residuals: $0) }
      }
    }
  }

  /// One control sample of a twin of one drive and one observable: its standardised residual. 0 for a larger twin.
  public mutating func observe(drive: Float, measured: Float) -> Float {
    guard parameters.drives == 1, parameters.observables == 1 else { return 0 }
    var residual: Float = 0
    withUnsafePointer(to: drive) { s in
      withUnsafePointer(to: measured) { x in
        withUnsafeMutablePointer(to: &residual) {
          _ = observe(
            drives: UnsafeBufferPointer(start: s, count: 1), measured: UnsafeBufferPointer(start: x, count: 1),
            residuals: UnsafeMutableBufferPointer(start: $0, count: 1))
        }
      }
    }
    return residual
  }
}

extension TwinCell {
  fileprivate func observe(
    _ base: UnsafeMutablePointer<Float>, drives: UnsafePointer<Float>, measured: UnsafeBufferPointer<Float>,
    residuals: UnsafeMutableBufferPointer<Float>
  ) {
    let (nx, na) = (parameters.observables, parameters.auxiliaries)
    let state = base + layout.state
    var field = field(base)
    field.begin(drives)
    advance(&field, base, nil, stride: 1, variance: true)
    for i in 0..<nx {
      let (low, high) = (field.low[i], field.high[i])
      guard measured[i].isFinite else {
        residuals[i] = .nan
        state[i] = state[i] >= low ? min(state[i], high) : low
        continue
      }
      let value = (measured[i] - parameters.responseOffset[i]) * parameters.responseScale[i]
      let beyond = (value >= high && state[i] >= high) || (value <= low && state[i] <= low)
      let error = beyond ? 0 : value - state[i]
      let sd = base[layout.variance + i].squareRoot() * parameters.residualScale[i]
      residuals[i] = sd > 0 ? error / sd : 0
      for k in 0..<na { state[nx + k] += parameters.observer[k * nx + i] * error }
      state[i] = value
    }
    field.finish(state)
    for i in 0..<nx where measured[i].isFinite { base[layout.latest + i] = measured[i] }
  }
}
