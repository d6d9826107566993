/// SHA-1 (RFC 3174), for the one thing here that still asks for it: the key of a WPA network.
struct SHA1 {
  /// The chaining value.
  private(set) var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
  )

  /// Goes on from a state in which whole blocks are digested already.
  init(resuming state: (UInt32, UInt32, UInt32, UInt32, UInt32)) { self.state = state }

  init() {}

  /// The digest of `message`, 20 bytes.
  static func digest(_ message: [UInt8]) -> [UInt8] {
    var hash = SHA1()
    return hash.finish(message, before: 0)
  }

  /// Takes in 64 bytes from `offset`.
  mutating func block(_ bytes: [UInt8], _ offset: Int = 0) {
    var w = [UInt32](repeating: 0, count: 80)
    for i in 0..<16 {
      let at = offset + 4 * i
      w[i] = UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
    }
    for i in 16..<80 { w[i] = Self.rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1) }
    var (a, b, c, d, e) = state
    for i in 0..<80 {
      let (f, k): (UInt32, UInt32)
      switch i {
      case 0..<20: (f, k) = ((b & c) | (~b & d), 0x5A82_7999)
      case 20..<40: (f, k) = (b ^ c ^ d, 0x6ED9_EBA1)
      case 40..<60: (f, k) = ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
      default: (f, k) = (b ^ c ^ d, 0xCA62_C1D6)
      }
      let next = Self.rotate(a, 5) &+ f &+ e &+ k &+ w[i]
      (e, d, c, b, a) = (d, c, Self.rotate(b, 30), a, next)
    }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }

  /// Takes in the rest of the message, pads it and gives the digest.
  ///
  /// - Parameter before: how many bytes went in as whole blocks already.
  mutating func finish(_ rest: [UInt8], before: Int) -> [UInt8] {
    var tail = rest
    let bits = UInt64(before + rest.count) * 8
    tail.append(0x80)
    while tail.count % 64 != 56 { tail.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    for offset in stride(from: 0, to: tail.count, by: 64) { block(tail, offset) }
    var out: [UInt8] = []
    for word in [state.0, state.1, state.2, state.3, state.4] {
      for shift in stride(from: 24, through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }
    return out
  }

  private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
}
