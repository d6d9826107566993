/// Why a path-ensemble loss could not be set up or evaluated.
public enum CriticError: Error, Equatable, Sendable {
  /// An option is out of its range; the name of the option.
  case badOption(String)
  /// A buffer does not hold what its layout says; the name of the buffer.
  case wrongCount(buffer: String, count: Int, needed: Int)
  /// Two layouts that go together differ in windows or steps; the name of the second.
  case mismatch(String)
  /// The simulated windows cannot be shared equally by the inputs.
  case unequalCopies(windows: Int, inputs: Int)
  /// An input has too few measured repeats to know a spread.
  case tooFewRepeats(input: Int, repeats: Int, needed: Int)
  /// A measured value is not a finite number.
  case notFinite(buffer: String, index: Int)
}

extension CriticError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badOption(let name):
      return "option \(name) is out of its range"
    case .wrongCount(let buffer, let count, let needed):
      return "buffer \(buffer) holds \(count) values, its layout needs \(needed)"
    case .mismatch(let name):
      return "layout \(name) differs in windows or steps from the one it is compared with"
    case .unequalCopies(let windows, let inputs):
      return
        "\(windows) simulated windows cannot be shared equally by \(inputs) inputs; simulate as many copies of each"
    case .tooFewRepeats(let input, let repeats, let needed):
      return "input \(input) has \(repeats) measured repeats, \(needed) needed; record it more often or leave it out"
    case .notFinite(let buffer, let index):
      return "value \(index) of buffer \(buffer) is not a finite number"
    }
  }
}
