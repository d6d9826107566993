import PhysicalNetwork
import Testing
import WireFormat

@Suite struct BoardAdditionsTests {
  /// A board with everything version 2 of the description added.
  static func board() -> BoardDescription {
    var board = Sample.board()
    board.lines = [
      LineDescription(name: "GPIO17", direction: .output, initial: true, safe: false),
      LineDescription(name: "", chip: "pinctrl-bcm2835", offset: 4, direction: .input, bias: .pullUp, edges: .falling),
      LineDescription(name: "GPIO2", direction: .input), LineDescription(name: "GPIO3", direction: .input),
      LineDescription(name: "LED", direction: .output, activeLow: true),
    ]
    board.buses[0].timeoutMilliseconds = 20
    board.buses[0].retries = 1
    board.buses[0].combining = .readLast
    board.buses[0].clockLine = 3
    board.buses[0].dataLine = 2
    board.chips.append(
      ChipDescription(
        name: "adc", kind: .ads1115, address: 0x48, bus: 0, fullScaleVolts: 4.096, samplesPerSecond: 860, readyLine: 1,
        conversion: .continuous))
    board.chips.append(
      ChipDescription(
        name: "clock", kind: .si5351a, address: 0x60, bus: 0, fullScaleVolts: 0, settings: [25e6, 1e6, 2e6]))
    board.chips.append(ChipDescription(name: "pins", kind: .gpio, address: 0, bus: 0, fullScaleVolts: 0))
    board.chips.append(ChipDescription(name: "heat", kind: .tmp117, address: 0x49, bus: 0, fullScaleVolts: 0))
    board.drives.append(DriveChannel(chip: 3, channel: 1, lowCode: 0, highCode: 65535, safeCode: 9))
    board.drives.append(DriveChannel(chip: 4, channel: 0, lowCode: 0, highCode: 1, safeCode: 0))
    board.responses.append(ReadChannel(chip: 2, channel: 0, signed: true, lowCode: 0, highCode: 32767))
    board.monitors = [MonitorChannel(name: "heat", chip: 5, channel: 0, period: 1_000_000_000)]
    board.loopbacks = [Loopback(drive: 0, chip: 1, channel: 0, tolerance: 0.01)]
    board.policy = FaultPolicy(retries: 3, leftOutValue: .neutral, reprobe: 5_000_000_000, hang: 7)
    board.placement = LoopPlacement(cpu: 3, priority: 80, stepLine: 4)
    return board
  }

  @Test func everythingSurvivesTheWire() throws {
    let board = Self.board()
    #expect(board.firstFault()?.description == nil)
    #expect(try BoardDescription(decoding: board.encoded()) == board)
  }

  @Test func versionOneIsStillRead() throws {
    // Version 1 is what version 2 has up to its additions; a board without any has a fixed tail of 28 bytes.
    let board = Sample.board()
    var bytes = board.encoded()
    let tail = board.buses.count * 6 + board.chips.count * 3 + 6 + 2 + 16 + 3
    bytes.removeLast(tail)
    bytes[0] = 1
    #expect(try BoardDescription(decoding: bytes) == board)
    bytes[0] = 3
    #expect(throws: WireError.self) { try BoardDescription(decoding: bytes) }
  }

  @Test func everyCutIsRefused() {
    let bytes = Self.board().encoded()
    for length in 0..<bytes.count {
      #expect(throws: WireError.self) { try BoardDescription(decoding: Array(bytes[0..<length])) }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func damageNeverCrashes(seed: UInt64) {
    var state = seed
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let board = Self.board().encoded()
    for _ in 0..<5000 {
      var bytes = board
      for _ in 0...next() % 4 { bytes[Int(next()) % bytes.count] = UInt8(truncatingIfNeeded: next()) }
      if let decoded = try? BoardDescription(decoding: bytes) {
        #expect(decoded.firstFault() == nil, "seed \(seed)")
      }
    }
  }

  @Test func aLineHasOneUse() {
    var board = Self.board()
    board.placement.stepLine = 0
    #expect(board.firstFault()?.description == "two users of one line")
    board = Self.board()
    board.chips[2].readyLine = 0
    #expect(board.firstFault()?.description == "ready line")
    board = Self.board()
    board.buses[0].clockLine = 60
    #expect(board.firstFault()?.description == "bus lines")
  }

  @Test func rulesOfTheAdditions() {
    var board = Self.board()
    board.responses.append(ReadChannel(chip: 2, channel: 1, signed: true, lowCode: 0, highCode: 9))
    #expect(board.firstFault()?.description == "continuous conversion of several channels")
    board = Self.board()
    board.monitors[0].chip = 2
    #expect(board.firstFault()?.description == "monitor of a node's chip")
    board = Self.board()
    board.drives[5].channel = 1
    #expect(board.firstFault()?.description == "drive line")
    board = Self.board()
    board.drives[5].highCode = 2
    #expect(board.firstFault()?.description == "drive codes")
    board = Self.board()
    board.chips[3].settings = []
    #expect(board.firstFault()?.description == "chip settings")
    board = Self.board()
    board.chips[3].settings = [25e6, 1e6, 150e6]
    #expect(board.firstFault()?.description == "si5351a sweep")
    board = Self.board()
    board.placement.priority = 100
    #expect(board.firstFault()?.description == "priority")
  }
}
