import WireFormat

/// The chips a virtual bench can simulate; the numbers stand in bench files, and are those of board descriptions.
public enum BenchChipKind: UInt8, Equatable, Sendable, CaseIterable {
  case ad5593r = 1
  case mcp4728 = 2
  case ads1115 = 3
  case tca9548a = 4
  case mcp4725 = 5
  case pca9685 = 6
  case ad5272 = 7
  case si5351a = 8
  case ina219 = 9
  case tmp117 = 10
  case tmp105 = 11
  case ds1338 = 12
  case at24c = 13
  case ads1015 = 14
}

extension BenchChipKind {
  /// The 7-bit addresses its pins or options can choose.
  public var addresses: ClosedRange<UInt8> {
    switch self {
    case .ad5593r: return 0x10...0x11
    case .mcp4728, .mcp4725: return 0x60...0x67
    case .ads1115, .ads1015, .tmp117: return 0x48...0x4B
    case .tca9548a: return 0x70...0x77
    case .pca9685: return 0x40...0x77
    case .ad5272: return 0x2C...0x2F
    case .si5351a: return 0x60...0x61
    case .ina219: return 0x40...0x4F
    case .tmp105: return 0x48...0x4F
    case .ds1338: return 0x68...0x68
    case .at24c: return 0x50...0x57
    }
  }

  /// Channels a device's drive may hang on.
  public var driveChannels: UInt8 {
    switch self {
    case .ad5593r: return 8
    case .mcp4728: return 4
    case .mcp4725, .ad5272: return 1
    case .pca9685: return 16
    case .si5351a: return 3
    case .ads1115, .ads1015, .tca9548a, .ina219, .tmp117, .tmp105, .ds1338, .at24c: return 0
    }
  }

  /// Channels a device's response may hang on. Thermometers have none: they read the bench's temperature.
  public var readChannels: UInt8 {
    switch self {
    case .ad5593r: return 8
    case .ads1115, .ads1015: return 4
    case .ina219: return 2
    case .mcp4728, .mcp4725, .pca9685, .ad5272, .si5351a, .tca9548a, .tmp117, .tmp105, .ds1338, .at24c: return 0
    }
  }

  /// Its conversions end some time after they began, so devices must not live on past that end unread.
  var convertsSlowly: Bool { self == .ads1115 || self == .ads1015 || self == .ina219 }

  /// Has an output that says when a conversion has ended.
  public var hasReadyOutput: Bool { self == .ads1115 || self == .ads1015 }
}

/// One simulated chip and where it sits.
public struct BenchChip: Equatable, Sendable {
  /// `mux` of a chip that sits on its bus directly.
  public static let noMux: UInt8 = 0xFF

  public var kind: BenchChipKind
  /// 7-bit address.
  public var address: UInt8
  /// Index of the bus.
  public var bus: UInt8
  /// Index of the multiplexer in front among the bench's chips, or `noMux`.
  public var mux: UInt8
  public var muxChannel: UInt8
  /// The supply: full scale of an MCP4725, a PCA9685 and an AD5272.
  public var supplyVolts: Double
  /// The crystal of a Si5351A, hertz.
  public var crystalHertz: UInt32
  /// Bytes of an AT24C: a power of two, 128 to 65536.
  public var memoryBytes: UInt32

  public init(
    kind: BenchChipKind, address: UInt8, bus: UInt8, mux: UInt8 = BenchChip.noMux, muxChannel: UInt8 = 0,
    supplyVolts: Double = 5, crystalHertz: UInt32 = 25_000_000, memoryBytes: UInt32 = 256
  ) {
    self.kind = kind
    self.address = address
    self.bus = bus
    self.mux = mux
    self.muxChannel = muxChannel
    self.supplyVolts = supplyVolts
    self.crystalHertz = crystalHertz
    self.memoryBytes = memoryBytes
  }

  /// Bytes of memory the bench keeps for it.
  var memorySize: Int { kind == .at24c ? Int(memoryBytes) : 0 }

  /// How many addresses it answers to, from `address` on: an EEPROM has one for each 256 bytes its one address byte does
  /// not reach.
  var addressCount: Int { kind == .at24c && memoryBytes > 256 && memoryBytes <= 2048 ? Int(memoryBytes / 256) : 1 }

  /// The first rule its own numbers break, or nil.
  func fault() -> StaticName? {
    guard kind.addresses.contains(address), address != 0x70 || kind != .pca9685,
      Int(address) % addressCount == 0
    else { return "chip address" }
    guard supplyVolts >= 1, supplyVolts <= 50 else { return "supply volts" }
    guard crystalHertz >= 10_000_000, crystalHertz <= 40_000_000 else { return "crystal hertz" }
    guard memoryBytes >= 128, memoryBytes <= 65536, memoryBytes & (memoryBytes - 1) == 0 else { return "memory bytes" }
    return nil
  }
}
