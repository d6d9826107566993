import Numerics

/// What never changes after the bench was built: where a chip sits.
struct ChipTable {
  var kind: BenchChipKind
  /// Index of the multiplexer in front, or -1.
  var mux: Int16
  var muxBit: UInt16
  /// The next chip at the same bus and address, or -1.
  var next: Int16
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
  var chips: UnsafeMutablePointer<ChipTable>
  var devices: UnsafeMutablePointer<DeviceTable>
  var readings: UnsafeMutablePointer<ReadingTable>
  /// First chip of bus * 128 + address, or -1.
  var routes: UnsafeMutablePointer<Int16>
  /// Length of a bit on each bus, 1/65536 ns.
  var bitTimes: UnsafeMutablePointer<UInt64>
  /// First device driven by chip * 8 + channel, or -1.
  var driven: UnsafeMutablePointer<Int16>
  /// Reading on chip * 8 + channel, or -1.
  var read: UnsafeMutablePointer<Int16>
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

/// A one-word handle to a bench, with all that happens on it as extensions.
struct BenchCore {
  let tables: UnsafeMutablePointer<BenchTables>

  @inline(__always)
  func chip(_ index: Int) -> ChipState { ChipState(tables.pointee.chipBlock, index) }
}
