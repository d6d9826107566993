import CTwinStep

/// What a step of one twin does with its working memory, wherever that lies.
struct TwinCell: Sendable {
  let parameters: TwinParameters
  let tables: TwinTables
  let layout: TwinLayout

  init(_ parameters: TwinParameters, isa: Int32) {
    self.parameters = parameters
    tables = TwinTables(parameters, isa: isa)
    layout = TwinLayout(parameters)
  }

  /// The equation over the memory at `base`.
  func field(_ base: UnsafeMutablePointer<Float>) -> TwinField {
    var field = tables.field
    field.inputs = base + layout.inputs
    field.history = base + layout.history
    field.driftOut = base + layout.driftOut
    field.diffusionOut = field.constantDiffusion ?? base + layout.diffusionOut
    field.increments = base + layout.increments
    field.latest = base + layout.latest
    return field
  }

  /// Fills the memory: each drive and observable has been there for as long as the twin remembers; missing ones at 0.
  func start(_ base: UnsafeMutablePointer<Float>, drives: [Float], responses: [Float]) {
    for index in 0..<layout.size { base[index] = 0 }
    for tap in 0..<parameters.driveTaps {
      for j in 0..<min(parameters.drives, drives.count) { remember(base, drive: drives[j], j, at: tap) }
    }
    for tap in 0..<parameters.responseTaps {
      for i in 0..<min(parameters.observables, responses.count) {
        remember(base, response: responses[i], i, at: tap)
      }
    }
  }

  func remember(_ base: UnsafeMutablePointer<Float>, drive: Float, _ j: Int, at tap: Int) {
    base[layout.inputs + tap * parameters.drives + j] = (drive - parameters.driveOffset[j]) * parameters.driveScale[j]
  }

  func remember(_ base: UnsafeMutablePointer<Float>, response: Float, _ i: Int, at tap: Int) {
    let value = (response - parameters.responseOffset[i]) * parameters.responseScale[i]
    base[layout.history + tap * parameters.observables + i] = value
    if tap == 0 {
      base[layout.state + i] = value
      base[layout.latest + i] = response
    }
  }
}
