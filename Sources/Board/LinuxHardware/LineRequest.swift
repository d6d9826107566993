/// Whether a line is driven or read.
public enum LineDirection: UInt8, Equatable, Sendable {
  case input = 0
  case output = 1
}

/// Which pull resistor of the chip is on a line.
public enum LinePull: UInt8, Equatable, Sendable {
  /// As it was.
  case asIs = 0
  case disabled = 1
  case up = 2
  case down = 3
}

/// Which edges an input reports.
public enum LineEdges: UInt8, Equatable, Sendable {
  case none = 0
  case rising = 1
  case falling = 2
  case both = 3
}

/// A GPIO line as a board describes it. The raw values of its enumerations are those of a board description.
public struct LineRequest: Equatable, Sendable {
  /// The line's name, such as `GPIO17`; right on every board whatever its chips are numbered. Empty: found by chip.
  public var name: String
  /// The chip's label, name (`gpiochip0`), number or path; with `offset`, where no line has the name. Where several have
  /// it, the one on this chip is meant.
  public var chip: String
  public var offset: UInt16
  public var direction: LineDirection
  public var pull: LinePull
  /// A level of 1 is a low voltage; `rising` is then the falling of the voltage.
  public var activeLow: Bool
  /// Driven low or let go, never driven high.
  public var openDrain: Bool
  /// The level an output has from its first moment.
  public var initial: Bool
  public var edges: LineEdges
  /// False: the line keeps its index in the bank, but is not taken (the lines of a bus that is cleared only when stuck).
  public var taken: Bool

  public init(
    name: String = "", chip: String = "", offset: UInt16 = 0, direction: LineDirection, pull: LinePull = .asIs,
    activeLow: Bool = false, openDrain: Bool = false, initial: Bool = false, edges: LineEdges = .none,
    taken: Bool = true
  ) {
    self.name = name
    self.chip = chip
    self.offset = offset
    self.direction = direction
    self.pull = pull
    self.activeLow = activeLow
    self.openDrain = openDrain
    self.initial = initial
    self.edges = edges
    self.taken = taken
  }

  /// What to call the line in a message.
  public var place: String {
    let position = "offset \(offset) of \(chip)"
    if name.utf8.count == 0 { return position }
    return chip.utf8.count == 0 ? name : name + " (" + position + ")"
  }
}
