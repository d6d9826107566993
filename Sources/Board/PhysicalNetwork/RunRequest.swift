import WireFormat

/// What a run does with the nodes; the numbers stand in requests and journals.
public enum RunMode: UInt8, Equatable, Sendable {
  /// Prepared drive codes go to the nodes as they are.
  case characterise = 1
  /// Prepared input sequences go through the network.
  case evaluate = 2
  /// The board's input channels go through the network.
  case live = 3
}

/// Drive codes for every drive channel, played `repeats` times, each time after settling at the safe codes.
public struct DriveBlock: Equatable, Sendable {
  public var settleSteps: UInt32
  public var repeats: UInt32
  public var steps: UInt32
  /// [steps, drive channels]
  public var codes: [UInt16]

  public init(settleSteps: UInt32, repeats: UInt32, steps: UInt32, codes: [UInt16]) {
    self.settleSteps = settleSteps
    self.repeats = repeats
    self.steps = steps
    self.codes = codes
  }
}

/// One input sequence, raw units.
public struct InputSequence: Equatable, Sendable {
  /// [frames, channels]
  public var values: [Float]
  public var frames: Int

  public init(values: [Float], frames: Int) {
    self.values = values
    self.frames = frames
  }
}

/// An order to run, sent to the board as one blob.
public struct RunRequest: Equatable, Sendable {
  public var runID: [UInt8]
  public var mode: RunMode
  /// A name for people.
  public var label: String
  /// Steps after which a live run ends; 0 for none.
  public var maximumSteps: UInt64
  /// Drive channels of `blocks`.
  public var driveCount: UInt16
  public var blocks: [DriveBlock]
  /// Channels of `sequences`.
  public var inputCount: UInt16
  public var sequences: [InputSequence]

  public init(
    runID: [UInt8], mode: RunMode, label: String, maximumSteps: UInt64 = 0, driveCount: UInt16 = 0,
    blocks: [DriveBlock] = [], inputCount: UInt16 = 0, sequences: [InputSequence] = []
  ) {
    self.runID = runID
    self.mode = mode
    self.label = label
    self.maximumSteps = maximumSteps
    self.driveCount = driveCount
    self.blocks = blocks
    self.inputCount = inputCount
    self.sequences = sequences
  }

  /// Control steps of the whole run; 0 for a live run without an end.
  public func totalSteps(for network: NetworkDescription?) -> UInt64 {
    switch mode {
    case .characterise:
      var total: UInt64 = 0
      for block in blocks { total += UInt64(block.repeats) * (UInt64(block.settleSteps) + UInt64(block.steps)) }
      return total
    case .evaluate:
      guard let network else { return 0 }
      var total: UInt64 = 0
      for sequence in sequences {
        total += UInt64(network.settleSteps) + UInt64(sequence.frames) * UInt64(network.hold)
      }
      return total
    case .live:
      return maximumSteps
    }
  }
}
