import CTwinStep

/// What a twin's steps read and never change: packed nets and the numbers of `TwinParameters` folded with the step's
/// length. Copies of a state share it.
final class TwinTables: @unchecked Sendable {
  /// The equation without working memory; its pointers are valid while this object lives.
  let field: TwinField
  private let drift: PackedNet
  private let diffusion: PackedNet?
  private let constants: UnsafeMutablePointer<Float>
  private let noisyRows: UnsafeMutablePointer<Int32>

  init(_ p: TwinParameters, isa: Int32) {
    let (nx, na, rows) = (p.observables, p.auxiliaries, p.noisyRows.count)
    let step = p.timeStep / Float(p.substeps)
    let root = step.squareRoot()
    drift = PackedNet(p.drift)
    if let net = p.diffusion { diffusion = PackedNet(net) } else { diffusion = nil }
    let padded = PackedNet.padded(p.diffusion?.outputs ?? 0)
    let all = UnsafeMutablePointer<Float>.allocate(
      capacity: padded + 7 * nx + na + 2 * nx * na + 2 * rows + 2 * p.drives)
    constants = all
    var used = 0
    func put(_ values: [Float], times factor: Float) -> UnsafePointer<Float> {
      let start = all + used
      for index in 0..<values.count { start[index] = values[index] * factor }
      used += values.count
      return UnsafePointer(start)
    }
    let driftGain = put(p.driftScale, times: step)
    let decay = put(p.rates, times: step)
    let coupling = put(p.coupling, times: step)
    let injection = put(p.injection, times: 1)
    let noiseGain = put(p.diffusionScale, times: root)
    let noiseFloor = put(p.diffusionFloor, times: root)
    let responseOffset = put(p.responseOffset, times: 1)
    let channelLow = put(p.responseLow, times: 1)
    let channelHigh = put(p.responseHigh, times: 1)
    let driveOffset = put(p.driveOffset, times: 1)
    let driveScale = put(p.driveScale, times: 1)
    let bottom = all + used
    let top = bottom + nx
    let size = top + nx
    for index in 0..<nx {
      bottom[index] = (p.responseLow[index] - p.responseOffset[index]) * p.responseScale[index]
      top[index] = (p.responseHigh[index] - p.responseOffset[index]) * p.responseScale[index]
      size[index] = 1 / p.responseScale[index]
    }
    // A diffusion without inputs is evaluated here once and for all.
    var constant: UnsafeMutablePointer<Float>?
    if let diffusion, p.diffusion?.inputs == 0 {
      let place = size + nx
      ts_evaluate_one(isa, diffusion.net, all, place)
      if p.noiseShape == .diagonal { ts_softplus(isa, place, Int32(padded)) }
      constant = place
    }
    noisyRows = UnsafeMutablePointer<Int32>.allocate(capacity: max(rows, 1))
    for index in 0..<rows { noisyRows[index] = Int32(p.noisyRows[index]) }
    field = TwinField(
      isa: isa, drives: p.drives, driveTaps: p.driveTaps, observables: nx, responseTaps: p.responseTaps,
      auxiliaries: na, sources: p.noiseSources, shape: p.noiseShape, noisyCount: rows, drift: drift.net,
      diffusion: diffusion?.net, diffusionPadded: padded, constantDiffusion: constant, driftGain: driftGain,
      decay: decay, coupling: coupling, injection: injection, noiseGain: noiseGain, noiseFloor: noiseFloor,
      noisyRows: UnsafePointer(noisyRows), driveOffset: driveOffset, driveScale: driveScale,
      low: UnsafePointer(bottom), high: UnsafePointer(top), channelLow: channelLow, channelHigh: channelHigh,
      unit: UnsafePointer(size), responseOffset: responseOffset, inputs: all, history: all, driftOut: all,
      diffusionOut: all, latest: all, increments: all)
  }

  deinit {
    constants.deallocate()
    noisyRows.deallocate()
  }
}
