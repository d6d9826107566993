/// Runs under one input, of a device or of its twin, in channel units or normalised (the same for both).
public struct RepeatEnsemble: Sendable, Equatable {
  public var repeats: Int
  public var steps: Int
  public var observables: Int
  /// Row-major `[repeats][steps][observables]`.
  public var values: [Float]

  /// Missing values are filled with zeros, surplus ones dropped.
  public init(repeats: Int, steps: Int, observables: Int = 1, values: [Float]) {
    self.repeats = max(0, repeats)
    self.steps = max(0, steps)
    self.observables = max(0, observables)
    let count = self.repeats * self.steps * self.observables
    self.values = values.count == count ? values : (0..<count).map { $0 < values.count ? values[$0] : 0 }
  }
}

/// A held-out input with the device's repeats of it.
public struct HeldOutInput: Sendable, Equatable {
  /// Row-major `[steps][driveCount]`, of the steps compared.
  public var drives: [Float]
  public var driveCount: Int
  public var device: RepeatEnsemble

  public init(drives: [Float], driveCount: Int = 1, device: RepeatEnsemble) {
    self.drives = drives
    self.driveCount = max(1, driveCount)
    self.device = device
  }
}

/// Runs a twin under held-out inputs.
///
/// Copy c of input i must start from the measured history of the device's repeat c % repeats, so that groups of as many
/// copies as repeats have the device's spread of starts; the same seed must give the same runs.
public protocol EnsembleSimulator {
  func simulate(input: Int, copies: Int, seed: UInt64) -> RepeatEnsemble
}
