import Numerics

/// A twin at work: its parameters, the drives and responses it remembers, and scratch space. A step allocates nothing.
public struct TwinState: Sendable {
  public let parameters: TwinParameters
  // Newest first; the drive's first place is filled by `step`.
  private var drives: [Float]
  private var responses: [Float]
  private var inputs: [Float]
  private var scratch: [Float]
  private let noiseGain: Float

  /// A device that has been at `response` under `drive` for as long as the twin remembers.
  public init(_ parameters: TwinParameters, drive: Float = 0, response: Float = 0) {
    self.parameters = parameters
    drives = [Float](repeating: drive, count: parameters.driveTaps)
    responses = [Float](repeating: response, count: parameters.responseTaps)
    inputs = [Float](repeating: 0, count: parameters.taps)
    let broadest = max(parameters.drift.broadest, parameters.diffusion.broadest)
    scratch = [Float](repeating: 0, count: 2 * broadest)
    noiseGain = parameters.timeStep.squareRoot()
  }

  /// The latest response.
  public var response: Float { responses[0] }

  /// Replaces the memory by measured values, newest first: `drives` those already applied (at least driveTaps - 1),
  /// `responses` at least responseTaps. Returns false, and changes nothing, if there are too few.
  public mutating func recall(drives past: [Float], responses measured: [Float]) -> Bool {
    guard past.count >= parameters.driveTaps - 1, measured.count >= parameters.responseTaps else { return false }
    drives[0] = past.isEmpty ? drives[0] : past[0]
    // `step` shifts before it writes, so the past stands one place further forward.
    for index in 0..<(parameters.driveTaps - 1) { drives[index] = past[index] }
    for index in 0..<parameters.responseTaps { responses[index] = measured[index] }
    return true
  }

  /// Puts `measured` in the place of the latest response, so that the next step starts from the device's own state.
  public mutating func correct(response measured: Float) { responses[0] = measured }

  /// Applies `drive` for one step and returns the response at its end.
  ///
  /// - Parameters:
  ///   - drive: in channel units, -1 to 1.
  ///   - noise: a standard normal deviate; 0 for the noiseless twin.
  public mutating func step(drive: Float, noise: Float) -> Float {
    var index = drives.count - 1
    while index > 0 {
      drives[index] = drives[index - 1]
      index -= 1
    }
    drives[0] = drive
    let old = responses[0]
    var change = increment(newest: old, shift: 0, noise: noise)
    if parameters.solver == .rungeKutta2 {
      change = 0.5 * (change + increment(newest: old + change, shift: 1, noise: noise))
    }
    var next = old + change
    if next < parameters.responseLow { next = parameters.responseLow }
    if next > parameters.responseHigh { next = parameters.responseHigh }
    index = responses.count - 1
    while index > 0 {
      responses[index] = responses[index - 1]
      index -= 1
    }
    responses[0] = next
    return next
  }

  // F dt + G sqrt(dt) noise with `newest` in front and the remembered responses `shift` places older.
  private mutating func increment(newest: Float, shift: Int, noise: Float) -> Float {
    let p = parameters
    for index in 0..<p.driveTaps {
      inputs[index] = (drives[index] - p.driveOffset) * p.driveScale
    }
    for index in 0..<p.responseTaps {
      let value = index == 0 ? newest : responses[index - shift]
      inputs[p.driveTaps + index] = (value - p.responseOffset) * p.responseScale
    }
    for index in 0..<inputs.count { scratch[index] = inputs[index] }
    let drift = p.driftScale * p.timeStep * p.drift.evaluate(&scratch)
    if noise == 0 { return drift }
    for index in 0..<inputs.count { scratch[index] = inputs[index] }
    let size = p.diffusionScale * Maths.softplus(p.diffusion.evaluate(&scratch)) + p.diffusionFloor
    return drift + size * noiseGain * noise
  }
}
