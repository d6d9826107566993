import Bundle
import WireFormat

let testBoard = Identifier(high: 0x1011_1213_1415_1617, low: 0x1819_1A1B_1C1D_1E1F)

func key(_ seed: UInt8) -> SigningKey {
  guard let key = SigningKey(seed: [UInt8](repeating: seed, count: 32)) else {
    fatalError("a seed of 32 bytes is a key")
  }
  return key
}

func bundle(counter: UInt64, board: Identifier = testBoard, signer: UInt8 = 1, text: String = "net") throws -> [UInt8] {
  try BundleBuilder(
    board: board, counter: counter, created: 1_700_000_000,
    sections: [
      BundleSection(.board, Array("board".utf8)), BundleSection(.network, Array(text.utf8)),
      BundleSection(.provenance, critical: false, []),
    ]
  ).build(signedBy: key(signer))
}
