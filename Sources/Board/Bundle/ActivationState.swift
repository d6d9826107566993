import WireFormat

/// One of the two places a bundle can lie in.
public enum Slot: UInt8, Sendable {
  case a = 1
  case b = 2

  public var other: Slot { self == .a ? .b : .a }
  /// `A` or `B`.
  public var name: String { self == .a ? "A" : "B" }
}

/// The bundle in a slot.
public struct SlotRecord: Equatable, Sendable {
  public let digest: Digest
  public let counter: UInt64

  public init(digest: Digest, counter: UInt64) {
    self.digest = digest
    self.counter = counter
  }
}

/// Why a bundle was taken back.
public enum RollbackReason: UInt8, Sendable {
  /// Its probation failed.
  case failed = 1
  /// It was started too often without passing its probation.
  case starts = 2
  /// Its file cannot be read or is not the bundle that was accepted.
  case lost = 3
}

/// The last bundle that was taken back.
public struct Rollback: Equatable, Sendable {
  public let digest: Digest
  public let reason: RollbackReason

  public init(digest: Digest, reason: RollbackReason) {
    self.digest = digest
    self.reason = reason
  }
}

/// Where a board is between an old bundle and a new one. A value: `apply` gives the next one, `SlotStore` makes it last.
public struct ActivationState: Equatable, Sendable {
  /// What the state amounts to.
  public enum Phase: UInt8, Sendable {
    /// No bundle may run.
    case empty = 0
    /// A new bundle waits; the old one, if any, still runs.
    case staged = 1
    /// The new bundle runs and has yet to prove itself.
    case probation = 2
    /// A proven bundle runs.
    case committed = 3
  }

  /// Starts a bundle on probation gets before it is taken back.
  public static let maximumStarts: UInt8 = 3

  public internal(set) var a: SlotRecord?
  public internal(set) var b: SlotRecord?
  /// The slot of the proven bundle.
  public internal(set) var active: Slot?
  /// The slot of the new bundle, waiting or on probation.
  public internal(set) var candidate: Slot?
  public internal(set) var onProbation = false
  /// Starts since the bundle is on probation.
  public internal(set) var starts: UInt8 = 0
  /// The highest counter ever accepted; never goes back.
  public internal(set) var highestCounter: UInt64 = 0
  public internal(set) var lastRollback: Rollback?

  /// A board that never had a bundle.
  public init() {}

  public var phase: Phase {
    if candidate != nil { return onProbation ? .probation : .staged }
    return active == nil ? .empty : .committed
  }

  /// The slot whose bundle is to run now.
  public var running: Slot? { onProbation ? candidate : active }

  /// The bundle that is to run now.
  public var runningRecord: SlotRecord? { running.flatMap { self[$0] } }

  /// The bundle in a slot.
  public internal(set) subscript(_ slot: Slot) -> SlotRecord? {
    get { slot == .a ? a : b }
    set { if slot == .a { a = newValue } else { b = newValue } }
  }

  /// Where the next bundle goes: the slot that is not proven.
  public var freeSlot: Slot { active?.other ?? .a }
}
