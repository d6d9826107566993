import TwinModel

/// Why a twin could not be fitted; `device` is the trace's index.
public enum TwinFitError: Error, Equatable, Sendable {
  /// The trace itself cannot make a good twin.
  case trace(device: Int, TraceError)
  /// Fewer usable samples than the least the fit needs.
  case tooShort(device: Int, samples: Int, needed: Int)
  /// The response never moves: the node is not connected, not powered, or stuck at a rail.
  case noResponse(device: Int)
  /// An option is out of its range, or does not go with another; the name of the option.
  case badOption(String)
  /// The training diverged; try a lower rate.
  case diverged(device: Int)
  /// The loss over whole runs cannot be set up.
  case ensemble(device: Int, reason: String)
  case cancelled
}

extension TwinFitError: CustomStringConvertible {
  private static func hint(_ option: String) -> String {
    switch option {
    case "auxiliaries": return " (noise variables need Euler-Maruyama without substeps and diagonal noise)"
    case "noiseOn":
      return " (noise_on lists, ascending, observables the device has, counted from 0, and at least one: without any "
        + "noise there is no likelihood to fit by; the fitter from moments takes all)"
    case "traces": return " (a shared twin needs two devices or more, with as many drives and responses each)"
    default: return ""
    }
  }

  public var description: String {
    switch self {
    case .trace(let device, let error): return "device \(device): \(error)"
    case .tooShort(let device, let samples, let needed):
      return "device \(device): \(samples) usable samples, \(needed) needed; record a longer trace"
    case .noResponse(let device):
      return "device \(device): the response never moves; check its wiring, its power and its input channel"
    case .badOption(let name):
      return "option \(name) is out of its range, or does not go with the others" + Self.hint(name)
    case .diverged(let device):
      return "device \(device): the fit diverged; lower the learning rate"
    case .ensemble(let device, let reason):
      return "device \(device): the runs of repeats cannot be compared: \(reason)"
    case .cancelled:
      return "cancelled"
    }
  }
}
