import CBoard
import VirtualBench
import WireFormat

/// A bench from its description, with the chips' state in a file.
enum BenchFile {
  static func open(_ path: String, state: String) throws(ServerFault) -> VirtualBench {
    let bytes = try read(path)
    let description: BenchDescription
    do throws(WireError) {
      description = try BenchDescription(decoding: bytes)
    } catch {
      throw ServerFault(path + " is no bench description")
    }
    let memory = try map(state, VirtualBench.stateBytes(for: description))
    do throws(BenchError) {
      return try start(description, memory, attach: true)
    } catch .foreignState {
      // Another bench, or none yet: its chips start from power-on.
      do throws(BenchError) {
        return try start(description, memory, attach: false)
      } catch {
        throw ServerFault("the bench of " + path + " cannot start")
      }
    } catch {
      throw ServerFault("the bench of " + path + " breaks a rule of benches")
    }
  }

  private static func start(
    _ description: BenchDescription, _ memory: UnsafeMutableRawPointer, attach: Bool
  ) throws(BenchError) -> VirtualBench {
    try VirtualBench(
      description, memory: memory, attach: attach, realClock: { cboard_monotonic_ns() },
      sleeper: { _ = cboard_sleep_until($0) })
  }

  private static func read(_ path: String) throws(ServerFault) -> [UInt8] {
    let file = cboard_open(path, CBOARD_READ, 0)
    guard file >= 0 else { throw ServerFault("cannot open " + path, -file) }
    defer { cboard_close(file) }
    var size: Int64 = 0
    guard cboard_file_size(file, &size) == 0, size > 0, size < 1 << 24 else {
      throw ServerFault(path + " is empty or far too large")
    }
    var bytes = [UInt8](repeating: 0, count: Int(size))
    let got = bytes.withUnsafeMutableBytes { cboard_pread(file, $0.baseAddress, $0.count, 0) }
    guard got == size else { throw ServerFault("cannot read " + path) }
    return bytes
  }

  private static func map(_ path: String, _ size: Int) throws(ServerFault) -> UnsafeMutableRawPointer {
    let file = cboard_open(path, CBOARD_READ | CBOARD_WRITE | CBOARD_CREATE, 0o600)
    guard file >= 0 else { throw ServerFault("cannot open " + path, -file) }
    defer { cboard_close(file) }
    var present: Int64 = 0
    _ = cboard_file_size(file, &present)
    if present != Int64(size) {
      var result = cboard_truncate(file, 0)
      if result == 0 { result = cboard_allocate(file, 0, Int64(size)) }
      guard result == 0 else { throw ServerFault("cannot write " + path, -result) }
    }
    var address: UnsafeMutableRawPointer?
    let mapped = cboard_map_file(file, size, 0, &address)
    guard mapped == 0, let address else { throw ServerFault("cannot map " + path, -mapped) }
    return address
  }
}
