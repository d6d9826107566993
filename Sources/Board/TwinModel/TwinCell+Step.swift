extension TwinCell {
  /// One control sample. A stride of 0 uses the first drive at each place, the first deviates in each substep and, where
  /// there are several sources, one deviate for all.
  func step(
    _ base: UnsafeMutablePointer<Float>, drives: UnsafePointer<Float>, driveStride: Int = 1,
    noise: UnsafePointer<Float>?, noiseStride: Int = 1
  ) {
    begin(base, drives, stride: driveStride)
    advance(base, noise, stride: noiseStride, variance: false)
    clamp(base + layout.state)
    finish(base, base + layout.state)
  }

  /// Runs the solver over one sample, without keeping responses in range; `variance` asks for each observable's one-step noise variance too.
  func advance(
    _ base: UnsafeMutablePointer<Float>, _ noise: UnsafePointer<Float>?, stride: Int, variance wanted: Bool
  ) {
    var field = field(base)
    field.noiseStride = stride
    let (state, scratch, variance) = (base + layout.state, base + layout.scratch, base + layout.variance)
    let (solver, substeps) = (parameters.solver, parameters.substeps)
    if wanted {
      for i in 0..<field.observables { variance[i] = 0 }
    }
    var xi = noise
    for index in 0..<substeps {
      if wanted { field.addVariance(state, phase: Float(index) / Float(substeps), to: variance) }
      solver.substep(&field, state: state, index: index, of: substeps, noise: xi, scratch: scratch)
      if let now = xi { xi = now + field.sources * stride }
    }
  }
}
