import Drivers
import HardwareInterface
import PhysicalNetwork
import Testing
import VirtualBench

/// Counts what goes over a bus, transaction by transaction.
private final class Tally {
  var selections = 0
  var transactions = 0
  var batches = 0
}

private struct CountingBus: I2CBus {
  var base: VirtualI2CBus
  let tally: Tally

  mutating func transaction(
    _ address: I2CAddress, _ operations: UnsafeMutableBufferPointer<I2COperation>
  ) throws(I2CError) {
    tally.transactions += 1
    if address.value >= 0x70, operations.first?.direction == .write { tally.selections += 1 }
    try base.transaction(address, operations)
  }

  mutating func batch(_ transfers: UnsafeMutableBufferPointer<I2CTransfer>) -> I2CBatchResult {
    tally.batches += 1
    tally.transactions += transfers.count
    return base.batch(transfers)
  }
}

@Suite struct MuxRouteTests {
  /// AD5593R chips behind multiplexers, one a channel, some only driven, some only read, and one in front of them all.
  private func board(_ seats: [(mux: UInt8, channel: UInt8, drives: Bool, reads: Bool)]) -> (
    BoardDescription, BenchDescription
  ) {
    var chips = [UInt8(0x70), 0x71].map {
      ChipDescription(name: "mux\($0)", kind: .tca9548a, address: $0, bus: 0, fullScaleVolts: 0)
    }
    var simulated = [UInt8(0x70), 0x71].map { BenchChip(kind: .tca9548a, address: $0, bus: 0) }
    chips.append(ChipDescription(name: "front", kind: .ad5593r, address: 0x11, bus: 0, fullScaleVolts: 2.5))
    simulated.append(BenchChip(kind: .ad5593r, address: 0x11, bus: 0))
    var drives = [DriveChannel(chip: 2, channel: 0, lowCode: 0, highCode: 4095, safeCode: 7)]
    var responses = [ReadChannel(chip: 2, channel: 4, signed: false, lowCode: 0, highCode: 4095)]
    for seat in seats {
      let chip = UInt8(chips.count)
      chips.append(
        ChipDescription(
          name: "afe\(chip)", kind: .ad5593r, address: 0x10, bus: 0, mux: seat.mux, muxChannel: seat.channel,
          fullScaleVolts: 2.5))
      simulated.append(BenchChip(kind: .ad5593r, address: 0x10, bus: 0, mux: seat.mux, muxChannel: seat.channel))
      if seat.drives {
        drives.append(DriveChannel(chip: chip, channel: 1, lowCode: 0, highCode: 4095, safeCode: 9))
      }
      if seat.reads {
        responses.append(ReadChannel(chip: chip, channel: 5, signed: false, lowCode: 0, highCode: 4095))
      }
    }
    let description = BoardDescription(
      boardID: Array(repeating: 1, count: 16), name: "routes",
      buses: [BusDescription(name: "i2c", device: "virtual", clockHertz: 400_000)], chips: chips, drives: drives,
      responses: responses, inputs: [], nodes: [], stepPeriod: 100_000_000, responseDelay: 0)
    return (
      description,
      BenchDescription(
        seed: 1, spread: 0.1, quantum: 1_000_000, busClocks: [400_000], chips: simulated, devices: [])
    )
  }

  /// Selections of steps once the first has been made.
  private func measured(
    _ seats: [(mux: UInt8, channel: UInt8, drives: Bool, reads: Bool)], steps: Int = 4
  ) throws -> (selections: Int, planned: Int, faults: Int) {
    let (board, simulated) = board(seats)
    #expect(board.firstFault() == nil)
    let bench = try VirtualBench(simulated)
    let tally = Tally()
    var bank = ConverterBank(board: board, buses: [CountingBus(base: bench.bus(0), tally: tally)])
    var clock = bench.clock
    bank.configure()
    var codes = [UInt16](repeating: 100, count: board.drives.count + 1)
    var reads = [UInt16](repeating: 0, count: board.responses.count + 1)
    bank.write(&codes)
    bank.read(into: &reads, clock: &clock)
    tally.selections = 0
    for _ in 0..<steps {
      bank.write(&codes)
      bank.read(into: &reads, clock: &clock)
    }
    return (tally.selections, bank.selections(bus: 0) * steps, bank.quarantinedCount)
  }

  @Test func readingGoesBackTheWayWritingCame() throws {
    // Four channels written and read: three turns there, three back.
    let seats = (0..<4).map { (mux: UInt8(0), channel: UInt8($0), drives: true, reads: true) }
    let result = try measured(seats)
    #expect(result.selections == 4 * 6)
    #expect(result.planned == result.selections)
    #expect(result.faults == 0)
  }

  @Test func oneChannelIsSelectedOnceForAll() throws {
    #expect(try measured([(0, 3, true, true)]).selections == 0)
  }

  @Test func turningToAnotherMultiplexerClosesTheOneBefore() throws {
    // Two multiplexers of one channel: each turn closes one and opens the other, there and back.
    let result = try measured([(0, 0, true, true), (1, 0, true, true)])
    #expect(result.selections == 4 * 4)
    #expect(result.faults == 0)
  }

  /// Against every order there is: small boards, drawn at random.
  @Test(arguments: [UInt64(1), 2, 3]) func noOrderHasFewer(_ seed: UInt64) throws {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func below(_ limit: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % limit
    }
    for _ in 0..<40 {
      var seats: [(mux: UInt8, channel: UInt8, drives: Bool, reads: Bool)] = []
      for channel in 0..<UInt8(2 + below(3)) {
        let work = below(3)
        seats.append((UInt8(below(2)), channel, work != 1, work != 0))
      }
      let result = try measured(seats, steps: 3)
      let written = seats.filter(\.drives).map { Int($0.mux) * 16 + Int($0.channel) }
      let read = seats.filter(\.reads).map { Int($0.mux) * 16 + Int($0.channel) }
      #expect(result.selections == 3 * fewest(written, read), "seed \(seed): \(seats)")
    }
  }

  /// The shortest round trip through both lists.
  private func fewest(_ first: [Int], _ second: [Int]) -> Int {
    func cost(_ from: Int, _ to: Int) -> Int { from == to ? 0 : (from / 16 == to / 16 ? 1 : 2) }
    var best = Int.max
    for there in orders(first) {
      for back in orders(second) {
        let stops = there + back
        guard var at = stops.last else { return 0 }
        var total = 0
        for stop in stops {
          total += cost(at, stop)
          at = stop
        }
        best = min(best, total)
      }
    }
    return best
  }

  private func orders(_ list: [Int]) -> [[Int]] {
    guard list.count > 1 else { return [list] }
    return list.indices.flatMap { index in
      var rest = list
      let head = rest.remove(at: index)
      return orders(rest).map { [head] + $0 }
    }
  }
}
