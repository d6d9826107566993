import CBoard
import WireFormat

extension Digest {
  /// The SHA-256 of `bytes`.
  public static func sha256(_ bytes: [UInt8]) -> Digest {
    let hash = [UInt8](unsafeUninitializedCapacity: 32) { target, count in
      bytes.withUnsafeBufferPointer { cboard_sha256($0.baseAddress, $0.count, target.baseAddress) }
      count = 32
    }
    return Digest(bytes: hash) ?? .none
  }
}
