import Numerics
import TwinFitting

/// Moments measured on a system, a twin fitted to them, and how far its coefficients are from the true ones.
struct SpinodeTrial: Sendable {
  var system: SpinodeSystem
  /// RMSE over the range of the true function on the grid, a state.
  var driftError: [Double]
  var diffusionError: [Double]
  var seconds: Double
  var report: MomentFitReport

  init(_ system: SpinodeSystem, options: MomentFitOptions, seed: UInt64) throws(MomentFitError) {
    self.system = system
    let fit = try MomentTwinFitter().fit(try Self.measure(system, seed: seed), options: options, seed: seed)
    report = fit.report
    seconds = fit.report.seconds
    let n = system.states.count
    var squares = (drift: [Double](repeating: 0, count: n), diffusion: [Double](repeating: 0, count: n))
    var low = [Double](repeating: .infinity, count: 2 * n)
    var high = [Double](repeating: -.infinity, count: 2 * n)
    var g1 = [Double](repeating: 0, count: n)
    var g2 = g1
    let grid = system.grid()
    for place in grid {
      system.coefficients(place.state, place.input, &g1, &g2)
      guard let learnt = fit.coefficients(state: place.state, drive: place.input) else { continue }
      for i in 0..<n {
        squares.drift[i] += (learnt.drift[i] - g1[i]) * (learnt.drift[i] - g1[i])
        squares.diffusion[i] += (learnt.diffusion[i] - g2[i]) * (learnt.diffusion[i] - g2[i])
        (low[i], high[i]) = (min(low[i], g1[i]), max(high[i], g1[i]))
        (low[n + i], high[n + i]) = (min(low[n + i], g2[i]), max(high[n + i], g2[i]))
      }
    }
    let count = Double(grid.count)
    driftError = (0..<n).map { (squares.drift[$0] / count).squareRoot() / (high[$0] - low[$0]) }
    diffusionError = (0..<n).map { (squares.diffusion[$0] / count).squareRoot() / (high[n + $0] - low[n + $0]) }
  }

  /// The experiment: repeats of short runs from starts spread over the region, under a held input.
  static func measure(_ system: SpinodeSystem, seed: UInt64) throws(MomentFitError) -> MomentData {
    var random = RandomStream(seed: seed, stream: 0x5B1)
    let shift = system.region.map { _ in random.uniform() }
    var data = MomentData(
      stateCount: system.states.count, driveCount: system.inputs, timeStep: system.sampleTime)
    for k in 0..<system.starts {
      let at = system.start(k, shift: shift)
      let input = Array(at[system.states.count...])
      let states = system.run(from: Array(at[..<system.states.count]), input: input, random: &random)
      try data.append(
        states: states, drives: (0..<system.samples).flatMap { _ in input }, replicates: system.repeats)
    }
    return data
  }
}

extension MomentFitOptions {
  /// Smaller nets and higher rates than SPINODE's: as good on these systems, in a third of the time.
  static var benchmark: MomentFitOptions {
    var options = MomentFitOptions()
    options.driftWidths = [64, 64]
    options.diffusionWidths = [64, 64]
    options.rate = 2e-3
    options.polishRate = 2e-3
    options.driftEpochs = 60
    options.diffusionEpochs = 20
    options.polishEpochs = 30
    return options
  }
}

/// How well SPINODE's moment matching recovers the hidden equation of its authors' three systems: RMSE of g1 and g2 on a
/// grid of 100 x 100 over the range of the true function, a state.
///
/// - Parameter told: called with each system's experiment and times.
func spinodeFigures(seed: UInt64 = 1, told: (String) -> Void = { _ in }) -> [Figure] {
  var figures: [Figure] = []
  for system in SpinodeSystem.all {
    var trial: SpinodeTrial?
    do throws(MomentFitError) {
      let done = try SpinodeTrial(system, options: .benchmark, seed: seed)
      told(
        "\(system.name): \(system.starts) starts x \(system.repeats) repeats x \(system.samples) samples = "
          + "\(system.transitions) transitions, fitted in \(done.seconds.rounded()) s")
      trial = done
    } catch {
      told("\(system.name): \(error)")
    }
    for (index, state) in system.states.enumerated() {
      let place = "\(system.name), \(state)"
      figures.append(
        .atMost(0.05, "\(place): RMSE of g1 over its range", trial?.driftError[index], "of the range"))
      figures.append(
        .atMost(0.05, "\(place): RMSE of g2 over its range", trial?.diffusionError[index], "of the range"))
    }
  }
  return figures
}
