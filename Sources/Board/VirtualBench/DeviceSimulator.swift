import Numerics
import WireFormat

/// What a simulated device showed in one step, channel units; `second` is 0 where one reading is wired.
public struct DeviceReadings: Equatable, Sendable {
  public var first: Double
  public var second: Double
}

/// How a `DeviceSimulator` is set up beyond its coupling; the usual values are those of a virtual board of 32 nodes.
public struct DeviceSimulatorOptions: Equatable, Sendable {
  /// The bench's seed and the device's place on it: together they say which unit it is.
  public var seed: UInt64 = 1
  public var unit: UInt32 = 0
  /// Another seed for the noise of physics and readings, so that one unit can be given the same input again and again; nil
  /// for the bench's own.
  public var noiseSeed: UInt64?
  /// Relative standard deviation of the unit's hidden parameters around the nominal ones, 0...0.35.
  public var spread = 0.15
  /// Nanoseconds of one integration step, 1000...1e9.
  public var quantum: UInt64 = 5_000_000
  /// Integration steps a control step, 1...1,000,000.
  public var quantaPerStep: UInt32 = 4
  /// Integration steps from a drive's onset to the reading, 0...quantaPerStep: as many as lie between drives and responses
  /// on a virtual board of 32 nodes. `quantaPerStep` reads at the step's end.
  public var quantaBeforeReading: UInt32 = 1
  /// White noise at each reading, channel units (one is 1 V).
  public var readingNoise = 0.001
  /// True for the codes of 12-bit converters of 2.5 V whose channels use 0.25 to 2.25 V, as an AD5593R's do; false for
  /// drives and readings as they are.
  public var quantised = true
  public var ageing = DeviceAgeing.none

  public init() {}
}

/// One virtual device without bench and chips, for long simulations: the same parameters, integration, noise and ageing,
/// step by step.
///
/// A device on a bench with the same seed and place, wired to an AD5593R, gives the same codes when it is driven at the
/// same integration steps (its reading noise apart, which hangs on the nanosecond a converter samples). A copy goes on
/// from where the original stood, with the same noise to come.
public struct DeviceSimulator: Sendable {
  private static let zeroVolts = 1.25
  private static let reference = 2.5
  private static let lowCode: Float = 410
  private static let codeSpan: Float = 3276

  private var table: DeviceTable
  private var state: DeviceState
  private let first: ReadingTable
  private let second: ReadingTable
  private let quantum: UInt64
  private let quantaPerStep: UInt64
  private let quantaBeforeReading: UInt64
  private let quantised: Bool
  /// Readings a step, 1 or 2.
  public let readingCount: Int

  /// - Throws: `BenchError.invalid` with the first rule broken.
  public init(
    _ coupling: DeviceCoupling, _ options: DeviceSimulatorOptions = DeviceSimulatorOptions()
  ) throws(BenchError) {
    if let fault = Self.firstFault(coupling, options) { throw .invalid(fault) }
    quantum = options.quantum
    quantaPerStep = UInt64(options.quantaPerStep)
    quantaBeforeReading = UInt64(options.quantaBeforeReading)
    quantised = options.quantised
    readingCount = coupling.readings.count
    table = DevicePhysics.table(
      coupling.kind, seed: options.seed, unit: options.unit, spread: options.spread, quantum: options.quantum,
      timePerSecond: Self.timePerSecond(coupling, options), parameters: coupling.parameters, ageing: options.ageing,
      noiseSeed: options.noiseSeed ?? options.seed)
    // A channel unit is a volt about the middle of the converter's range.
    table.driveScale = 1 / coupling.driveUnits
    table.driveZero = Self.zeroVolts - coupling.driveZero / coupling.driveUnits
    first = Self.wire(coupling, 0, options.readingNoise)
    second = Self.wire(coupling, coupling.readings.count - 1, options.readingNoise)
    state = DeviceState(quantum: 0, driveVolts: Self.zeroVolts, x: 0, y: 0, z: 0, w: 0)
    DevicePhysics.start(&state, table)
  }

  private static func timePerSecond(_ coupling: DeviceCoupling, _ options: DeviceSimulatorOptions) -> Double {
    coupling.timePerStep / (Double(options.quantum) * Double(max(options.quantaPerStep, 1)) * 1e-9)
  }

