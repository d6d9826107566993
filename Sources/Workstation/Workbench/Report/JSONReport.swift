import Foundation

/// Writes `report.json`: the same values give the same bytes.
public enum JSONReport {
  /// The text of `value`: keys in order, indented, a line end at the end. Throws where a number is not finite.
  public static func text<Value: Encodable>(_ value: Value) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
  }

  /// Writes `value` to `path`, whole or not at all.
  public static func write<Value: Encodable>(_ value: Value, to path: String) throws {
    try AtomicFile.write(try text(value), to: path)
  }
}
