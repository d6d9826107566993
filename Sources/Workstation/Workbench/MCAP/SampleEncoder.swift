import Journal
import PhysicalNetwork

/// Makes the JSON messages of an export.
struct SampleEncoder {
  private struct Column {
    /// `"name":` with what stands before it.
    var key: [UInt8]
    var scale: ChannelScale
  }

  /// The unit of each channel that is not in volts, under `unit.GROUP.NAME`; empty for one that has none.
  private(set) var units: [String: String] = [:]

  private let channels: Int
  private var groups: [[Column]] = []

  init(_ board: BoardDescription) {
    channels = board.drives.count + board.responses.count + board.inputs.count
    var drives = board.drives.indices.map { "drive\($0)" }
    var responses = board.responses.indices.map { "response\($0)" }
    for node in board.nodes {
      Self.name(&drives, node.name, Int(node.firstDrive), Int(node.driveCount))
      Self.name(&responses, node.name, Int(node.firstResponse), Int(node.responseCount))
    }
    let inputs = board.inputs.indices.map { "input\($0)" }
    for (group, names, scales) in [
      ("drives", drives, board.driveScales), ("responses", responses, board.scales(of: board.responses)),
      ("inputs", inputs, board.scales(of: board.inputs)),
    ] {
      groups.append(Self.columns(names, scales))
      for (name, scale) in zip(names, scales) where scale.unit != .volts {
        units["unit.\(group).\(name)"] = scale.unit.symbol
      }
    }
  }

  private static func name(_ names: inout [String], _ node: String, _ first: Int, _ count: Int) {
    for index in 0..<count where names.indices.contains(first + index) {
      names[first + index] = count == 1 ? node : "\(node)_\(index)"
    }
  }

  private static func columns(_ names: [String], _ scales: [ChannelScale]) -> [Column] {
    zip(names, scales).enumerated().map { index, pair in
      var key = JSONText()
      if index > 0 { key.raw(",") }
      key.string(pair.0)
      key.raw(":")
      return Column(key: key.bytes, scale: pair.1)
    }
  }

  func check(_ header: SamplesHeader, _ path: String) throws(TraceError) {
    guard header.channels == channels else {
      throw TraceError(
        .shape, path: path, what: "a step has \(header.channels) channels, the board's description \(channels)",
        why: "The run was recorded under another board description",
        remedy: "Use the description the run's start record holds")
    }
  }

  /// The message of one step of a samples frame.
  func message(_ header: SamplesHeader, _ payload: UnsafeRawBufferPointer, _ step: Int) -> [UInt8] {
    var text = JSONText()
    text.raw("{\"step\":")
    text.number(header.firstStep + UInt64(step))
    var channel = 0
    for (index, columns) in groups.enumerated() {
      if columns.isEmpty, index == 2 { continue }
      switch index {
      case 0: text.raw(",\"drives\":{")
      case 1: text.raw(",\"responses\":{")
      default: text.raw(",\"inputs\":{")
      }
      for column in columns {
        text.raw(column.key)
        let code = header.code(in: payload, step: step, channel: channel)
        let value = column.scale.value(of: code)
        if abs(column.scale.step) < 1e-5 { text.nanos(value) } else { text.micros(value) }
        channel += 1
      }
      text.raw("}")
    }
    text.raw("}")
    return text.bytes
  }

  static func message(_ event: MCAPEvent) -> [UInt8] {
    var text = JSONText()
    text.raw("{\"step\":")
    text.number(event.step)
    text.raw(",\"event\":")
    text.string(event.name)
    text.raw(",\"details\":{")
    for (index, key) in event.details.keys.sorted().enumerated() {
      if index > 0 { text.raw(",") }
      text.string(key)
      text.raw(":")
      text.string(event.details[key] ?? "")
    }
    text.raw("}}")
    return text.bytes
  }
}
