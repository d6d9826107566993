import CBoard
import VirtualBench
import WireFormat

/// Opens a board's virtual bench on memory in a file, so that its chips keep their registers when a process dies, and the
/// supervisor writes to the very chips the loop wrote to.
enum BenchMemory {
  /// The board's bench, or nil for a board with hardware.
  static func open(_ state: BoardState, realTime: Bool) throws(CommandError) -> VirtualBench? {
    guard let bytes = try StateFiles.read(state.benchPath) else { return nil }
    let description: BenchDescription
    do throws(WireError) {
      description = try BenchDescription(decoding: bytes)
    } catch {
      throw CommandError(
        CommandError.Code.failed, "\(state.benchPath) is no bench description (\(error.text)): make the board anew")
    }
    let memory = try map(state.benchStatePath, VirtualBench.stateBytes(for: description))
    do throws(BenchError) {
      return try start(description, memory, attach: true, realTime: realTime)
    } catch .foreignState {
      // Another description means another bench: its chips start from power-on.
      do throws(BenchError) {
        return try start(description, memory, attach: false, realTime: realTime)
      } catch {
        throw CommandError(CommandError.Code.failed, "the virtual bench cannot start: " + text(error))
      }
    } catch {
      throw CommandError(CommandError.Code.failed, "the virtual bench cannot start: " + text(error))
    }
  }

  private static func start(
    _ description: BenchDescription, _ memory: UnsafeMutableRawPointer, attach: Bool, realTime: Bool
  ) throws(BenchError) -> VirtualBench {
    guard realTime else { return try VirtualBench(description, memory: memory, attach: attach) }
    return try VirtualBench(
      description, memory: memory, attach: attach, realClock: { cboard_monotonic_ns() },
      sleeper: { _ = cboard_sleep_until($0) })
  }

  private static func text(_ error: BenchError) -> String {
    switch error {
    case .invalid(let rule): "its description breaks the rule '\(rule.description)'"
    case .misaligned: "its memory is not aligned"
    case .foreignState: "its memory belongs to another bench"
    }
  }

  private static func map(_ path: String, _ size: Int) throws(CommandError) -> UnsafeMutableRawPointer {
    let descriptor = cboard_open(path, UInt32(CBOARD_READ | CBOARD_WRITE | CBOARD_CREATE), 0o640)
    guard descriptor >= 0 else { throw StateFiles.fault("open", path, -descriptor) }
    defer { _ = cboard_close(descriptor) }
    var present: Int64 = 0
    _ = cboard_file_size(descriptor, &present)
    if present != Int64(size) {
      // Emptied first: what stood there belongs to another bench.
      var result = cboard_truncate(descriptor, 0)
      if result == 0 { result = cboard_allocate(descriptor, 0, Int64(size)) }
      guard result == 0 else { throw StateFiles.fault("write", path, -result) }
    }
    var address: UnsafeMutableRawPointer?
    let mapped = cboard_map_file(descriptor, size, 0, &address)
    guard mapped == 0, let address else { throw StateFiles.fault("map", path, -mapped) }
    return address
  }
}
