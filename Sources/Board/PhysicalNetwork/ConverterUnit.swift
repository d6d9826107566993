import Drivers
import HardwareInterface

/// One converter chip of the plan: where it sits, its share of a step, and how it does.
struct ConverterUnit {
  /// Index into `BoardDescription.chips`.
  let chip: UInt8
  let driver: ConverterDriver
  let address: I2CAddress
  let bus: Int
  /// Index of the multiplexer in the bank, or -1.
  let mux: Int
  let muxMask: UInt8
  /// Pins or outputs that drive, pins that are read (of the first sixteen).
  var driveMask: UInt16 = 0
  var readMask: UInt16 = 0
  /// A full scale of twice the reference.
  let wide: Bool
  /// The line of its ALERT/RDY output, or -1.
  let readyLine: Int
  let continuous: Bool
  /// The longest a conversion takes, nanoseconds; 0 where none is waited for.
  let conversionTime: UInt64

  /// Its drives: groups of codes, and the transfers that carry them.
  var firstGroup = 0
  var groupCount = 0
  var firstWrite = 0
  var writeCount = 0
  /// The first channel it reads, and whether what it reads answers to this step's drives.
  var channel: UInt8 = 0
  var answers = false
  /// The pointer stays at what is read, so it is sent in the set-up alone.
  var keepsPointer = false
  /// ... and is sent by itself in each step all the same.
  var pointsEachStep = false
  /// Nothing it sends in a step shows that it was reset.
  var isSilent = false

  // What changes.
  var leftOut = false
  /// Bits of the last full set-up.
  var setUpBits: UInt64 = 800
  /// When its conversion was asked for, and when its last one was read.
  var startedAt: UInt64 = 0
  var endsBy: UInt64 = 0
  var readAt: UInt64 = 0
  /// The ready line did not do its work: conversions are waited for by time until then.
  var lineMistrustedUntil: UInt64 = 0
  var leftOutAt: UInt64 = 0
  var nextProbe: UInt64 = 0
  var probes: UInt32 = 0
  var probeBackoff: UInt8 = 0
  /// Whole-bus trouble put it out.
  var busFault = false
  var nextCheck: UInt64 = 0
  /// Has not taken its safe codes yet.
  var isUnsafe = false

  init(_ chip: ChipDescription, index: Int, address: I2CAddress, mux: Int) {
    self.chip = UInt8(truncatingIfNeeded: index)
    driver = ConverterDriver(chip, address)
    self.address = address
    bus = Int(chip.bus)
    self.mux = mux
    muxMask = mux >= 0 ? 1 << chip.muxChannel : 0
    wide = chip.fullScaleVolts > 3
    readyLine = chip.readyLine == BusDescription.noLine ? -1 : Int(chip.readyLine)
    continuous = chip.conversion == .continuous
    if case .ads(let converter) = driver { conversionTime = converter.conversionTime } else { conversionTime = 0 }
  }
}

/// One multiplexer of the board.
struct ConverterMux {
  let chip: UInt8
  let address: I2CAddress
  let bus: Int
  /// What is selected; `unknown` after a fault.
  var selected: UInt16 = ConverterMux.unknown

  static let unknown: UInt16 = 0xFF00
}

/// What is counted of one chip of the board.
public struct ChipCounters: Equatable, Sendable {
  /// Transactions with it that were completed.
  public var transfers: UInt64 = 0
  /// Transactions that were tried again.
  public var retries: UInt32 = 0
  /// How often it was left out, and came back.
  public var faults: UInt32 = 0
  public var recoveries: UInt32 = 0

  public init() {}
}
