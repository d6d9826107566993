import WireFormat

/// What can happen to a board's bundles.
public enum ActivationEvent: Equatable, Sendable {
  /// A checked bundle lies in `freeSlot`.
  case stage(SlotRecord)
  /// The staged bundle of this name is to run from now on.
  case activate(Digest)
  /// The program, or a run, is about to start with the running bundle.
  case start
  /// The bundle on probation has proven itself.
  case confirm
  /// The bundle on probation failed.
  case fail
  /// The staged bundle, and whatever else lies in the free slot, is given up.
  case discard
  /// The file in this slot is not the bundle that was accepted.
  case lost(Slot)
}

/// Why an event is not possible in a state.
public enum ActivationError: Error, Equatable, Sendable {
  /// Both slots are needed until the probation ends.
  case onProbation
  /// No bundle is on probation.
  case notOnProbation
  /// The bundle to activate is not the one that is staged.
  case notStaged(Digest)
  /// The bundle is not newer than what was accepted before.
  case oldCounter(bundle: UInt64, highest: UInt64)

  /// What is wrong, and what to do.
  public var message: String {
    switch self {
    case .onProbation: "a bundle is on probation and has started: let a run end well, or fail, before another is sent"
    case .notOnProbation: "no bundle is on probation"
    case .notStaged(let digest): "bundle \(digest.description) is not staged: push it first"
    case .oldCounter(let bundle, let highest):
      "the bundle has counter \(bundle), this board has accepted \(highest): build it again to give it a newer one"
    }
  }
}

extension ActivationState {
  /// The state after `event`. Events that are already done give the same state again, so a repeated request is harmless.
  public func apply(_ event: ActivationEvent) throws(ActivationError) -> ActivationState {
    switch event {
    case .stage(let record): try staged(record)
    case .activate(let digest): try activated(digest)
    case .start: started()
    case .confirm: try confirmed()
    case .fail:
      if phase == .probation { withoutCandidate(.failed) } else { throw .notOnProbation }
    case .discard: try discarded()
    case .lost(let slot): lost(slot)
    }
  }

  private func staged(_ record: SlotRecord) throws(ActivationError) -> ActivationState {
    if runningRecord == record && phase != .staged { return self }
    // A bundle that never started has proven nothing and lost nothing: a newer one may take its place.
    if phase == .probation, starts > 0 { throw .onProbation }
    if phase == .staged, self[freeSlot] == record { return self }
    guard record.counter > highestCounter else {
      throw .oldCounter(bundle: record.counter, highest: highestCounter)
    }
    var next = self
    next.candidate = freeSlot
    next.onProbation = false
    next[freeSlot] = record
    next.highestCounter = record.counter
    return next
  }

  private func activated(_ digest: Digest) throws(ActivationError) -> ActivationState {
    if phase == .staged, let candidate, self[candidate]?.digest == digest {
      var next = self
      next.onProbation = true
      next.starts = 0
      return next
    }
    guard runningRecord?.digest == digest, phase != .staged else { throw .notStaged(digest) }
    return self
  }

  private func started() -> ActivationState {
    guard phase == .probation else { return self }
    guard starts < Self.maximumStarts else { return withoutCandidate(.starts) }
    var next = self
    next.starts += 1
    return next
  }

  private func confirmed() throws(ActivationError) -> ActivationState {
    if phase == .committed { return self }
    guard phase == .probation else { throw .notOnProbation }
    var next = self
    next.active = candidate
    next.candidate = nil
    next.onProbation = false
    next.starts = 0
    return next
  }

  private func discarded() throws(ActivationError) -> ActivationState {
    if phase == .probation, starts > 0 { throw .onProbation }
    var next = self
    next.candidate = nil
    next.onProbation = false
    next[freeSlot] = nil
    return next
  }

  private func withoutCandidate(_ reason: RollbackReason) -> ActivationState {
    var next = self
    if let candidate {
      next.lastRollback = self[candidate].map { Rollback(digest: $0.digest, reason: reason) }
      next[candidate] = nil
    }
    next.candidate = nil
    next.onProbation = false
    next.starts = 0
    return next
  }

  private func lost(_ slot: Slot) -> ActivationState {
    if candidate == slot { return withoutCandidate(.lost) }
    var next = self
    if active == slot {
      next.lastRollback = self[slot].map { Rollback(digest: $0.digest, reason: .lost) }
      // The bundle that was proven before this one may still lie in the other slot.
      next.active = candidate == nil && self[slot.other] != nil ? slot.other : nil
    }
    next[slot] = nil
    return next
  }
}
