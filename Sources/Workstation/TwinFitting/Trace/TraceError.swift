/// Why a trace cannot be fitted. Texts do not name the device: the caller knows it.
public enum TraceError: Error, Equatable, Sendable {
  /// Counts do not fit together; what exactly.
  case malformed(String)
  /// Fewer transitions than the least a fit needs; the recording's seconds where the sample period is known.
  case tooShort(transitions: Int, needed: Int, samplePeriod: Double?)
  /// No reading moves.
  case noResponse
  /// No drive moves, though readings do.
  case constantDrive(level: Float)
  /// Too many readings at a rail; `high` and `low` count the two rails.
  case saturated(share: Double, limit: Double, low: Int, high: Int)
  /// Too many samples are NaN or infinite; the first of them.
  case notFinite(share: Double, limit: Double, first: Int)
  /// Too many readings are stuck or glitches.
  case broken(share: Double, limit: Double, stuck: Int, glitches: Int)
  /// Segments fall into two groups that answer the same drives and recent readings differently.
  case mixedDevices(first: [Int], second: [Int], separation: Double)
}

extension TraceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let what):
      return "the trace does not fit together: \(what); pull it again, and if that does not help report the file"
    case .tooShort(let transitions, let needed, let period):
      var text = "\(transitions) usable transitions after cleaning, \(needed) needed"
      if let period, period > 0, period.isFinite {
        text += " (\(Self.seconds(Double(transitions) * period)) of \(Self.seconds(Double(needed) * period)))"
      }
      return text + ": the recording is too short or too broken up; record longer, in longer pieces"
    case .noResponse:
      return
        "no reading ever moves: the device is not connected, not powered or stuck; check its wiring, its supply and "
        + "its input channel"
    case .constantDrive(let level):
      return
        "the drive stays at \(level) throughout, so nothing can be learnt about what it does: record with a stimulus "
        + "that covers the range of the drive"
    case .saturated(let share, let limit, let low, let high):
      return
        "\(Self.percent(share)) of the readings are at a rail of the converter (\(low) at the lowest, \(high) at the "
        + "highest code), more than \(Self.percent(limit)): lower the input's gain or the drive's range, record again"
    case .notFinite(let share, let limit, let first):
      return "\(Self.percent(share)) of the samples are not finite numbers, the first is sample \(first), more than "
        + "\(Self.percent(limit)): the reading or its calibration fails; check the converter and the calibration"
    case .broken(let share, let limit, let stuck, let glitches):
      return "\(Self.percent(share)) of the samples are unusable (\(stuck) stuck, \(glitches) glitches), more than "
        + "\(Self.percent(limit)): check the converter, its bus and the wiring, and record again"
    case .mixedDevices(let first, let second, let separation):
      return
        "the trace looks like two devices': segments \(Self.list(first)) and segments \(Self.list(second)) answer the "
        + "same drives and recent readings differently (\(Self.number(separation)) standard deviations apart); fit them apart, or, "
        + "if it was one device that changed in between, record it again or let the check warn only"
    }
  }

  static func percent(_ share: Double) -> String {
    share < 0.1 ? "\(number(100 * share)) %" : "\(Int((100 * min(share, 1e6)).rounded())) %"
  }

  static func seconds(_ value: Double) -> String { "\(number(value)) s" }

  /// Two or three significant digits.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    if abs(value) >= 100 { return "\(Int64(value.rounded()))" }
    let places = abs(value) >= 10 ? 10.0 : abs(value) >= 0.1 ? 100.0 : 10000.0
    return "\((value * places).rounded() / places)"
  }

  /// Indices as ranges: 0-4, 7, 9-12, and no more than a line of them.
  static func list(_ indices: [Int]) -> String {
    var parts: [String] = []
    var position = 0
    while position < indices.count {
      var end = position
      while end + 1 < indices.count, indices[end + 1] == indices[end] + 1 { end += 1 }
      if parts.count == 8 {
        parts.append("and \(indices.count - position) more")
        break
      }
      parts.append(end > position ? "\(indices[position])-\(indices[end])" : "\(indices[position])")
      position = end + 1
    }
    return parts.joined(separator: ", ")
  }
}
