import Numerics
import TwinModel

/// A trace that has passed the checks, with its normalisers and split.
struct PreparedTrace: Sendable {
  let device: Int
  let driveCount: Int
  let responseCount: Int
  /// Normalised to mean 0 and standard deviation 1, row-major.
  let drives: [Float]
  let responses: [Float]
  let normalisers: Normalisers
  /// Limits of the responses, channel units.
  let low: [Float]
  let high: [Float]
  /// Standard deviation of one-step changes, normalised, an observable.
  let increment: [Float]
  let split: TraceSplit
  let findings: TraceFindings
  let samplePeriod: Double?

  /// - Parameters:
  ///   - history: samples a prediction needs before it, for the longest structure that will be tried.
  ///   - normalisers: units to use, of as many drives and responses; nil for the trace's own.
  init(
    _ checked: CheckedTrace, device: Int, history: Int, options: TwinFitOptions, seed: UInt64,
    normalisers: Normalisers? = nil
  ) throws(TwinFitError) {
    let trace = checked.trace
    self.device = device
    findings = checked.findings
    driveCount = trace.driveCount
    responseCount = trace.responseCount
    samplePeriod = trace.samplePeriod
    let needed = history + options.horizon
    let usable = trace.segments.reduce(0) { $0 + ($1.count >= needed ? $1.count - history : 0) }
    let least = max(200, 16 * options.horizon)
    guard usable >= least else { throw .tooShort(device: device, samples: usable, needed: least) }
    var usableTrace = trace
    usableTrace.segments = trace.segments.map { $0.count >= needed ? $0 : $0.lowerBound..<$0.lowerBound }
    split = TraceSplit(
      usableTrace, whole: checked.wholeRepeats, history: history, block: max(10 * options.horizon, 60),
      share: options.heldOut, seed: seed)
    // Only what the fit may learn from sets the units: held-out repeats do not.
    let known = split.training + split.heldOut
    let driveMoments = (0..<trace.driveCount).map { Moments(trace.drives, $0, trace.driveCount, known) }
    let moments = (0..<trace.responseCount).map { Moments(trace.responses, $0, trace.responseCount, known) }
    // Less than the step of a 12-bit converter is nothing.
    guard moments.contains(where: { $0.deviation > 0.0005 }) else { throw .noResponse(device: device) }
    let units =
      normalisers
      ?? Normalisers(
        driveOffset: driveMoments.map { Float($0.mean) },
        driveScale: driveMoments.map { Float(1 / max($0.deviation, 1e-3)) },
        responseOffset: moments.map { Float($0.mean) },
        responseScale: moments.map { Float(1 / max($0.deviation, 0.0005)) })
    self.normalisers = units
    low = moments.map { Float(max(-1.0, $0.low - 0.1 * ($0.high - $0.low))) }
    high = zip(moments, low).map { max(Float(min(1.0, $0.high + 0.1 * ($0.high - $0.low))), $1 + 1e-4) }
    drives = Self.normalised(trace.drives, units.driveOffset, units.driveScale)
    let normal = Self.normalised(trace.responses, units.responseOffset, units.responseScale)
    responses = normal
    let count = trace.responseCount
    increment = (0..<count).map { index in
      var square = 0.0
      var steps = 0
      for segment in known where segment.count > 1 {
        for sample in (segment.lowerBound + 1)..<segment.upperBound {
          let change = Double(normal[sample * count + index] - normal[(sample - 1) * count + index])
          square += change * change
          steps += 1
        }
      }
      return Float(max(1e-3, (square / Double(max(1, steps))).squareRoot()))
    }
    guard split.training.contains(where: { $0.count >= options.horizon }) else {
      throw .tooShort(device: device, samples: usable, needed: least)
    }
  }

  /// What takes its normalised values to channel units, and their limits there.
  var units: TwinUnits { TwinUnits(normalisers: normalisers, low: low, high: high) }

  /// Inputs z of training targets, for the whitener; at most about 20,000 rows.
  func inputs(_ structure: TwinStructure) -> [Float] {
    var rows: [Float] = []
    let total = split.training.reduce(0) { $0 + $1.count }
    let stride = max(1, total / 20_000)
    var number = 0
    for block in split.training {
      for target in block {
        number += 1
        if number % stride != 0 { continue }
        for delay in 0...structure.driveDelays {
          for index in 0..<driveCount { rows.append(drives[(target - delay) * driveCount + index]) }
        }
        for delay in 0...structure.responseDelays {
          for index in 0..<responseCount { rows.append(responses[(target - 1 - delay) * responseCount + index]) }
        }
      }
    }
    return rows
  }

  private static func normalised(_ values: [Float], _ offset: [Float], _ scale: [Float]) -> [Float] {
    let width = offset.count
    return values.indices.map { index in
      let value = values[index]
      return value.isFinite ? (value - offset[index % width]) * scale[index % width] : 0
    }
  }
}

/// normalised = (value - offset) * scale, a channel each.
struct Normalisers: Sendable, Equatable {
  var driveOffset: [Float]
  var driveScale: [Float]
  var responseOffset: [Float]
  var responseScale: [Float]
}

/// A twin's normalisers and the limits of its responses in channel units.
struct TwinUnits: Sendable, Equatable {
  var normalisers: Normalisers
  var low: [Float]
  var high: [Float]
}

/// Mean, standard deviation and range of one column over segments.
private struct Moments {
  var mean = 0.0
  var deviation = 0.0
  var low = Double.infinity
  var high = -Double.infinity

  init(_ values: [Float], _ column: Int, _ width: Int, _ segments: [Range<Int>]) {
    var count = 0.0
    for segment in segments {
      for sample in segment {
        let value = Double(values[sample * width + column])
        mean += value
        low = min(low, value)
        high = max(high, value)
        count += 1
      }
    }
    guard count > 0 else {
      (low, high) = (-1, 1)
      return
    }
    mean /= count
    var square = 0.0
    for segment in segments {
      for sample in segment {
        let error = Double(values[sample * width + column]) - mean
        square += error * error
      }
    }
    deviation = (square / count).squareRoot()
  }
}
