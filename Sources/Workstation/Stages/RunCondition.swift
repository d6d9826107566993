import Foundation
import PhysicalNetwork
import RunRecords
import Workbench

/// What a monitor read in a run: a temperature, a supply. A twin holds for the conditions it was fitted in.
public struct RunCondition: Codable, Equatable, Sendable {
  /// The monitor's name in board.toml.
  public var monitor: String
  /// `°C`, `V`, `A`, or empty for what has no unit.
  public var unit: String
  public var readings: Int
  public var minimum: Double
  public var mean: Double
  public var maximum: Double

  public init(monitor: String, unit: String, readings: Int, minimum: Double, mean: Double, maximum: Double) {
    self.monitor = monitor
    self.unit = unit
    self.readings = readings
    self.minimum = minimum
    self.mean = mean
    self.maximum = maximum
  }

  /// How far outside what was seen a mean may lie before it counts as another condition: what was seen itself varied by
  /// `maximum - minimum`, a thermometer is right to about a degree, a supply to some percent.
  private var margin: Double { max(maximum - minimum, unit == "°C" ? 2 : 0.03 * abs(mean)) }

  /// Whether `other`, of the same monitor in another run, is another condition.
  public func differs(from other: RunCondition) -> Bool {
    other.mean < minimum - margin || other.mean > maximum + margin
  }

  /// What was read, for people.
  public var range: String {
    let symbol = unit.isEmpty ? "" : " " + unit
    return String(format: "%.3g to %.3g", minimum, maximum) + symbol
  }
}

extension RecordedRun {
  /// What the board's monitors read in the run, in the order of its description; those that never read are left out.
  public var conditions: [RunCondition] {
    var values = [[Double]](repeating: [], count: board.monitors.count)
    for (_, event) in events {
      guard case .monitor(let index, _, let value) = event, values.indices.contains(Int(index)) else { continue }
      values[Int(index)].append(Double(value))
    }
    return zip(board.monitors, values).compactMap { monitor, values in
      guard let low = values.min(), let high = values.max() else { return nil }
      let chip = board.chips.indices.contains(Int(monitor.chip)) ? board.chips[Int(monitor.chip)] : nil
      let scale = chip.flatMap { ChannelScale(reading: $0, channel: monitor.channel) }
      return RunCondition(
        monitor: monitor.name, unit: scale?.unit.symbol ?? "", readings: values.count, minimum: low,
        mean: values.reduce(0, +) / Double(values.count), maximum: high)
    }
  }

  /// What to say where the monitors read something else than when the twins' devices were recorded.
  ///
  /// - Parameter fitted: nodes with the conditions their twins were fitted in.
  public func conditionLines(_ fitted: [(node: String, conditions: [RunCondition])]) -> [String] {
    conditions.compactMap { now in
      var nodes: [String] = []
      var then: RunCondition?
      for (node, conditions) in fitted {
        guard let known = conditions.first(where: { $0.monitor == now.monitor }), known.differs(from: now) else {
          continue
        }
        nodes.append(node)
        then = then ?? known
      }
      guard let then else { return nil }
      return
        "monitor \(now.monitor) read \(now.range); the twins of \(GroupedLines.names(nodes)) were fitted at "
        + "\(then.range): they need not hold here; characterise in these conditions and fit with --update"
    }
  }
}

extension Workspace {
  /// `conditionLines` against the newest twins of the board with this id.
  func conditionLines(of board: String, _ run: RecordedRun) throws -> [String] {
    guard !run.board.monitors.isEmpty else { return [] }
    let records = try project.catalog.newestTwins(of: board)
    return run.conditionLines(
      records.compactMap { record in
        let folder = TwinFolder(of: record, in: project)
        guard let sidecar = TwinFolder.sidecar(folder.sidecarPath(record.name)) else { return nil }
        return (record.name, sidecar.conditions ?? [])
      })
  }
}
