/// What a line of a virtual bench is joined to; the numbers stand in bench files.
public enum BenchLineKind: UInt8, Equatable, Sendable {
  /// The board sets it, tests look at it.
  case output = 0
  /// Tests set it, the board reads it.
  case input = 1
  /// The ready output of a converter.
  case ready = 2
}

/// One line of a virtual bench.
public struct BenchLine: Equatable, Sendable {
  public var kind: BenchLineKind
  /// Index of the converter of a ready line; 0 for others.
  public var chip: UInt8
  /// The level at power-on of an output or input.
  public var level: Bool

  public init(kind: BenchLineKind, chip: UInt8 = 0, level: Bool = false) {
    self.kind = kind
    self.chip = chip
    self.level = level
  }
}
