/// Whether the counts of a trace fit together.
enum TraceShape {
  static func check(_ trace: DeviceTrace) throws(TraceError) {
    guard trace.driveCount >= 1, trace.responseCount >= 1, trace.driveCount <= 4096, trace.responseCount <= 4096 else {
      throw .malformed("\(trace.driveCount) drives and \(trace.responseCount) readings a sample")
    }
    guard trace.drives.count % trace.driveCount == 0 else {
      throw .malformed("\(trace.drives.count) values of \(trace.driveCount) drives a sample")
    }
    let samples = trace.samples
    let (wanted, overflow) = samples.multipliedReportingOverflow(by: trace.responseCount)
    guard !overflow, trace.responses.count == wanted else {
      throw .malformed(
        "\(samples) samples of drives and \(trace.responses.count) readings, \(trace.responseCount) a sample")
    }
    if let steps = trace.steps, steps.count != samples {
      throw .malformed("\(steps.count) step numbers for \(samples) samples")
    }
    for (index, segment) in trace.segments.enumerated() where segment.lowerBound < 0 || segment.upperBound > samples {
      throw .malformed(
        "segment \(index) holds samples \(segment.lowerBound)..<\(segment.upperBound) of \(samples)")
    }
    for (index, group) in trace.repeats.enumerated() {
      for member in group where !trace.segments.indices.contains(member) {
        throw .malformed("group \(index) of repeats names segment \(member) of \(trace.segments.count)")
      }
    }
    if let period = trace.samplePeriod, !(period > 0 && period.isFinite) {
      throw .malformed("the sample period is \(period) s")
    }
  }
}
