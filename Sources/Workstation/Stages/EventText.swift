import HardwareInterface
import PhysicalNetwork
import RunRecords
import WireFormat
import Workbench

/// Events of a run in words, for exports.
enum EventText {
  /// The events of one event frame; what cannot be read is left out, as the trace's damage list tells of it.
  ///
  /// `board` is the one that ran: it tells what a monitor's codes mean.
  static func events(_ payload: [UInt8], of board: BoardDescription) -> [MCAPEvent] {
    var reader = ByteReader(payload)
    var events: [MCAPEvent] = []
    while reader.remaining > 0, let (step, event) = try? RunEvent.decode(&reader) {
      if let event { events.append(text(event, step, board)) }
    }
    return events
  }

  private static func text(_ event: RunEvent, _ step: UInt64, _ board: BoardDescription) -> MCAPEvent {
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
        details: [
          "chip": "\(chip)", "address": "\(address)", "kind": "\(kind)", "cause": cause(kind), "errno": "\(errno)",
        ])
    case .gap(let count):
      MCAPEvent(step: step, name: "gap", details: ["samples": "\(count)"])
    case .residual(let event):
      MCAPEvent(
        step: step, name: "residual",
        details: [
          "node": "\(event.node)", "change": ResidualText.change(event), "statistic": ResidualText.statistic(event),
          "observable": "\(event.observable)", "mean_sd": "\(event.mean)", "mean_square_sd": "\(event.meanSquare)",
        ])
    case .transferRetried, .chipRecovered, .busCleared, .lineFault, .monitor: hardware(event, step, board)
    }
  }

  /// Events of chips, buses and lines.
  private static func hardware(_ event: RunEvent, _ step: UInt64, _ board: BoardDescription) -> MCAPEvent {
    switch event {
    case .transferRetried(let chip, let address, let kind, let errno, let attempt):
      MCAPEvent(
        step: step, name: "transfer_retried",
        details: [
          "chip": "\(chip)", "address": "\(address)", "kind": "\(kind)", "cause": cause(kind), "errno": "\(errno)",
          "attempt": "\(attempt)",
        ])
    case .chipRecovered(let chip, let probes, let after):
      MCAPEvent(
        step: step, name: "chip_recovered",
        details: ["chip": "\(chip)", "probes": "\(probes)", "after_ns": "\(after)"])
    case .busCleared(let bus, let freed):
      MCAPEvent(step: step, name: "bus_cleared", details: ["bus": "\(bus)", "freed": "\(freed)"])
    case .lineFault(let line, let kind, let errno):
      MCAPEvent(
        step: step, name: "line_fault",
        details: [
          "line": "\(line)", "kind": "\(kind)",
          "cause": LineErrorKind(rawValue: kind)?.hint.description ?? "unknown", "errno": "\(errno)",
        ])
    case .monitor(let index, let code, let value):
      monitor(step, board.reading(ofMonitor: Int(index), code: code) ?? ("\(index)", Double(value), ""), code)
    default: MCAPEvent(step: step, name: "unknown", details: [:])
    }
  }

  private static func monitor(
    _ step: UInt64, _ reading: (name: String, value: Double, unit: String), _ code: UInt16
  ) -> MCAPEvent {
    let value = (reading.value * 1e6).rounded() / 1e6
    return MCAPEvent(
      step: step, name: "monitor",
      details: ["monitor": reading.name, "code": "\(code)", "value": "\(value)", "unit": reading.unit])
  }

  /// The kind of a bus's fault in words.
  private static func cause(_ kind: UInt8) -> String { I2CErrorKind(rawValue: kind)?.hint.description ?? "unknown" }
}
