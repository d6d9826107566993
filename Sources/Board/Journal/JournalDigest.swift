import CBoard
import WireFormat

/// SHA-256 as the journal's hash chain uses it.
enum JournalDigest {
  /// The digest of everything given to `state`, which is used up.
  static func finish(_ state: inout cboard_sha256_state) -> Digest {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { area in
      cboard_sha256_end(&state, area.baseAddress)
      let bytes = UnsafeRawBufferPointer(area)
      func word(_ offset: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
      return Digest(words: (word(0), word(8), word(16), word(24)))
    }
  }
}
