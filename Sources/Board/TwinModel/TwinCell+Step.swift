extension TwinCell {
  /// One control sample. A stride of 0 uses the first drive at each place, the first deviates in each substep and, where
  /// there are several sources, one deviate for all.
  func step(
    _ base: UnsafeMutablePointer<Float>, drives: UnsafePointer<Float>, driveStride: Int = 1,
    noise: UnsafePointer<Float>?, noiseStride: Int = 1
  ) {
    var field = field(base)
    let state = base + layout.state
    field.begin(drives, stride: driveStride)
    advance(&field, base, noise, stride: noiseStride, variance: false)
    field.clamp(state)
    field.finish(state)
  }

  /// Runs the solver over one sample, without keeping responses in range; `variance` asks for each observable's one-step noise variance too.
  func advance(
    _ field: inout TwinField, _ base: UnsafeMutablePointer<Float>, _ noise: UnsafePointer<Float>?, stride: Int,
    variance wanted: Bool
  ) {
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
