import WireFormat

/// A partition of an image, in bytes.
public struct Partition: Equatable, Sendable {
  /// Number as the system counts them, from 1.
  public var number: Int
  public var offset: UInt64
  public var size: UInt64
  public var kind: Kind

  package init(number: Int, offset: UInt64, size: UInt64, kind: Kind) {
    self.number = number
    self.offset = offset
    self.size = size
    self.kind = kind
  }

  /// What the table says a partition holds.
  public enum Kind: Equatable, Sendable {
    /// FAT by its MBR type.
    case fat
    /// An EFI system partition, of either table; FAT inside.
    case efi
    /// Something else.
    case other
  }
}

/// An image's partition table: MBR, or GPT behind a protective MBR.
public struct PartitionTable: Equatable, Sendable {
  public var partitions: [Partition]
  /// Whether it is a GPT.
  public var isGPT: Bool

  static let sector: UInt64 = 512

  /// Reads the table of `image`; `name` is for messages.
  package init(_ image: some ByteSource, name: String) throws(FlashError) {
    let first = try image.bytes(at: 0, count: 512)
    guard first.count == 512, first[510] == 0x55, first[511] == 0xAA else {
      throw FlashError("\(name) is no disk image: \(KnownFormat.why(first))")
    }
    // A file system's own boot sector ends in the same two bytes.
    if BootSector(first) != nil {
      throw FlashError(
        "\(name) is a FAT file system without a partition table: an image of the whole card is needed, "
          + "as Raspberry Pi OS and Debian offer it")
    }
    var found: [Partition] = []
    var protective = false
    for number in 1...4 {
      let at = 446 + 16 * (number - 1)
      let type = first[at + 4]
      guard type != 0, let start = Little.u32(first, at + 8), let count = Little.u32(first, at + 12), count > 0 else {
        continue
      }
      if type == 0xEE {
        protective = true
        continue
      }
      let kind: Partition.Kind =
        switch type {
        case 0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E: .fat
        case 0xEF: .efi
        default: .other
        }
      found.append(
        Partition(
          number: number, offset: UInt64(start) * Self.sector, size: UInt64(count) * Self.sector, kind: kind))
    }
    isGPT = protective
    partitions = protective ? try GUIDTable.partitions(image, name: name) : found
    guard !partitions.isEmpty else {
      throw FlashError("\(name) has an empty partition table: it is no system image, or was never written whole")
    }
    for partition in partitions {
      guard partition.offset >= Self.sector, partition.offset < image.size, partition.size <= image.size,
        partition.offset + partition.size <= image.size
      else {
        throw FlashError(
          "\(name) is truncated or damaged: partition \(partition.number) ends at byte "
            + "\(partition.offset &+ partition.size), the image at \(image.size); download or decompress it again")
      }
    }
  }
}

/// What a file is that is no disk image.
enum KnownFormat {
  /// Why these first bytes are no disk image, and what to do.
  static func why(_ first: [UInt8]) -> String {
    if first.isEmpty { return "it is empty; download it again" }
    if let form = Compression.of(first) {
      return "it is compressed with \(form.program), whatever its name says: name it as it came, "
        + "ending in .\(form.suffix), or decompress it"
    }
    let magics: [([UInt8], String)] = [
      ([0x50, 0x4B, 0x03, 0x04], "it is a zip archive: unzip it and give the .img inside"),
      ([0x42, 0x5A, 0x68], "it is compressed with bzip2: decompress it with bunzip2"),
      ([0x51, 0x46, 0x49, 0xFB], "it is a QEMU disk: convert it, qemu-img convert -O raw IN OUT"),
      ([0x37, 0x7A, 0xBC, 0xAF], "it is a 7-zip archive: unpack it"),
      ([0x7F, 0x45, 0x4C, 0x46], "it is a program"),
      (Array("<!".utf8), "it is a web page, perhaps a server's error: download the image again"),
      (Array("<h".utf8), "it is a web page, perhaps a server's error: download the image again"),
    ]
    for (magic, text) in magics where first.starts(with: magic) { return text }
    if first.count < 512 { return "it has only \(first.count) bytes; download it again" }
    return "it has no partition table (the first sector does not end in 55 AA); is it the right file, and whole?"
  }
}
