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
    field.diffusionOut = base + layout.diffusionOut
    field.increments = base + layout.increments
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

  /// Moves the drives one place back and puts `drives` [drives] in front; `stride` 0 puts the first one at each place.
  func begin(_ base: UnsafeMutablePointer<Float>, _ drives: UnsafePointer<Float>, stride: Int = 1) {
    let inputs = base + layout.inputs
    let (field, tables) = (tables.field, tables)
    let ns = field.drives
    var index = ns * field.driveTaps - 1
    while index >= ns {
      inputs[index] = inputs[index - ns]
      index -= 1
    }
    for j in 0..<ns { inputs[j] = (drives[j * stride] - tables.driveOffset[j]) * tables.driveScale[j] }
  }

  /// Keeps the responses within their range; what is not a number becomes the lower limit.
  func clamp(_ state: UnsafeMutablePointer<Float>) {
    let tables = tables
    for i in 0..<tables.field.observables {
      var value = state[i]
      if !(value >= tables.low[i]) { value = tables.low[i] }
      if value > tables.high[i] { value = tables.high[i] }
      state[i] = value
    }
  }

  /// Takes the responses of `state` into the history and into channel units.
  func finish(_ base: UnsafeMutablePointer<Float>, _ state: UnsafeMutablePointer<Float>) {
    let (tables, nx) = (tables, tables.field.observables)
    let history = base + layout.history
    let latest = base + layout.latest
    var index = nx * tables.field.responseTaps - 1
    while index >= nx {
      history[index] = history[index - nx]
      index -= 1
    }
    for i in 0..<nx {
      history[i] = state[i]
      var response = state[i] * tables.unit[i] + tables.responseOffset[i]
      // By the normalised value: an end of the range comes out as just that, however the product rounds.
      if state[i] <= tables.low[i] || response < tables.channelLow[i] { response = tables.channelLow[i] }
      if state[i] >= tables.high[i] || response > tables.channelHigh[i] { response = tables.channelHigh[i] }
      latest[i] = response
    }
  }
}
