/// The GUID partition table (UEFI 2.10, 5.3).
enum GUIDTable {
  /// C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as it stands on the disk.
  private static let efiSystem: [UInt8] = [
    0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0x00, 0xA0, 0xC9, 0x3E, 0xC9, 0x3B,
  ]

  /// EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, Microsoft's basic data: FAT on cards.
  private static let basicData: [UInt8] = [
    0xA2, 0xA0, 0xD0, 0xEB, 0xE5, 0xB9, 0x33, 0x44, 0x87, 0xC0, 0x68, 0xB6, 0xB7, 0x26, 0x99, 0xC7,
  ]

  /// The partitions of the table at the second sector; its two check sums must be right.
  static func partitions(_ image: some ByteSource, name: String) throws(FlashError) -> [Partition] {
    func damaged(_ what: String) -> FlashError {
      FlashError("\(name): the GUID partition table is damaged (\(what)): download or decompress the image again")
    }
    let sector = PartitionTable.sector
    var header = try image.bytes(at: sector, count: 512)
    guard header.count == 512, header.starts(with: Array("EFI PART".utf8)) else { throw damaged("no header") }
    guard let length = Little.u32(header, 12), (92...512).contains(length), let sum = Little.u32(header, 16),
      let first = Little.u64(header, 72), let count = Little.u32(header, 80), let width = Little.u32(header, 84),
      let listSum = Little.u32(header, 88)
    else { throw damaged("its header's length") }
    header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    guard Cyclic32.of(header[0..<Int(length)]) == sum else { throw damaged("its header's check sum") }
    guard (128...4096).contains(width), width % 8 == 0, (1...1024).contains(count),
      first >= 2, first < image.size / sector
    else { throw damaged("its list of entries") }
    let bytes = Int(width) * Int(count)
    let list = try image.bytes(at: first * sector, count: bytes)
    guard list.count == bytes else { throw damaged("its list ends past the image") }
    guard Cyclic32.of(list[...]) == listSum else { throw damaged("its list's check sum") }
    var found: [Partition] = []
    for index in 0..<Int(count) {
      let at = index * Int(width)
      let type = Array(list[at..<(at + 16)])
      guard type.contains(where: { $0 != 0 }) else { continue }
      guard let start = Little.u64(list, at + 32), let end = Little.u64(list, at + 40), start <= end,
        end < UInt64.max / sector / 2
      else { throw damaged("entry \(index + 1)") }
      let kind: Partition.Kind = type == efiSystem ? .efi : type == basicData ? .fat : .other
      found.append(
        Partition(number: index + 1, offset: start * sector, size: (end - start + 1) * sector, kind: kind))
    }
    return found
  }
}

/// CRC-32 as Ethernet and GPT use it (reflected 0x04C11DB7).
enum Cyclic32 {
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }
}
