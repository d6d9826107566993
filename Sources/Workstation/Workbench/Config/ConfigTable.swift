import Foundation
import TOMLKit

/// A table of a configuration file that is asked for its keys one by one; `finish` refuses the keys nobody asked for.
///
/// Every question may throw a `ConfigError`: a missing key, a wrong type, a value out of range.
public final class ConfigTable {
  /// The newest `schema` this code knows.
  public static let schema = 1

  public let file: String
  /// Path of this table in the file; empty for the whole file.
  public let path: String
  let entries: [String: ConfigValue]
  private let lines: KeyLines
  private var asked: [String] = []

  init(file: String, path: String, entries: [String: ConfigValue], lines: KeyLines) {
    self.file = file
    self.path = path
    self.entries = entries
    self.lines = lines
  }

  /// Parses `text` and checks its `schema`.
  public convenience init(parsing text: String, file: String) throws(ConfigError) {
    if let fault = TOMLGuard.fault(text) {
      throw ConfigError(
        .syntax, file: file, line: fault.line, what: "the file is not TOML of the kind we use", why: fault.why,
        remedy: fault.remedy)
    }
    let value: ConfigValue
    do {
      value = ConfigValue(try TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw ConfigError(
        .syntax, file: file, line: error.source.begin.line, what: "the file is not TOML",
        why: "Column \(error.source.begin.column): \(error.description)", remedy: "Mend the line; see https://toml.io")
    } catch {
      throw ConfigError(.syntax, file: file, what: "the file is not TOML", why: "\(error)", remedy: "Mend the file")
    }
    guard case .table(let entries) = value else {
      throw ConfigError(
        .syntax, file: file, what: "the file is not a table", why: "It is empty", remedy: "Mend the file")
    }
    self.init(file: file, path: "", entries: entries, lines: KeyLines(text))
    let schema = try integer("schema", in: 1...Int(Int32.max))
    guard schema <= Self.schema else {
      throw error(
        .newerSchema, "schema", "schema \(schema) is newer than this program", "It knows schema \(Self.schema)",
        "Update edgesync, or write the file in schema \(Self.schema)")
    }
  }

  /// Reads and parses the file at `path`.
  public convenience init(reading path: String) throws(ConfigError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ConfigError(
        .unreadable, file: path, what: "the file cannot be read", why: FileFault.reason(error),
        remedy: "Check the path and the permissions")
    }
    guard let text = String(validating: data, as: UTF8.self), !data.contains(0) else {
      throw ConfigError(
        .syntax, file: path, what: "the file is not UTF-8 text", why: "It holds bytes that no text has",
        remedy: "Save it as UTF-8")
    }
    try self.init(parsing: text, file: path)
  }

  public func has(_ key: String) -> Bool { entries[key] != nil }

  /// An error about `key` of this table.
  public func error(
    _ kind: ConfigError.Kind, _ key: String, _ what: String, _ why: String, _ remedy: String
  ) -> ConfigError {
    let full = join(key)
    return ConfigError(
      kind, file: file, line: lines.line(of: full), key: full, what: what, why: why, remedy: remedy)
  }

  /// Throws where the table has a key that was never asked for, naming the nearest one that was.
  public func finish() throws(ConfigError) {
    for key in entries.keys.sorted() where !asked.contains(key) {
      throw error(
        .unknownKey, key, "the key '\(key)' is not known",
        path.isEmpty ? "No such key stands here" : "[\(path)] has none",
        NearestName.remedy(key, in: asked))
    }
  }

  func join(_ key: String) -> String { path.isEmpty ? key : (key.isEmpty ? path : "\(path).\(key)") }

  func value(_ key: String) -> ConfigValue? {
    if !asked.contains(key) { asked.append(key) }
    return entries[key]
  }

  /// The value of a key that must be there.
  func required(_ key: String) throws(ConfigError) -> ConfigValue {
    if let value = value(key) { return value }
    let others = entries.keys.filter { !asked.contains($0) }.sorted()
    let misspelt = NearestName.of(key, in: others)
    throw error(
      .missingKey, key, "the key '\(key)' is missing", "It has no default",
      misspelt.map { "Rename '\($0)' to '\(key)'?" } ?? "Add it")
  }

  func wrongType(_ key: String, _ value: ConfigValue, _ needed: String) -> ConfigError {
    error(.wrongType, key, "the value must be \(needed)", "It is \(value.typeName)", "Write \(needed)")
  }

  func child(_ key: String, _ entries: [String: ConfigValue], index: Int? = nil) -> ConfigTable {
    let name = index.map { "\(key)[\($0 + 1)]" } ?? key
    return ConfigTable(file: file, path: join(name), entries: entries, lines: lines)
  }
}
