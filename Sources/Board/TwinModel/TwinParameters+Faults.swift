extension TwinParameters {
  /// The first rule the parameters break, or nil.
  func firstFault() -> TwinFault? { sizeFault() ?? scaleFault() ?? memoryFault() ?? noiseFault() }

  private func sizeFault() -> TwinFault? {
    guard drives >= 1, drives <= Self.mostDrives else { return .drives }
    guard observables >= 1, observables <= Self.mostObservables else { return .observables }
    guard auxiliaries <= Self.mostAuxiliaries else { return .auxiliaries }
    guard driveTaps >= 1, responseTaps >= 1, driveTaps <= Self.mostTaps, responseTaps <= Self.mostTaps,
      taps <= Self.mostTaps
    else { return .taps }
    guard substeps >= 1, substeps <= Self.mostSubsteps else { return .substeps }
    guard timeStep > 0, timeStep.isFinite else { return .timeStep }
    guard drift.inputs == taps, drift.outputs == observables else { return .drift }
    return nil
  }

  private func scaleFault() -> TwinFault? {
    guard Self.finite(driveOffset, drives) else { return .driveOffset }
    guard Self.finite(driveScale, drives) else { return .driveScale }
    guard Self.finite(responseOffset, observables) else { return .responseOffset }
    guard Self.positive(responseScale, observables) else { return .responseScale }
    guard Self.finite(responseLow, observables), Self.finite(responseHigh, observables) else { return .responseRange }
    for index in 0..<observables where !(responseLow[index] < responseHigh[index]) { return .responseRange }
    guard Self.finite(driftScale, observables) else { return .driftScale }
    guard Self.positive(residualScale, observables) else { return .residualScale }
    return nil
  }

  private func memoryFault() -> TwinFault? {
    guard Self.finite(rates, auxiliaries) else { return .rates }
    for rate in rates where rate < 0 { return .rates }
    let count = observables * auxiliaries
    guard Self.finite(coupling, count) else { return .coupling }
    guard Self.finite(injection, count) else { return .injection }
    guard Self.finite(observer, count) else { return .observer }
    return nil
  }

  private func noiseFault() -> TwinFault? {
    let rows = noisyRows.count
    for index in 0..<rows {
      guard Int(noisyRows[index]) < observables + auxiliaries else { return .noisyRows }
      if index > 0, noisyRows[index] <= noisyRows[index - 1] { return .noisyRows }
    }
    guard let net = diffusion else {
      guard noiseShape == .none else { return .diffusion }
      guard rows == 0 else { return .noisyRows }
      guard noiseSources == 0 else { return .noiseSources }
      guard diffusionScale.isEmpty else { return .diffusionScale }
      return diffusionFloor.isEmpty ? nil : .diffusionFloor
    }
    guard net.inputs == taps || (net.inputs == 0 && net.widths.isEmpty) else { return .diffusion }
    guard rows >= 1 else { return .noisyRows }
    guard Self.finite(diffusionScale, rows) else { return .diffusionScale }
    guard Self.finite(diffusionFloor, rows) else { return .diffusionFloor }
    switch noiseShape {
    case .none: return .diffusion
    case .diagonal:
      guard noiseSources == rows else { return .noiseSources }
      guard net.outputs == rows else { return .diffusion }
      for scale in diffusionScale where scale < 0 { return .diffusionScale }
      for floor in diffusionFloor where floor < 0 { return .diffusionFloor }
    case .full:
      guard noiseSources >= 1, noiseSources <= Self.mostSources else { return .noiseSources }
      guard net.outputs == rows * noiseSources else { return .diffusion }
      for floor in diffusionFloor where floor != 0 { return .diffusionFloor }
    }
    return nil
  }

  private static func finite(_ values: [Float], _ count: Int) -> Bool {
    guard values.count == count else { return false }
    for value in values where !value.isFinite { return false }
    return true
  }

  private static func positive(_ values: [Float], _ count: Int) -> Bool {
    guard finite(values, count) else { return false }
    for value in values where value <= 0 { return false }
    return true
  }
}
