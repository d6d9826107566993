import Testing
import WireFormat

@Suite struct ByteReaderTests {
  @Test func fieldsLieLittleEndian() {
    var writer = ByteWriter()
    writer.put(UInt8(1))
    writer.put(UInt16(0x0203))
    writer.put(UInt32(0x0405_0607))
    writer.put(UInt64(0x0809_0A0B_0C0D_0E0F))
    writer.put(Int16(-2))
    writer.put(Float(1))
    writer.put(true)
    writer.put(string: "é")
    writer.put(blob: [9])
    #expect(
      writer.bytes == [
        1, 3, 2, 7, 6, 5, 4, 0x0F, 0x0E, 0x0D, 0x0C, 0x0B, 0x0A, 9, 8, 0xFE, 0xFF, 0, 0, 0x80, 0x3F, 1, 2, 0, 0xC3,
        0xA9,
        1, 0, 0, 0, 9,
      ])
  }

  @Test func whatIsWrittenIsRead() throws {
    var dice = Dice(seed: 3)
    for _ in 0..<200 {
      let number = dice.next()
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: number))
      let blob = dice.bytes(dice.below(40))
      let floats = (0..<dice.below(9)).map { Float($0) * 0.5 }
      var writer = ByteWriter()
      writer.put(number)
      writer.put(Int32(truncatingIfNeeded: number))
      writer.put(float)
      writer.put(string: "node \(number)")
      writer.put(blob: blob)
      writer.put(floats: floats)
      writer.put(Identifier(high: number, low: ~number))
      var reader = ByteReader(writer.bytes)
      #expect(try reader.take(UInt64.self) == number)
      #expect(try reader.take(Int32.self) == Int32(truncatingIfNeeded: number))
      #expect(try reader.takeFloat().bitPattern == float.bitPattern)
      #expect(try reader.takeString() == "node \(number)")
      #expect(try reader.takeBlob() == blob)
      #expect(try reader.takeFloats("floats") == floats)
      #expect(try reader.takeIdentifier() == Identifier(high: number, low: ~number))
      try reader.end()
    }
  }

  @Test func shortDataIsTruncatedAtTheField() {
    var reader = ByteReader([1, 2, 3])
    #expect(throws: WireError.truncated(offset: 0)) { try reader.take(UInt32.self) }
    #expect(reader.offset == 0)
    #expect(throws: Never.self) { try reader.take(UInt16.self) }
    #expect(throws: WireError.truncated(offset: 2)) { try reader.take(UInt16.self) }
    #expect(throws: WireError.trailing(offset: 2)) { try reader.end() }
  }

  @Test func hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0]
    var blob = ByteReader(huge)
    #expect(throws: WireError.truncated(offset: 4)) { try blob.takeBlob() }
    var floats = ByteReader(huge)
    #expect(throws: WireError.truncated(offset: 4)) { try floats.takeFloats("f") }
  }

  @Test func valuesOutsideTheFormatAreNamed() {
    var bool = ByteReader([2])
    #expect(throws: WireError.invalid(offset: 0, field: "flag")) { try bool.takeBool("flag") }
    var text = ByteReader([1, 0, 0xFF])
    #expect(throws: WireError.invalid(offset: 2, field: "text")) { try text.takeString() }
    var writer = ByteWriter()
    writer.put(Float.nan)
    var float = ByteReader(writer.bytes)
    #expect(throws: WireError.invalid(offset: 0, field: "gain")) { try float.takeFiniteFloat("gain") }
  }

  @Test func anyBytesEndInAnErrorOrValuesTheyCanBack() {
    for seed in 0..<2000 as Range<UInt64> {
      var dice = Dice(seed: seed)
      let bytes = dice.bytes(dice.below(64))
      var reader = ByteReader(bytes[...].dropFirst(dice.below(3)))
      var taken = 0
      do {
        while reader.remaining > 0 {
          switch dice.below(7) {
          case 0: _ = try reader.take(UInt64.self)
          case 1: taken += try reader.takeBlob().count
          case 2: taken += try reader.takeFloats("x").count
          case 3: taken += try reader.takeString().utf8.count
          case 4: _ = try reader.takeBool("b")
          case 5: taken += try reader.takeBytes(dice.below(80) - 10).count
          default: _ = try reader.takeDigest()
          }
        }
      } catch {}
      #expect(taken <= bytes.count && reader.offset <= bytes.count, "seed \(seed)")
    }
  }
}
