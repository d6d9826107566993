import Bundle
import Foundation
import Testing
import WireFormat

@Suite struct SignedBundleTests {
  private let trusted = [key(2).publicKey, key(1).publicKey]

  private func check(
    _ bytes: [UInt8], board: Identifier = testBoard, _ rule: CounterRule = .above(0)
  ) throws(BundleError) -> SignedBundle {
    try SignedBundle.verify(bytes, trustedKeys: trusted, board: board, counter: rule)
  }

  @Test func whatIsBuiltIsAccepted() throws {
    let bytes = try bundle(counter: 7)
    let read = try check(bytes, .above(6))
    #expect(read.board == testBoard)
    #expect(read.counter == 7)
    #expect(read.created == 1_700_000_000)
    #expect(read[.network] == Array("net".utf8))
    #expect(read[.provenance] == [])
    #expect(read[.limits] == nil)
    #expect(read.digest == Digest.sha256(bytes))
    #expect(read.key == key(1).publicKey.id)
  }

  @Test func theBytesAreThoseOfTheDocument() throws {
    let signer = key(9)
    let bytes = try BundleBuilder(
      board: testBoard, counter: 0x0102, created: 3,
      sections: [
        BundleSection(.board, [0xAA]), BundleSection(SectionID(rawValue: 0x0777), critical: false, [1, 2]),
      ]
    ).build(signedBy: signer)
    func section(_ contents: [UInt8]) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: CRC32C.checksum(contents) >> (8 * $0)) }
    }
    let table: [UInt8] =
      [1, 0, 1, 0] + [88, 0, 0, 0] + [1, 0, 0, 0] + section([0xAA]) + [0x77, 7, 0, 0] + [96, 0, 0, 0]
      + [2, 0, 0, 0] + section([1, 2])
    let head: [UInt8] =
      Array("EDTWBNDL".utf8) + [1, 0, 0, 0] + [170, 0, 0, 0] + (0x10...0x1F).map { $0 }
      + [2, 1, 0, 0, 0, 0, 0, 0] + [3, 0, 0, 0, 0, 0, 0, 0] + [2, 0, 0, 0]
    var golden = head + section(head + table) + table + [0xAA] + [UInt8](repeating: 0, count: 7) + [1, 2]
    golden += Digest.sha256(signer.publicKey.bytes).bytes.prefix(8)
    golden += signer.sign(golden) ?? []
    #expect(bytes == golden)
  }

  @Test func ed25519IsThatOfRFC8032() {
    // Section 7.1, test 2.
    let seed = Hex.bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb") ?? []
    let signing = SigningKey(seed: seed)
    #expect(
      signing?.publicKey.bytes == Hex.bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
    #expect(
      signing?.sign([0x72])
        == Hex.bytes(
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
  }

  @Test func eachRefusalIsItsOwn() throws {
    let good = try bundle(counter: 7)
    #expect(throws: BundleError.notABundle) { try check(Array("a text file".utf8)) }
    #expect(throws: BundleError.notABundle) { try check([]) }
    #expect(throws: BundleError.length(stated: good.count, actual: good.count - 1)) {
      try check(Array(good.dropLast()))
    }
    #expect(throws: BundleError.length(stated: good.count, actual: good.count + 1)) { try check(good + [0]) }
    var newer = good
    newer[8] = 2
    #expect(throws: BundleError.version(2)) { try check(newer) }
    var header = good
    header[32] ^= 1
    #expect(throws: BundleError.headerChecksum) { try check(header) }
    var section = good
    section[56 + 48] ^= 1
    #expect(throws: BundleError.sectionChecksum(.board)) { try check(section) }
    let stranger = key(3).publicKey.id
    #expect(throws: BundleError.unknownKey(stranger)) { try check(try bundle(counter: 7, signer: 3)) }
    var signature = good
    signature[good.count - 1] ^= 0x10
    #expect(throws: BundleError.signature(key(1).publicKey.id)) { try check(signature) }
    let other = Identifier(high: 5, low: 5)
    #expect(throws: BundleError.wrongBoard(bundle: other, board: testBoard)) {
      try check(try bundle(counter: 7, board: other))
    }
    #expect(throws: BundleError.oldCounter(bundle: 7, highest: 7)) { try check(good, .above(7)) }
    #expect(throws: Never.self) { try check(good, .any) }
  }

  @Test func checksAreInOrder() throws {
    // Wrong in every way: the first check that fails speaks.
    var bytes = try bundle(counter: 1, board: Identifier(high: 5, low: 5), signer: 3)
    bytes[33] ^= 1
    #expect(throws: BundleError.headerChecksum) { try check(bytes, .above(9)) }
    bytes[33] ^= 1
    #expect(throws: BundleError.unknownKey(key(3).publicKey.id)) { try check(bytes, .above(9)) }
    let wrongBoard = try bundle(counter: 1, board: Identifier(high: 5, low: 5))
    #expect(throws: BundleError.wrongBoard(bundle: Identifier(high: 5, low: 5), board: testBoard)) {
      try check(wrongBoard, .above(9))
    }
  }

  @Test func unknownSectionsAreIgnoredUnlessCritical() throws {
    let unknown = SectionID(rawValue: 77)
    func build(_ critical: Bool) throws(BundleError) -> [UInt8] {
      try BundleBuilder(
        board: testBoard, counter: 1, created: 0, sections: [BundleSection(unknown, critical: critical, [1])]
      ).build(signedBy: key(1))
    }
    #expect(try check(build(false))[unknown] == [1])
    #expect(throws: BundleError.unknownSection(unknown)) { try check(build(true)) }
    #expect(throws: BundleError.layout(field: "section twice")) {
      try BundleBuilder(
        board: testBoard, counter: 1, created: 0, sections: [BundleSection(.board, []), BundleSection(.board, [])]
      ).build(signedBy: key(1))
    }
  }

  @Test func noFlippedBitAndNoCutIsAccepted() throws {
    let good = try bundle(counter: 7)
    for bit in 0..<8 * good.count {
      var bad = good
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: BundleError.self, "bit \(bit)") { try check(bad) }
    }
    for length in 0..<good.count {
      #expect(throws: BundleError.self, "length \(length)") { try check(Array(good[..<length])) }
    }
  }

  @Test func anyBytesBehindAGoodHeaderAreRefusedWithoutHarm() throws {
    let good = try bundle(counter: 7)
    for seed in 0..<3000 as Range<UInt64> {
      var dice = Dice(seed: seed)
      var bad = good
      for _ in 0...dice.below(6) { bad[8 + dice.below(96)] = UInt8(truncatingIfNeeded: dice.next()) }
      if dice.below(2) == 0 { bad += dice.bytes(dice.below(200)) }
      // Make the length and the header's checksum right, so that the deeper checks are reached.
      for place in 0..<4 { bad[12 + place] = UInt8(truncatingIfNeeded: bad.count >> (8 * place)) }
      bad[8] = 1
      bad[9] = 0
      let tableEnd = 56 + 16 * (Int(bad[48]) | Int(bad[49]) << 8)
      if tableEnd <= bad.count {
        let checksum = CRC32C.checksum(Array(bad[..<52]) + bad[56..<tableEnd])
        for place in 0..<4 { bad[52 + place] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * place)) }
      }
      if bad == good { continue }
      #expect(throws: BundleError.self, "seed \(seed)") { try check(bad) }
    }
  }

  @Test func trustedKeysAreReadInBothForms() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/keys-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(key(1).publicKey.bytes).write(to: URL(fileURLWithPath: folder + "/raw.pub"))
    try Data((Hex.text(key(2).publicKey.bytes) + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/hex.pub"))
    try Data("no key".utf8).write(to: URL(fileURLWithPath: folder + "/bad.pub"))
    try Data(key(3).publicKey.bytes).write(to: URL(fileURLWithPath: folder + "/other.key"))
    var files = BoardFiles()
    let (keys, unusable) = try TrustedKeys.load(folder, &files)
    #expect(Set(keys.map(\.id)) == [key(1).publicKey.id, key(2).publicKey.id])
    #expect(unusable == ["bad.pub"])
    #expect(try TrustedKeys.load(folder + "/missing", &files).keys.isEmpty)
  }
}
