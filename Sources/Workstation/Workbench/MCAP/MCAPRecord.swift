import WireFormat

/// Codes of MCAP records and the shapes of their fields (MCAP specification, version 0).
package enum MCAPRecord: UInt8 {
  case header = 0x01
  case footer = 0x02
  case schema = 0x03
  case channel = 0x04
  case message = 0x05
  case chunk = 0x06
  case messageIndex = 0x07
  case chunkIndex = 0x08
  case statistics = 0x0B
  case metadata = 0x0C
  case metadataIndex = 0x0D
  case summaryOffset = 0x0E
  case dataEnd = 0x0F

  package static let magic: [UInt8] = [0x89, 0x4D, 0x43, 0x41, 0x50, 0x30, 0x0D, 0x0A]
}

extension ByteWriter {
  /// A record: its code, the length of its content, the content.
  mutating func put(_ record: MCAPRecord, _ content: ByteWriter) {
    put(record.rawValue)
    put(UInt64(content.count))
    append(content.bytes)
  }

  /// A string as MCAP has it: its length in 32 bits, then UTF-8.
  mutating func put(mcap text: String) { put(blob: Array(text.utf8)) }

  /// A map of texts: its length in bytes, then keys and values, in the order of the keys.
  mutating func put(mcap map: [String: String]) {
    var body = ByteWriter()
    for key in map.keys.sorted() {
      body.put(mcap: key)
      body.put(mcap: map[key] ?? "")
    }
    put(blob: body.bytes)
  }

  /// A map of channel numbers: its length in bytes, then keys and values.
  mutating func put(mcap map: [UInt16: UInt64]) {
    put(UInt32(map.count * 10))
    for key in map.keys.sorted() {
      put(key)
      put(map[key] ?? 0)
    }
  }
}
