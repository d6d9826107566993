import WireFormat

/// The board's two bundle slots on flash and the state that says which one runs. A power cut at any point leaves exactly
/// the state before or after a call. After a call that throws, `state` is what the files say.
public struct SlotStore<Files: FileSystem> {
  private let directory: String
  private var files: Files
  public private(set) var state: ActivationState

  /// Opens the store below `directory`, making its folders when missing; throws `stateDamaged` rather than start anew
  /// over a state it cannot read.
  public init(directory: String, files: Files) throws(SlotError) {
    self.directory = directory
    self.files = files
    state = ActivationState()
    do throws(FileError) {
      for folder in [slots, stateFolder] { try self.files.makeDirectory(folder) }
      for leftover in [slots + "/A.bundle.new", slots + "/B.bundle.new", stateFolder + "/activation.new"] {
        try self.files.remove(leftover)
      }
    } catch {
      throw .file(error)
    }
    state = try load()
  }

  /// The state of the store below `directory`, for a look: nothing is made, mended or removed, so it may be taken while
  /// another process changes the store.
  public static func look(directory: String, files: Files) throws(SlotError) -> ActivationState {
    var files = files
    return try load(directory + "/state", &files)
  }

  private var slots: String { directory + "/slots" }
  private var stateFolder: String { directory + "/state" }

  /// The path of a slot's file.
  public func path(_ slot: Slot) -> String { slots + "/" + slot.name + ".bundle" }

  /// Checks a bundle and puts it in the free slot, where it waits. One that is there already, or runs already, is
  /// accepted again without being written.
  @discardableResult
  public mutating func stage(
    _ bytes: [UInt8], trustedKeys: [PublicKey], board: Identifier
  ) throws(SlotError) -> SignedBundle {
    let bundle: SignedBundle
    let known = isKnown(Digest.sha256(bytes))
    do throws(BundleError) {
      bundle = try SignedBundle.verify(
        bytes, trustedKeys: trustedKeys, board: board, counter: known ? .any : .above(state.highestCounter))
    } catch {
      throw .bundle(error)
    }
    let record = SlotRecord(digest: bundle.digest, counter: bundle.counter)
    let next = try after(.stage(record), from: state)
    if next == state { return bundle }
    let slot = state.freeSlot
    do throws(FileError) {
      try files.prepare(path(slot) + ".new", bytes)
    } catch {
      throw .file(error)
    }
    // The state must not name a file that is about to change.
    if state[slot] != nil { try apply(.discard) }
    do throws(FileError) {
      try files.rename(path(slot) + ".new", to: path(slot))
      try files.synchronizeDirectory(slots)
    } catch {
      throw .file(error)
    }
    try apply(.stage(record))
    return bundle
  }

  /// Lets the staged bundle of this name run, on probation.
  public mutating func activate(_ digest: Digest) throws(SlotError) { try apply(.activate(digest)) }

  /// To be called before each start with the running bundle. Returns whether a bundle on probation was taken back.
  @discardableResult
  public mutating func start() throws(SlotError) -> Bool {
    let before = state.running
    try apply(.start)
    return state.running != before
  }

  /// The bundle on probation has proven itself.
  public mutating func confirm() throws(SlotError) { try apply(.confirm) }

  /// The bundle on probation failed: the old one, if any, runs again.
  public mutating func fail() throws(SlotError) { try apply(.fail) }

  /// Gives up the staged bundle.
  public mutating func discard() throws(SlotError) { try apply(.discard) }

  /// The bundle that is to run, checked again; `nil` when there is none. A file that is not the bundle accepted before is
  /// given up for the one before it.
  public mutating func running(trustedKeys: [PublicKey], board: Identifier) throws(SlotError) -> SignedBundle? {
    while let slot = state.running, let record = state[slot] {
      if let bundle = try bundle(in: slot, record, trustedKeys, board) { return bundle }
      try apply(.lost(slot))
    }
    return nil
  }

  private mutating func bundle(
    in slot: Slot, _ record: SlotRecord, _ keys: [PublicKey], _ board: Identifier
  ) throws(SlotError) -> SignedBundle? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.read(path(slot), maximum: SignedBundle.maximumBytes)
    } catch {
      guard error == .notFound || error == .tooLarge else { throw .file(error) }
      return nil
    }
    guard Digest.sha256(bytes) == record.digest else { return nil }
    do throws(BundleError) {
      return try SignedBundle.verify(bytes, trustedKeys: keys, board: board, counter: .any)
    } catch {
      throw .bundle(error)
    }
  }

  private func isKnown(_ digest: Digest) -> Bool {
    (state.runningRecord?.digest == digest && state.phase != .staged)
      || state.candidate.flatMap { state[$0]?.digest } == digest
  }

  private func after(_ event: ActivationEvent, from state: ActivationState) throws(SlotError) -> ActivationState {
    do throws(ActivationError) {
      return try state.apply(event)
    } catch {
      throw .activation(error)
    }
  }

  private mutating func apply(_ event: ActivationEvent) throws(SlotError) {
    let next = try after(event, from: state)
    guard next != state else { return }
    do throws(FileError) {
      try files.replace(stateFolder, "activation", next.record)
      state = next
    } catch {
      // The rename may have happened all the same.
      if let now = try? load() { state = now }
      throw .file(error)
    }
  }

  private mutating func load() throws(SlotError) -> ActivationState { try Self.load(stateFolder, &files) }

  private static func load(_ folder: String, _ files: inout Files) throws(SlotError) -> ActivationState {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.read(folder + "/activation", maximum: 4096)
    } catch {
      switch error {
      case .notFound: return ActivationState()
      case .tooLarge: throw .stateDamaged
      default: throw .file(error)
      }
    }
    do throws(WireError) {
      return try ActivationState(record: bytes)
    } catch {
      throw .stateDamaged
    }
  }
}
