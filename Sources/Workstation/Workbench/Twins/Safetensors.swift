import Foundation

/// A file of named arrays: eight bytes with the header's length, the header in JSON, the arrays' bytes.
///
/// The public format of the same name (its version 0.x): https://github.com/huggingface/safetensors. Of its element
/// types we use F32, I64 and U8. Written files are aligned to eight bytes and the same for the same arrays.
public struct Safetensors: Equatable, Sendable {
  /// Longest header that is read: a twin's takes some kilobytes.
  public static let largestHeader = 1 << 20
  /// Most arrays that are read.
  public static let mostTensors = 4096

  public var tensors: [String: Tensor]
  /// `__metadata__`: texts by name.
  public var metadata: [String: String]

  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The file's bytes.
  public var encoded: [UInt8] {
    // Widest elements first, so that each array begins on a multiple of its element's size.
    let order = tensors.sorted { ($1.value.kind.size, $0.key) < ($0.value.kind.size, $1.key) }
    var header = JSONText()
    header.raw("{")
    if !metadata.isEmpty {
      header.raw("\"__metadata__\":{")
      for (index, entry) in metadata.sorted(by: { $0.key < $1.key }).enumerated() {
        if index > 0 { header.raw(",") }
        header.string(entry.key)
        header.raw(":")
        header.string(entry.value)
      }
      header.raw("}")
    }
    var offset = 0
    for (index, entry) in order.enumerated() {
      if index > 0 || !metadata.isEmpty { header.raw(",") }
      header.string(entry.key)
      header.raw(":{\"dtype\":")
      header.string(entry.value.kind.rawValue)
      header.raw(Array(",\"shape\":[\(entry.value.shape.map(String.init).joined(separator: ","))]".utf8))
      header.raw(Array(",\"data_offsets\":[\(offset),\(offset + entry.value.bytes.count)]}".utf8))
      offset += entry.value.bytes.count
    }
    header.raw("}")
    while header.bytes.count % 8 != 0 { header.raw(" ") }
    var out: [UInt8] = []
    out.reserveCapacity(8 + header.bytes.count + offset)
    withUnsafeBytes(of: UInt64(header.bytes.count).littleEndian) { out += $0 }
    out += header.bytes
    for entry in order { out += entry.value.bytes }
    return out
  }

  /// Reads a file's bytes; every length, range and type is checked before it is used.
  public init(decoding bytes: [UInt8]) throws(TwinFileError) {
    guard bytes.count >= 8 else { throw Self.damaged("it is \(bytes.count) bytes long, too short for a header") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(Self.largestHeader) else {
      throw Self.damaged("its header would be \(length) bytes long, more than \(Self.largestHeader)")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw Self.damaged("its header of \(length) bytes is cut short after \(bytes.count - 8)")
    }
    let start = 8 + Int(length)
    guard length >= 2, bytes[8] == UInt8(ascii: "{") else { throw Self.damaged("no JSON object follows its length") }
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: Data(bytes[8..<start]))
    } catch let error as DecodingError {
      throw Self.damaged("its header cannot be read: \(Self.text(error))")
    } catch {
      throw Self.damaged("its header is not JSON")
    }
    guard header.entries.count <= Self.mostTensors else {
      throw Self.damaged("it holds \(header.entries.count) arrays")
    }
    metadata = header.metadata
    tensors = [:]
    let body = bytes.count - start
    var end = 0
    for (name, entry) in header.entries.sorted(by: { ($0.1.begin, $0.1.end, $0.0) < ($1.1.begin, $1.1.end, $1.0) }) {
      guard entry.data_offsets.count == 2 else { throw Self.damaged("array '\(name)' needs two offsets") }
      guard let kind = Tensor.Kind(rawValue: entry.dtype) else {
        throw TwinFileError(
          what: "array '\(name)' holds elements of type \(entry.dtype)",
          why: "Only \(Tensor.Kind.allCases.map(\.rawValue).joined(separator: ", ")) are known here",
          remedy: "Save it as F32")
      }
      // Without gaps or overlaps every byte belongs to exactly one array.
      guard entry.begin == end, entry.end >= entry.begin, entry.end <= body else {
        throw Self.damaged(
          "array '\(name)' lies at bytes \(entry.begin) to \(entry.end) of \(body), where \(end) is the next")
      }
      end = entry.end
      guard
        let tensor = Tensor(
          kind: kind, shape: entry.shape, bytes: Array(bytes[(start + entry.begin)..<(start + entry.end)]))
      else {
        throw Self.damaged("array '\(name)' of shape \(entry.shape) does not fill \(entry.end - entry.begin) bytes")
      }
      tensors[name] = tensor
    }
    guard end == body else { throw Self.damaged("\(body - end) bytes at its end belong to no array") }
  }

  private static func damaged(_ why: String) -> TwinFileError {
    TwinFileError(what: "this is no sound safetensors file", why: why.prefix(1).uppercased() + why.dropFirst())
  }

  private static func text(_ error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return (place.isEmpty ? "" : "at \(place): ") + context.debugDescription
    @unknown default: return "it is not JSON"
    }
  }
}

extension Safetensors {
  /// The header as it stands in the file.
  private struct Header: Decodable {
    struct Entry: Decodable {
      var dtype: String
      var shape: [Int]
      var data_offsets: [Int]

      var begin: Int { data_offsets.first ?? -1 }
      var end: Int { data_offsets.last ?? -1 }
    }
    struct Name: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }

      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    var metadata: [String: String] = [:]
    var entries: [(String, Entry)] = []

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          entries.append((name.stringValue, try container.decode(Entry.self, forKey: name)))
        }
      }
    }
  }
}
