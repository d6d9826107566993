import Drivers
import HardwareInterface
import PhysicalNetwork
import VirtualBench

/// The board the fault campaign runs on: seven nodes, a bus with a multiplexer and five kinds of converters where things
/// go wrong, and one with a single converter where nothing does.
public struct CampaignBoard {
  public let bench: VirtualBench
  public let board: BoardDescription

  /// The chips by their places in the description.
  public enum Chip {
    public static let front: UInt8 = 0
    public static let mux: UInt8 = 1
    public static let behind: UInt8 = 2
    public static let dac: UInt8 = 3
    public static let adc: UInt8 = 4
    public static let other: UInt8 = 5
    public static let pwm: UInt8 = 6
    public static let single: UInt8 = 7
  }

  /// The address and chip of everything on the bus where things go wrong.
  public static let addresses: [(address: UInt8, chip: UInt8)] = [
    (0x11, Chip.front), (0x70, Chip.mux), (0x10, Chip.behind), (0x60, Chip.dac), (0x48, Chip.adc), (0x41, Chip.pwm),
    (0x62, Chip.single),
  ]

  public init() throws(BenchError) {
    bench = try VirtualBench(Self.bench())
    board = Self.description()
  }

  private static func device(_ drive: (UInt8, UInt8), _ response: (UInt8, UInt8)) -> BenchDevice {
    BenchDevice(
      kind: .leakyIntegrator, drive: BenchWire(chip: drive.0, channel: drive.1, voltsAtZero: 1.25, voltsPerUnit: 0.5),
      response: BenchWire(chip: response.0, channel: response.1, voltsAtZero: 1.25, voltsPerUnit: 0.5),
      timePerSecond: 30, parameters: BenchDeviceKind.leakyIntegrator.parameterDefaults)
  }

  private static func bench() -> BenchDescription {
    let chips = [
      BenchChip(kind: .ad5593r, address: 0x11, bus: 0), BenchChip(kind: .tca9548a, address: 0x70, bus: 0),
      BenchChip(kind: .ad5593r, address: 0x10, bus: 0, mux: 1, muxChannel: 2),
      BenchChip(kind: .mcp4728, address: 0x60, bus: 0), BenchChip(kind: .ads1115, address: 0x48, bus: 0),
      BenchChip(kind: .ad5593r, address: 0x10, bus: 1), BenchChip(kind: .pca9685, address: 0x41, bus: 0),
      BenchChip(kind: .mcp4725, address: 0x62, bus: 0, mux: 1, muxChannel: 3),
    ]
    let devices = [
      device((Chip.front, 0), (Chip.front, 4)), device((Chip.front, 1), (Chip.front, 5)),
      device((Chip.behind, 0), (Chip.behind, 4)), device((Chip.dac, 0), (Chip.adc, 0)),
      device((Chip.other, 0), (Chip.other, 4)), device((Chip.pwm, 3), (Chip.front, 6)),
      device((Chip.single, 0), (Chip.front, 7)),
    ]
    return BenchDescription(
      seed: 11, spread: 0.1, quantum: 1_000_000, busClocks: [400_000, 400_000], chips: chips, devices: devices,
      lines: [BenchLine(kind: .ready, chip: Chip.adc)])
  }

