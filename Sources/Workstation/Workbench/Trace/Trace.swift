import Journal
import PhysicalNetwork
import WireFormat

/// Consecutive recorded steps of a trace.
public struct TraceChunk: Equatable, Sendable {
  /// The board's number of the first step.
  public var firstStep: UInt64
  /// The board's clock at the first step, nanoseconds.
  public var time: UInt64
  /// The first step's row in `Trace.codes`.
  public var row: Int
  public var steps: Int

  public init(firstStep: UInt64, time: UInt64, row: Int, steps: Int) {
    self.firstStep = firstStep
    self.time = time
    self.row = row
    self.steps = steps
  }
}

/// A run read back from its segments: raw codes, the run's own records undecoded, and what is missing.
public struct Trace: Equatable, Sendable {
  public var run: Identifier
  public var board: Identifier
  /// Channels of a step: drives, then responses, then live inputs.
  public var channels: Int
  /// Recorded steps.
  public var steps: Int
  /// [steps, channels], as the converters had them.
  public var codes: [UInt16]
  /// Which steps the rows are; more than one chunk does not mean a gap.
  public var chunks: [TraceChunk]
  /// Payload of the run's start record.
  public var start: [UInt8]?
  /// Payloads of descriptor frames.
  public var descriptors: [[UInt8]]
  /// Payloads of event frames, in order.
  public var events: [[UInt8]]
  /// Payload of the run's stop record; nil where the run did not end in good order or is not pulled to its end.
  public var stop: [UInt8]?
  /// What is damaged or missing.
  public var damage: [TraceDamage]

  /// Whether anything recorded is missing.
  public var lossy: Bool { !damage.isEmpty }

  /// Reads the segments in `folder`. Damage is listed, not thrown; a run without samples is an empty trace.
  public static func read(folder: String) throws(TraceError) -> Trace {
    let reader = try RunReader(folder: folder)
    var trace = Trace(
      run: .none, board: .none, channels: 0, steps: 0, codes: [], chunks: [], start: nil, descriptors: [], events: [],
      stop: nil, damage: [])
    let result = try reader.read { (frame, payload) throws(TraceError) in
      switch frame.header.type {
      case .runStart: trace.start = trace.start ?? Array(payload)
      case .descriptor: trace.descriptors.append(Array(payload))
      case .event: trace.events.append(Array(payload))
      case .runStop: trace.stop = Array(payload)
      case .samples: try trace.append(payload, folder)
      default: break
      }
    }
    trace.run = result.run ?? .none
    trace.board = result.board ?? .none
    trace.damage = result.damage + trace.damage
    return trace
  }

  private mutating func append(_ payload: UnsafeRawBufferPointer, _ path: String) throws(TraceError) {
    let header: SamplesHeader
    do throws(WireError) {
      header = try SamplesHeader(payload: payload)
    } catch {
      damage.append(TraceDamage(segment: "samples", what: "a samples frame does not hold the codes it announces"))
      return
    }
    guard header.steps > 0, header.channels > 0 else { return }
    if chunks.isEmpty { channels = header.channels }
    guard header.channels == channels else {
      throw TraceError(
        .shape, path: path, what: "a step has \(header.channels) channels, those before \(channels)",
        why: "The channels of a run never change", remedy: "Pull the run again; if it stays, the recording is damaged")
    }
    let expected = chunks.last.map { $0.firstStep &+ UInt64($0.steps) } ?? 0
    guard header.firstStep >= expected else {
      damage.append(
        TraceDamage(segment: "samples", what: "step \(header.firstStep) is recorded twice; the first counts"))
      return
    }
    if header.firstStep > expected {
      damage.append(
        TraceDamage(segment: "samples", what: "steps \(expected) to \(header.firstStep - 1) are missing"))
    }
    chunks.append(TraceChunk(firstStep: header.firstStep, time: header.time, row: steps, steps: header.steps))
    codes += header.codes(in: payload)
    steps += header.steps
  }

  /// The row of a step by the board's number, or nil where it is missing.
  public func row(ofStep step: UInt64) -> Int? {
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].firstStep <= step { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let chunk = chunks[low - 1]
    let offset = step - chunk.firstStep
    return offset < UInt64(chunk.steps) ? chunk.row + Int(offset) : nil
  }

  /// The board's number of the step in a row; rows that are not there give nil.
  public func step(ofRow row: Int) -> UInt64? {
    guard row >= 0, row < steps else { return nil }
    var low = 0
    var high = chunks.count
    while low < high {
      let middle = (low + high) / 2
      if chunks[middle].row <= row { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    return chunks[low - 1].firstStep + UInt64(row - chunks[low - 1].row)
  }
}
