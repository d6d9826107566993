import Numerics

/// What one unit of a chip differs in from the data sheet's typical one; hidden, drawn from the bench's seed.
///
/// With the usual spread of 15 % clocks are off by up to 10 % either way, with none they are right.
struct ChipUnit {
  /// Streams apart from the devices'.
  private static let stream: UInt32 = 0x4000_0000
  static let ambientStream: UInt32 = 0x4FFF_FFFF
  private static let usualSpread = 0.15
  private static let largestClockError = 0.1
  /// °C, at the usual spread.
  private static let largestOffset = 0.2

  /// Periods of the unit's clock over nominal ones.
  let periodScale: Double
  /// °C.
  let offset: Double

  init(_ description: BenchDescription, _ chip: Int) {
    let words = Philox(seed: description.seed, stream: Self.stream | UInt32(truncatingIfNeeded: chip)).block(0, 0, 0, 0)
    let share = min(description.spread / Self.usualSpread, 1)
    periodScale = 1 + Self.largestClockError * share * (2 * Self.uniform(words.0) - 1)
    offset = Self.largestOffset * share * (2 * Self.uniform(words.1) - 1)
  }

  /// 0 to 1.
  static func uniform(_ word: UInt32) -> Double { Double(word) * (1.0 / 4_294_967_295.0) }
}

extension BenchCore {
  private static let turn = 6.283185307179586
  /// Periods of the two swings, ns.
  private static let slow: UInt64 = 2_400_000_000_000
  private static let quick: UInt64 = 377_000_000_000

  /// The temperature around the bench at `time`, °C.
  func ambient(_ time: UInt64) -> Double {
    let table = tables.pointee.ambient
    let slow = Double(time % Self.slow) / Double(Self.slow) + table.phases.0
    let quick = Double(time % Self.quick) / Double(Self.quick) + table.phases.1
    return table.mean + table.swing * (0.75 * Maths.sin(Self.turn * slow) + 0.25 * Maths.sin(Self.turn * quick))
  }
}
