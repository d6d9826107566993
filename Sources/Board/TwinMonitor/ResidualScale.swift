/// Residuals as whole numbers: sums over a window are exact, never drift, and are the same on every CPU.
enum ResidualScale {
  /// A standard deviation in units.
  static let unit: Double = 2048
  /// Residuals count for this many standard deviations at most, so that neither one broken reading nor the few errors a
  /// twin makes where it knows its device least are a changed device: of that, nearly all residuals tell.
  static let limit: Float = 3

  /// The residual in units; nil for one that says nothing: not a number, or exactly 0 (no noise, or at a rail).
  @inline(__always)
  static func units(_ residual: Float) -> Int16? {
    guard residual == residual, residual != 0 else { return nil }
    let kept = residual > limit ? limit : (residual < -limit ? -limit : residual)
    let scaled = kept * Float(unit)
    return Int16(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
  }
}
