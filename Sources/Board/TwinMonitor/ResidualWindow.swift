import WireFormat

/// The latest residuals of one observable and their sums. Plain: the ring is somebody else's memory.
struct ResidualWindow {
  /// [window].
  let ring: UnsafeMutablePointer<Int16>
  private var next = 0
  private var filled = 0
  private(set) var sum: Int64 = 0
  private(set) var squares: Int64 = 0

  init(_ ring: UnsafeMutablePointer<Int16>) { self.ring = ring }

  /// Takes a residual in and the oldest out.
  @inline(__always)
  mutating func put(_ residual: Int16, window: Int) {
    let new = Int64(residual)
    if filled == window {
      let old = Int64(ring[next])
      sum -= old
      squares -= old * old
    } else {
      filled += 1
    }
    ring[next] = residual
    next = next + 1 == window ? 0 : next + 1
    sum += new
    squares += new * new
  }

  /// Whether there are enough residuals to say anything.
  func isFull(_ window: Int) -> Bool { filled == window }
}
