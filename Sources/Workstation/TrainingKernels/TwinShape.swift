import TwinModel

/// Sizes and kinds of a twin's equation, without its numbers; docs/twin.md has the equation.
public struct TwinShape: Equatable, Sendable {
  public var drives = 1
  /// Drives in z a channel, the present one included.
  public var driveTaps = 1
  public var observables = 1
  /// Responses in z an observable.
  public var responseTaps = 1
  /// Variables that carry noise with a memory.
  public var auxiliaries = 0
  /// Numbers a device that stand behind z, the same for all its samples.
  public var context = 0
  /// Hidden units a layer of the drift.
  public var driftWidths = [32, 32]
  /// Hidden units a layer of the diffusion; nil for a constant one.
  public var diffusionWidths: [Int]? = [16]
  public var activation = Activation.tanh
  /// Of the diffusion's hidden units where it is another than the drift's.
  public var diffusionActivation: Activation?
  public var solver = TwinSolver.eulerMaruyama
  public var substeps = 1
  public var noise = NoiseShape.diagonal
  /// Rows of (x, a) with noise of their own, ascending.
  public var noisyRows = [0]
  /// Sources of full noise; diagonal noise has one a row.
  public var fullSources = 2

  public init() {}

  /// The shape of a twin.
  public init(_ twin: TwinParameters) {
    drives = twin.drives
    driveTaps = twin.driveTaps
    observables = twin.observables
    responseTaps = twin.responseTaps
    auxiliaries = twin.auxiliaries
    driftWidths = twin.drift.widths
    if let net = twin.diffusion { diffusionWidths = net.inputs == 0 ? nil : net.widths }
    activation = twin.drift.activation
    if let net = twin.diffusion, !net.widths.isEmpty, net.activation != activation {
      diffusionActivation = net.activation
    }
    solver = twin.solver
    substeps = twin.substeps
    noise = twin.noiseShape
    noisyRows = twin.noisyRows.map(Int.init)
    fullSources = max(1, twin.noiseSources)
  }

  /// Elements of z that are measured.
  public var taps: Int { drives * driveTaps + observables * responseTaps }

  public var sources: Int {
    switch noise {
    case .none: 0
    case .diagonal: noisyRows.count
    case .full: fullSources
    }
  }

  /// Standard normals a sample takes.
  public var noisesPerStep: Int { sources * substeps }

  public var diffusionOutputs: Int { noise == .full ? noisyRows.count * fullSources : noisyRows.count }
}
