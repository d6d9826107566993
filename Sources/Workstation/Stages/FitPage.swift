import Foundation
import PhysicalNetwork
import TwinFitting
import Workbench

/// The acceptance page of a fit: how far each twin can be trusted, and why.
struct FitPage {
  private let fitted: Workspace.Fitted
  private let board: BoardDescription

  init(_ fitted: Workspace.Fitted, board: BoardDescription) {
    self.fitted = fitted
    self.board = board
  }

  private var sidecars: [TwinSidecar] { fitted.devices.map(\.sidecar) }

  var html: HTMLReport {
    var page = HTMLReport(
      title: "Twins of \(board.name): are they right?",
      subtitle: "fit \(fitted.id), run \(sidecars.first?.run.prefix(8) ?? ""), \(sidecars.count) devices")
    overview(&page)
    for device in fitted.devices { FitPageDevice(device).add(to: &page) }
    return page
  }

  private func overview(_ page: inout HTMLReport) {
    func count(_ verdict: String) -> Int { sidecars.filter { $0.verdict == verdict }.count }
    page.facts([
      .init("\(count("accepted"))", "accepted"),
      .init("\(count("provisional"))", "provisional", note: "spread over runs not judged"),
      .init("\(sidecars.filter { !$0.isUsable }.count)", "refused", note: "not used unless told to"),
      .init("\(fitted.failures.count)", "without a twin"),
    ])
    for failure in fitted.failures { page.notice("\(failure.node) has no twin: \(failure.why)") }
    if let losses = fitted.losses { page.notice(losses) }
    page.section("All devices")
    page.table(
      ["node", "device", "verdict", "mean error", "sd error", "autocov.", "residual sd", "one-step", "remembers"],
      cells: sidecars.map { twin in
        let triple = twin.acceptance.triple
        return [
          .init(twin.node, section: twin.node), .init(twin.device), Self.badge(twin),
          .init(Self.number(triple?.mean.excess)), .init(Self.number(triple?.deviation.excess)),
          .init(Self.number(triple?.autocovariance.excess)), .init(Self.number(twin.residualSd)),
          .init(Self.number(twin.oneStepError)),
          .init("\(twin.structure.driveDelays) / \(twin.structure.responseDelays) / \(twin.structure.auxiliaries)"),
        ]
      },
      caption:
        "Errors of the twin's own runs on inputs kept from the fit, less what a perfect twin would score from as "
        + "many repeats: mean over the response's sd, sd over the device's sd. One-step error over the response's sd. "
        + "Remembers: earlier drives, earlier responses, noise variables.")
    guard let limits = sidecars.first?.acceptance.limits else { return }
    page.paragraph(
      "A twin is refused when a figure is over its limit and its 95 % interval does not reach below: mean error "
        + "\(Self.number(limits.mean)), sd error \(Self.number(limits.deviation)), autocovariance error "
        + "\(Self.number(limits.autocovariance)), residual mean ±\(Self.number(limits.residualMean)), residual sd "
        + "\(Self.number(limits.residualDeviation.lowerBound)) to \(Self.number(limits.residualDeviation.upperBound)), "
        + "residual autocorrelation \(Self.number(limits.whiteness)) beyond what white noise shows.")
  }

  static func badge(_ twin: TwinSidecar) -> HTMLReport.Cell {
    .init(twin.verdict, tone: !twin.isUsable ? .bad : twin.verdict == "accepted" ? .good : .fair)
  }

  static func number(_ value: Double?) -> String {
    value.map { $0.isFinite ? String(format: "%.3f", $0) : "–" } ?? "–"
  }
}
