/// The header of a `.ts` file: lines that start with `@`, keys in any case.
struct TSHeader {
  var name: String?
  /// Channels declared by `@dimensions` or `@univariate true`.
  var channels: Int?
  var equalLength: Bool?
  var length: Int?
  var labels: [String]?
  /// The file declares that it has no labels, or a number for each case.
  var unlabelled = false
  var ended = false

  /// Takes one header line; unknown keys are passed over, as other readers do.
  mutating func take(_ text: String, file: String, line: Int) throws(DatasetError) {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    guard let first = words.first else { return }
    let values = Array(words.dropFirst())
    func flag() throws(DatasetError) -> Bool {
      switch values.first?.lowercased() {
      case "true": return true
      case "false": return false
      default: throw Self.bad(file, line, "\(first) needs true or false", "it has '\(values.first ?? "")'")
      }
    }
    func count() throws(DatasetError) -> Int {
      guard let number = values.first.flatMap({ Int($0) }), number >= 1 else {
        throw Self.bad(file, line, "\(first) needs a whole number of at least 1", "it has '\(values.first ?? "")'")
      }
      return number
    }
    switch first.lowercased() {
    case "@problemname": name = values.joined(separator: " ")
    case "@timestamps":
      if try flag() {
        throw DatasetError(
          .badHeader, file: file, line: line, what: "the file has time stamps",
          why: "Only evenly sampled recordings without time stamps are read",
          remedy: "Resample the recordings and write @timeStamps false")
      }
    case "@univariate": if try flag() { channels = channels ?? 1 }
    case "@dimensions", "@dimension": channels = try count()
    case "@equallength": equalLength = try flag()
    case "@serieslength": length = try count()
    case "@classlabel":
      if try flag() {
        labels = Array(values.dropFirst())
        if Set(values.dropFirst()).count != values.count - 1 {
          throw Self.bad(file, line, "@classLabel names a label twice", "labels must differ")
        }
      } else {
        unlabelled = true
      }
    case "@targetlabel": if try flag() { unlabelled = true }
    case "@data": ended = true
    default: break
    }
  }

  private static func bad(_ file: String, _ line: Int, _ what: String, _ why: String) -> DatasetError {
    DatasetError(
      .badHeader, file: file, line: line, what: what, why: "The header line cannot be understood: \(why)",
      remedy: "Mend the line; the .ts form is described on the UCR/UEA archive's pages")
  }
}
