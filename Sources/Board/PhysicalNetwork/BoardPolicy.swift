/// What the network sees of a node that is left out; the numbers stand in bundles.
public enum LeftOutValue: UInt8, Equatable, Sendable {
  /// The last response it gave.
  case last = 0
  /// The middle of its range, 0.
  case neutral = 1
}

/// What the loop does about faults.
public struct FaultPolicy: Equatable, Sendable {
  /// Tries after the first before a chip's nodes are left out, as far as the step's time allows.
  public var retries: UInt8
  public var leftOutValue: LeftOutValue
  /// How often a chip that was left out is tried again, nanoseconds; 0 for never.
  public var reprobe: UInt64
  /// A loop that has made no step for so long is hung: it is ended and the safe values are written, nanoseconds; 0 for
  /// the larger of a second and 20 steps, and what the buses take to give up.
  public var hang: UInt64

  public init(
    retries: UInt8 = 2, leftOutValue: LeftOutValue = .last, reprobe: UInt64 = 1_000_000_000, hang: UInt64 = 0
  ) {
    self.retries = retries
    self.leftOutValue = leftOutValue
    self.reprobe = reprobe
    self.hang = hang
  }
}

/// Where and how urgently the loop's thread runs.
public struct LoopPlacement: Equatable, Sendable {
  /// `cpu` that leaves the choice to the kernel.
  public static let anyCPU: UInt8 = 0xFF

  public var cpu: UInt8
  /// Priority among real-time threads, 1 to 99 (SCHED_FIFO); 0 for an ordinary thread.
  public var priority: UInt8
  /// The output that is high while a step is under way, an index into `BoardDescription.lines`, or `BusDescription.noLine`.
  public var stepLine: UInt8

  public init(
    cpu: UInt8 = LoopPlacement.anyCPU, priority: UInt8 = 50, stepLine: UInt8 = BusDescription.noLine
  ) {
    self.cpu = cpu
    self.priority = priority
    self.stepLine = stepLine
  }
}

/// A quantity that is read now and then, in the time a step leaves: a temperature, a supply.
public struct MonitorChannel: Equatable, Sendable {
  public var name: String
  /// Index into `BoardDescription.chips`; a chip that no node and no input uses.
  public var chip: UInt8
  public var channel: UInt8
  /// From one reading to the next, nanoseconds.
  public var period: UInt64

  public init(name: String, chip: UInt8, channel: UInt8, period: UInt64) {
    self.name = name
    self.chip = chip
    self.channel = channel
    self.period = period
  }
}

/// An ADC channel that is wired to a drive, so that what was written can be read back.
public struct Loopback: Equatable, Sendable {
  /// Index into `BoardDescription.drives`.
  public var drive: UInt16
  /// Index into `BoardDescription.chips`, and the channel of that ADC.
  public var chip: UInt8
  public var channel: UInt8
  /// By how much the two may differ, in parts of the drive's full scale.
  public var tolerance: Float

  public init(drive: UInt16, chip: UInt8, channel: UInt8, tolerance: Float) {
    self.drive = drive
    self.chip = chip
    self.channel = channel
    self.tolerance = tolerance
  }
}
