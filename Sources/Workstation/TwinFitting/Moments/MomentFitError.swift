/// Why moments could not be fitted.
public enum MomentFitError: Error, Equatable, Sendable {
  /// The data hold too few transitions.
  case tooFewPoints(points: Int, needed: Int)
  /// A point's moments come from too few repeats to mean anything.
  case tooFewReplicates(point: Int, replicates: Int, needed: Int)
  /// A point's arrays do not have the sizes the data say.
  case sizes(point: Int, String)
  /// A number is not finite.
  case notFinite(point: Int)
  /// A covariance is not symmetric, or has a variance below zero along some direction.
  case covariance(point: Int, String)
  /// A state never moves.
  case noResponse(state: Int)
  /// The recording has no repeats of equal drives to take moments from.
  case noRepeats(String)
  /// An option is out of its range.
  case badOption(String)
  case diverged
  case cancelled
}

extension MomentFitError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewPoints(let points, let needed):
      return "\(points) measured transitions, at least \(needed) needed; measure from more starts, or for longer"
    case .tooFewReplicates(let point, let replicates, let needed):
      return "point \(point): \(replicates) repeats, at least \(needed) needed for a mean and a covariance; "
        + "repeat the same input more often"
    case .sizes(let point, let what):
      return "point \(point): \(what)"
    case .notFinite(let point):
      return "point \(point): a mean, covariance or drive is not a finite number; leave the point out"
    case .covariance(let point, let what):
      return "point \(point): \(what); take the covariance of whole repeats, all states at the same time"
    case .noResponse(let state):
      return "state \(state) never moves and never fluctuates; check that it is measured, or leave it out"
    case .noRepeats(let what):
      return what
    case .badOption(let name):
      return "option \(name) is out of its range, or does not go with the others"
    case .diverged:
      return "the fit diverged; lower the rates"
    case .cancelled:
      return "cancelled"
    }
  }
}
