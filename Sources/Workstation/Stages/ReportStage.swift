import Foundation
import RunRecords
import Workbench

extension Workspace {
  /// Writes a page about a pulled run; its path, and what the run lacks.
  public func report(run prefix: String?) throws -> (path: String, losses: String?) {
    let record = try runRecord(prefix)
    let run = try read(record)
    var page = HTMLReport(
      title: "Run \(record.id.prefix(8)): \(run.modeName)", subtitle: "board \(run.board.name), \(run.start.label)")
    page.facts([
      .init("\(run.trace.steps)", "steps"), .init("\(run.stop?.missedDeadlines ?? 0)", "late"),
      .init("\(run.stop?.droppedSamples ?? 0)", "dropped"), .init(run.outcomeName, "outcome"),
    ])
    for damage in run.trace.damage { page.notice(damage.description) }
    let length = min(200, run.trace.steps)
    page.section("Nodes")
    let drawings = try run.board.nodes.indices.prefix(8).map { index in
      let trace = try run.trace.node(index, run.board)
      return LinePlot(
        PlotFrame(
          title: run.board.nodes[index].name, xLabel: "control step", yLabel: "channel units", width: 480, height: 240,
          showsTitle: true),
        lines: [
          PlotLine("drive", y: trace.drive.prefix(length).map(Double.init), color: 1),
          PlotLine("response", y: trace.response.prefix(length).map(Double.init), color: 0),
        ]
      ).svg
    }
    page.figures(drawings, caption: "Drive and response of the first nodes over the first \(length) steps, as logged.")
    let conditions = run.conditions
    if !conditions.isEmpty {
      page.section("Conditions")
      page.table(
        ["monitor", "readings", "range"], conditions.map { [$0.monitor, "\($0.readings)", $0.range] })
      for line in try conditionLines(of: record.board, run) { page.notice(line) }
    }
    let residuals = run.residualLines
    if !residuals.isEmpty {
      page.section("Nodes that left their twins")
      page.table(["what the board told"], ResidualLines.shortened(residuals, to: 200).map { [$0] })
    }
    let origins = try project.catalog.ancestry(of: CatalogItem(.run, record.id))
    if !origins.isEmpty {
      page.section("Where it comes from")
      page.table(["what", "which"], origins.map { [$0.kind.rawValue, $0.id] })
    }
    let path = project.reportPath("\(record.id).html")
    try page.write(to: path)
    return (path, losses(of: record, run))
  }
}