  private static func description() -> BoardDescription {
    let chips = [
      ChipDescription(name: "front", kind: .ad5593r, address: 0x11, bus: 0, fullScaleVolts: 2.5),
      ChipDescription(name: "mux", kind: .tca9548a, address: 0x70, bus: 0, fullScaleVolts: 0),
      ChipDescription(
        name: "behind", kind: .ad5593r, address: 0x10, bus: 0, mux: Chip.mux, muxChannel: 2, fullScaleVolts: 2.5),
      ChipDescription(name: "dac", kind: .mcp4728, address: 0x60, bus: 0, fullScaleVolts: 2.048),
      ChipDescription(
        name: "adc", kind: .ads1115, address: 0x48, bus: 0, fullScaleVolts: 4.096, samplesPerSecond: 860, readyLine: 0),
      ChipDescription(name: "other", kind: .ad5593r, address: 0x10, bus: 1, fullScaleVolts: 2.5),
      ChipDescription(name: "pwm", kind: .pca9685, address: 0x41, bus: 0, fullScaleVolts: 5, settings: [1000]),
      ChipDescription(
        name: "single", kind: .mcp4725, address: 0x62, bus: 0, mux: Chip.mux, muxChannel: 3, fullScaleVolts: 5),
    ]
    let drives: [(UInt8, UInt8, UInt16)] = [
      (Chip.front, 0, 2048), (Chip.front, 1, 1700), (Chip.behind, 0, 2100), (Chip.dac, 0, 2500), (Chip.other, 0, 2048),
      (Chip.pwm, 3, 1024), (Chip.single, 0, 1111),
    ]
    let reads: [(UInt8, UInt8)] = [
      (Chip.front, 4), (Chip.front, 5), (Chip.behind, 4), (Chip.adc, 0), (Chip.other, 4), (Chip.front, 6),
      (Chip.front, 7),
    ]
    return BoardDescription(
      boardID: Array(repeating: 9, count: 16), name: "campaign",
      buses: [
        BusDescription(name: "faulty", device: "virtual", clockHertz: 400_000),
        BusDescription(name: "sound", device: "virtual", clockHertz: 400_000),
      ], chips: chips,
      drives: drives.map { DriveChannel(chip: $0.0, channel: $0.1, lowCode: 410, highCode: 3686, safeCode: $0.2) },
      responses: reads.map {
        ReadChannel(chip: $0.0, channel: $0.1, signed: $0.0 == Chip.adc, lowCode: 410, highCode: 20000)
      }, inputs: [],
      nodes: (0..<7).map {
        NodeDescription(name: "n\($0)", device: "leaky", firstDrive: UInt16($0), firstResponse: UInt16($0))
      }, stepPeriod: 40_000_000, responseDelay: 500_000,
      lines: [LineDescription(name: "ready", direction: .input, edges: .falling)],
      policy: FaultPolicy(retries: 2, reprobe: 100_000_000))
  }

  /// Chips whose DACs do not hold their safe codes, looked at over a sound bus.
  public func unsafeChips() -> [UInt8] {
    var wrong: [UInt8] = []
    var bus = bench.bus(0)
    for (chip, drives) in Dictionary(grouping: board.drives.indices, by: { board.drives[$0].chip }) {
      var codes: [UInt8: UInt16] = [:]
      for drive in drives { codes[board.drives[drive].channel] = board.drives[drive].safeCode }
      if (try? holds(chip, codes, &bus)) != true { wrong.append(chip) }
    }
    return wrong.sorted()
  }

  private func holds(_ chip: UInt8, _ codes: [UInt8: UInt16], _ first: inout VirtualI2CBus) throws -> Bool {
    let seat = board.chips[Int(chip)]
    guard let address = I2CAddress(seat.address), let mux = I2CAddress(0x70) else { return false }
    var bus = seat.bus == 0 ? first : bench.bus(1)
    if seat.bus == 0 {
      try TCA9548A(address: mux).select(on: &bus, mask: seat.mux == Chip.mux ? 1 << seat.muxChannel : 0)
    }
    for (channel, code) in codes {
      switch seat.kind {
      case .ad5593r:
        let pins = board.drives.filter { $0.chip == chip }.reduce(UInt8(0)) { $0 | 1 << $1.channel }
        let read = board.responses.filter { $0.chip == chip }.reduce(UInt8(0)) { $0 | 1 << $1.channel }
        let driver = AD5593R(address: address)
        guard try driver.isConfigured(on: &bus, dacMask: pins, adcMask: read),
          try driver.dacCode(on: &bus, channel: channel) == code
        else { return false }
      case .mcp4728:
        let status = try MCP4728(address: address, doubleGain: false).status(on: &bus).a
        guard status.code == code, status.powerDown == 0, status.internalReference else { return false }
      case .mcp4725:
        let status = try MCP4725(address: address).status(on: &bus)
        guard status.code == code, status.powerDown == 0 else { return false }
      case .pca9685:
        guard let driver = PCA9685(address: address, pwmHertz: 1000), try driver.isConfigured(on: &bus),
          try driver.code(on: &bus, channel: channel) == code
        else { return false }
      default: return false
      }
    }
    return true
  }
}
