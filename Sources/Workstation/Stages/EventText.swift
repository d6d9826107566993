import RunRecords
import WireFormat
import Workbench

/// Events of a run in words, for exports.
enum EventText {
  /// The events of one event frame; what cannot be read is left out, as the trace's damage list tells of it.
  static func events(_ payload: [UInt8]) -> [MCAPEvent] {
    var reader = ByteReader(payload)
    var events: [MCAPEvent] = []
    while reader.remaining > 0, let (step, event) = try? RunEvent.decode(&reader) {
      if let event { events.append(text(event, step)) }
    }
    return events
  }

  private static func text(_ event: RunEvent, _ step: UInt64) -> MCAPEvent {
    switch event {
    case .sequenceStart(let sequence, let repetition):
      MCAPEvent(
        step: step, name: "sequence_start", details: ["sequence": "\(sequence)", "repetition": "\(repetition)"])
    case .result(let sequence, let frame, let outputs):
      MCAPEvent(
        step: step, name: "result",
        details: [
          "sequence": "\(sequence)", "frame": "\(frame)",
          "outputs": outputs.map { "\($0)" }.joined(separator: " "),
        ])
    case .missedDeadline(let lateness, let skipped):
      MCAPEvent(
        step: step, name: "missed_deadline", details: ["late_ns": "\(lateness)", "skipped_periods": "\(skipped)"])
    case .chipFault(let chip, let address, let kind, let errno):
      MCAPEvent(
        step: step, name: "chip_fault",
        details: ["chip": "\(chip)", "address": "\(address)", "kind": "\(kind)", "errno": "\(errno)"])
    case .gap(let count):
      MCAPEvent(step: step, name: "gap", details: ["samples": "\(count)"])
    case .residual(let event):
      MCAPEvent(
        step: step, name: "residual",
        details: [
          "node": "\(event.node)", "change": ResidualText.change(event), "statistic": ResidualText.statistic(event),
          "observable": "\(event.observable)", "mean_sd": "\(event.mean)", "mean_square_sd": "\(event.meanSquare)",
        ])
    }
  }
}
