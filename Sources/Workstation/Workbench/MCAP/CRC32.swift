/// CRC-32 as in zip and PNG (reflected polynomial 0xEDB88320), which MCAP uses.
package struct CRC32: Sendable {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 1024)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
      tables[byte] = crc
    }
    for slice in 1..<4 {
      for byte in 0..<256 {
        let previous = tables[(slice - 1) * 256 + byte]
        tables[slice * 256 + byte] = (previous >> 8) ^ tables[Int(previous & 0xFF)]
      }
    }
    return tables
  }()

  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of everything given so far.
  package var value: UInt32 { ~state }

  package mutating func update(_ bytes: [UInt8]) {
    var crc = state
    Self.tables.withUnsafeBufferPointer { table in
      bytes.withUnsafeBytes { raw in
        var index = 0
        while index + 4 <= raw.count {
          crc ^= UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt32.self))
          crc =
            table[768 + Int(crc & 0xFF)] ^ table[512 + Int((crc >> 8) & 0xFF)] ^ table[256 + Int((crc >> 16) & 0xFF)]
            ^ table[Int(crc >> 24)]
          index += 4
        }
        while index < raw.count {
          crc = (crc >> 8) ^ table[Int((crc ^ UInt32(raw[index])) & 0xFF)]
          index += 1
        }
      }
    }
    state = crc
  }

  /// The checksum of `bytes` alone.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }

  package init() {}
}
