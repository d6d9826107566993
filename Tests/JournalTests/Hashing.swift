import CBoard

func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  cboard_sha256(bytes, bytes.count, &digest)
  return digest
}
