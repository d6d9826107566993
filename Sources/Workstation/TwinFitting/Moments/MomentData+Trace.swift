extension MomentData {
  /// Moments of a trace's repeats: mean and covariance of the readings over the repeats of an input, at each time. A
  /// transition goes from one reading to the next under the drive between them, so that a group of repeats gives one
  /// fewer than it has samples.
  ///
  /// Readings are taken as the whole state: noise of the converter counts as the device's own.
  ///
  /// - Parameters:
  ///   - leastReplicates: groups of fewer repeats are left out.
  ///   - timeStep: units of time a sample.
  /// - Throws: `MomentFitError` where the counts do not fit together or there are no such groups.
  public init(_ trace: DeviceTrace, leastReplicates: Int = 8, timeStep: Double = 1) throws(MomentFitError) {
    do throws(TraceError) {
      try TraceShape.check(trace)
    } catch {
      throw .sizes(point: 0, error.description)
    }
    let groups = EqualDrives.sort(trace).groups.map { $0.map { trace.segments[$0] } }
    try self.init(trace, groups: groups, leastReplicates: leastReplicates, timeStep: timeStep)
  }

  /// The same for groups of ranges known to be driven identically.
  init(
    _ trace: DeviceTrace, groups: [[Range<Int>]], leastReplicates: Int, timeStep: Double = 1
  ) throws(MomentFitError) {
    self.init(stateCount: trace.responseCount, driveCount: trace.driveCount, timeStep: timeStep)
    let least = max(2, leastReplicates)
    for group in groups where group.count >= least {
      guard let times = group.map(\.count).min(), times >= 2, let first = group.first else { continue }
      var states: [Double] = []
      states.reserveCapacity(group.count * times * stateCount)
      for segment in group {
        for sample in segment.prefix(times) {
          for index in 0..<stateCount { states.append(Double(trace.response(sample, index))) }
        }
      }
      var drives: [Double] = []
      for sample in first.prefix(times).dropFirst() {
        for index in 0..<driveCount { drives.append(Double(trace.drive(sample, index))) }
      }
      try append(states: states, drives: drives, replicates: group.count)
    }
    guard !points.isEmpty else {
      let most = groups.map(\.count).max() ?? 0
      throw .noRepeats(
        "no input was measured \(least) times or more (at most \(most) times), so that there are no moments to fit; "
          + "record repeats of a few inputs")
    }
  }
}
