/// The value of an option as a file holds it.
public enum OptionValue: Codable, Equatable, Sendable {
  case flag(Bool)
  case whole(Int)
  case real(Double)
  case text(String)
  case list([Double])
  case table([String: OptionValue])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(Int.self) {
      self = .whole(value)
    } else if let value = try? container.decode(Double.self) {
      self = .real(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([Double].self) {
      self = .list(value)
    } else {
      self = .table(try container.decode([String: OptionValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .flag(let value): try container.encode(value)
    case .whole(let value): try container.encode(value)
    case .real(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .table(let value): try container.encode(value)
    }
  }

  /// As TOML has it; a table inline.
  public var toml: String {
    switch self {
    case .flag(let value): return "\(value)"
    case .whole(let value): return "\(value)"
    case .real(let value): return "\(value)"
    case .text(let value): return "\"\(value)\""
    case .list(let values):
      return "[" + values.map { $0 == $0.rounded() ? "\(Int($0))" : "\($0)" }.joined(separator: ", ") + "]"
    case .table(let entries):
      return "{ " + entries.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)" }.joined(separator: ", ")
        + " }"
    }
  }
}
