import Bundle
import CBoard
import PhysicalNetwork
import TwinMonitor
import WireFormat

/// The bundle that is to run: its board description, and its network and residual monitor where it has them.
struct ActiveBundle {
  let board: BoardDescription
  let network: NetworkDescription?
  let residuals: ResidualPlan?
  let hash: [UInt8]

  typealias Store = SlotStore<BoardFiles>

  /// Which bundle runs; a look that disturbs nobody.
  static func look(_ state: BoardState) throws(CommandError) -> ActivationState {
    do throws(SlotError) {
      return try Store.look(directory: state.directory, files: BoardFiles())
    } catch {
      throw CommandError(CommandError.Code.failed, error.message)
    }
  }

  /// Opens the board's slots for a change, one process at a time.
  static func withStore<T>(
    _ state: BoardState, _ body: (inout Store) throws(CommandError) -> T
  ) throws(CommandError) -> T {
    let lock = try takeLock(state)
    defer { _ = cboard_close(lock) }
    var store: Store
    do throws(SlotError) {
      store = try Store(directory: state.directory, files: BoardFiles())
    } catch {
      throw CommandError(CommandError.Code.failed, error.message)
    }
    return try body(&store)
  }

  private static func takeLock(_ state: BoardState) throws(CommandError) -> Int32 {
    let path = state.directory + "/state/lock"
    let lock = cboard_open(path, UInt32(CBOARD_WRITE | CBOARD_CREATE), 0o640)
    guard lock >= 0 else { throw StateFiles.fault("open", path, -lock) }
    // Changes are short: a few files written and synchronised.
    let deadline = cboard_monotonic_ns() + 10_000_000_000
    while true {
      let result = cboard_lock(lock)
      if result == 0 { return lock }
      guard result == -CBOARD_EAGAIN, cboard_monotonic_ns() < deadline else {
        _ = cboard_close(lock)
        if result == -CBOARD_EAGAIN {
          throw CommandError(CommandError.Code.busy, "another session is changing the board's bundles: try again")
        }
        throw StateFiles.fault("lock", path, -result)
      }
      _ = cboard_sleep_until(cboard_monotonic_ns() + 2_000_000)
    }
  }

  /// The keys this board accepts bundles from.
  static func trustedKeys(_ state: BoardState) throws(CommandError) -> [PublicKey] {
    var files = BoardFiles()
    do throws(FileError) {
      let found = try TrustedKeys.load(state.trustedDirectory, &files)
      for name in found.unusable {
        Log.warning("\(state.trustedDirectory)/\(name) holds no public key (32 bytes, or 64 hexadecimal digits)")
      }
      return found.keys
    } catch {
      throw CommandError(CommandError.Code.failed, error.message)
    }
  }

  /// Loads and checks the running bundle; counts a start where it is on probation.
  static func load(_ state: BoardState, counting: Bool = false) throws(CommandError) -> ActiveBundle {
    guard let identifier = Identifier(bytes: state.boardID) else {
      throw CommandError(CommandError.Code.failed, "the board's identity is not 16 bytes")
    }
    let keys = try trustedKeys(state)
    let bundle: SignedBundle? = try withStore(state) { (slots) throws(CommandError) in
      do throws(SlotError) {
        if counting, try slots.start() {
          Log.warning("the bundle on probation was started too often and is taken back")
        }
        return try slots.running(trustedKeys: keys, board: identifier)
      } catch {
        throw CommandError(CommandError.Code.refused, error.message)
      }
    }
    guard let bundle else {
      throw CommandError(CommandError.Code.failed, "no bundle is active on this board: push one first")
    }
    return try ActiveBundle(bundle)
  }

  /// Reads the sections the runtime needs.
  init(_ bundle: SignedBundle) throws(CommandError) {
    guard let section = bundle[.board] else {
      throw CommandError(CommandError.Code.refused, "the bundle describes no board: build it with edgesync push")
    }
    do throws(WireError) {
      board = try BoardDescription(decoding: section)
      if let section = bundle[.network] { network = try NetworkDescription(decoding: section) } else { network = nil }
      if let section = bundle[.residuals] { residuals = try ResidualPlan(decoding: section) } else { residuals = nil }
    } catch {
      throw CommandError(
        CommandError.Code.refused,
        "the bundle's description breaks a rule (\(error.text)): build it again with this version of edgesync")
    }
    if let network, network.nodeCount != board.nodes.count {
      throw CommandError(
        CommandError.Code.refused,
        "the bundle's network has \(network.nodeCount) nodes and its board \(board.nodes.count): train for this board")
    }
    if let residuals, !ResidualWatch.fits(residuals, board) {
      throw CommandError(
        CommandError.Code.refused,
        "the bundle's twins are not those of its board's nodes: fit twins to this board and push again")
    }
    hash = bundle.digest.bytes
  }

  /// A run has ended: a bundle on probation is kept after a clean run, taken back after a failed one, and stays on
  /// probation after a partial one.
  static func noteRunEnd(_ state: BoardState, code: Int32) {
    guard code != CommandError.Code.partial else { return }
    let healthy = code == CommandError.Code.ok
    do throws(CommandError) {
      try withStore(state) { (slots) throws(CommandError) in
        guard slots.state.phase == .probation else { return }
        do throws(SlotError) {
          if healthy { try slots.confirm() } else { try slots.fail() }
        } catch {
          throw CommandError(CommandError.Code.failed, error.message)
        }
        if !healthy { Log.warning("the bundle on probation failed its run and is taken back") }
      }
    } catch {
      Log.error("the bundle's state could not be kept: " + error.message)
    }
  }
}
