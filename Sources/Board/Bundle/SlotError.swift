/// Why a slot could not be filled, activated or read.
public enum SlotError: Error, Equatable, Sendable {
  case file(FileError)
  case activation(ActivationError)
  case bundle(BundleError)
  /// `state/activation` is there and cannot be understood.
  case stateDamaged

  /// What is wrong, and what to do.
  public var message: String {
    switch self {
    case .file(let error): error.message
    case .activation(let error): error.message
    case .bundle(let error): error.message
    case .stateDamaged:
      "the board's record of its bundles (state/activation) is damaged: remove it by hand and push a bundle again"
    }
  }
}
