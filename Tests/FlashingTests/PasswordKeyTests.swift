import Flashing
import Testing
import WireFormat

/// Keys from passwords against the standards' own vectors.
@Suite struct PasswordKeyTests {
  struct Vector: Sendable {
    var password: String
    var salt: String
    var rounds: Int
    var key: String
  }

  // RFC 6070, section 2, but the one of 2^24 rounds.
  static let vectors = [
    Vector(password: "password", salt: "salt", rounds: 1, key: "0c60c80f961f0e71f3a9b524af6012062fe037a6"),
    Vector(password: "password", salt: "salt", rounds: 2, key: "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"),
    Vector(password: "password", salt: "salt", rounds: 4096, key: "4b007901b765489abead49d926f721d065a429c1"),
    Vector(
      password: "passwordPASSWORDpassword", salt: "saltSALTsaltSALTsaltSALTsaltSALTsalt", rounds: 4096,
      key: "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"),
    Vector(password: "pass\0word", salt: "sa\0lt", rounds: 4096, key: "56fa6aa75548099dcc37d7f03425e0c3"),
  ]

  @Test(arguments: vectors) func rfc6070(_ vector: Vector) {
    let key = PasswordKey.derive(
      password: Array(vector.password.utf8), salt: Array(vector.salt.utf8), rounds: vector.rounds,
      count: vector.key.utf8.count / 2)
    #expect(Hex.text(key) == vector.key)
  }

  // IEEE 802.11-2020, J.4.2.
  @Test(arguments: [
    ("password", "IEEE", "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"),
    ("ThisIsAPassword", "ThisIsASSID", "0dc0d6eb90555ed6419756b9a15ec3e3209b63df707dd508d14581f8982721af"),
    (
      String(repeating: "a", count: 32), String(repeating: "Z", count: 32),
      "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"
    ),
  ]) func wifi(_ passphrase: String, _ network: String, _ key: String) throws {
    #expect(PasswordKey.wifi(passphrase: Array(passphrase.utf8), network: Array(network.utf8)) == key)
    #expect(try WiFiNetwork(ssid: network, passphrase: passphrase, country: "de").key == key)
  }

  @Test func aKeyOfMoreThanABlockIsDigestedFirst() throws {
    // A password longer than SHA-1's block; the value is Python's hashlib.pbkdf2_hmac.
    let key = PasswordKey.derive(
      password: [UInt8](repeating: 0x6B, count: 100), salt: Array("NaCl".utf8), rounds: 3, count: 24)
    #expect(Hex.text(key) == "141d3e5e206e4879b2e5fe2788210422ea089f4d6489fe8c")
  }

  @Test func theKeyItselfIsTakenAsItIs() throws {
    let key = String(repeating: "0aF9", count: 16)
    #expect(try WiFiNetwork(ssid: "x", passphrase: key, country: "JP").key == key.lowercased())
    #expect(try WiFiNetwork(ssid: "x", passphrase: nil, country: "JP").key == nil)
  }

  @Test func passphrasesAndNamesOutOfRangeAreRefused() {
    for passphrase in ["", "seven77", String(repeating: "z", count: 64), "with\nline end"] {
      #expect(throws: FlashError.self) { try WiFiNetwork(ssid: "x", passphrase: passphrase, country: "DE") }
    }
    for name in ["", String(repeating: "é", count: 17), "a\nb", "a\u{0}b"] {
      #expect(throws: FlashError.self) { try WiFiNetwork(ssid: name, passphrase: nil, country: "DE") }
    }
    for country in ["", "D", "DEU", "D1", "Dé"] {
      #expect(throws: FlashError.self) { try WiFiNetwork(ssid: "x", passphrase: nil, country: country) }
    }
  }
}
