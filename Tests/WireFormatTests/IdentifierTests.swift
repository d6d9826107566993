import Testing
import WireFormat

@Suite struct IdentifierTests {
  @Test func textAndBytesAreInTheSameOrder() throws {
    let text = "000102030405060708090a0b0c0d0e0f"
    let identifier = try #require(Identifier(hex: text))
    #expect(identifier.bytes == (0..<16).map { UInt8($0) })
    #expect(identifier.description == text)
    #expect(Identifier(hex: text.uppercased()) == identifier)
    var writer = ByteWriter()
    writer.put(identifier)
    #expect(writer.bytes == identifier.bytes)
  }

  @Test(arguments: ["", "0", "00", "zz0102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e0f00"])
  func otherTextIsNone(_ text: String) { #expect(Identifier(hex: text) == nil) }

  @Test func digestsKeepTheirBytes() throws {
    let bytes = (0..<32).map { UInt8(7 &* $0 &+ 1) }
    let digest = try #require(Digest(bytes: bytes))
    #expect(digest.bytes == bytes)
    #expect(Digest(hex: digest.description) == digest)
    #expect(Digest(bytes: Array(bytes.dropLast())) == nil)
    #expect(digest != .none)
    var other = bytes
    for index in 0..<32 {
      other[index] ^= 1
      #expect(Digest(bytes: other) != digest)
      other[index] ^= 1
    }
  }

  @Test func orderIsThatOfTheText() {
    var dice = Dice(seed: 4)
    for _ in 0..<200 {
      let first = Identifier(high: dice.next() % 3, low: dice.next())
      let second = Identifier(high: dice.next() % 3, low: dice.next())
      #expect(first.precedes(second) == (first.description < second.description))
    }
  }
}
