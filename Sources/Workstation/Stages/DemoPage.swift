import Foundation
import NetworkTraining
import Numerics
import PhysicalNetwork
import RunRecords
import TwinModel
import Workbench

/// The demo's report as a page.
struct DemoPage {
  let characterised: RecordedRun
  let tested: RecordedRun
  let fitted: Workspace.Fitted
  let curve: [EpochRecord]
  /// Targets, their width and the washout of a prediction.
  var prediction: (targets: [Float], width: Int, washout: Int)?

  init(characterised: RecordedRun, tested: RecordedRun, fitted: Workspace.Fitted, curve: [EpochRecord]) {
    self.characterised = characterised
    self.tested = tested
    self.fitted = fitted
    self.curve = curve
  }

  private func percent(_ share: Double?) -> String { share.map { String(format: "%.1f %%", $0 * 100) } ?? "–" }
  private func number(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }

  func html(_ report: DemoReport) throws -> HTMLReport {
    var page = HTMLReport(
      title: report.task == "classification"
        ? "Telling recordings apart, on the board" : "Telling the next value, on the board",
      subtitle: "\(report.nodes) stochastic nodes, seed \(report.seed), \(report.steps_run) control steps")
    summary(report, &page)
    try devices(report, &page)
    node(&page)
    training(report, &page)
    if let confusion = report.confusion {
      page.section("What the board said")
      page.figure(
        HeatMap.confusion(confusion, labels: report.labels).svg,
        caption: "Every test recording: its label (rows) and the label the board logged (columns).")
    }
    if let prediction { predictionFigure(prediction, &page) }
    timing(&page)
    provenance(report, &page)
    return page
  }

  private func summary(_ report: DemoReport, _ page: inout HTMLReport) {
    if report.task == "classification" {
      page.facts([
        .init(
          percent(report.board_accuracy), "on the board", note: "\(report.test_cases) recordings, from the journal"),
        .init(percent(report.twin_accuracy), "on the twins", note: "mean of \(Demo.twinPasses) passes of fresh noise"),
        .init(percent(report.linear_floor_accuracy), "linear floor", note: "time-averaged inputs, no nodes"),
        .init(percent(report.untrained_board_accuracy), "untrained, on the board", note: "random weights"),
      ])
    } else {
      page.facts([
        .init(number(report.board_nrmse), "NRMSE on the board", note: "\(report.test_cases) values, from the journal"),
        .init(number(report.twin_nrmse), "NRMSE on the twins"),
        .init(number(report.linear_floor_nrmse), "linear floor", note: "from the present value alone"),
        .init(number(report.untrained_board_nrmse), "untrained, on the board", note: "random weights"),
      ])
    }
    page.paragraph(
      "Every score on the board is computed from the read-outs in the pulled journal. Each was computed again from the "
        + "logged converter codes; \(report.readout_replay_mismatches) differ. Late steps: \(report.missed_deadlines); "
        + "dropped samples: \(report.dropped_samples); journal bytes over raw codes: "
        + String(format: "%.3f.", report.journal_bytes_over_raw))
  }

  private func devices(_ report: DemoReport, _ page: inout HTMLReport) throws {
    page.section("Devices and their twins")
    var seen: [String] = []
    var drawings: [String] = []
    for (index, node) in characterised.board.nodes.enumerated() where !seen.contains(node.device) && seen.count < 4 {
      seen.append(node.device)
      if let drawing = try repeatsPlot(index) { drawings.append(drawing) }
    }
    page.figures(
      drawings,
      caption: "One device of each kind under one repeated input: mean over repeats, and one standard deviation "
        + "either side, of the device and of its twin running freely.")
    page.table(
      [
        "node", "device", "one-step error", "mean error", "sd error", "autocovariance error", "residual sd", "accepted",
      ],
      zip(characterised.board.nodes, report.twins).map { node, twin in
        [
          node.name, node.device, number(twin.one_step_error), number(twin.mean_error), number(twin.sd_error),
          number(twin.autocovariance_error), number(twin.residual_sd), twin.accepted ? "yes" : "no",
        ]
      }, caption: "Errors are relative to the response's standard deviation; a right twin's residuals have sd 1.")
  }

  private func repeatsPlot(_ index: Int) throws -> String? {
    let trace = try Workspace.deviceTrace(characterised, node: index)
    guard let group = trace.repeats.first, let first = group.first else { return nil }
    let length = group.map { trace.segments[$0].count }.min() ?? 0
    let device = Ensemble(group.map { Array(trace.responses[trace.segments[$0]].prefix(length)) })
    let drives = Array(trace.drives[trace.segments[first]].prefix(length))
    let starts = group.map { trace.responses[trace.segments[$0].lowerBound] }
    var copies: [[Float]] = []
    for copy in 0..<64 {
      var random = RandomStream(seed: 77, stream: UInt32(index * 64 + copy))
      var state = TwinState(fitted.twins[index], drive: drives.first ?? 0, response: starts[copy % starts.count])
      copies.append(
        [starts[copy % starts.count]] + drives.dropFirst().map { state.step(drive: $0, noise: Float(random.normal())) })
    }
    let twin = Ensemble(copies)
    let node = characterised.board.nodes[index]
    return LinePlot(
      PlotFrame(
        title: "\(node.name): \(node.device)", xLabel: "control step", yLabel: "response", width: 480, height: 260,
        showsTitle: true),
      lines: [
        PlotLine("device", y: device.mean, color: 0), PlotLine("twin", y: twin.mean, color: 1, dashed: true),
      ],
      bands: [
        PlotBand("device ± sd", low: device.low, high: device.high, color: 0),
        PlotBand("twin ± sd", low: twin.low, high: twin.high, color: 1),
      ]
    ).svg
  }

