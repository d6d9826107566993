import WireFormat

/// A nominal parameter of a kind of device: its name in bench files, its usual value and what it may be.
public struct BenchParameter: Equatable, Sendable {
  public let name: StaticName
  public let nominal: Double
  public let lowest: Double
  public let highest: Double

  init(_ name: StaticName, _ nominal: Double, _ lowest: Double, _ highest: Double) {
    self.name = name
    self.nominal = nominal
    self.lowest = lowest
    self.highest = highest
  }
}

extension BenchDeviceKind {
  /// The parameters of this kind, in the order of `BenchDevice.parameters`.
  ///
  /// Times are in device time units, see `BenchDevice.timePerSecond`; `sigma` and `floor` are noise amplitudes a square
  /// root of that unit.
  // One literal a function: with several in one, Embedded builds of different modules number the static arrays
  // differently and the linker then merges the wrong ones. Never inlined, or there would be several again.
  public var parameters: [BenchParameter] {
    switch self {
    case .superparamagnetic: return Self.superparamagneticParameters
    case .duffing: return Self.duffingParameters
    case .leakyIntegrator: return Self.leakyParameters
    case .nanoring: return Self.nanoringParameters
    case .dead: return []
    }
  }

  @inline(never)
  private static var superparamagneticParameters: [BenchParameter] {
    [
      BenchParameter("barrier", 3, 0, 50), BenchParameter("grains", 1000, 1, 1e12),
      BenchParameter("rate", 1, 1e-9, 1e9),
    ]
  }

  @inline(never)
  private static var duffingParameters: [BenchParameter] {
    [
      BenchParameter("alpha", -1, -100, 100), BenchParameter("beta", 1, 1e-3, 100),
      BenchParameter("delta", 0.3, 0, 100), BenchParameter("sigma", 0.05, 0, 10), BenchParameter("x0", 0, -10, 10),
      BenchParameter("v0", -0.06, -10, 10), BenchParameter("floor", 0.02, 0, 10),
    ]
  }

  @inline(never)
  private static var leakyParameters: [BenchParameter] {
    [
      BenchParameter("tau", 1, 1e-6, 1e6), BenchParameter("sigma", 0.05, 0, 10), BenchParameter("floor", 0.02, 0, 10),
      BenchParameter("tau1", 0.2, 1e-6, 1e6), BenchParameter("tau2", 0.8, 1e-6, 1e6),
    ]
  }

  // Fields in oersted, rates a rotation, times in rotations.
  @inline(never)
  private static var nanoringParameters: [BenchParameter] {
    [
      BenchParameter("depinning_field", 28, 1, 1000), BenchParameter("barrier", 10, 0, 200),
      BenchParameter("rings", 625, 1, 1e12), BenchParameter("pinning", 0.5, 0, 100),
      BenchParameter("injection", 0.15, 0, 100), BenchParameter("annihilation", 2, 0, 100),
      BenchParameter("modulation", 0.02, 0, 0.5), BenchParameter("lock_in", 0.3, 1e-3, 1000),
    ]
  }

  /// Names of the parameters, in the order of `BenchDevice.parameters`.
  public var parameterNames: [StaticName] { parameters.map { $0.name } }

  /// Usual values, in the same order.
  public var parameterDefaults: [Double] { parameters.map { $0.nominal } }

  /// What can be read of a device, in the order of its response wires; a device need not have all of them wired.
  public var readingNames: [StaticName] {
    switch self {
    case .superparamagnetic: return Self.one("magnetisation")
    case .duffing: return Self.two("position", "velocity")
    case .leakyIntegrator: return Self.one("level")
    case .nanoring: return Self.two("first_harmonic", "second_harmonic")
    case .dead: return Self.two("nothing", "nothing")
    }
  }

  @inline(never)
  private static func one(_ name: StaticName) -> [StaticName] { [name] }

  @inline(never)
  private static func two(_ first: StaticName, _ second: StaticName) -> [StaticName] { [first, second] }

  /// What `DeviceAgeing` multiplies: of a superparamagnetic ensemble its rate, of a Duffing oscillator the gain of its
  /// drive, of a leaky integrator the gain before tanh I, of a nanoring array its rings and with them both signals.
  public var ageingParameter: StaticName {
    switch self {
    case .superparamagnetic: return "rate"
    case .duffing: return "drive gain"
    case .leakyIntegrator: return "gain"
    case .nanoring: return "rings"
    case .dead: return "nothing"
    }
  }
}
