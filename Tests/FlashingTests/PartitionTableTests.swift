import Flashing
import Foundation
import Testing

/// Partition tables, whole and damaged.
@Suite struct PartitionTableTests {
  struct Bytes: ByteSource {
    var bytes: [UInt8]
    var size: UInt64 { UInt64(bytes.count) }

    func bytes(at offset: UInt64, count: Int) throws(FlashError) -> [UInt8] {
      guard offset < size, count > 0 else { return [] }
      return Array(bytes[Int(offset)..<min(bytes.count, Int(offset) + count)])
    }
  }

  static func put(_ value: UInt64, _ count: Int, _ at: Int, _ bytes: inout [UInt8]) {
    for i in 0..<count { bytes[at + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
  }

  /// CRC-32 by Python's zlib's definition, written again for the test.
  static func crc(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      var rest = (value ^ UInt32(byte)) & 0xFF
      for _ in 0..<8 { rest = rest & 1 == 1 ? 0xEDB8_8320 ^ (rest >> 1) : rest >> 1 }
      value = rest ^ (value >> 8)
    }
    return value ^ 0xFFFF_FFFF
  }

  /// A GPT as Debian's images have: the root first, the EFI partition in place 15.
  static func gpt() -> [UInt8] {
    var disk = [UInt8](repeating: 0, count: 1 << 20)
    disk[446 + 4] = 0xEE
    put(1, 4, 446 + 8, &disk)
    put(2047, 4, 446 + 12, &disk)
    (disk[510], disk[511]) = (0x55, 0xAA)
    let entries = 1024
    func entry(_ index: Int, _ guid: [UInt8], _ first: UInt64, _ last: UInt64) {
      disk.replaceSubrange((entries + 128 * index)..<(entries + 128 * index + 16), with: guid)
      put(first, 8, entries + 128 * index + 32, &disk)
      put(last, 8, entries + 128 * index + 40, &disk)
    }
    entry(0, [UInt8](repeating: 0x11, count: 16), 1024, 2000)
    entry(
      14, [0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0x00, 0xA0, 0xC9, 0x3E, 0xC9, 0x3B], 64, 1023)
    seal(&disk)
    return disk
  }

  static func seal(_ disk: inout [UInt8]) {
    disk.replaceSubrange(512..<520, with: Array("EFI PART".utf8))
    put(92, 4, 512 + 12, &disk)
    put(0, 4, 512 + 16, &disk)
    put(2, 8, 512 + 72, &disk)
    put(128, 4, 512 + 80, &disk)
    put(128, 4, 512 + 84, &disk)
    put(UInt64(crc(disk[1024..<(1024 + 128 * 128)])), 4, 512 + 88, &disk)
    put(UInt64(crc(disk[512..<604])), 4, 512 + 16, &disk)
  }

  @Test func masterBootRecords() throws {
    let table = try PartitionTable(
      Bytes(bytes: [UInt8](TestImage.masterBootRecord()) + [UInt8](repeating: 0, count: Int(TestImage.size) - 512)),
      name: "x")
    #expect(!table.isGPT)
    #expect(table.partitions.map(\.kind) == [.fat, .other])
    #expect(table.partitions[0] == Partition(number: 1, offset: 1 << 20, size: TestImage.bootSize, kind: .fat))
  }

  @Test func guidTables() throws {
    let table = try PartitionTable(Bytes(bytes: Self.gpt()), name: "x")
    #expect(table.isGPT)
    #expect(
      table.partitions == [
        Partition(number: 1, offset: 1024 * 512, size: 977 * 512, kind: .other),
        Partition(number: 15, offset: 64 * 512, size: 960 * 512, kind: .efi),
      ])
  }

  @Test func damageIsFoundByTheCheckSums() {
    for at in [512 + 80, 512 + 40, 1024 + 33, 1024 + 14 * 128 + 3] {
      var disk = Self.gpt()
      disk[at] ^= 0x10
      let error = #expect(throws: FlashError.self) { try PartitionTable(Bytes(bytes: disk), name: "x") }
      #expect(error?.message.contains("is damaged") == true, "\(at): \(error?.message ?? "")")
    }
  }

  /// Any bytes give a table inside the image, or an error; never a crash.
  @Test func anyBytesAreSurvived() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var generator = TextTests.Seeded(state: seed)
    let whole = Self.gpt()
    var survived = 0
    for round in 0..<400 {
      var disk = round % 2 == 0 ? whole : [UInt8](TestImage.masterBootRecord()) + [UInt8](repeating: 0, count: 4096)
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let at = Int.random(in: 440..<(round % 2 == 0 ? 1600 : 512), using: &generator)
        disk[at] =
          [0, 0xFF, 0x7F, 0x80, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
      }
      if round % 4 == 0 { Self.seal(&disk) }
      if round % 10 == 0 { disk.removeLast(Int.random(in: 1..<disk.count, using: &generator)) }
      let size = UInt64(disk.count)
      guard let table = try? PartitionTable(Bytes(bytes: disk), name: "x") else { continue }
      survived += 1
      for partition in table.partitions {
        #expect(partition.offset + partition.size <= size, "seed \(seed), round \(round)")
      }
    }
    #expect(survived > 0, "seed \(seed)")
  }
}
