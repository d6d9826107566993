/// The bend of a critic's hidden units.
public enum CriticActivation: Sendable, Equatable {
  case tanh
  /// z sigmoid(z).
  case silu
  /// z above zero, 0.2 z below.
  case leakyReLU
}

/// The critic of a fit: its size and how it is trained (Gulrajani et al. 2017, settings of the twin's authors).
public struct CriticOptions: Sendable, Equatable {
  /// Hidden units a layer: 1 to 4 layers of 1 to 512.
  public var hiddenWidths = [64, 64]
  public var activation = CriticActivation.silu
  /// Weight of the gradient penalty; 0 or more.
  public var penalty = 10.0
  /// Critic steps a generator step in `evaluate`; 0 to 100.
  public var steps = 5
  /// Adam's rate and decay rates.
  public var rate = 3e-3
  public var beta1 = 0.0
  public var beta2 = 0.9

  public init() {}

  func check() throws(CriticError) {
    guard (1...4).contains(hiddenWidths.count), hiddenWidths.allSatisfy({ (1...512).contains($0) }) else {
      throw .badOption("hiddenWidths")
    }
    guard penalty >= 0, penalty.isFinite else { throw .badOption("penalty") }
    guard (0...100).contains(steps) else { throw .badOption("steps") }
    guard rate > 0, rate <= 1 else { throw .badOption("rate") }
    guard beta1 >= 0, beta1 < 1 else { throw .badOption("beta1") }
    guard beta2 >= 0, beta2 < 1 else { throw .badOption("beta2") }
  }
}

/// What the simulated windows are moved by: any weighted sum of a critic's verdict and two stabilisers.
///
/// A path loss alone is refused: the distance between sampled paths is least where there is no noise.
public struct GeneratorOptions: Sendable, Equatable {
  /// Weight of -mean D(fake).
  public var score = 0.0
  /// Weight of the squared differences of mean and standard deviation of the critic's last hidden layer.
  public var features = 0.0
  /// Takes out of the feature term what chance adds to it: else the noise is pulled down by about 1.5/windows. Needs 4
  /// windows; fewer go uncorrected.
  public var featuresCorrected = true
  /// Weight of the moment loss between the fake and the real windows of the batch.
  public var moments = 0.0
  /// Weight of the mean SmoothL1 distance between each fake window and its real one; holds the mean, shrinks the noise.
  public var path = 0.0
  /// Consecutive equal groups of windows whose moments are compared each by themselves; divides the batch.
  public var groups = 1
  /// How moments are compared. The correction for finite samples takes the windows of a group for repeats of one
  /// input, independent of each other; so it is off unless set.
  public var momentOptions: MomentOptions

  public init() {
    momentOptions = MomentOptions()
    momentOptions.corrected = false
  }

  /// WGAN-GP with its stabilisers: moments x 100, path x 2.
  public static var wasserstein: GeneratorOptions {
    var options = GeneratorOptions()
    options.score = 1
    options.moments = 100
    options.path = 2
    return options
  }

  /// Feature matching: slower than WGAN-GP but steadier; the twin's authors' choice.
  public static var featureMatching: GeneratorOptions {
    var options = GeneratorOptions()
    options.features = 1
    return options
  }

  func check(windows: Int) throws(CriticError) {
    let weights = [(score, "score"), (features, "features"), (moments, "moments"), (path, "path")]
    for (weight, name) in weights where !(weight >= 0 && weight.isFinite) { throw .badOption(name) }
    // The path term alone would fit the noise away.
    guard weights.dropLast().contains(where: { $0.0 > 0 }) else { throw .badOption("score") }
    guard groups >= 1, windows % groups == 0 else { throw .badOption("groups") }
    try momentOptions.check()
  }
}
