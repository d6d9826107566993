extension BenchCore {
  /// No time beyond this is ever reached, so that sums of times cannot overflow.
  static let endOfTime: UInt64 = 1 << 62

  /// Nanoseconds since the bench was set up.
  func now() -> UInt64 {
    let header = tables.pointee.header
    guard let clock = tables.pointee.realClock else { return header.pointee.now }
    let reading = clock()
    if header.pointee.realOrigin == 0 { header.pointee.realOrigin = reading &+ 1 }
    // The origin may lie before the clock's own zero. Time never goes back.
    let elapsed = Int64(bitPattern: reading &- (header.pointee.realOrigin &- 1))
    let time = elapsed > 0 ? min(UInt64(elapsed), Self.endOfTime) : 0
    if time > header.pointee.now { header.pointee.now = time }
    return header.pointee.now
  }

  /// Virtual time moves on by itself; real time does not wait for us.
  func advance(to time: UInt64) {
    guard tables.pointee.realClock == nil else { return }
    let header = tables.pointee.header
    if time > header.pointee.now { header.pointee.now = min(time, Self.endOfTime) }
  }

  /// See `VirtualClock.sleep`.
  func sleep(until deadline: UInt64) {
    guard tables.pointee.realClock != nil else { return advance(to: deadline) }
    guard deadline > now(), let sleeper = tables.pointee.sleeper else { return }
    sleeper((tables.pointee.header.pointee.realOrigin &- 1) &+ min(deadline, Self.endOfTime))
  }

  /// Nanoseconds of a number of bits on a bus.
  @inline(__always)
  func duration(bus: Int, bits: UInt64) -> UInt64 { (bits &* tables.pointee.bitTimes[bus]) >> 16 }
}
