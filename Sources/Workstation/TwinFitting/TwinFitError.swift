/// Why a twin could not be fitted; `device` is the trace's index.
public enum TwinFitError: Error, Equatable, Sendable {
  /// Fewer usable samples than the least the fit needs.
  case tooShort(device: Int, samples: Int, needed: Int)
  /// The response never moves: the node is not connected, not powered, or stuck at a rail.
  case noResponse(device: Int)
  /// A drive or response is not a finite number.
  case notFinite(device: Int, sample: Int)
  /// Drives and responses differ in number, or a segment or repeat group points outside the trace.
  case malformed(device: Int)
  /// An option is out of its range; the name of the option.
  case badOption(String)
  /// The training diverged; try a lower rate.
  case diverged(device: Int)
  case cancelled
}

extension TwinFitError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let device, let samples, let needed):
      return "device \(device): \(samples) usable samples, \(needed) needed; record a longer trace"
    case .noResponse(let device):
      return "device \(device): the response never moves; check its wiring, its power and its input channel"
    case .notFinite(let device, let sample):
      return "device \(device): sample \(sample) is not a finite number"
    case .malformed(let device):
      return "device \(device): drives, responses, segments and repeats do not fit together"
    case .badOption(let name):
      return "option \(name) is out of its range"
    case .diverged(let device):
      return "device \(device): the fit diverged; lower the learning rate"
    case .cancelled:
      return "cancelled"
    }
  }
}
