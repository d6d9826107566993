import Numerics
import WireFormat

/// How a device ages: its kind's ageing parameter is multiplied by
///
///     G(t) = (max(t, start) / start)^-nu * (1 + drift * t / 1 h)
///
/// with t the device's age, `ageSeconds` when its bench's time is 0. Each unit draws its own nu = |N(mean, sd)| and
/// drift = N(mean, sd). The power law is the drift of phase-change memories' conductance; the line is the slow creep of
/// everything else. What G multiplies is the kind's own: see `BenchDeviceKind.ageingParameter`.
public struct DeviceAgeing: Equatable, Sendable {
  /// Mean of nu before its sign is dropped, 0...2.
  public var exponentMean: Double
  /// Standard deviation of nu from unit to unit, 0...1.
  public var exponentDeviation: Double
  /// Age at which the power law begins, seconds, 0.001...1e9.
  public var startSeconds: Double
  /// Mean relative change an hour, -10...10.
  public var driftPerHourMean: Double
  /// Its standard deviation from unit to unit, 0...10.
  public var driftPerHourDeviation: Double
  /// How old the device is when the bench's time is 0, seconds, 0...1e10.
  public var ageSeconds: Double

  public init(
    exponentMean: Double = 0, exponentDeviation: Double = 0, startSeconds: Double = 20, driftPerHourMean: Double = 0,
    driftPerHourDeviation: Double = 0, ageSeconds: Double = 0
  ) {
    self.exponentMean = exponentMean
    self.exponentDeviation = exponentDeviation
    self.startSeconds = startSeconds
    self.driftPerHourMean = driftPerHourMean
    self.driftPerHourDeviation = driftPerHourDeviation
    self.ageSeconds = ageSeconds
  }

  /// A device that stays as it is.
  public static let none = DeviceAgeing()

  /// False where G is 1 for ever.
  public var changes: Bool {
    exponentMean != 0 || exponentDeviation != 0 || driftPerHourMean != 0 || driftPerHourDeviation != 0
  }

  /// The first rule broken, or nil.
  func firstFault() -> StaticName? {
    guard exponentMean >= 0, exponentMean <= 2 else { return "ageing exponent mean" }
    guard exponentDeviation >= 0, exponentDeviation <= 1 else { return "ageing exponent sd" }
    guard startSeconds >= 1e-3, startSeconds <= 1e9 else { return "ageing start" }
    guard driftPerHourMean >= -10, driftPerHourMean <= 10 else { return "ageing drift mean" }
    guard driftPerHourDeviation >= 0, driftPerHourDeviation <= 10 else { return "ageing drift sd" }
    guard ageSeconds >= 0, ageSeconds <= 1e10 else { return "age" }
    return nil
  }
}

/// One unit's ageing, with its own exponent and drift, as the integrator asks for it.
///
/// G is held over epochs of about a quarter of a second of the bench's time, counted from time 0, so that it depends on
/// the time alone and not on when anybody looked.
struct UnitAgeing {
  /// Nanoseconds of an epoch, before it is brought to whole quanta.
  private static let epoch: UInt64 = 250_000_000
  /// No device gains or loses more than this.
  private static let most = 1000.0

  /// Quanta of one epoch; 0 for a device that does not age.
  let epochQuanta: UInt64
  private let epochSeconds: Double
  private let exponent: Double
  private let drift: Double
  private let start: Double
  private let offset: Double
  /// The epoch G was last worked out for, and what it was.
  private var lastEpoch: UInt64 = .max
  private var lastFactor = 1.0

  /// - Parameter deviates: two standard normals, this unit's own.
  init(_ ageing: DeviceAgeing, quantum: UInt64, deviates: (Double, Double)) {
    let quanta = max(Self.epoch / max(quantum, 1), 1)
    epochQuanta = ageing.changes ? quanta : 0
    epochSeconds = Double(quanta) * Double(quantum) * 1e-9
    exponent = (ageing.exponentMean + ageing.exponentDeviation * deviates.0).magnitude
    drift = (ageing.driftPerHourMean + ageing.driftPerHourDeviation * deviates.1) / 3600
    start = ageing.startSeconds
    offset = ageing.ageSeconds
  }

  /// G in the epoch that `quantum` lies in; 1 for a device that does not age.
  mutating func factor(_ quantum: UInt64) -> Double {
    guard epochQuanta > 0 else { return 1 }
    let epoch = quantum / epochQuanta
    if epoch != lastEpoch {
      lastEpoch = epoch
      lastFactor = factor(age: offset + Double(epoch) * epochSeconds)
    }
    return lastFactor
  }

  private func factor(age: Double) -> Double {
    var factor = 1 + drift * age
    if age > start { factor *= Maths.exp(0 - exponent * Maths.log(age / start)) }
    return factor > 1 / Self.most ? (factor < Self.most ? factor : Self.most) : 1 / Self.most
  }
}
