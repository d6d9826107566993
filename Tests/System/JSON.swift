import Foundation
import Testing

/// A JSON value as a program printed it.
struct JSON {
  let value: Any?

  /// Reads the whole text as one value.
  init(_ text: String) throws {
    value = try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
  }

  private init(value: Any?) { self.value = value }

  subscript(_ key: String) -> JSON { JSON(value: (value as? [String: Any])?[key]) }
  subscript(_ index: Int) -> JSON {
    let list = value as? [Any] ?? []
    return JSON(value: list.indices.contains(index) ? list[index] : nil)
  }

  var text: String? { value as? String }
  var number: Double? { (value as? NSNumber)?.doubleValue }
  var truth: Bool? { value as? Bool }
  var whole: Int? { (value as? NSNumber)?.intValue }
  var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
  var count: Int { (value as? [Any])?.count ?? 0 }
}