  private func node(_ page: inout HTMLReport) {
    guard let trace = try? tested.trace.node(0, tested.board) else { return }
    let length = min(120, trace.drive.count)
    page.section("A node at work")
    page.figure(
      LinePlot(
        PlotFrame(title: "Drive and response", xLabel: "control step", yLabel: "channel units"),
        lines: [
          PlotLine("drive", y: trace.drive.prefix(length).map(Double.init), color: 1),
          PlotLine("response", y: trace.response.prefix(length).map(Double.init), color: 0),
        ]
      ).svg,
      caption: "The first \(length) steps of node \(tested.board.nodes[0].name) in the test run, as logged: the drive "
        + "the network computed and the device's response.")
  }

  private func training(_ report: DemoReport, _ page: inout HTMLReport) {
    page.section("Training through the twins")
    let classification = report.task == "classification"
    page.figures(
      [
        LinePlot(
          PlotFrame(title: "Loss", xLabel: "epoch", yLabel: "loss", width: 480, height: 260, showsTitle: true),
          lines: [PlotLine("loss", y: curve.map(\.loss), color: 0)]
        ).svg,
        LinePlot(
          PlotFrame(
            title: classification ? "Share right" : "NRMSE", xLabel: "epoch",
            yLabel: classification ? "share" : "NRMSE",
            width: 480, height: 260, showsTitle: true),
          lines: [PlotLine("training data", y: curve.map(\.score), color: 2)]
        ).svg,
      ], caption: "Each epoch's mean over the training data, with input noise and fresh device noise in every rollout.")
  }

  private func predictionFigure(_ prediction: (targets: [Float], width: Int, washout: Int), _ page: inout HTMLReport) {
    let logged = tested.frameResults(of: 0).filter { $0.frame >= prediction.washout }.prefix(200)
    page.section("What the board said")
    page.figure(
      LinePlot(
        PlotFrame(title: "Prediction", xLabel: "frame", yLabel: "value"),
        lines: [
          PlotLine(
            "target", x: logged.map { Double($0.frame) },
            y: logged.map { Double(prediction.targets[$0.frame * prediction.width]) }, color: 0),
          PlotLine(
            "board", x: logged.map { Double($0.frame) }, y: logged.map { Double($0.outputs.first ?? .nan) }, color: 1,
            dashed: true),
        ]
      ).svg, caption: "The first \(logged.count) test values and what the board logged one step ahead.")
  }

  private func timing(_ page: inout HTMLReport) {
    guard let stop = tested.stop, stop.steps > 0 else { return }
    page.section("The loop's timing")
    let used = stop.histogram.indices.filter { stop.histogram[$0] > 0 }
    let low = max((used.first ?? 0) - 1, 0)
    let high = min((used.last ?? 0) + 1, stop.histogram.count - 1)
    page.figure(
      Histogram(
        PlotFrame(title: "Busy time of a step", xLabel: "log2(nanoseconds)", yLabel: "steps"),
        edges: (low...high + 1).map(Double.init), counts: (low...high).map { Int(stop.histogram[$0]) },
        marks: [PlotLevel("step period", log2(Double(tested.board.stepPeriod)))]
      ).svg,
      caption: String(
        format: "%llu steps; mean %.2f ms, longest %.2f ms of a period of %.2f ms%@; %llu late.", stop.steps,
        Double(stop.busyTime) / Double(stop.steps) / 1e6, Double(stop.longestStep) / 1e6,
        Double(tested.board.stepPeriod) / 1e6, tested.start.virtualTime ? " (virtual time)" : "", stop.missedDeadlines))
  }

  private func provenance(_ report: DemoReport, _ page: inout HTMLReport) {
    page.section("Where it comes from")
    page.table(
      ["what", "which"],
      [
        ["bundle", "\(report.bundle_sha256) (counter \(report.bundle_counter))"],
        ["board", tested.trace.board.description],
        ["seeds", report.seeds.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", ")],
      ] + report.traces.map { ["trace", $0] }
        + report.seconds.sorted { $0.key < $1.key }.map {
          ["seconds, \($0.key)", String(format: "%.2f", $0.value)]
        })
  }
}

/// Mean and standard deviation over repeats, step by step.
private struct Ensemble {
  var mean: [Double] = []
  var low: [Double] = []
  var high: [Double] = []

  init(_ runs: [[Float]]) {
    guard let length = runs.map(\.count).min(), length > 0 else { return }
    for step in 0..<length {
      let values = runs.map { Double($0[step]) }
      let average = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(max(values.count - 1, 1))
      mean.append(average)
      low.append(average - variance.squareRoot())
      high.append(average + variance.squareRoot())
    }
  }
}
