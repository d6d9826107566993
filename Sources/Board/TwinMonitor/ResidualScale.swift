/// Residuals as whole numbers: sums over a window are exact, never drift, and are the same on every CPU.
enum ResidualScale {
  /// A standard deviation in units.
  static let unit: Double = 2048
  /// Residuals count for this many standard deviations at most, so that one broken reading is not a broken device.
  static let limit: Float = 8

  /// The residual in units; nil for one that says nothing: not a number, or exactly 0 (no noise, or at a rail).
  @inline(__always)
  static func units(_ residual: Float) -> Int16? {
    guard residual == residual, residual != 0 else { return nil }
    let kept = residual > limit ? limit : (residual < -limit ? -limit : residual)
    let scaled = kept * Float(unit)
    return Int16(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  }
}
