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
    begin(s)
    advance(noise.baseAddress, variance: false)
    finish()
    return true
  }

  /// One control sample of a twin of one drive, observable, noise source and substep, and the response at its end. A
  /// twin with more of them gets the same drive and noise at each, and the first response is returned.
  ///
  /// - Parameters:
  ///   - drive: in channel units, -1 to 1.
  ///   - noise: a standard normal deviate; 0 for the noiseless twin.
  public mutating func step(drive: Float, noise: Float) -> Float {
    if parameters.drives == 1 {
      withUnsafePointer(to: drive) { begin($0) }
    } else {
      shiftDrives()
      for j in 0..<parameters.drives {
        memory[layout.inputs + j] = (drive - parameters.driveOffset[j]) * parameters.driveScale[j]
      }
    }
    if noise == 0 || noisesPerStep == 0 {
      advance(nil, variance: false)
    } else if noisesPerStep == 1 {
      withUnsafePointer(to: noise) { advance($0, variance: false) }
    } else {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: noisesPerStep) { all in
        all.initialize(repeating: noise)
        advance(all.baseAddress, variance: false)
      }
    }
    finish()
    return response
  }

  /// Moves the drives one place back and puts `drives` in front.
  mutating func begin(_ drives: UnsafePointer<Float>) {
    shiftDrives()
    for j in 0..<parameters.drives {
      memory[layout.inputs + j] = (drives[j] - parameters.driveOffset[j]) * parameters.driveScale[j]
    }
  }

  private mutating func shiftDrives() {
    let ns = parameters.drives
    var index = ns * parameters.driveTaps - 1
    while index >= ns {
      memory[layout.inputs + index] = memory[layout.inputs + index - ns]
      index -= 1
    }
  }

  /// Runs the solver over one sample; `variance` asks for each observable's one-step noise variance too.
  mutating func advance(_ noise: UnsafePointer<Float>?, variance wanted: Bool) {
    let (layout, tables, solver, substeps) = (layout, tables, parameters.solver, parameters.substeps)
    memory.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      var field = tables.field
      field.inputs = base + layout.inputs
      field.history = base + layout.history
      field.driftOut = base + layout.driftOut
      field.diffusionOut = base + layout.diffusionOut
      field.increments = base + layout.increments
      let variance = base + layout.variance
      for i in 0..<field.observables { variance[i] = 0 }
      var xi = noise
      for index in 0..<substeps {
        if wanted {
          field.addVariance(base + layout.state, phase: Float(index) / Float(substeps), to: variance)
        }
        solver.substep(
          &field, state: base + layout.state, index: index, of: substeps, noise: xi, scratch: base + layout.scratch)
        if let now = xi { xi = now + field.sources }
      }
    }
    clamp()
  }

  // What is not a number becomes the lower limit.
  private mutating func clamp() {
    for i in 0..<parameters.observables {
      var value = memory[layout.state + i]
      if !(value >= tables.low[i]) { value = tables.low[i] }
      if value > tables.high[i] { value = tables.high[i] }
      memory[layout.state + i] = value
    }
  }

  /// Takes the state's responses into the history and into channel units.
  mutating func finish() {
    let nx = parameters.observables
    var index = nx * parameters.responseTaps - 1
    while index >= nx {
      memory[layout.history + index] = memory[layout.history + index - nx]
      index -= 1
    }
    for i in 0..<nx {
      let value = memory[layout.state + i]
      memory[layout.history + i] = value
      var response = value * tables.unit[i] + parameters.responseOffset[i]
      if response < parameters.responseLow[i] { response = parameters.responseLow[i] }
      if response > parameters.responseHigh[i] { response = parameters.responseHigh[i] }
      memory[layout.latest + i] = response
    }
  }
}
