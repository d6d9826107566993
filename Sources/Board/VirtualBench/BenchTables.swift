import Numerics

/// What never changes after the bench was built: what a chip is and where it sits.
struct ChipTable {
  var kind: BenchChipKind
  var address: UInt8
  var bus: Int16
  /// Index of the multiplexer in front, or -1.
  var mux: Int16
  var muxBit: UInt16
  /// The next chip at the same bus and address, or -1. Chips with several addresses share a bus with none that has but
  /// some of them.
  var next: Int16
  var supplyVolts: Double
  var crystalHertz: Double
  /// The unit's clock over the nominal one, as periods: 0.9 to 1.1.
  var periodScale: Double
  /// What a thermometer of this unit shows too much, °C.
  var offset: Double
  /// Bytes of its memory, and where it starts in the block of memories.
  var memoryBytes: Int
  var memory: Int
}

/// What never changes after the bench was built: a line.
struct LineTable {
  var kind: BenchLineKind
  /// The chip whose ready output it is, or -1.
  var chip: Int16
}

/// The temperature around the bench: a mean and two slow swings.
struct AmbientTable {
  var mean: Double
  var swing: Double
  var phases: (Double, Double)
}

/// What never changes after the bench was built: one device, its unit's own parameters and what follows from them.
struct DeviceTable {
  var kind: BenchDeviceKind
  var noise: Philox
  /// Device time units of one quantum, and the square root.
  var step: Double
  var stepRoot: Double
  var ageing: UnitAgeing
  var driveZero: Double
  var driveScale: Double
  /// Its readings, in the order of its wires.
  var firstReading: Int16
  var readingCount: Int16
  /// The next device on the same drive channel, or -1.
  var nextDriven: Int16
  /// The meaning is the kind's own, see its model.
  var p0: Double
  var p1: Double
  var p2: Double
  var p3: Double
  var p4: Double
  var p5: Double
  var p6: Double
  var p7: Double
}

/// What never changes after the bench was built: one reading of a device.
struct ReadingTable {
  var device: Int16
  /// Which of the device's quantities, see `BenchDeviceKind.readingNames`.
  var index: UInt8
  /// The chip that reads it, when it is one whose conversions take time; else -1.
  var slowReader: Int16
  var zero: Double
  var scale: Double
  /// Standard deviation of white noise, volts.
  var noise: Double
}

/// Everything a transaction needs, behind one pointer.
struct BenchTables {
  var header: UnsafeMutablePointer<BenchHeader>
  var chipBlock: UnsafeMutableRawPointer
  var deviceState: UnsafeMutablePointer<DeviceState>
  var lineState: UnsafeMutablePointer<LineState>
  var memory: UnsafeMutablePointer<UInt8>
  var chips: UnsafeMutablePointer<ChipTable>
  var devices: UnsafeMutablePointer<DeviceTable>
  var readings: UnsafeMutablePointer<ReadingTable>
  /// First chip of bus * 128 + address, or -1.
  var routes: UnsafeMutablePointer<Int16>
  /// Length of a bit on each bus, 1/65536 ns.
  var bitTimes: UnsafeMutablePointer<UInt64>
  /// First device driven by chip * 16 + channel, or -1.
  var driven: UnsafeMutablePointer<Int16>
  /// Reading on chip * 16 + channel, or -1.
  var read: UnsafeMutablePointer<Int16>
  var lines: UnsafeMutablePointer<LineTable>
  var lineCount: Int
  var ambient: AmbientTable
  var chipCount: Int
  var deviceCount: Int
  var busCount: Int
  var quantum: UInt64
  /// A device nobody looked at for more quanta than this lives through the last of them only: a bench that idled for a day
  /// must not make its first step wait.
  var longestCatchUp: UInt64
  var realClock: (@convention(c) () -> UInt64)?
  var sleeper: (@convention(c) (UInt64) -> Void)?
}

extension BenchTables {
  /// Channels a chip has at most.
  static let channels = 16
}

/// A one-word handle to a bench, with all that happens on it as extensions.
struct BenchCore {
  let tables: UnsafeMutablePointer<BenchTables>

  @inline(__always)
  func chip(_ index: Int) -> ChipState { ChipState(tables.pointee.chipBlock, index) }
}
