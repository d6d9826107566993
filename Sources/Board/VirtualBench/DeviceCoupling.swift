import WireFormat

/// How a kind of device is coupled to channels of -1 to +1: the numbers virtual boards are laid out with.
public struct DeviceCoupling: Equatable, Sendable {
  /// How one reading becomes a channel's value: (quantity - zero) / units.
  public struct Reading: Equatable, Sendable {
    /// The device's output that reads as 0.
    public var zero: Double
    /// How much more of it reads as +1.
    public var units: Double

    public init(zero: Double = 0, units: Double) {
      self.zero = zero
      self.units = units
    }
  }

  public var kind: BenchDeviceKind
  /// Device time that passes in one control step.
  public var timePerStep: Double
  /// The device's input at drive 0.
  public var driveZero: Double
  /// How much more of it drive +1 is.
  public var driveUnits: Double
  /// One a wired reading, in the order of `BenchDeviceKind.readingNames`.
  public var readings: [Reading]
  /// Nominal parameters, in the order of `BenchDeviceKind.parameterNames`.
  public var parameters: [Double]

  public init(
    kind: BenchDeviceKind, timePerStep: Double, driveZero: Double = 0, driveUnits: Double, readings: [Reading],
    parameters: [Double]
  ) {
    self.kind = kind
    self.timePerStep = timePerStep
    self.driveZero = driveZero
    self.driveUnits = driveUnits
    self.readings = readings
    self.parameters = parameters
  }

  /// The coupling virtual boards use: responses fill about 0.8 of their range and stay clear of its ends.
  public static func usual(_ kind: BenchDeviceKind) -> DeviceCoupling {
    var coupling = DeviceCoupling(
      kind: kind, timePerStep: 1, driveUnits: 1, readings: one(Reading(units: 1)), parameters: kind.parameterDefaults)
    switch kind {
    case .superparamagnetic:
      coupling.timePerStep = 3
      coupling.driveUnits = 0.6
      coupling.readings[0].units = 1.2
      // More grains than the kind's usual 1000.
      coupling.parameters[1] = 2000
    case .duffing:
      coupling.timePerStep = 0.3
      coupling.driveUnits = 0.6
      coupling.readings[0].units = 1.8
      // A damping of 0.7 settles within some ten steps.
      coupling.parameters[2] = 0.7
    case .leakyIntegrator:
      coupling.timePerStep = 0.25
      coupling.driveUnits = 2
      coupling.readings[0].units = 1.25
      coupling.parameters[1] = 0.07
    case .nanoring:
      // One rotation a step; 18 to 38 Oe, the usable range about a de-pinning field of 28 Oe.
      coupling.driveZero = 28
      coupling.driveUnits = 10
      coupling.readings = two(Reading(zero: 0.35, units: 0.42), Reading(zero: 0.45, units: 0.6))
    case .dead: break
    }
    return coupling
  }

  private static func one(_ reading: Reading) -> [Reading] { [reading] }

  private static func two(_ first: Reading, _ second: Reading) -> [Reading] { [first, second] }
}
