/// Where the parts of a state's working memory begin.
struct TwinLayout: Sendable {
  /// z.
  let inputs: Int
  /// [responseTaps, observables], newest first, normalised.
  let history: Int
  /// Y = (x, a), normalised.
  let state: Int
  /// [observables], channel units.
  let latest: Int
  let scratch: Int
  let increments: Int
  /// [observables].
  let variance: Int
  let driftOut: Int
  let diffusionOut: Int
  let size: Int

  init(_ p: TwinParameters) {
    let rows = p.observables + p.auxiliaries
    inputs = 0
    history = PackedNet.padded(p.taps)
    state = history + p.responseTaps * p.observables
    latest = state + rows
    scratch = latest + p.observables
    increments = scratch + TwinSolver.scratch(rows: rows)
    variance = increments + rows
    driftOut = PackedNet.padded(variance + p.observables)
    diffusionOut = driftOut + PackedNet.padded(p.observables)
    size = diffusionOut + PackedNet.padded(p.diffusion?.outputs ?? 0)
  }
}
