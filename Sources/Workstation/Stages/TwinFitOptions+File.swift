import TwinFitting
import TwinModel
import Workbench

extension TwinFitOptions {
  /// The defaults with what `[fitting]` of network.toml sets; an unknown key is an error that names the nearest.
  public init(_ table: ConfigTable) throws(ConfigError) {
    self.init()
    let solvers = ["euler-maruyama", "runge-kutta-2"]
    let solver = try table.choice("solver", solvers, default: solvers[0])
    self.solver = solver == solvers[0] ? .eulerMaruyama : .rungeKutta2
    if table.has("drive_delays") { driveDelays = try table.integer("drive_delays", default: 1, in: 0...7) }
    if table.has("response_delays") { responseDelays = try table.integer("response_delays", default: 1, in: 0...7) }
    driftWidths = try Self.widths(table, "drift_widths", driftWidths)
    diffusionWidths = try Self.widths(table, "diffusion_widths", diffusionWidths ?? [])
    horizon = try table.integer("horizon", default: horizon, in: 1...200)
    batchWindows = try table.integer("batch_windows", default: batchWindows, in: 1...4096)
    driftEpochs = try table.integer("drift_epochs", default: driftEpochs, in: 1...100_000)
    driftRate = Float(try table.real("drift_rate", default: Double(driftRate), in: 1e-6...1))
    diffusionEpochs = try table.integer("diffusion_epochs", default: diffusionEpochs, in: 1...100_000)
    diffusionRate = Float(try table.real("diffusion_rate", default: Double(diffusionRate), in: 1e-6...1))
    patience = try table.integer("patience", default: patience, in: 1...100_000)
    heldOut = try table.real("held_out", default: heldOut, in: 0.05...0.5)
    try table.finish()
  }

  private static func widths(
    _ table: ConfigTable, _ key: String, _ fallback: [Int]
  ) throws(ConfigError) -> [Int] {
    guard table.has(key) else { return fallback }
    let widths = try table.reals(key, in: 1...Double(Perceptron.widest)).map { Int($0.rounded()) }
    guard (1...Perceptron.mostLayers).contains(widths.count) else {
      throw table.error(
        .outOfRange, key, "\(widths.count) hidden layers", "A twin's nets have 1 to \(Perceptron.mostLayers)",
        "Write one width a layer, such as [32, 32]")
    }
    return widths
  }
}
