import WireFormat

/// Keys from passwords: PBKDF2 with HMAC-SHA-1 (RFC 8018, 5.2), and the key of a WPA network by it.
package enum PasswordKey {
  /// `count` bytes from a password and a salt by so many rounds.
  package static func derive(password: [UInt8], salt: [UInt8], rounds: Int, count: Int) -> [UInt8] {
    let mac = KeyedSHA1(password)
    var key: [UInt8] = []
    var index: UInt32 = 1
    while key.count < count {
      let number = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: index >> UInt32($0)) }
      var last = mac.tag(salt + number)
      var sum = last
      for _ in 1..<max(1, rounds) {
        last = mac.tag(last)
        for i in 0..<sum.count { sum[i] ^= last[i] }
      }
      key += sum
      index += 1
    }
    return Array(key.prefix(count))
  }

  /// The pre-shared key of a WPA2 network (IEEE 802.11-2020, J.4.1): 4096 rounds, the network's name as salt, 256 bits,
  /// as 64 lower-case hexadecimal digits.
  package static func wifi(passphrase: [UInt8], network: [UInt8]) -> String {
    Hex.text(derive(password: passphrase, salt: network, rounds: 4096, count: 32))
  }
}

/// HMAC-SHA-1 (RFC 2104) with the key's two blocks digested once.
private struct KeyedSHA1 {
  private var inner = SHA1()
  private var outer = SHA1()

  init(_ key: [UInt8]) {
    var block = key.count > 64 ? SHA1.digest(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    inner.block(block.map { $0 ^ 0x36 })
    outer.block(block.map { $0 ^ 0x5C })
  }

  func tag(_ message: [UInt8]) -> [UInt8] {
    var first = SHA1(resuming: inner.state)
    var second = SHA1(resuming: outer.state)
    return second.finish(first.finish(message, before: 64), before: 64)
  }
}
