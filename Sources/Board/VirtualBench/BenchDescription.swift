/// The physics a device can have; the numbers stand in bench files.
public enum BenchDeviceKind: UInt8, Equatable, Sendable {
  case superparamagnetic = 1
  case duffing = 2
  case leakyIntegrator = 3
  /// Answers nothing: its response pin stays at `voltsAtZero`. For trying what a dead node does.
  case dead = 4
  case nanoring = 5
}

/// One wire between a converter channel and a device.
public struct BenchWire: Equatable, Sendable {
  /// Index of the chip.
  public var chip: UInt8
  public var channel: UInt8
  /// Volts at which the device's quantity is zero.
  public var voltsAtZero: Double
  /// Volts a unit of the device's quantity.
  public var voltsPerUnit: Double
  /// Standard deviation of white noise added at each reading, volts; 0 for a drive.
  public var noiseVolts: Double

  public init(chip: UInt8, channel: UInt8, voltsAtZero: Double, voltsPerUnit: Double, noiseVolts: Double = 0) {
    self.chip = chip
    self.channel = channel
    self.voltsAtZero = voltsAtZero
    self.voltsPerUnit = voltsPerUnit
    self.noiseVolts = noiseVolts
  }
}

/// One simulated device: DAC → device → ADC.
public struct BenchDevice: Equatable, Sendable {
  public var kind: BenchDeviceKind
  public var drive: BenchWire
  public var response: BenchWire
  /// Wires of the kind's further readings, in the order of `BenchDeviceKind.readingNames` after the first.
  public var furtherResponses: [BenchWire]
  /// Device time units that pass in one second.
  public var timePerSecond: Double
  /// Nominal parameters in the order of `BenchDeviceKind.parameterNames`; each unit's own are drawn around them.
  public var parameters: [Double]
  public var ageing: DeviceAgeing

  /// All readings' wires.
  public var responses: [BenchWire] { [response] + furtherResponses }

  public init(
    kind: BenchDeviceKind, drive: BenchWire, response: BenchWire, furtherResponses: [BenchWire] = [],
    timePerSecond: Double, parameters: [Double], ageing: DeviceAgeing = .none
  ) {
    self.kind = kind
    self.drive = drive
    self.response = response
    self.furtherResponses = furtherResponses
    self.timePerSecond = timePerSecond
    self.parameters = parameters
    self.ageing = ageing
  }
}

/// A virtual bench: buses, chips, devices and lines, and the seed all its randomness comes from.
public struct BenchDescription: Equatable, Sendable {
  public var seed: UInt64
  /// Relative standard deviation of each unit's hidden parameters around the nominal ones (0.15 is usual).
  public var spread: Double
  /// Nanoseconds of one integration step of the devices.
  public var quantum: UInt64
  /// Clock of each bus, hertz.
  public var busClocks: [UInt32]
  public var chips: [BenchChip]
  public var devices: [BenchDevice]
  /// Lines, in the order of the board's, 64 at most.
  public var lines: [BenchLine]
  /// Mean temperature around the bench, °C.
  public var ambientCelsius: Double
  /// How far the temperature swings about its mean, slowly, °C.
  public var ambientSwing: Double

  public init(
    seed: UInt64, spread: Double, quantum: UInt64, busClocks: [UInt32], chips: [BenchChip], devices: [BenchDevice],
    lines: [BenchLine] = [], ambientCelsius: Double = 25, ambientSwing: Double = 2
  ) {
    self.seed = seed
    self.spread = spread
    self.quantum = quantum
    self.busClocks = busClocks
    self.chips = chips
    self.devices = devices
    self.lines = lines
    self.ambientCelsius = ambientCelsius
    self.ambientSwing = ambientSwing
  }
}
