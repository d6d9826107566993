extension ConfigTable {
  /// Text that is not empty.
  public func string(_ key: String) throws(ConfigError) -> String { try string(key, try required(key)) }

  /// Text, or `fallback` where the key is absent.
  public func string(_ key: String, default fallback: String) throws(ConfigError) -> String {
    guard let value = value(key) else { return fallback }
    return try string(key, value)
  }

  private func string(_ key: String, _ value: ConfigValue) throws(ConfigError) -> String {
    guard case .string(let text) = value else { throw wrongType(key, value, "text") }
    guard !text.isEmpty, text.utf8.count <= 4096 else {
      throw error(
        .outOfRange, key, "the text must not be empty or longer than 4096 bytes", "It is", "Shorten or fill it")
    }
    return text
  }

  /// One of `choices`.
  public func choice(_ key: String, _ choices: [String], default fallback: String? = nil) throws(ConfigError) -> String
  {
    if let fallback, !has(key) {
      _ = value(key)
      return fallback
    }
    let text = try string(key)
    guard choices.contains(text) else {
      throw error(
        .unknownName, key, "'\(text)' is not one of \(choices.joined(separator: ", "))", "Only these are known",
        NearestName.remedy(text, in: choices))
    }
    return text
  }

  /// Whether the value of a key is text, for keys that may be another kind of value too.
  public func isText(_ key: String) -> Bool {
    if case .string = entries[key] { return true }
    return false
  }

  /// A whole number in `range`.
  public func integer(_ key: String, in range: ClosedRange<Int>) throws(ConfigError) -> Int {
    try integer(key, try required(key), range)
  }

  /// A whole number in `range`, or `fallback` where the key is absent.
  public func integer(
    _ key: String, default fallback: Int, in range: ClosedRange<Int>
  ) throws(ConfigError) -> Int {
    guard let value = value(key) else { return fallback }
    return try integer(key, value, range)
  }

  private func integer(_ key: String, _ value: ConfigValue, _ range: ClosedRange<Int>) throws(ConfigError) -> Int {
    guard case .integer(let number) = value else { throw wrongType(key, value, "a whole number") }
    guard range.contains(number) else {
      throw error(
        .outOfRange, key, "\(number) is out of range", "It must be \(range.lowerBound) to \(range.upperBound)",
        "Write a number in that range")
    }
    return number
  }

  /// A finite number in `range`.
  public func real(_ key: String, in range: ClosedRange<Double>) throws(ConfigError) -> Double {
    try real(key, try required(key), range)
  }

  /// A finite number in `range`, or `fallback` where the key is absent.
  public func real(
    _ key: String, default fallback: Double, in range: ClosedRange<Double>
  ) throws(ConfigError) -> Double {
    guard let value = value(key) else { return fallback }
    return try real(key, value, range)
  }

  private func real(
    _ key: String, _ value: ConfigValue, _ range: ClosedRange<Double>
  ) throws(ConfigError) -> Double {
    let number: Double
    switch value {
    case .integer(let whole): number = Double(whole)
    case .real(let real): number = real
    default: throw wrongType(key, value, "a number")
    }
    guard number.isFinite, range.contains(number) else {
      throw error(
        .outOfRange, key, "\(number) is out of range", "It must be \(range.lowerBound) to \(range.upperBound)",
        "Write a number in that range")
    }
    return number
  }

  /// True or false, or `fallback` where the key is absent.
  public func boolean(_ key: String, default fallback: Bool) throws(ConfigError) -> Bool {
    guard let value = value(key) else { return fallback }
    guard case .boolean(let flag) = value else { throw wrongType(key, value, "true or false") }
    return flag
  }

  /// A list of numbers in `range`; `count` of them where given.
  public func reals(
    _ key: String, count: Int? = nil, in range: ClosedRange<Double>
  ) throws(ConfigError) -> [Double] {
    let value = try required(key)
    let needed = count.map { "a list of \($0) numbers" } ?? "a list of numbers"
    guard case .list(let items) = value else { throw wrongType(key, value, needed) }
    if let count, items.count != count {
      throw error(.wrongType, key, "the value must be \(needed)", "It has \(items.count)", "Write \(needed)")
    }
    var numbers: [Double] = []
    for item in items { numbers.append(try real(key, item, range)) }
    return numbers
  }

  /// A list of texts; empty where the key is absent.
  public func strings(_ key: String) throws(ConfigError) -> [String] {
    guard let value = value(key) else { return [] }
    guard case .list(let items) = value else { throw wrongType(key, value, "a list of texts") }
    var texts: [String] = []
    for item in items { texts.append(try string(key, item)) }
    return texts
  }

  /// A table that must be there.
  public func table(_ key: String) throws(ConfigError) -> ConfigTable {
    let value = try required(key)
    guard case .table(let entries) = value else { throw wrongType(key, value, "a table") }
    return child(key, entries)
  }

  /// The table of `one`, or the tables of the list `many`, at most `maximum` of them; exactly one of the keys must be there.
  ///
  /// - Parameter of: what the tables belong to and why there can be no more, for messages.
  public func tables(
    _ one: String, or many: String, maximum: Int, of owner: String
  ) throws(ConfigError) -> [ConfigTable] {
    guard let value = value(many) else { return [try table(one)] }
    guard self.value(one) == nil else {
      throw error(
        .duplicate, many, "both '\(one)' and '\(many)' stand here", "They say the same thing",
        "Keep '\(many)' and move the other's table into it")
    }
    guard case .list(let items) = value else { throw wrongType(many, value, "a list of tables, [{ ... }, { ... }]") }
    guard items.count >= 1, items.count <= maximum else {
      throw error(
        .outOfRange, many, "there are \(items.count) tables in '\(many)'", "\(owner)",
        maximum == 1 ? "Write one" : "Write 1 to \(maximum)")
    }
    return try tables(many, minimum: 1, maximum: maximum)
  }

  /// A table, or an empty one where the key is absent.
  public func optionalTable(_ key: String) throws(ConfigError) -> ConfigTable {
    guard let value = value(key) else { return child(key, [:]) }
    guard case .table(let entries) = value else { throw wrongType(key, value, "a table") }
    return child(key, entries)
  }

  /// The tables of `[[key]]`, at least `minimum` and at most `maximum`.
  public func tables(_ key: String, minimum: Int = 0, maximum: Int = 1024) throws(ConfigError) -> [ConfigTable] {
    let value = self.value(key) ?? .list([])
    guard case .list(let items) = value else { throw wrongType(key, value, "a list of tables, [[\(key)]]") }
    guard items.count >= minimum, items.count <= maximum else {
      throw error(
        items.isEmpty ? .missingKey : .outOfRange, key, "there are \(items.count) [[\(key)]] tables",
        "\(minimum) to \(maximum) are needed", "Add or take out tables")
    }
    var tables: [ConfigTable] = []
    for (index, item) in items.enumerated() {
      guard case .table(let entries) = item else { throw wrongType(key, item, "a table, [[\(key)]]") }
      tables.append(child(key, entries, index: index))
    }
    return tables
  }
}
