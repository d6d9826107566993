import PhysicalNetwork
import RunRecords
import WireFormat
import Workbench

/// A pulled run with its own records decoded.
public struct RecordedRun {
  public let trace: Trace
  public let start: RunStart
  /// Nil when the run did not end in good order.
  public let stop: RunStop?
  /// Events in the order of their steps as recorded.
  public let events: [(step: UInt64, event: RunEvent)]

  /// Decodes a trace's start, stop and events.
  public init(_ trace: Trace) throws {
    self.trace = trace
    guard let bytes = trace.start else {
      throw StageError(
        "run \(trace.run) has no start record: its first segment is missing or damaged; pull it again")
    }
    do throws(WireError) {
      start = try RunStart(decoding: bytes)
      if let bytes = trace.stop { stop = try RunStop(decoding: bytes) } else { stop = nil }
      var found: [(UInt64, RunEvent)] = []
      for payload in trace.events {
        var reader = ByteReader(payload)
        while reader.remaining > 0 {
          let (step, event) = try RunEvent.decode(&reader)
          if let event { found.append((step, event)) }
        }
      }
      events = found
    } catch {
      throw StageError("run \(trace.run): a record cannot be read (\(error)); update edgesync, or pull the run again")
    }
  }

  /// The segments of the run in a folder.
  public static func read(_ folder: String) throws -> RecordedRun { try RecordedRun(try Trace.read(folder: folder)) }

  public var board: BoardDescription { start.board }

  public var modeName: String {
    switch start.mode {
    case .characterise: "characterise"
    case .evaluate: "evaluate"
    case .live: "live"
    }
  }

  /// The states of runs that nothing can be added to.
  static let endings = ["completed", "stopped", "failed"]

  public var outcomeName: String {
    switch stop?.outcome {
    case .completed: "completed"
    case .stopped: "stopped"
    case .failed: "failed"
    case nil: "interrupted"
    }
  }

  /// The sequences of the run: which, which repetition, and their steps.
  public var sequences: [(sequence: Int, repetition: Int, steps: Range<UInt64>)] {
    var starts: [(Int, Int, UInt64)] = []
    for (step, event) in events {
      if case .sequenceStart(let sequence, let repetition) = event {
        starts.append((Int(sequence), Int(repetition), step))
      }
    }
    let end = trace.chunks.last.map { $0.firstStep + UInt64($0.steps) } ?? 0
    return starts.indices.map { index in
      let until = index + 1 < starts.count ? starts[index + 1].2 : max(end, starts[index].2)
      return (starts[index].0, starts[index].1, starts[index].2..<until)
    }
  }

  /// The read-out the board logged, by sequence; the last one of each.
  public var results: [Int: [Float]] {
    var results: [Int: [Float]] = [:]
    for (_, event) in events {
      if case .result(let sequence, _, let outputs) = event { results[Int(sequence)] = outputs }
    }
    return results
  }

  /// The read-outs the board logged for the frames of a sequence, in order.
  public func frameResults(of wanted: Int) -> [(frame: Int, outputs: [Float])] {
    events.compactMap { _, event in
      guard case .result(let sequence, let frame, let outputs) = event, Int(sequence) == wanted else { return nil }
      return (Int(frame), outputs)
    }
  }

  /// Rows of the trace for consecutive steps; nil when one of them is missing.
  public func rows(_ steps: Range<UInt64>) -> Range<Int>? {
    guard !steps.isEmpty, let first = trace.row(ofStep: steps.lowerBound),
      let last = trace.row(ofStep: steps.upperBound - 1), last - first == steps.count - 1
    else { return nil }
    return first..<last + 1
  }
}