  private static func wire(_ coupling: DeviceCoupling, _ index: Int, _ noise: Double) -> ReadingTable {
    let reading = coupling.readings[index]
    return ReadingTable(
      device: 0, index: UInt8(truncatingIfNeeded: index), slowReader: -1,
      zero: zeroVolts - reading.zero / reading.units, scale: 1 / reading.units, noise: noise)
  }

  private static func firstFault(_ coupling: DeviceCoupling, _ options: DeviceSimulatorOptions) -> StaticName? {
    guard options.spread >= 0, options.spread <= 0.35 else { return "spread" }
    guard options.quantum >= 1000, options.quantum <= 1_000_000_000 else { return "quantum" }
    guard options.quantaPerStep >= 1, options.quantaPerStep <= 1_000_000 else { return "quanta per step" }
    guard options.quantaBeforeReading <= options.quantaPerStep else { return "quanta before reading" }
    guard options.readingNoise >= 0, options.readingNoise <= 10 else { return "reading noise" }
    guard options.unit < 0x8000_0000 else { return "unit" }
    let readings = coupling.readings.count
    guard readings >= 1, readings <= coupling.kind.readingNames.count else { return "readings" }
    for reading in coupling.readings {
      guard reading.zero.isFinite, reading.units.magnitude >= 1e-6, reading.units.magnitude <= 1e6 else {
        return "reading units"
      }
    }
    guard coupling.driveZero.isFinite, coupling.driveUnits.magnitude >= 1e-6, coupling.driveUnits.magnitude <= 1e6
    else { return "drive units" }
    return BenchDescription.physicsFault(
      coupling.kind, coupling.parameters, options.ageing, timePerSecond: timePerSecond(coupling, options),
      quantum: options.quantum)
  }

  /// Seconds of the bench's time that have passed.
  public var seconds: Double { Double(state.quantum) * Double(quantum) * 1e-9 }

  /// What the kind's ageing parameter is multiplied by at this moment; 1 without ageing.
  public var ageFactor: Double {
    var ageing = table.ageing
    return ageing.factor(state.quantum)
  }

  /// Puts the device into the state it has when it is switched on; time, noise and age go on.
  public mutating func restart() { DevicePhysics.start(&state, table) }

  /// Holds `drive` (clamped to -1...+1; not-a-number is 0) for one control step; what was read in it.
  public mutating func step(drive: Double) -> DeviceReadings {
    state.driveVolts = volts(drive)
    let start = state.quantum
    integrate(to: start &+ quantaBeforeReading)
    let time = state.quantum &* quantum
    let readings = DeviceReadings(first: read(first, time), second: readingCount > 1 ? read(second, time) : 0)
    integrate(to: start &+ quantaPerStep)
    return readings
  }

  /// Steps through `drives`; the readings row by row, `readingCount` a step.
  public mutating func run(_ drives: [Double]) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(drives.count * readingCount)
    for drive in drives {
      let readings = step(drive: drive)
      result.append(readings.first)
      if readingCount > 1 { result.append(readings.second) }
    }
    return result
  }

  private mutating func integrate(to target: UInt64) {
    let from = state.quantum
    guard from < target else { return }
    withUnsafeMutablePointer(to: &table) { table in
      withUnsafeMutablePointer(to: &state) { DevicePhysics.integrate(table, $0, from, target) }
    }
    state.quantum = target
  }

  private func volts(_ drive: Double) -> Double {
    let clamped = drive < -1 ? -1 : (drive > 1 ? 1 : (drive == drive ? drive : 0))
    guard quantised else { return Self.zeroVolts + clamped }
    let code = UInt16(Self.lowCode + (Float(clamped) + 1) * 0.5 * Self.codeSpan + 0.5)
    return Double(code) * (Self.reference / 4096)
  }

  private mutating func read(_ reading: ReadingTable, _ time: UInt64) -> Double {
    let volts = withUnsafeMutablePointer(to: &table) { table in
      withUnsafeMutablePointer(to: &state) { DevicePhysics.volts(table, $0, reading, time) }
    }
    guard quantised else { return volts - Self.zeroVolts }
    let exact = volts * (4096 / Self.reference)
    let code = exact > 0.5 ? (exact < 4095 ? UInt16(exact + 0.5) : 4095) : 0
    return Double((2 * (Float(code) - Self.lowCode)) / Self.codeSpan - 1)
  }
}
