import Numerics
import TwinModel

/// A trace that has passed the checks, with its normalisers and split.
struct PreparedTrace {
  let device: Int
  /// Normalised to mean 0 and standard deviation 1.
  let drives: [Float]
  let responses: [Float]
  let driveOffset: Float
  let driveScale: Float
  let responseOffset: Float
  let responseScale: Float
  let low: Float
  let high: Float
  /// Standard deviation of one-step changes, normalised.
  let increment: Float
  let saturated: Double
  let split: TraceSplit
  let history: Int

  init(_ trace: DeviceTrace, device: Int, options: TwinFitOptions, seed: UInt64) throws(TwinFitError) {
    let count = trace.drives.count
    guard trace.responses.count == count else { throw .malformed(device: device) }
    for segment in trace.segments where segment.lowerBound < 0 || segment.upperBound > count {
      throw .malformed(device: device)
    }
    for group in trace.repeats {
      guard let first = group.first, trace.segments.indices.contains(first) else {
        if group.isEmpty { continue }
        throw .malformed(device: device)
      }
      for member in group {
        guard trace.segments.indices.contains(member), trace.segments[member].count == trace.segments[first].count
        else { throw .malformed(device: device) }
      }
    }
    for segment in trace.segments {
      for sample in segment where !trace.drives[sample].isFinite || !trace.responses[sample].isFinite {
        throw .notFinite(device: device, sample: sample)
      }
    }
    let history = max(options.driveDelays, options.responseDelays + 1)
    self.history = history
    let needed = history + options.horizon
    let usable = trace.segments.reduce(0) { $0 + ($1.count >= needed ? $1.count - history : 0) }
    let least = max(200, 16 * options.horizon)
    guard usable >= least else { throw .tooShort(device: device, samples: usable, needed: least) }

    let driveMoments = Self.moments(trace.drives, trace.segments)
    let moments = Self.moments(trace.responses, trace.segments)
    // Less than the step of a 12-bit converter is nothing.
    guard moments.deviation > 0.0005 else { throw .noResponse(device: device) }
    self.device = device
    saturated = moments.saturated
    driveOffset = Float(driveMoments.mean)
    driveScale = Float(1 / max(driveMoments.deviation, 1e-3))
    responseOffset = Float(moments.mean)
    responseScale = Float(1 / moments.deviation)
    let margin = 0.1 * (moments.high - moments.low)
    low = Float(max(-1.0, moments.low - margin))
    high = Float(min(1.0, moments.high + margin))
    let (driveOffset, driveScale) = (driveOffset, driveScale)
    let (responseOffset, responseScale) = (responseOffset, responseScale)
    drives = trace.drives.map { $0.isFinite ? ($0 - driveOffset) * driveScale : 0 }
    responses = trace.responses.map { $0.isFinite ? ($0 - responseOffset) * responseScale : 0 }
    var square = 0.0
    var steps = 0
    for segment in trace.segments where segment.count > 1 {
      for sample in (segment.lowerBound + 1)..<segment.upperBound {
        let change = Double(responses[sample] - responses[sample - 1])
        square += change * change
        steps += 1
      }
    }
    increment = Float(max(1e-3, (square / Double(max(1, steps))).squareRoot()))
    let segments = trace.segments.map { $0.count >= needed ? $0 : $0.lowerBound..<$0.lowerBound }
    var usableTrace = trace
    usableTrace.segments = segments
    split = TraceSplit(
      usableTrace, history: history, block: max(10 * options.horizon, 60), share: options.heldOut, seed: seed)
    guard split.training.contains(where: { $0.count >= options.horizon }) else {
      throw .tooShort(device: device, samples: usable, needed: least)
    }
  }

  /// Inputs z of every training target, for the whitener.
  func inputs(_ options: TwinFitOptions) -> [Float] {
    var rows: [Float] = []
    for block in split.training {
      for target in block {
        for delay in 0...options.driveDelays { rows.append(drives[target - delay]) }
        for delay in 0...options.responseDelays { rows.append(responses[target - 1 - delay]) }
      }
    }
    return rows
  }

  private static func moments(
    _ values: [Float], _ segments: [Range<Int>]
  ) -> (mean: Double, deviation: Double, low: Double, high: Double, saturated: Double) {
    var count = 0
    var sum = 0.0
    var rails = 0
    var low = Double.infinity
    var high = -Double.infinity
    for segment in segments {
      for value in values[segment] {
        sum += Double(value)
        low = min(low, Double(value))
        high = max(high, Double(value))
        if abs(value) >= 0.9995 { rails += 1 }
        count += 1
      }
    }
    let mean = sum / Double(max(1, count))
    var square = 0.0
    for segment in segments {
      for value in values[segment] { square += (Double(value) - mean) * (Double(value) - mean) }
    }
    let deviation = (square / Double(max(1, count))).squareRoot()
    return (mean, deviation, low, high, Double(rails) / Double(max(1, count)))
  }
}
