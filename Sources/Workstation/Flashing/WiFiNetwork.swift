import WireFormat

/// A Wi-Fi network as the card holds it: never with the passphrase, only the key made of it.
public struct WiFiNetwork: Equatable, Sendable {
  /// The network's name, 1 to 32 bytes of UTF-8 without control characters.
  public let ssid: String
  /// 64 hexadecimal digits; nil for an open network.
  public let key: String?
  /// ISO 3166-1, two letters.
  public let country: String
  /// Whether the network does not tell its name.
  public let isHidden: Bool

  /// - Parameter passphrase: 8 to 63 bytes, or the 64 digits of the key itself; nil for an open network.
  public init(ssid: String, passphrase: String?, country: String, isHidden: Bool = false) throws(FlashError) {
    let bytes = Array(ssid.utf8)
    guard (1...32).contains(bytes.count) else {
      throw .usage("--wifi: a network's name has 1 to 32 bytes in UTF-8, this one has \(bytes.count)")
    }
    guard ssid.unicodeScalars.allSatisfy({ $0.value >= 32 && !(127...159).contains($0.value) }) else {
      throw .usage("--wifi: the network's name holds a control character; was it pasted with a line end?")
    }
    self.ssid = ssid
    self.country = try NameCheck.country(country)
    self.isHidden = isHidden
    guard let passphrase else {
      key = nil
      return
    }
    let secret = Array(passphrase.utf8)
    if secret.count == 64, Hex.bytes(passphrase) != nil {
      key = passphrase.lowercased()
      return
    }
    // IEEE 802.11 wants printable ASCII; access points take UTF-8 as well, so only length and control bytes are refused.
    guard (8...63).contains(secret.count), secret.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
      throw .usage(
        "the Wi-Fi passphrase has \(secret.count) bytes: WPA takes 8 to 63, without control characters, "
          + "or the key itself as 64 hexadecimal digits")
    }
    key = PasswordKey.wifi(passphrase: secret, network: bytes)
  }

  /// The name's bytes in hexadecimal, as wpa_supplicant and rpi-preseed take names of any characters.
  var ssidHex: String { Hex.text(Array(ssid.utf8)) }

  /// The name's bytes as NetworkManager's key files take names of any characters.
  var ssidBytes: String { ssid.utf8.map { "\($0);" }.joined() }

  /// Whether the name is of characters that mean nothing special anywhere.
  var isPlain: Bool {
    ssid.utf8.allSatisfy {
      ($0 >= 48 && $0 <= 57) || ($0 | 32 >= 97 && $0 | 32 <= 122) || $0 == 45 || $0 == 46 || $0 == 95
    }
  }
}
