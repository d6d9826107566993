import TrainingKernels

extension TwinShape {
  /// The shape of a twin of `trace` that remembers `structure`.
  ///
  /// - Parameter context: numbers a device.
  init(_ trace: PreparedTrace, _ structure: TwinStructure, _ options: TwinFitOptions, context: Int = 0) {
    self.init()
    drives = trace.driveCount
    driveTaps = structure.driveDelays + 1
    observables = trace.responseCount
    responseTaps = structure.responseDelays + 1
    auxiliaries = structure.auxiliaries * trace.responseCount
    self.context = context
    driftWidths = options.driftWidths
    diffusionWidths = options.diffusionWidths
    activation = options.activation
    solver = options.solver
    substeps = options.substeps
    noise = options.noise
    noisyRows = options.noiseOn ?? Array(0..<trace.responseCount)
    fullSources = options.noiseSources
  }

  /// Observables that carry no driving noise.
  var quietObservables: [Int] { (0..<observables).filter { !noisyRows.contains($0) } }
}
