import CTwinStep

/// A twin's equation over Y = (x, a), normalised, for one control sample. Plain pointers into `TwinTables` and into the
/// working memory of a `TwinState`.
struct TwinField: StochasticField {
  let isa: Int32
  let drives: Int
  let driveTaps: Int
  let observables: Int
  let responseTaps: Int
  let auxiliaries: Int
  let sources: Int
  let shape: NoiseShape
  let noisyCount: Int
  let drift: UnsafePointer<ts_net>
  let diffusion: UnsafePointer<ts_net>?
  /// Outputs of the diffusion net as the kernels write them.
  let diffusionPadded: Int
  /// What the diffusion net gives, softplus and all, if it has no inputs.
  let constantDiffusion: UnsafeMutablePointer<Float>?
  let driftGain: UnsafePointer<Float>
  let decay: UnsafePointer<Float>
  let coupling: UnsafePointer<Float>
  let injection: UnsafePointer<Float>
  let noiseGain: UnsafePointer<Float>
  let noiseFloor: UnsafePointer<Float>
  let noisyRows: UnsafePointer<Int32>
  /// [drives].
  let driveOffset: UnsafePointer<Float>
  let driveScale: UnsafePointer<Float>
  /// [observables]: the response range, normalised and in channel units.
  let low: UnsafePointer<Float>
  let high: UnsafePointer<Float>
  let channelLow: UnsafePointer<Float>
  let channelHigh: UnsafePointer<Float>
  /// [observables]: x = unit xn + responseOffset.
  let unit: UnsafePointer<Float>
  let responseOffset: UnsafePointer<Float>
  /// 0 uses the first deviate for every source.
  var noiseStride = 1
  /// z; its drives are in place before a sample.
  var inputs: UnsafeMutablePointer<Float>
  /// [responseTaps, observables], newest first, as the sample began.
  var history: UnsafeMutablePointer<Float>
  var driftOut: UnsafeMutablePointer<Float>
  var diffusionOut: UnsafeMutablePointer<Float>
  /// [observables], channel units.
  var latest: UnsafeMutablePointer<Float>
  /// [rows]: each row's own noise.
  var increments: UnsafeMutablePointer<Float>

  var rows: Int { observables + auxiliaries }

  mutating func stage(
    _ state: UnsafeMutablePointer<Float>, phase: Float, noise: UnsafePointer<Float>?,
    into change: UnsafeMutablePointer<Float>
  ) {
    look(state, phase: phase)
    ts_evaluate_one(isa, drift, inputs, driftOut)
    combine(state, noise: noise, into: change)
  }

  /// The stage's change, once `driftOut` holds F.
  func combine(
    _ state: UnsafeMutablePointer<Float>, noise: UnsafePointer<Float>?, into change: UnsafeMutablePointer<Float>
  ) {
    let a = state + observables
    for i in 0..<observables {
      var sum = driftOut[i] * driftGain[i]
      for k in 0..<auxiliaries { sum += coupling[i * auxiliaries + k] * a[k] }
      change[i] = sum
    }
    for k in 0..<auxiliaries { change[observables + k] = 0 - decay[k] * a[k] }
    guard let noise else { return }
    evaluateDiffusion()
    for row in 0..<rows { increments[row] = 0 }
    for n in 0..<noisyCount {
      var size: Float = 0
      if shape == .diagonal {
        size = amplitude(n) * noise[n * noiseStride]
      } else {
        for w in 0..<sources { size += diffusionOut[n * sources + w] * noise[w * noiseStride] }
        size *= noiseGain[n]
      }
      increments[Int(noisyRows[n])] = size
    }
    for row in 0..<rows { change[row] += increments[row] }
    for k in 0..<auxiliaries {
      var sum: Float = 0
      for i in 0..<observables { sum += injection[k * observables + i] * increments[i] }
      change[observables + k] += sum
    }
  }

  /// Adds the variance of each observable's noise in one substep to `variance` [observables].
  func addVariance(
    _ state: UnsafeMutablePointer<Float>, phase: Float, to variance: UnsafeMutablePointer<Float>
  ) {
    guard noisyCount > 0 else { return }
    look(state, phase: phase)
    evaluateDiffusion()
    for n in 0..<noisyCount where Int(noisyRows[n]) < observables {
      var square: Float = 0
      if shape == .diagonal {
        square = amplitude(n) * amplitude(n)
      } else {
        for w in 0..<sources {
          let share = diffusionOut[n * sources + w] * noiseGain[n]
          square += share * share
        }
      }
      variance[Int(noisyRows[n])] += square
    }
  }

  /// Fills the responses of z: the stage's own, then the delayed ones as they stand at this phase of the sample.
  func look(_ state: UnsafeMutablePointer<Float>, phase: Float) {
    let responses = inputs + drives * driveTaps
    for i in 0..<observables { responses[i] = state[i] }
    let end = observables * responseTaps
    if phase == 0 {
      for index in observables..<end { responses[index] = history[index] }
    } else {
      let rest = 1 - phase
      for index in observables..<end {
        responses[index] = rest * history[index] + phase * history[index - observables]
      }
    }
  }

  private func evaluateDiffusion() {
    guard let diffusion, constantDiffusion == nil else { return }
    ts_evaluate_one(isa, diffusion, inputs, diffusionOut)
    if shape == .diagonal { ts_softplus(isa, diffusionOut, Int32(diffusionPadded)) }
  }

  private func amplitude(_ n: Int) -> Float { diffusionOut[n] * noiseGain[n] + noiseFloor[n] }
}
