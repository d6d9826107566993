extension TwinState {
  /// Applies `drives` for one control sample; afterwards `responses` are those at its end.
  ///
  /// - Parameters:
  ///   - drives: [drives], channel units.
  ///   - noise: [substeps, sources] standard normal deviates; empty for the noiseless twin.
  /// - Returns: false, with nothing changed, where there are too few of either.
  public mutating func step(drives: [Float], noise: [Float] = []) -> Bool {
    drives.withUnsafeBufferPointer { s in noise.withUnsafeBufferPointer { xi in step(drives: s, noise: xi) } }
  }

  /// As `step(drives:noise:)` for arrays.
  public mutating func step(drives: UnsafeBufferPointer<Float>, noise: UnsafeBufferPointer<Float>) -> Bool {
    guard drives.count >= parameters.drives, let s = drives.baseAddress else { return false }
    guard noise.isEmpty || noise.count >= noisesPerStep else { return false }
    let (cell, xi) = (cell, noise.baseAddress)
    withMemory { cell.step($0, drives: s, noise: noise.isEmpty ? nil : xi) }
    return true
  }

  /// One control sample of a twin of one drive, observable, noise source and substep, and the response at its end. A
  /// twin with more of them gets the same drive and noise at each, and the first response is returned.
  ///
  /// - Parameters:
  ///   - drive: in channel units, -1 to 1.
  ///   - noise: a standard normal deviate; 0 for the noiseless twin.
  public mutating func step(drive: Float, noise: Float) -> Float {
    let cell = cell
    withUnsafePointer(to: drive) { s in
      withUnsafePointer(to: noise) { xi in
        withMemory { cell.step($0, drives: s, driveStride: 0, noise: noise == 0 ? nil : xi, noiseStride: 0) }
      }
    }
    return response
  }
}
