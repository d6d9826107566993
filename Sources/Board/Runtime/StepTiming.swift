/// Tells steps whose devices had another time between drive and reading than usual: a twin knows them at one timing.
///
/// What counts is how long after its due time a step's reading was done. The least so far is the usual: nothing makes
/// a step quicker than the buses and the waits it asks for, and a late wake-up or a repeated transfer makes it longer.
struct StepTiming {
  /// A step longer by this part of the period is not compared.
  static let share: UInt64 = 20

  private let tolerance: UInt64
  private var usual = UInt64.max

  /// - Parameter period: of the steps, nanoseconds.
  init(period: UInt64) { tolerance = period / Self.share }

  /// - Parameter time: from when the step was due to its last reading, nanoseconds.
  /// - Returns: whether that is longer than usual, so that neither this step nor the one from its reading on is what
  ///   a twin expects.
  @inline(__always)
  mutating func isOff(_ time: UInt64) -> Bool {
    if time < usual { usual = time }
    return time - usual > tolerance
  }
}
