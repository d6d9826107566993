import HardwareInterface

/// What a transaction of a step is for. `point` goes before the reads of its pass, with a stop between.
enum TransferRole: UInt8 { case drive, start, point, read, collect }

/// A transaction prepared at load; its operations stand in the plan's memory.
struct PlannedTransfer {
  let unit: Int
  let role: TransferRole
  /// With its stop.
  let bits: UInt64
  /// Where the answer stands: words from here on. Nil for a write.
  let answer: UnsafeMutableRawPointer?
  let answerBytes: Int
  /// A status word before the answer, for converters without a ready line.
  let status: UnsafeMutableRawPointer?
  /// The step's code places it fills, and the channel of the first.
  let firstSlot: Int
  let slotCount: Int
  let channel: UInt8
}

/// Codes that stand together in a write.
struct CodeGroup {
  let bytes: UnsafeMutableRawBufferPointer
  let channel: UInt8
  let firstSlot: Int
  let count: Int
}

/// Transactions that go out in one batch: one bus, one setting of its multiplexers.
struct PlanSegment {
  let bus: Int
  let mux: Int
  let mask: UInt8
  let first: Int
  let count: Int
  /// Those of chips that are in use, at `first` of the active arrays.
  var active: Int
  /// Joined by repeated starts, one stop, for those in use.
  var bits: UInt64
  /// Place of the first of them that is behind the multiplexer; -1 when all are in front of it.
  var firstBehind = -1
}

/// The segments of one pass over the board: writing, starting, reading, collecting a round.
struct PlanPass {
  let first: Int
  let count: Int
  let round: Int
  let role: TransferRole
}
