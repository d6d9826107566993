import Foundation
import TwinFitting
import TwinModel
import Workbench

/// One device's part of the acceptance page.
struct FitPageDevice {
  /// Observables drawn; the worst is always among them.
  private static let mostDrawn = 3

  private let twin: TwinSidecar
  private let plots: FitPlots?

  init(_ device: StoredTwin) {
    twin = device.sidecar
    plots = device.curves.map { FitPlots($0, twin: device.parameters, report: device.sidecar.acceptance.residuals) }
  }

  func add(to page: inout HTMLReport) {
    page.section(twin.node, verdict: FitPage.badge(twin))
    var words = "\(twin.device). \(twin.structure), \(twin.model.solver)"
    if let seconds = twin.trainingSeconds { words += String(format: "; fitted to %.0f s of recording", seconds) }
    page.paragraph(words + String(format: " in %.1f s.", twin.fitSeconds))
    if twin.state == .interrupted { page.notice("The fit was broken off; the same command goes on with it.") }
    page.list(
      twin.reasons + twin.choices.map { "chosen: \($0)" } + twin.findings.list.map { "in the trace: \($0.text)" })
    if let plots {
      let shown = observables(plots.count)
      for index in shown { draw(plots, index, &page) }
      if shown.count < plots.count {
        page.paragraph("Drawn: \(shown.count) of \(plots.count) responses, the worst among them.")
      }
    }
    figures(&page)
    history(&page)
    sampleSize(&page)
  }

  private func observables(_ count: Int) -> [Int] {
    guard count > Self.mostDrawn else { return Array(0..<count) }
    let worst = min(max(twin.acceptance.residuals.worst ?? 0, 0), count - 1)
    let rest = (0..<count).filter { $0 != worst }.prefix(Self.mostDrawn - 1)
    return (rest + [worst]).sorted()
  }

  private func draw(_ plots: FitPlots, _ index: Int, _ page: inout HTMLReport) {
    let name = plots.count > 1 ? ", response \(index + 1)" : ""
    let bands = plots.bands(index)
    if !bands.isEmpty {
      page.figures(
        bands,
        caption:
          "\(twin.node)\(name): held-out inputs, mean over repeats and one standard deviation either side, of the "
          + "device and of its twin running by itself; the dashed grey line is the drive.")
    }
    page.figures(
      plots.others(index),
      caption: "\(twin.node)\(name): "
        + "what the twin expects against what was measured. Residuals of a right twin follow the dashed normal curve and "
        + "keep within the dotted bounds.")
  }

  private func figures(_ page: inout HTMLReport) {
    func interval(_ name: String, _ value: Estimate, limit: String) -> [String] {
      [
        name, FitPage.number(value.value), "\(FitPage.number(value.low)) to \(FitPage.number(value.high))",
        FitPage.number(value.floor), FitPage.number(value.excess), limit,
      ]
    }
    let limits = twin.acceptance.limits
    var rows: [[String]] = []
    if let triple = twin.acceptance.triple {
      rows += [
        interval("mean error", triple.mean, limit: FitPage.number(limits.mean)),
        interval("sd error", triple.deviation, limit: FitPage.number(limits.deviation)),
        interval("autocovariance error", triple.autocovariance, limit: FitPage.number(limits.autocovariance)),
      ]
    }
    if let worst = twin.acceptance.residuals.worst, twin.acceptance.residuals.observables.indices.contains(worst) {
      let residual = twin.acceptance.residuals.observables[worst]
      rows += [
        interval("residual mean", residual.mean, limit: "±\(FitPage.number(limits.residualMean))"),
        interval(
          "residual sd", residual.deviation,
          limit: "\(FitPage.number(limits.residualDeviation.lowerBound)) to "
            + FitPage.number(limits.residualDeviation.upperBound)),
        interval(
          "residual autocorrelation, lag \(residual.whitenessLag)", residual.whiteness,
          limit: FitPage.number(residual.whitenessBound + limits.whiteness)),
      ]
    }
    rows.append([
      "one-step error", FitPage.number(twin.oneStepError), "", "", "",
      "\(FitPage.number(limits.persistence * twin.persistenceError)) (persistence)",
    ])
    page.table(
      ["figure", "value", "95 % interval", "perfect twin", "excess", "limit"], rows,
      caption: "\(twin.node): the figures of the verdict"
        + (twin.model.observables > 1 ? ", residuals of the worst response." : "."))
  }

  private func history(_ page: inout HTMLReport) {
    let all = twin.history
    guard all.count > 1 else { return }
    func values(_ path: (TwinHistoryEntry) -> Double?) -> [Double] { all.map { path($0) ?? .nan } }
    func frame(_ title: String, _ label: String) -> PlotFrame {
      PlotFrame(title: title, xLabel: "fit", yLabel: label, width: 480, height: 220, showsTitle: true)
    }
    page.figures(
      [
        LinePlot(
          frame("Errors over time", "over the response's sd"),
          lines: [
            PlotLine("one-step", y: values(\.oneStepError), color: 0, points: true),
            PlotLine("mean", y: values(\.meanError), color: 1, points: true),
            PlotLine("sd", y: values(\.sdError), color: 2, points: true),
          ]
        ).svg,
        LinePlot(
          frame("How far the device moved", "over the response's sd"),
          lines: [
            PlotLine("one-step mean", y: values { $0.change?.mean }, color: 3, points: true),
            PlotLine("one-step sd", y: values { $0.change?.sd }, color: 4, points: true),
          ]
        ).svg,
      ], caption: "\(twin.node): its fits and updates, oldest first.")
    let form = ISO8601DateFormatter()
    page.table(
      ["when", "run", "kind", "verdict", "one-step", "mean moved", "sd moved", "gain", "earlier twin"],
      all.map { entry in
        [
          form.string(from: entry.date), String(entry.run.prefix(8)), entry.kind.rawValue, entry.verdict,
          FitPage.number(entry.oneStepError), FitPage.number(entry.change?.mean), FitPage.number(entry.change?.sd),
          FitPage.number(entry.change?.gain),
          entry.change.map { $0.stillExplained ? "still explained it" : "no longer explained it" } ?? "–",
        ]
      },
      caption: "\(twin.node): history. Moved: rms change of the predicted one-step mean and sd over the new recording.")
  }

  private func sampleSize(_ page: inout HTMLReport) {
    guard let curve = twin.sampleSize, !curve.points.isEmpty else { return }
    page.figure(
      LinePlot(
        PlotFrame(
          title: "How long to record", xLabel: "seconds of recording", yLabel: "error less its floor", height: 260,
          showsTitle: true),
        lines: [
          PlotLine(
            "mean", x: curve.points.map(\.seconds), y: curve.points.map { $0.mean ?? .nan }, color: 0, points: true),
          PlotLine(
            "sd", x: curve.points.map(\.seconds), y: curve.points.map { $0.deviation ?? .nan }, color: 1, points: true),
          PlotLine(
            "autocovariance", x: curve.points.map(\.seconds), y: curve.points.map { $0.autocovariance ?? .nan },
            color: 2, points: true),
        ]
      ).svg,
      caption: "\(twin.node): twins fitted to parts of the recording, judged on the same repeats: "
        + curve.sentence(for: twin.acceptance.limits) + ".")
  }
}
