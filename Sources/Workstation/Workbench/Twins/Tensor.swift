/// One array of a safetensors file, row-major.
public struct Tensor: Equatable, Sendable {
  /// What its elements are, by the format's names.
  public enum Kind: String, Equatable, Sendable, CaseIterable {
    case float32 = "F32"
    case int64 = "I64"
    case uint8 = "U8"

    /// Bytes an element.
    public var size: Int {
      switch self {
      case .float32: return 4
      case .int64: return 8
      case .uint8: return 1
      }
    }
  }

  public let kind: Kind
  public let shape: [Int]
  /// The elements, little-endian.
  public let bytes: [UInt8]

  /// Nil unless there are as many bytes as the shape needs.
  public init?(kind: Kind, shape: [Int], bytes: [UInt8]) {
    guard Self.byteCount(kind, shape) == bytes.count else { return nil }
    self.kind = kind
    self.shape = shape
    self.bytes = bytes
  }

  /// Nil unless there are as many values as the shape needs.
  public init?(_ values: [Float], shape: [Int]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    self.init(kind: .float32, shape: shape, bytes: bytes)
  }

  /// A vector of whole numbers.
  public init(_ values: [Int64]) {
    kind = .int64
    shape = [values.count]
    bytes = values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  /// The elements of an F32 array; nil for another kind.
  public var floats: [Float]? {
    guard kind == .float32 else { return nil }
    return stride(from: 0, to: bytes.count, by: 4).map { place in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) })
    }
  }

  /// The elements of an I64 array; nil for another kind.
  public var integers: [Int64]? {
    guard kind == .int64 else { return nil }
    return stride(from: 0, to: bytes.count, by: 8).map { place in
      Int64(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) })
    }
  }

  /// Bytes an array of this shape takes; nil where a size is negative or the product too large to count.
  static func byteCount(_ kind: Kind, _ shape: [Int]) -> Int? {
    var count = kind.size
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }
}
