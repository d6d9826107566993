extension BenchCore {
  /// No time beyond this is ever reached, so that sums of times cannot overflow.
  static let endOfTime: UInt64 = 1 << 62

  /// Nanoseconds since the bench was set up. In real time never behind the clock, but ahead of it by what transfers
  /// have taken on the wire since somebody last slept.
  func now() -> UInt64 {
    let header = tables.pointee.header
    if let time = realTime(), time > header.pointee.now { header.pointee.now = time }
    return header.pointee.now
  }

  /// Nanoseconds of the real clock since the bench was set up; nil in virtual time.
  private func realTime() -> UInt64? {
    guard let clock = tables.pointee.realClock else { return nil }
    let header = tables.pointee.header
    let reading = clock()
    if header.pointee.realOrigin == 0 { header.pointee.realOrigin = reading &+ 1 }
    // The origin may lie before the clock's own zero.
    let elapsed = Int64(bitPattern: reading &- (header.pointee.realOrigin &- 1))
    return elapsed > 0 ? min(UInt64(elapsed), Self.endOfTime) : 0
  }

  /// A transfer lasts until `time`: in real time too, where the simulation itself takes next to none. Waiting for each
  /// transfer's end would cost a wake-up each; so time is taken on credit that the next sleep pays back.
  func advance(to time: UInt64) {
    let header = tables.pointee.header
    if time > header.pointee.now { header.pointee.now = min(time, Self.endOfTime) }
  }

  /// See `VirtualClock.sleep`.
  func sleep(until deadline: UInt64) {
    guard let time = realTime() else { return advance(to: deadline) }
    guard deadline > time, let sleeper = tables.pointee.sleeper else { return }
    sleeper((tables.pointee.header.pointee.realOrigin &- 1) &+ min(deadline, Self.endOfTime))
  }

  /// Nanoseconds of a number of bits on a bus.
  @inline(__always)
  func duration(bus: Int, bits: UInt64) -> UInt64 { (bits &* tables.pointee.bitTimes[bus]) >> 16 }
}
