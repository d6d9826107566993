import WireFormat

/// What is wrong with a twin's parameters.
public enum TwinFault: Error, Equatable, Sendable {
  case drives, observables, auxiliaries, taps, substeps, timeStep, driveOffset, driveScale, responseOffset,
    responseScale
  case responseRange, residualScale, drift, driftScale, rates, coupling, injection, observer
  case noiseSources, noisyRows, diffusion, diffusionScale, diffusionFloor

  /// The field's name, as in files and messages.
  public var field: StaticName {
    switch self {
    case .drives: return "drives"
    case .observables: return "observables"
    case .auxiliaries: return "auxiliaries"
    case .taps: return "taps"
    case .substeps: return "substeps"
    case .timeStep: return "time step"
    case .driveOffset: return "drive offset"
    case .driveScale: return "drive scale"
    case .responseOffset: return "response offset"
    case .responseScale: return "response scale"
    case .responseRange: return "response range"
    case .residualScale: return "residual scale"
    case .drift: return "drift net"
    case .driftScale: return "drift scale"
    case .rates: return "rates"
    case .coupling: return "coupling"
    case .injection: return "injection"
    case .observer: return "observer"
    case .noiseSources: return "noise sources"
    case .noisyRows: return "noisy rows"
    case .diffusion: return "diffusion net"
    case .diffusionScale: return "diffusion scale"
    case .diffusionFloor: return "diffusion floor"
    }
  }
}
