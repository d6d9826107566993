import Transport
import TwinFitting

/// What a fit's result follows from, as one number: with the same, a fit is not done again.
enum FitDigest {
  /// Of a trace alone.
  static func trace(_ trace: DeviceTrace) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * (trace.drives.count + trace.responses.count) + 16 * trace.segments.count + 64)
    func put(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    func put(_ values: [Float]) {
      put(UInt64(values.count))
      for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    }
    put(UInt64(trace.driveCount))
    put(UInt64(trace.responseCount))
    put(trace.drives)
    put(trace.responses)
    put(UInt64(trace.segments.count))
    for segment in trace.segments {
      put(UInt64(segment.lowerBound))
      put(UInt64(segment.upperBound))
    }
    put(UInt64(trace.repeats.count))
    for group in trace.repeats {
      put(UInt64(group.count))
      for member in group { put(UInt64(member)) }
    }
    put((trace.samplePeriod ?? 0).bitPattern)
    return BoardConnection.sha256(bytes).bytes
  }

  /// Of a device's fit.
  ///
  /// - Parameters:
  ///   - traces: digests of the traces it depends on: its own, and that of the device whose structure it shares.
  ///   - previous: SHA-256 of the twin it starts from; empty for none.
  static func fit(
    _ traces: [[UInt8]], device: Int, options: TwinFitOptions, seed: UInt64, kind: TwinSidecar.Kind, previous: String
  ) -> String {
    let text = "\(kind.rawValue)\n\(previous)\n\(seed)\n\(device)\n\(options.toml(of: kind))"
    return BoardConnection.sha256(traces.flatMap { $0 } + Array(text.utf8)).description
  }
}
