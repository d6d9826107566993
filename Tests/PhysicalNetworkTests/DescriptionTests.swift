import PhysicalNetwork
import Testing
import WireFormat

enum Sample {
  static func board(nodes: Int = 4) -> BoardDescription {
    BoardDescription(
      boardID: Array(1...16), name: "bench",
      buses: [BusDescription(name: "main", device: "/dev/i2c-1", clockHertz: 400_000)],
      chips: [
        ChipDescription(name: "mux", kind: .tca9548a, address: 0x70, bus: 0, fullScaleVolts: 0),
        ChipDescription(
          name: "afe", kind: .ad5593r, address: 0x10, bus: 0, mux: 0, muxChannel: 2, fullScaleVolts: 2.5),
      ],
      drives: (0..<nodes).map {
        DriveChannel(chip: 1, channel: UInt8($0), lowCode: 100, highCode: 4000, safeCode: 2050)
      },
      responses: (0..<nodes).map {
        ReadChannel(chip: 1, channel: UInt8($0 + 4), signed: false, lowCode: 0, highCode: 4095)
      },
      inputs: [],
      nodes: (0..<nodes).map {
        NodeDescription(name: "n\($0)", device: "test", firstDrive: UInt16($0), firstResponse: UInt16($0))
      }, stepPeriod: 10_000_000, responseDelay: 500_000)
  }

  static func network(nodes: Int = 4, inputs: Int = 3, outputs: Int = 2) -> NetworkDescription {
    func ramp(_ count: Int, _ scale: Float) -> [Float] { (0..<count).map { Float($0 % 7 - 3) * scale } }
    return NetworkDescription(
      task: .classification, hold: 2, settleSteps: 3, settleDrive: 0.25, inputOffset: ramp(inputs, 0.5),
      inputScale: (0..<inputs).map { 1 + Float($0) }, inputWeights: ramp(nodes * inputs, 0.2),
      recurrentWeights: ramp(nodes * nodes, 0.1), bias: ramp(nodes, 0.05),
      readoutWeights: ramp(outputs * nodes, 0.3), readoutBias: ramp(outputs, 0.1),
      labels: (0..<outputs).map { "class \($0)" })
  }
}

@Suite struct DescriptionTests {
  @Test func boardSurvivesTheWire() throws {
    let board = Sample.board()
    #expect(board.firstFault() == nil)
    #expect(try BoardDescription(decoding: board.encoded()) == board)
  }

  @Test func networkSurvivesTheWire() throws {
    let network = Sample.network()
    #expect(try NetworkDescription(decoding: network.encoded()) == network)
  }

  @Test func requestSurvivesTheWire() throws {
    let request = RunRequest(
      runID: Array(repeating: 7, count: 16), mode: .characterise, label: "try", driveCount: 2,
      blocks: [DriveBlock(settleSteps: 2, repeats: 3, steps: 2, codes: [1, 2, 3, 4])], inputCount: 2,
      sequences: [InputSequence(values: [1, 2, 3, 4], frames: 2)])
    #expect(try RunRequest(decoding: request.encoded()) == request)
    #expect(request.totalSteps(for: nil) == 12)
  }

  @Test func everyCutAndEveryFlippedBitIsRefused() throws {
    let request = RunRequest(
      runID: Array(repeating: 7, count: 16), mode: .evaluate, label: "cut", inputCount: 1,
      sequences: [InputSequence(values: [1, 2, 3], frames: 3)])
    let bytes = request.encoded()
    for length in 0..<bytes.count {
      #expect(throws: WireError.self) { try RunRequest(decoding: Array(bytes[0..<length])) }
    }
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: WireError.self) { try RunRequest(decoding: damaged) }
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func damagedDescriptionsNeverCrash(seed: UInt64) {
    // No checksum guards a section by itself, so damage may decode: it must then keep every rule.
    var state = seed
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let board = Sample.board().encoded()
    let network = Sample.network().encoded()
    for _ in 0..<3000 {
      var bytes = board
      for _ in 0...next() % 4 { bytes[Int(next()) % bytes.count] = UInt8(truncatingIfNeeded: next()) }
      if let decoded = try? BoardDescription(decoding: bytes) {
        #expect(decoded.firstFault() == nil, "seed \(seed)")
      }
      bytes = network
      for _ in 0...next() % 4 { bytes[Int(next()) % bytes.count] = UInt8(truncatingIfNeeded: next()) }
      if let decoded = try? NetworkDescription(decoding: bytes) {
        #expect(decoded.firstFault() == nil, "seed \(seed)")
      }
    }
  }

  @Test func rulesAreKept() {
    var board = Sample.board()
    board.drives[1].channel = 0
    #expect(board.firstFault() == "two nodes on one channel")
    board = Sample.board()
    board.responses[0].channel = 1
    #expect(board.firstFault() == "two nodes on one channel")
    board = Sample.board()
    board.drives[0].chip = 0
    #expect(board.firstFault() == "drive chip")
    board = Sample.board()
    board.chips[1].mux = 1
    #expect(board.firstFault() == "chip mux")
    board = Sample.board()
    board.nodes[3].firstResponse = 4
    #expect(board.firstFault() == "node response")
    board = Sample.board()
    board.responseDelay = board.stepPeriod
    #expect(board.firstFault() == "response delay")
    board = Sample.board()
    board.chips[1].fullScaleVolts = 3.3
    #expect(board.firstFault() == "ad5593r full scale")
    var network = Sample.network()
    network.recurrentWeights.removeLast()
    #expect(network.firstFault() == "recurrent weights")
  }
}

@Suite struct ChannelTests {
  @Test func codesCoverTheRangeAndNothingElse() {
    let channel = DriveChannel(chip: 0, channel: 0, lowCode: 100, highCode: 4000, safeCode: 7)
    #expect(channel.code(of: -1) == 100)
    #expect(channel.code(of: 1) == 4000)
    #expect(channel.code(of: 0) == 2050)
    #expect(channel.code(of: -30) == 100)
    #expect(channel.code(of: .infinity) == 4000)
    #expect(channel.code(of: .nan) == 7)
    for code in stride(from: UInt16(100), through: 4000, by: 13) {
      #expect(channel.code(of: channel.drive(of: code)) == code)
    }
  }

  @Test func invertedRangesWork() {
    let channel = DriveChannel(chip: 0, channel: 0, lowCode: 4000, highCode: 100, safeCode: 2050)
    #expect(channel.code(of: -1) == 4000)
    #expect(channel.code(of: 1) == 100)
  }

  @Test func signedCodesAreTwosComplement() {
    let channel = ReadChannel(chip: 0, channel: 0, signed: true, lowCode: -1000, highCode: 1000)
    #expect(channel.value(of: UInt16(bitPattern: -1000)) == -1)
    #expect(channel.value(of: 1000) == 1)
    #expect(channel.value(of: 0) == 0)
  }
}
