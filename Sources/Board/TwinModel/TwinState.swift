import CTwinStep

/// A twin at work: its parameters, the drives and responses it remembers, and scratch space. A step allocates nothing.
public struct TwinState: Sendable {
  let cell: TwinCell
  var memory: [Float]

  public var parameters: TwinParameters { cell.parameters }
  var layout: TwinLayout { cell.layout }

  /// A device that has been at `responses` under `drives` for as long as the twin remembers; missing values are 0.
  public init(_ parameters: TwinParameters, drives: [Float], responses: [Float]) {
    self.init(parameters, drives: drives, responses: responses, isa: ts_best_isa())
  }

  /// A device that has been at `response` under `drive`, each drive and observable, for as long as the twin remembers.
  public init(_ parameters: TwinParameters, drive: Float = 0, response: Float = 0) {
    self.init(
      parameters, drives: [Float](repeating: drive, count: parameters.drives),
      responses: [Float](repeating: response, count: parameters.observables))
  }

  /// As above, by the kernels of one instruction set, which the CPU must have: for tests.
  package init(_ parameters: TwinParameters, drives: [Float], responses: [Float], isa: Int32) {
    let cell = TwinCell(parameters, isa: isa)
    memory = [Float](repeating: 0, count: cell.layout.size)
    memory.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { cell.start(base, drives: drives, responses: responses) }
    }
    self.cell = cell
  }

  /// Standard normal deviates a step takes: sources, substep by substep.
  public var noisesPerStep: Int { parameters.noisesPerStep }

  /// The latest response of the first observable, channel units.
  public var response: Float { memory[layout.latest] }

  /// The latest response of observable `index`, channel units; 0 where there is none such.
  public func response(_ index: Int) -> Float {
    index >= 0 && index < parameters.observables ? memory[layout.latest + index] : 0
  }

  /// The latest responses [observables], channel units. Allocates.
  public var responses: [Float] { Array(memory[layout.latest..<layout.latest + parameters.observables]) }

  /// The auxiliaries [N_a]. Allocates.
  public var auxiliaries: [Float] {
    let start = layout.state + parameters.observables
    return Array(memory[start..<start + parameters.auxiliaries])
  }

  /// Replaces the memory by measured values, newest first: `drives` [at least driveTaps - 1, drives] those already
  /// applied, `responses` [at least responseTaps, observables]; auxiliaries become 0. Returns false, and changes
  /// nothing, if there are too few.
  public mutating func recall(drives past: [Float], responses measured: [Float]) -> Bool {
    let (ns, nx) = (parameters.drives, parameters.observables)
    guard past.count >= (parameters.driveTaps - 1) * ns, measured.count >= parameters.responseTaps * nx else {
      return false
    }
    // A step moves the drives before it writes its own, so the past stands one place further forward.
    for tap in 0..<parameters.driveTaps where past.count >= (tap + 1) * ns {
      for j in 0..<ns { remember(drive: past[tap * ns + j], j, at: tap) }
    }
    for tap in 0..<parameters.responseTaps {
      for i in 0..<nx { remember(response: measured[tap * nx + i], i, at: tap) }
    }
    for k in 0..<parameters.auxiliaries { memory[layout.state + nx + k] = 0 }
    return true
  }

  /// Puts `measured` [observables] in the place of the latest responses, so that the next step starts from the device's
  /// own state. Returns false, and changes nothing, unless there are as many as observables.
  public mutating func correct(_ measured: [Float]) -> Bool {
    guard measured.count == parameters.observables else { return false }
    for i in 0..<measured.count { remember(response: measured[i], i, at: 0) }
    return true
  }

  /// Puts `measured` in the place of the first observable's latest response.
  public mutating func correct(response measured: Float) { remember(response: measured, 0, at: 0) }

  private mutating func remember(drive: Float, _ j: Int, at tap: Int) {
    let cell = cell
    withMemory { cell.remember($0, drive: drive, j, at: tap) }
  }

  private mutating func remember(response: Float, _ i: Int, at tap: Int) {
    let cell = cell
    withMemory { cell.remember($0, response: response, i, at: tap) }
  }

  /// The working memory, for as long as `body` runs.
  @inline(__always)
  mutating func withMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    memory.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { body(base) } }
  }
}
