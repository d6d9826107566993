import Foundation
import TwinMonitor
import Workbench

/// `[residuals]` of network.toml: how a board watches its nodes by their twins.
public struct ResidualOptions: Equatable, Sendable {
  /// Nil watches the nodes whose twins were accepted; true insists on all of them; false watches none.
  public var enabled: Bool?
  public var settings: ResidualSettings

  public init(enabled: Bool? = nil, settings: ResidualSettings = .standard) {
    self.enabled = enabled
    self.settings = settings
  }

  /// The defaults with what the table sets; an unknown key is an error that names the nearest.
  public init(_ table: ConfigTable) throws(ConfigError) {
    enabled = table.has("enabled") ? try table.boolean("enabled", default: true) : nil
    let usual = ResidualSettings.standard
    let thresholds = ResidualSettings.thresholds
    let threshold = try table.real(
      "threshold_sd", default: Double(usual.threshold),
      in: Double(thresholds.lowerBound)...Double(thresholds.upperBound))
    let window = try table.integer("window_steps", default: usual.window, in: ResidualSettings.windows)
    let name = try table.choice(
      "action", ResidualAction.allCases.map { Self.name($0) }, default: Self.name(usual.action))
    let action = ResidualAction.allCases.first { Self.name($0) == name } ?? usual.action
    settings = ResidualSettings(threshold: Float(threshold), window: window, action: action)
    guard settings.threshold <= settings.highestMeanSquare else {
      throw table.error(
        .outOfRange, "threshold_sd",
        String(format: "%g sd are never reached in %d steps", threshold, window),
        String(format: "The mean square of so few residuals comes to %.1f sd at most", settings.highestMeanSquare),
        "Lower threshold_sd or raise window_steps")
    }
    // Known also where it is absent, so that a misspelt one is told its name.
    _ = try table.boolean("enabled", default: true)
    try table.finish()
  }

  /// The word for an action in network.toml.
  static func name(_ action: ResidualAction) -> String {
    switch action {
    case .log: "log"
    case .flag: "flag"
    case .quarantine: "quarantine"
    }
  }
}
