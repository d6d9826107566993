import TOMLKit

/// A value of a configuration file, free of the parser that read it.
public indirect enum ConfigValue: Equatable, Sendable {
  case string(String)
  case integer(Int)
  case real(Double)
  case boolean(Bool)
  case list([ConfigValue])
  case table([String: ConfigValue])
  /// A date or a time; no key of ours takes one.
  case date

  /// The type's name, for messages.
  var typeName: String {
    switch self {
    case .string: return "text"
    case .integer: return "a whole number"
    case .real: return "a number"
    case .boolean: return "true or false"
    case .list: return "a list"
    case .table: return "a table"
    case .date: return "a date"
    }
  }

  init(_ table: TOMLTable) {
    var entries: [String: ConfigValue] = [:]
    for key in table.keys {
      if let value = table[key] { entries[key] = ConfigValue(value) }
    }
    self = .table(entries)
  }

  private init(_ value: TOMLValueConvertible) {
    switch value.type {
    case .table: self = value.table.map { ConfigValue($0) } ?? .date
    case .array: self = .list((value.array.map { array in array.map { ConfigValue($0) } }) ?? [])
    case .string: self = .string(value.string ?? "")
    case .int: self = .integer(value.int ?? 0)
    case .double: self = .real(value.double ?? 0)
    case .bool: self = .boolean(value.bool ?? false)
    case .date, .time, .dateTime: self = .date
    }
  }
}
