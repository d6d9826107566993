import WireFormat

/// What can happen in a run beside its samples. In a journal an event is its type (u16), its payload's length (u16), the
/// step (u64) and the payload; docs/journal.md.
public enum RunEvent: Equatable, Sendable {
  /// A block or sequence begins at this step, with its settling.
  case sequenceStart(sequence: UInt32, repetition: UInt32)
  /// Read-out of a sequence (classification) or a frame (regression, live).
  case result(sequence: UInt32, frame: UInt32, outputs: [Float])
  /// The step ended late by so many nanoseconds; so many whole periods were skipped.
  case missedDeadline(lateness: UInt64, skippedPeriods: UInt32)
  /// A chip did not answer and is left out from here on.
  case chipFault(chip: UInt8, address: UInt8, kind: UInt8, errno: Int32)
  /// Samples from this step on that the journal could not take.
  case gap(count: UInt64)
  /// A node's residuals left their range or came back.
  case residual(ResidualEvent)
  /// What a transaction with a chip met, before it was tried again for the so-manieth time.
  case transferRetried(chip: UInt8, address: UInt8, kind: UInt8, errno: Int32, attempt: UInt8)
  /// A chip that was left out is set up again and in use from the next step on: after so many tries and nanoseconds.
  case chipRecovered(chip: UInt8, probes: UInt32, after: UInt64)
  /// A bus was held low and clocks were sent to free it.
  case busCleared(bus: UInt8, freed: Bool)
  /// A line did not do its work; kinds are those of `LineErrorKind`.
  case lineFault(line: UInt8, kind: UInt8, errno: Int32)
  /// A monitor's reading: its code, and what it means in °C, V or A.
  case monitor(index: UInt16, code: UInt16, value: Float)

  /// The types' numbers.
  public enum Code {
    public static let sequenceStart: UInt16 = 1
    public static let result: UInt16 = 2
    public static let missedDeadline: UInt16 = 3
    public static let chipFault: UInt16 = 4
    public static let gap: UInt16 = 5
    public static let residual: UInt16 = 6
    public static let transferRetried: UInt16 = 7
    public static let chipRecovered: UInt16 = 8
    public static let busCleared: UInt16 = 9
    public static let lineFault: UInt16 = 10
    public static let monitor: UInt16 = 11
  }

  /// Reads one event; nil for a type this version does not know (it is skipped).
  public static func decode(_ reader: inout ByteReader) throws(WireError) -> (step: UInt64, event: RunEvent?) {
    let type = try reader.take(UInt16.self)
    let length = Int(try reader.take(UInt16.self))
    let step = try reader.take(UInt64.self)
    var body = ByteReader(try reader.takeBytes(length))
    switch type {
    case Code.sequenceStart:
      return (step, .sequenceStart(sequence: try body.take(UInt32.self), repetition: try body.take(UInt32.self)))
    case Code.result:
      let sequence = try body.take(UInt32.self)
      let frame = try body.take(UInt32.self)
      var outputs: [Float] = []
      while body.remaining >= 4 { outputs.append(try body.takeFloat()) }
      return (step, .result(sequence: sequence, frame: frame, outputs: outputs))
    case Code.missedDeadline:
      return (
        step, .missedDeadline(lateness: try body.take(UInt64.self), skippedPeriods: try body.take(UInt32.self))
      )
    case Code.chipFault:
      return (
        step,
        .chipFault(
          chip: try body.take(UInt8.self), address: try body.take(UInt8.self), kind: try body.take(UInt8.self),
          errno: try body.take(Int32.self))
      )
    case Code.gap:
      return (step, .gap(count: try body.take(UInt64.self)))
    case Code.residual:
      return (step, .residual(try ResidualEvent(from: &body)))
    default:
      return (step, try hardware(type, &body))
    }
  }

  /// The events of buses, lines and monitors; nil for other types.
  private static func hardware(_ type: UInt16, _ body: inout ByteReader) throws(WireError) -> RunEvent? {
    switch type {
    case Code.transferRetried:
      return .transferRetried(
        chip: try body.take(UInt8.self), address: try body.take(UInt8.self), kind: try body.take(UInt8.self),
        errno: try body.take(Int32.self), attempt: try body.take(UInt8.self))
    case Code.chipRecovered:
      return .chipRecovered(
        chip: try body.take(UInt8.self), probes: try body.take(UInt32.self), after: try body.take(UInt64.self))
    case Code.busCleared:
      return .busCleared(bus: try body.take(UInt8.self), freed: try body.take(UInt8.self) != 0)
    case Code.lineFault:
      return .lineFault(
        line: try body.take(UInt8.self), kind: try body.take(UInt8.self), errno: try body.take(Int32.self))
    case Code.monitor:
      return .monitor(
        index: try body.take(UInt16.self), code: try body.take(UInt16.self),
        value: try body.takeFiniteFloat("monitor value"))
    default: return nil
    }
  }
}
