/// A converter channel that drives a node, and what it may do.
public struct DriveChannel: Equatable, Sendable {
  /// Index into `BoardDescription.chips`.
  public var chip: UInt8
  public var channel: UInt8
  /// The codes of drive -1 and +1; nothing outside them is ever written.
  public var lowCode: UInt16
  public var highCode: UInt16
  /// What is written on every way out.
  public var safeCode: UInt16

  public init(chip: UInt8, channel: UInt8, lowCode: UInt16, highCode: UInt16, safeCode: UInt16) {
    self.chip = chip
    self.channel = channel
    self.lowCode = lowCode
    self.highCode = highCode
    self.safeCode = safeCode
  }
}

/// A converter channel that is read: a node's response or a live input.
public struct ReadChannel: Equatable, Sendable {
  /// Index into `BoardDescription.chips`.
  public var chip: UInt8
  public var channel: UInt8
  /// Codes are two's complement.
  public var signed: Bool
  /// The codes that stand for -1 and +1 (as signed numbers where `signed`).
  public var lowCode: Int32
  public var highCode: Int32

  public init(chip: UInt8, channel: UInt8, signed: Bool, lowCode: Int32, highCode: Int32) {
    self.chip = chip
    self.channel = channel
    self.signed = signed
    self.lowCode = lowCode
    self.highCode = highCode
  }

  /// The value of a raw code: `lowCode` gives -1, `highCode` +1.
  @inlinable
  public func value(of code: UInt16) -> Float {
    let number = signed ? Float(Int16(bitPattern: code)) : Float(code)
    let span = Float(highCode) - Float(lowCode)
    return (2 * (number - Float(lowCode))) / span - 1
  }
}

extension DriveChannel {
  /// The code of a drive, clamped to -1...+1; not-a-number gives the safe code.
  @inlinable
  public func code(of drive: Float) -> UInt16 {
    guard drive == drive else { return safeCode }
    let clamped: Float = drive < -1 ? -1 : (drive > 1 ? 1 : drive)
    let span = Float(highCode) - Float(lowCode)
    return UInt16(Float(lowCode) + (clamped + 1) * 0.5 * span + 0.5)
  }

  /// The drive of a code.
  @inlinable
  public func drive(of code: UInt16) -> Float {
    let span = Float(highCode) - Float(lowCode)
    return (2 * (Float(code) - Float(lowCode))) / span - 1
  }
}

/// One physical neuron: its name, what it is, and its share of the board's channels.
public struct NodeDescription: Equatable, Sendable {
  public var name: String
  /// What the device is, in the user's words; the runtime and the trainer make nothing of it.
  public var device: String
  /// First drive channel and how many follow.
  public var firstDrive: UInt16
  public var driveCount: UInt8
  /// First response channel and how many follow.
  public var firstResponse: UInt16
  public var responseCount: UInt8

  public init(
    name: String, device: String, firstDrive: UInt16, driveCount: UInt8 = 1, firstResponse: UInt16,
    responseCount: UInt8 = 1
  ) {
    self.name = name
    self.device = device
    self.firstDrive = firstDrive
    self.driveCount = driveCount
    self.firstResponse = firstResponse
    self.responseCount = responseCount
  }
}

/// The board: buses, chips, channels, nodes and the control step's timing. Compiled from TOML on the workstation.
public struct BoardDescription: Equatable, Sendable {
  /// Identity of the board, 16 bytes.
  public var boardID: [UInt8]
  public var name: String
  public var buses: [BusDescription]
  public var chips: [ChipDescription]
  public var drives: [DriveChannel]
  public var responses: [ReadChannel]
  /// Channels that a live run reads as the network's inputs.
  public var inputs: [ReadChannel]
  public var nodes: [NodeDescription]
  /// One control step, nanoseconds.
  public var stepPeriod: UInt64
  /// From the last drive written to the first response read, nanoseconds.
  public var responseDelay: UInt64

  /// GPIO lines, `mostLines` at most.
  public var lines: [LineDescription]
  public var monitors: [MonitorChannel]
  public var loopbacks: [Loopback]
  public var policy: FaultPolicy
  public var placement: LoopPlacement

  public init(
    boardID: [UInt8], name: String, buses: [BusDescription], chips: [ChipDescription], drives: [DriveChannel],
    responses: [ReadChannel], inputs: [ReadChannel], nodes: [NodeDescription], stepPeriod: UInt64,
    responseDelay: UInt64, lines: [LineDescription] = [], monitors: [MonitorChannel] = [], loopbacks: [Loopback] = [],
    policy: FaultPolicy = FaultPolicy(), placement: LoopPlacement = LoopPlacement()
  ) {
    self.boardID = boardID
    self.name = name
    self.buses = buses
    self.chips = chips
    self.drives = drives
    self.responses = responses
    self.inputs = inputs
    self.nodes = nodes
    self.stepPeriod = stepPeriod
    self.responseDelay = responseDelay
    self.lines = lines
    self.monitors = monitors
    self.loopbacks = loopbacks
    self.policy = policy
    self.placement = placement
  }
}
