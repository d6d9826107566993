/// A FAT file system's first sector (ECMA-107; Microsoft's FAT specification 1.03).
struct BootSector: Equatable {
  var bytesPerSector: Int
  var sectorsPerCluster: Int
  /// Bytes the file system says it has.
  var size: UInt64

  /// `nil` where these 512 bytes do not begin a FAT file system.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512, bytes[510] == 0x55, bytes[511] == 0xAA, bytes[0] == 0xEB || bytes[0] == 0xE9,
      let sector = Little.u16(bytes, 11), [512, 1024, 2048, 4096].contains(sector),
      let reserved = Little.u16(bytes, 14), reserved > 0,
      let small = Little.u16(bytes, 19), let large = Little.u32(bytes, 32)
    else { return nil }
    let cluster = Int(bytes[13])
    guard cluster > 0, cluster & (cluster - 1) == 0, bytes[16] == 1 || bytes[16] == 2, bytes[21] >= 0xF0 else {
      return nil
    }
    bytesPerSector = sector
    sectorsPerCluster = cluster
    size = UInt64(small != 0 ? UInt32(small) : large) * UInt64(sector)
    guard size > 0 else { return nil }
  }
}
