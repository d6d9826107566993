import Numerics

/// An array of interconnected permalloy rings in an in-plane field that rotates, one rotation a unit of device time; the
/// drive is the field's amplitude, oersted. Two readings: the amplitudes of the anisotropic magnetoresistance at once and
/// at twice the field's frequency.
///
/// Phenomenological, in the spirit of mean-field models of such arrays; it is not micromagnetics. The state is the
/// domain-wall density d (share of rings that hold their pair of walls, 0...1) and the pinned share q of the walls, m = 1 - q.
/// - A pinned wall de-pins within a rotation with the Neel-Arrhenius probability
///   p = 1 - exp(-ln 2 * exp(barrier * (H / depinning_field - 1))), a half at `depinning_field`. The barrier, in units of kT,
///   is an effective one: it stands for thermal activation and the spread of the junctions together.
/// - A moving wall that meets a junction is pinned at rate `pinning` (1 - p): dq/dt = pinning (1 - p) m - p q.
/// - A wall that leaves a junction puts a pair into an empty neighbour; a moving wall that meets a pinned one annihilates with
///   it: dd/dt = injection m (1 - d) - annihilation m q d^2.
/// - The walls' motion is modulated within a rotation by the array's own axes: H (1 + modulation cos 4 pi t).
/// - A ring's resistance follows cos 2 theta of its walls, so every moving wall adds to the signal at twice the frequency,
///   d m; a ring with one wall moving and one at rest has lost its twofold symmetry and adds to the one at once the
///   frequency, 4 d m q. Both are 1 at most. The lock-in follows them with its time constant `lock_in`.
/// - Finitely many rings: the pinned share fluctuates as a binomial of 2 d rings walls, d by the shot noise of its gains
///   and losses, so deviations go as 1 / sqrt(rings).
/// All of it is one invented set of rates with the published behaviour: walls frozen in a weak field, fewest in a middling
/// one, all of them moving in a strong one, with a memory of some rotations.
///
/// With age fewer rings take part: G multiplies their number and both signals.
struct Nanoring {
  private let table: UnsafeMutablePointer<DeviceTable>

  init(_ table: UnsafeMutablePointer<DeviceTable>) { self.table = table }

  /// The longest step of its integrator, rotations.
  static let longestStep = 1.0
  private static let fourPi = 12.566370614359172
  private static let logTwo = 0.6931471805599453

  /// p0 depinning field, p1 barrier, p2 rings, p3 pinning, p4 injection, p5 annihilation, p6 modulation, p7 what is left of
  /// the lock-in's past after a quantum.
  static func prepare(_ table: inout DeviceTable, _ parameters: [Double]) {
    table.p0 = max(parameters[0], 1e-3)
    table.p1 = parameters[1]
    table.p2 = max(parameters[2], 1)
    table.p3 = parameters[3]
    table.p4 = parameters[4]
    table.p5 = parameters[5]
    table.p6 = parameters[6]
    table.p7 = Maths.exp(0 - table.step / max(parameters[7], 1e-3))
  }

  /// Saturated: two walls in every ring, all at rest. x and w are the readings, y the density, z the pinned share.
  static func start(_ state: inout DeviceState) {
    state.y = 1
    state.z = 1
  }

  /// sin 4 pi t at the start of a quantum.
  @inline(__always)
  private func swing(_ quantum: UInt64) -> Double {
    let turns = Double(quantum) * table.pointee.step
    let part = turns < 9e15 ? turns - Double(UInt64(turns)) : 0
    return Maths.sin(Self.fourPi * part)
  }

  func integrate(
    _ state: UnsafeMutablePointer<DeviceState>, _ from: UInt64, _ to: UInt64, _ field: Double, _ age: Double
  ) {
    let step = table.pointee.step
    let size = field.magnitude / table.pointee.p0
    let barrier = table.pointee.p1
    let rings = max(table.pointee.p2 * age, 1)
    let pinning = table.pointee.p3
    let injection = table.pointee.p4 * step
    let annihilation = table.pointee.p5 * step
    let modulation = table.pointee.p6 / (Self.fourPi * step)
    let lock = table.pointee.p7
    var column = NoiseColumn(table.pointee.noise, column: 0)
    var column1 = NoiseColumn(table.pointee.noise, column: 1)
    var once = state.pointee.x
    var twice = state.pointee.w
    var density = state.pointee.y
    var pinned = state.pointee.z
    var before = swing(from)
    var quantum = from
    while quantum < to {
      let after = swing(quantum &+ 1)
      // The mean of the modulation over the quantum.
      let strength = size * (1 + modulation * (after - before))
      before = after
      let stay = Maths.exp(0 - Self.logTwo * Maths.exp(barrier * (strength - 1)))
      let caught = pinning * stay
      let rate = 1 - stay + caught
      // Where nothing moves and nothing is caught, everything stays.
      let rest = rate > 0 ? caught / rate : pinned
      let decay = Maths.exp(0 - rate * step)
      let walls = max(2 * rings * density, 1)
      let spread = (rest * (1 - rest) / walls * (1 - decay * decay)).squareRoot()
      pinned = Self.share(rest + (pinned - rest) * decay + spread * column.deviate(quantum))
      let moving = 1 - pinned
      let gain = injection * moving
      let loss = annihilation * moving * pinned * density
      let shot = ((gain * (1 - density) + loss * density) / rings).squareRoot()
      // Half implicit: positive and at most 1 whatever the step, and exact at rest.
      density = Self.share((density + gain) / (1 + gain + loss) + shot * column1.deviate(quantum))
      let signal = age * density * moving
      twice = signal + (twice - signal) * lock
      once = 4 * signal * pinned + (once - 4 * signal * pinned) * lock
      quantum &+= 1
    }
    state.pointee.x = once
    state.pointee.w = twice
    state.pointee.y = density
    state.pointee.z = pinned
  }

  @inline(__always)
  private static func share(_ value: Double) -> Double { value > 0 ? (value < 1 ? value : 1) : 0 }
}
