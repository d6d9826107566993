import ArgumentParser
import Foundation
import Stages
import Workbench

struct Fit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fits a twin to every node, from the newest characterising run.",
    discussion: """
      Twins are stored as they are finished. After an interruption the same command goes on where it stopped. Exit code 3 \
      where a twin was refused, or a node has none: 'edgesync train' does not use such twins unless told to.

      With --shared, devices of a kind share one drift and one diffusion, told apart by a few numbers each, which takes \
      far fewer samples a device; the shared twin is kept, and --only NODE finds the numbers of a device that came later \
      from some hundred samples of it.
      """)

  @OptionGroup var common: Common
  @OptionGroup var target: BoardArgument

  @Option(name: .customLong("run"), help: "Fit to this run.")
  var wanted: String?

  @Option(help: "Seed of the fit; network.toml's by default.")
  var seed: UInt64?

  @Flag(help: "Follow the devices from their last twins, by the newest run of any kind; far quicker than a first fit.")
  var update = false

  @Flag(help: "Fit again what was fitted to the same data with the same options and seed already.")
  var anew = false

  @Flag(
    help: "Devices of a kind share one twin, told apart by a few numbers each; network.toml's 'shared' does the same.")
  var shared = false

  @Option(help: "With --shared: a node to be added to the kept shared twin of its kind; may be given several times.")
  var only: [String] = []

  @Flag(help: "Fit to growing parts of the recording as well, to learn how long to record.")
  var curve = false

  @Option(help: "A node for --curve; the first of each kind of device by default.")
  var node: [String] = []

  struct Result: Encodable {
    var fit: String
    var page: String
    var twins: [Item]
    var failures: [Failure]

    struct Item: Encodable {
      var node: String
      var device: String
      var verdict: String
      var accepted: Bool
      var reasons: [String]
      var one_step_error: Double
      var mean_error: Double?
      var sd_error: Double?
      var autocovariance_error: Double?
      var residual_mean: Double
      var residual_sd: Double
      var structure: String
      /// Numbers a device of a shared twin has.
      var numbers: [Float]?
      var likelihood: Double
      var findings: [String]
      var seconds: Double
      var still_explained: Bool?
      var path: String
    }
    struct Failure: Encodable {
      var node: String
      var why: String
    }
  }

  func validate() throws {
    guard node.isEmpty || curve else { throw ValidationError("--node names nodes for --curve, which is not given") }
  }

  func run() throws {
    var trouble: [String] = []
    try common.result {
      let space = try common.workspace()
      var wishes = Workspace.FitWishes(run: wanted, seed: seed)
      (wishes.update, wishes.anew, wishes.curve, wishes.nodes) = (update, anew, curve, node)
      (wishes.shared, wishes.only) = (shared, only)
      let fitted = try space.fitNewest(try space.board(target.board), wishes)
      trouble = Self.trouble(fitted)
      let result = Result(
        fit: fitted.id, page: fitted.page, twins: zip(fitted.records, fitted.devices).map(Self.item),
        failures: fitted.failures.map { Result.Failure(node: $0.node, why: $0.why) })
      return (result, Self.table(result) + "\nacceptance page: \(fitted.page)")
    }
    try Common.partial(trouble.isEmpty ? nil : trouble.joined(separator: "\n"))
  }

  private static func item(_ record: TwinRecord, _ device: StoredTwin) -> Result.Item {
    let twin = device.sidecar
    return Result.Item(
      node: twin.node, device: twin.device, verdict: twin.verdict, accepted: twin.isUsable, reasons: twin.reasons,
      one_step_error: twin.oneStepError, mean_error: twin.freeRun?.meanError, sd_error: twin.freeRun?.deviationError,
      autocovariance_error: twin.freeRun?.autocovarianceError, residual_mean: twin.residualMean,
      residual_sd: twin.residualSd, structure: twin.structure.description, numbers: twin.shared?.numbers,
      likelihood: twin.likelihood,
      findings: twin.findings.list.map(\.text), seconds: twin.fitSeconds,
      still_explained: twin.history.last?.change?.stillExplained, path: record.path)
  }

  private static func trouble(_ fitted: Workspace.Fitted) -> [String] {
    var lines = fitted.failures.map { "node \($0.node): no twin: \($0.why)" }
    lines += fitted.devices.filter { !$0.sidecar.isUsable }.flatMap { device in
      let reasons = device.sidecar.acceptance.verdict.reasons.filter(\.refuses).map(\.text)
      return (reasons.isEmpty ? [device.sidecar.complaint] : reasons).map {
        "node \(device.sidecar.node): \(device.sidecar.verdict): \($0)"
      }
    }
    if !lines.isEmpty {
      lines.append(
        "\(fitted.refused.count + fitted.failures.count) of \(fitted.failures.count + fitted.devices.count) nodes have no "
          + "twin that may be used; \(fitted.devices.count) twins are stored")
    }
    if let losses = fitted.losses { lines.append(losses) }
    return lines
  }

  private static func table(_ result: Result) -> String {
    func text(_ value: Double?) -> String { value.map { String(format: "%.3f", $0) } ?? "–" }
    let rows =
      [["node", "device", "verdict", "one-step", "mean", "sd", "autocov", "residual sd", "remembers"]]
      + result.twins.map {
        [
          $0.node, $0.device, $0.verdict, text($0.one_step_error), text($0.mean_error), text($0.sd_error),
          text($0.autocovariance_error), text($0.residual_sd), $0.structure,
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
    }.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
  }
}
