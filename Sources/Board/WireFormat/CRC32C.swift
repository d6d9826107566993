/// CRC-32C (Castagnoli; reflected polynomial 0x82F63B78, initial value and final exclusive-or 0xFFFFFFFF), as in RFC 3720.
public struct CRC32C: Sendable {
  // Slicing by eight: one table a byte position, built once.
  private static let tables: [UInt32] = makeTables()
  private var state: UInt32 = 0xFFFF_FFFF

  public init() {}

  /// The checksum of everything given to `update` so far.
  public var value: UInt32 { ~state }

  /// Adds `bytes`.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { table in
      var index = 0
      let wordEnd = bytes.count - bytes.count % 8
      while index < wordEnd {
        let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)) ^ crc
        let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self))
        crc = table[1792 + Int(low & 0xFF)]
        crc ^= table[1536 + Int((low >> 8) & 0xFF)]
        crc ^= table[1280 + Int((low >> 16) & 0xFF)]
        crc ^= table[1024 + Int(low >> 24)]
        crc ^= table[768 + Int(high & 0xFF)]
        crc ^= table[512 + Int((high >> 8) & 0xFF)]
        crc ^= table[256 + Int((high >> 16) & 0xFF)]
        crc ^= table[Int(high >> 24)]
        index += 8
      }
      while index < bytes.count {
        crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
        index += 1
      }
    }
    state = crc
  }

  /// The checksum of `bytes` alone.
  public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = CRC32C()
    crc.update(bytes)
    return crc.value
  }

  /// The checksum of `bytes` alone.
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { checksum($0) }
  }

  private static func makeTables() -> [UInt32] {
    var table = [UInt32](repeating: 0, count: 2048)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
      table[byte] = crc
    }
    for slice in 1..<8 {
      for byte in 0..<256 {
        let previous = table[(slice - 1) * 256 + byte]
        table[slice * 256 + byte] = (previous >> 8) ^ table[Int(previous & 0xFF)]
      }
    }
    return table
  }
}
