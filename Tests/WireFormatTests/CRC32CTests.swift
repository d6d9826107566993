import Testing
import WireFormat

@Suite struct CRC32CTests {
  @Test func publishedVectors() {
    #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
    // RFC 3720, B.4
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32).map { UInt8(31 - $0) }) == 0x113F_DB5C)
    #expect(CRC32C.checksum([]) == 0)
  }

  @Test func piecesGiveTheSameAsTheWhole() {
    var dice = Dice(seed: 1)
    for length in 0..<70 {
      let bytes = dice.bytes(length)
      for cut in 0...length {
        var crc = CRC32C()
        bytes[..<cut].withUnsafeBytes { crc.update($0) }
        bytes[cut...].withUnsafeBytes { crc.update($0) }
        #expect(crc.value == CRC32C.checksum(bytes))
      }
    }
  }

  @Test func agreesWithTheDefinitionBitByBit() {
    var dice = Dice(seed: 2)
    for length in [1, 7, 8, 9, 63, 64, 65, 1000] {
      let bytes = dice.bytes(length)
      var crc: UInt32 = 0xFFFF_FFFF
      for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
      }
      #expect(CRC32C.checksum(bytes) == ~crc)
    }
  }

  @Test func everyFlippedBitChangesIt() {
    let bytes = Array("a journal frame's payload".utf8)
    let good = CRC32C.checksum(bytes)
    for bit in 0..<8 * bytes.count {
      var bad = bytes
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(CRC32C.checksum(bad) != good)
    }
  }
}
