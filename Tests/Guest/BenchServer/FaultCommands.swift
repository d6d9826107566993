import CBoard
import VirtualBench
import WireFormat

/// What goes wrong on the bench besides what its chips do.
struct Faults {
  private var stuckBuses: UInt64 = 0
  /// Every answer comes later by this.
  var slowNanoseconds: UInt64 = 0
  /// Transfers yet to be printed.
  var recording: UInt64 {
    get { counter?.recording ?? 0 }
    nonmutating set { counter?.recording = newValue }
  }
  private let counter: Counter?

  init(_ counter: Counter? = nil) { self.counter = counter }

  /// What is counted down from transfer to transfer.
  final class Counter {
    var errno: Int32 = 0
    var left: UInt64 = 0
    var recording: UInt64 = 0
  }

  func isStuck(_ bus: Int) -> Bool { bus < 64 && stuckBuses >> UInt64(bus) & 1 != 0 }

  mutating func setStuck(_ bus: Int, _ stuck: Bool) {
    guard bus >= 0, bus < 64 else { return }
    if stuck { stuckBuses |= 1 << UInt64(bus) } else { stuckBuses &= ~(1 << UInt64(bus)) }
  }

  /// The errno of the next transfer; 0 for none.
  func next() -> Int32 {
    guard let counter, counter.left > 0 else { return 0 }
    counter.left -= 1
    return counter.errno
  }

  func failNext(_ count: UInt64, _ errno: Int32) {
    counter?.errno = errno
    counter?.left = count
  }
}

/// Commands from a FIFO, one a line; each is answered by a line on standard output.
///
///     unplug CHIP     the chip (its number in the bench file) acknowledges nothing
///     plug CHIP
///     stuck BUS       transfers on the bus are not answered: they end with their adapter's timeout
///     free BUS
///     errno E K       the next K transfers end with errno E
///     slow US         every answer comes US microseconds later
///     line N LEVEL    an input of the bench
///     record K        the next K transfers are printed, as Benchmarks/guest-peers/loop.c reads them
///     report CHIP     what was sent to the chip that its data sheet does not allow
final class FaultCommands {
  let file: Int32
  private(set) var faults = Faults(Faults.Counter())
  private var pending: [UInt8] = []

  init(fifo: String) throws(ServerFault) {
    // Open for writing too, so that the end of one writer is not the end of the file.
    file = cboard_open(fifo, CBOARD_READ | CBOARD_WRITE | CBOARD_NONBLOCK, 0)
    guard file >= 0 else { throw ServerFault("cannot open " + fifo, -file) }
  }

  deinit { if file >= 0 { cboard_close(file) } }

  func take(_ bench: VirtualBench, _ mirror: LineMirror?) throws(ServerFault) {
    var buffer = [UInt8](repeating: 0, count: 512)
    let got = buffer.withUnsafeMutableBytes { cboard_read(file, $0.baseAddress, $0.count) }
    if got == -Int64(CBOARD_EAGAIN) || got == -Int64(CBOARD_EINTR) { return }
    guard got > 0 else { throw ServerFault("reading commands failed", Int32(truncatingIfNeeded: -got)) }
    pending += buffer[0..<Int(got)]
    while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
      let line = Array(pending[0..<end])
      pending.removeSubrange(0...end)
      let text = String(decoding: line, as: UTF8.self)
      BenchServerMain.say(carryOut(line, bench) ? "done " + text : "not known: " + text)
    }
    if pending.count > 4096 { pending = [] }
  }

  private func carryOut(_ line: [UInt8], _ bench: VirtualBench) -> Bool {
    let words = line.split(separator: UInt8(ascii: " ")).map { Array($0) }
    guard let verb = words.first else { return false }
    let numbers = words.dropFirst().map { Self.number($0) }
    guard let first = numbers.first ?? nil else { return false }
    let second = numbers.count > 1 ? numbers[1] : nil
    let index = Int(truncatingIfNeeded: first)
    if Self.same(verb, "unplug") {
      bench.unplug(chip: index)
    } else if Self.same(verb, "plug") {
      bench.plug(chip: index)
    } else if Self.same(verb, "stuck") {
      faults.setStuck(index, true)
    } else if Self.same(verb, "free") {
      faults.setStuck(index, false)
    } else if Self.same(verb, "slow") {
      faults.slowNanoseconds = first &* 1000
    } else if Self.same(verb, "record") {
      faults.recording = first
    } else if Self.same(verb, "errno"), let second {
      faults.failNext(second, Int32(truncatingIfNeeded: first))
    } else if Self.same(verb, "line"), let second {
      bench.setInput(line: index, level: second != 0)
    } else if Self.same(verb, "report") {
      BenchServerMain.say(
        "chip \(index): \(bench.violations(chip: index)) violations, \(bench.memoryWrites(chip: index)) memory writes, "
          + "\(bench.conversions(chip: index).fresh) fresh and \(bench.conversions(chip: index).repeated) repeated reads"
      )
    } else {
      return false
    }
    return true
  }

  private static func number(_ bytes: [UInt8]) -> UInt64? {
    guard !bytes.isEmpty, bytes.count < 19 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return value
  }

  private static func same(_ bytes: [UInt8], _ word: StaticString) -> Bool {
    guard bytes.count == word.utf8CodeUnitCount else { return false }
    for place in 0..<bytes.count where bytes[place] != word.utf8Start[place] { return false }
    return true
  }
}
