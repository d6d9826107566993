import Foundation
import Journal
import PhysicalNetwork
import WireFormat

/// A message about something that happened in a run, for export beside the samples.
public struct MCAPEvent: Equatable, Sendable {
  public var step: UInt64
  public var name: String
  /// Further facts.
  public var details: [String: String]

  public init(step: UInt64, name: String, details: [String: String] = [:]) {
    self.step = step
    self.name = name
    self.details = details
  }
}

/// Turns a pulled run into an MCAP file: `/BOARD/samples`, one JSON message a step with drives, responses and inputs under
/// their nodes' names, and `/BOARD/events`.
///
/// Values are in volts, or in the unit that the channel's metadata has beside the name, such as `unit.drives.clock = Hz`.
public enum MCAPExport {
  /// What an export wrote.
  public struct Summary: Equatable, Sendable {
    public var steps: Int
    public var events: Int
    public var bytes: Int
    /// What was damaged or missing.
    public var damage: [TraceDamage]
  }

  private static let schema = """
    {"type":"object","properties":{"step":{"type":"integer"},"drives":{"type":"object","additionalProperties":\
    {"type":"number"},"description":"volts, or the unit the channel's metadata has of it"},"responses":{"type":"object",\
    "additionalProperties":{"type":"number"},"description":"as drives"},"inputs":{"type":"object",\
    "additionalProperties":{"type":"number"},"description":"as drives"}}}
    """
  private static let eventSchema = """
    {"type":"object","properties":{"step":{"type":"integer"},"event":{"type":"string"},"details":{"type":"object",\
    "additionalProperties":{"type":"string"}}}}
    """

  /// Writes the run in `folder` to `path`, a segment at a time.
  ///
  /// `events` decodes an event frame's payload; `facts` are stored as the recording's metadata. Times are the board's.
  public static func write(
    folder: String, board: BoardDescription, to path: String, facts: [String: String] = [:],
    events: ([UInt8]) -> [MCAPEvent] = { _ in [] }
  ) throws -> Summary {
    let reader = try RunReader(folder: folder)
    var writer = MCAPWriter()
    let encoder = SampleEncoder(board)
    let topic =
      "/" + board.name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? String($0) : "_" }.joined()
    let samples = writer.channel(
      topic: topic + "/samples", schema: writer.schema(name: "edgetwin.Samples", encoding: "jsonschema", data: schema),
      encoding: "json", metadata: ["unit": "V", "step_ns": "\(board.stepPeriod)"].merging(encoder.units) { $1 })
    let happenings = writer.channel(
      topic: topic + "/events",
      schema: writer.schema(name: "edgetwin.Event", encoding: "jsonschema", data: eventSchema), encoding: "json")
    var facts = facts
    facts["board"] = board.name
    facts["board_id"] = Hex.text(board.boardID)
    writer.metadata(name: "run", facts)
    var summary = Summary(steps: 0, events: 0, bytes: 0, damage: [])
    var clock: (step: UInt64, time: UInt64) = (0, 0)
    var failure: TraceError?
    do {
      try AtomicFile.write(to: path) { (put: ([UInt8]) throws(ProjectError) -> Void) throws(ProjectError) in
        var stopped: ProjectError?
        do throws(TraceError) {
          let result = try reader.read { (frame, payload) throws(TraceError) in
            guard stopped == nil else { return }
            switch frame.header.type {
            case .samples:
              guard let header = try? SamplesHeader(payload: payload) else { return }
              try encoder.check(header, folder)
              clock = (header.firstStep, header.time)
              for step in 0..<header.steps {
                writer.message(
                  channel: samples, time: header.time &+ UInt64(step) &* board.stepPeriod,
                  data: encoder.message(header, payload, step))
              }
              summary.steps += header.steps
            case .event:
              for event in events(Array(payload)) {
                let distance = Int64(bitPattern: event.step &- clock.step) &* Int64(clamping: board.stepPeriod)
                writer.message(
                  channel: happenings, time: clock.time &+ UInt64(bitPattern: distance),
                  data: SampleEncoder.message(event))
                summary.events += 1
              }
            default: return
            }
            do throws(ProjectError) {
              let bytes = writer.drain()
              summary.bytes += bytes.count
              try put(bytes)
            } catch {
              stopped = error
            }
          }
          summary.damage = result.damage
        } catch {
          failure = error
          // Ends the write; the error proper is thrown below.
          throw .system(path, "the export was given up", EIO)
        }
        if let stopped { throw stopped }
        writer.finish()
        let bytes = writer.drain()
        summary.bytes += bytes.count
        try put(bytes)
      }
    } catch {
      throw failure ?? error
    }
    return summary
  }
}
