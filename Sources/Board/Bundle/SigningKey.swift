import CBoard
import WireFormat

/// An Ed25519 key pair that signs bundles; lives on the workstation.
public struct SigningKey: Sendable {
  /// The 32 bytes the key is made of: all that must be kept, and kept secret.
  public let seed: [UInt8]
  public let publicKey: PublicKey
  private let secret: [UInt8]

  /// The key of a 32-byte seed; `nil` for another length.
  public init?(seed: [UInt8]) {
    guard seed.count == 32 else { return nil }
    var publicBytes = [UInt8](repeating: 0, count: 32)
    var secretBytes = [UInt8](repeating: 0, count: 64)
    guard cboard_ed25519_from_seed(seed, &publicBytes, &secretBytes) == 0,
      let publicKey = PublicKey(bytes: publicBytes)
    else { return nil }
    self.seed = seed
    self.publicKey = publicKey
    secret = secretBytes
  }

  /// A new key from the kernel's random numbers.
  public static func generate() -> SigningKey? {
    var seed = [UInt8](repeating: 0, count: 32)
    cboard_random(&seed, seed.count)
    return SigningKey(seed: seed)
  }

  /// The 64-byte signature of `bytes`; `nil` if the library fails.
  public func sign(_ bytes: [UInt8]) -> [UInt8]? {
    var signature = [UInt8](repeating: 0, count: 64)
    return cboard_ed25519_sign(secret, bytes, bytes.count, &signature) == 0 ? signature : nil
  }
}
