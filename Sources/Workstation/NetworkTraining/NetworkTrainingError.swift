/// Why a network could not be trained or evaluated.
public enum NetworkTrainingError: Error, Equatable, Sendable {
  /// The data do not fit together; what is wrong.
  case badSet(String)
  /// An option is out of its range; its name.
  case badOption(String)
  /// Twins, description and data disagree in size.
  case mismatch(String)
  /// The loss is no longer a number; lower the rate.
  case diverged(epoch: Int)
  case cancelled
}

extension NetworkTrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badSet(let what): return "training data: \(what)"
    case .badOption(let name): return "option \(name) is out of its range"
    case .mismatch(let what): return what
    case .diverged(let epoch): return "the training diverged in epoch \(epoch); lower the learning rate"
    case .cancelled: return "cancelled"
    }
  }
}
