/// Reads a series from a `.csv` file: an optional header line, one or more columns parted by `,`, `;` or tabs.
public enum CSVReader {
  /// The series of the file at `path`; every fault is a `DatasetError` with line and column.
  public static func read(path: String) throws(DatasetError) -> Series {
    let reader = try LineReader(path: path)
    var separator: UInt8?
    var series = Series(file: path, names: [], values: [], frames: 0)
    while let line = try reader.next() {
      let field = TextField(line, 0..<line.count)
      if field.isEmpty || line[field.range.lowerBound] == UInt8(ascii: "#") { continue }
      let mark = separator ?? detect(line)
      // Split the untrimmed line: white space may be the separator.
      let parts = TextField(line, 0..<line.count).isEmpty ? [] : split(line, mark)
      if separator == nil {
        separator = mark
        if parts.allSatisfy({ $0.number == .invalid }) {
          series.names = parts.map { unquoted($0.text) }
          continue
        }
        series.names = parts.indices.map { "column \($0 + 1)" }
      }
      guard parts.count == series.channels else {
        throw DatasetError(
          .wrongChannelCount, file: path, line: reader.number,
          what: "the line has \(parts.count) columns instead of \(series.channels)",
          why: "All lines must have the columns of the first", remedy: "Mend the line; use one separator throughout")
      }
      for (column, part) in parts.enumerated() {
        series.values.append(try number(part, path, reader.number, column + 1, mark))
      }
      series.frames += 1
    }
    guard series.frames > 0 else {
      throw DatasetError(
        .noCases, file: path, what: "the file has no numbers", why: "It is empty, or holds a header alone",
        remedy: "Check that this is the file meant")
    }
    return series
  }

  private static func detect(_ line: [UInt8]) -> UInt8 {
    for mark in [UInt8(ascii: ";"), UInt8(ascii: ","), 9] where line.contains(mark) { return mark }
    return UInt8(ascii: ",")
  }

  private static func split(_ line: [UInt8], _ mark: UInt8) -> [TextField] {
    var parts: [TextField] = []
    var start = 0
    for index in line.indices where line[index] == mark {
      parts.append(TextField(line, start..<index))
      start = index + 1
    }
    parts.append(TextField(line, start..<line.count))
    return parts
  }

  private static func unquoted(_ text: String) -> String {
    text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
  }

  private static func number(
    _ field: TextField, _ path: String, _ line: Int, _ column: Int, _ mark: UInt8
  ) throws(DatasetError) -> Float {
    switch field.number {
    case .value(let value): return value
    case .missing:
      throw DatasetError(
        .missingValue, file: path, line: line, channel: column, what: "the value is missing",
        why: "It reads '\(field.excerpt)'; the series must have no gaps", remedy: "Fill the gap")
    case .invalid:
      let comma = mark != UInt8(ascii: ",") && field.text.contains(",")
      throw DatasetError(
        .notANumber, file: path, line: line, channel: column, what: "'\(field.excerpt)' is not a number",
        why: comma ? "It has a decimal comma" : "Only finite decimal numbers are read",
        remedy: comma ? "Write numbers with a point" : "Mend the value; a header line must hold no number")
    }
  }
}
