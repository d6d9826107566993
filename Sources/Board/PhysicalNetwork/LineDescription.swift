/// A GPIO line of the board: how it is found and how it is set up.
public struct LineDescription: Equatable, Sendable {
  public enum Direction: UInt8, Equatable, Sendable { case input = 0, output = 1 }
  public enum Bias: UInt8, Equatable, Sendable { case asIs = 0, disabled = 1, pullUp = 2, pullDown = 3 }
  public enum Edges: UInt8, Equatable, Sendable { case none = 0, rising = 1, falling = 2, both = 3 }

  /// The line's name in the kernel, such as `GPIO17`; empty to find it by chip and offset.
  public var name: String
  /// The chip's label, such as `pinctrl-bcm2835`; looked at where no line has the name.
  public var chip: String
  public var offset: UInt16
  public var direction: Direction
  public var bias: Bias
  public var activeLow: Bool
  /// An output's level from the moment it is taken.
  public var initial: Bool
  /// An output's level on every way out.
  public var safe: Bool
  /// The edges of an input that are waited for.
  public var edges: Edges

  public init(
    name: String, chip: String = "", offset: UInt16 = 0, direction: Direction, bias: Bias = .asIs,
    activeLow: Bool = false, initial: Bool = false, safe: Bool = false, edges: Edges = .none
  ) {
    self.name = name
    self.chip = chip
    self.offset = offset
    self.direction = direction
    self.bias = bias
    self.activeLow = activeLow
    self.initial = initial
    self.safe = safe
    self.edges = edges
  }
}
